// SPDX-License-Identifier: GPL-3.0-or-later
// Simulated meetings of good clients over a bad network: see `baton_meeting --help`.
#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sim/meeting.hpp"

namespace {

using namespace baton::sim;

constexpr std::uint64_t kDefaultMeetings = 60;
/// So many of them are held under the eyes of the checker, which takes several times as long.
constexpr std::uint64_t kCheckedMeetings = 4;
/// How many complaints are printed.
constexpr std::size_t kComplaints = 10;

constexpr std::string_view kHelp =
    "baton_meeting [--meetings N] [--seed S]\n"
    "  Holds meetings of 12 over 90 minutes: two reconnects a minute, 2 % of messages lost either way, one "
    "host\n"
    "  crash, chat, control, signals and poker. Says how many reconnects regained full state, and whether "
    "every "
    "client\n"
    "  saw the room as it is within a second of quiet.\n"
    "  --meetings N  how many (default 60), with seeds from S on\n"
    "  --seed S      the first seed (default 1)\n"
    "  Exit code: 0 as it must be, 1 not, 2 bad usage.\n";

struct Options {
  std::uint64_t meetings = kDefaultMeetings;
  std::uint64_t seed = 1;
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view text = i + 1 < argc ? argv[i + 1] : "";
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value == 0) {
      return std::nullopt;
    }
    if (name == "--meetings") {
      options.meetings = value;
    } else if (name == "--seed") {
      options.seed = value;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::int64_t milliseconds(baton::core::Duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

/// Whether it is all as the issue asks.
bool report(const MeetingFigures& all, std::uint64_t meetings, double seconds) {
  for (std::size_t i = 0; i < all.complaints.size() && i < kComplaints; ++i) {
    std::cout << "  " << all.complaints[i] << "\n";
  }
  const auto mean =
      all.regained == 0 ? 0 : milliseconds(all.regained_in_all) / static_cast<std::int64_t>(all.regained);
  std::cout << meetings << " meetings of 90 minutes in " << seconds << " s; " << all.messages << " messages, "
            << percent(all.messages_lost, all.messages) << " % lost\n"
            << "reconnects: " << all.reconnects << ", regained full state: " << all.regained << " ("
            << percent(all.regained, all.reconnects) << " %), after " << mean << " ms in the mean, "
            << milliseconds(all.regained_at_worst) << " ms at worst\n"
            << "quiet moments: " << all.quiet_moments << ", clients compared: " << all.compared
            << ", not equal to the server within a second: " << all.differed << "\n"
            << "hosts crashed: " << all.hosts_crashed << ", followed by another: " << all.hosts_followed
            << ", whom nobody could follow: " << all.hosts_nobody_could_follow << "\n"
            << "signals: " << all.signals << ", taken: " << all.signals_taken
            << ", of which their sender knows that they did not arrive, or may not have: "
            << all.signals_not_delivered << ", lost: " << all.signals_lost
            << ", taken twice: " << all.signals_twice << ", out of order: " << all.signals_out_of_order
            << "\n"
            << "rounds of poker: " << all.rounds << "\n";
  const bool regained = static_cast<double>(all.regained) >= 0.999 * static_cast<double>(all.reconnects);
  return all.reconnects > 0 && regained && all.quiet_moments > 0 && all.rounds > meetings &&
         all.differed == 0 && all.hosts_followed > meetings / 2 &&
         all.hosts_followed + all.hosts_nobody_could_follow == all.hosts_crashed &&
         all.hosts_crashed == meetings && all.signals_lost == 0 && all.signals_twice == 0 &&
         all.signals_out_of_order == 0;
}

int run(const Options& options) {
  using Clock = std::chrono::steady_clock;
  const auto started = Clock::now();
  MeetingFigures all;
  for (std::uint64_t i = 0; i < options.meetings; ++i) {
    const Seed seed{options.seed + i};
    try {
      Meeting meeting(seed, i < kCheckedMeetings ? Checking::on : Checking::off);
      MeetingFigures one = meeting.run();
      for (std::string& complaint : one.complaints) {
        complaint.insert(0, "seed " + std::to_string(seed.value) + ": ");
      }
      all.add(one);
    } catch (const std::exception& failure) {
      std::cout << "BROKEN: " << failure.what() << "\nReplay: baton_meeting --meetings 1 --seed "
                << seed.value << "\n";
      return 1;
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  return report(all, options.meetings, seconds) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    const bool asked = argc == 2 && std::string_view(argv[1]) == "--help";
    (asked ? std::cout : std::cerr) << kHelp;
    return asked ? 0 : 2;
  }
  return run(*options);
}
