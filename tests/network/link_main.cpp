// SPDX-License-Identifier: GPL-3.0-or-later
// A link between two network namespaces that behaves as it is told. See --help.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "tests/network/link_direction.hpp"
#include "tests/network/tunnel.hpp"

namespace baton::network {
namespace {

constexpr std::size_t kMaxPacketBytes = 65'535;
constexpr std::size_t kMaxLineBytes = 1'000;
// The other direction, and the orders, have their turn after so many packets.
constexpr int kPacketsPerTurn = 64;
constexpr std::uint64_t kUpSeedOffset = 1;

void print_help() {
  std::printf(
      "Usage: baton_link_emulator --near-namespace FILE --far-namespace FILE [OPTION...]\n\n"
      "Makes a TUN device in each of two network namespaces (files such as /proc/123/ns/net) and carries "
      "packets\n"
      "between them. The devices have no addresses and are down until somebody changes that; they go away "
      "with\n"
      "this program. It says 'ready', then reads orders from the standard input, and ends when that does.\n\n"
      "  --near-device NAME   near0 if nothing is said\n"
      "  --far-device NAME    far0\n"
      "  --seed N             1; the same seed loses the same packets\n"
      "  --help\n\n"
      "Orders, a line each, answered by a line of JSON:\n"
      "  down SETTING...      from the near device to the far one, from now on\n"
      "  up SETTING...        the other way\n"
      "  both SETTING...\n"
      "  counters\n\n"
      "Settings; what is not named is as if there were no such thing:\n%.*s",
      static_cast<int>(link_settings_help().size()), link_settings_help().data());
}

core::Instant now() {
  return core::Instant(
      std::chrono::duration_cast<core::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

void print_counters(const char* name, const LinkCounters& counters) {
  std::printf(
      "\"%s\":{\"accepted\":%llu,\"delivered\":%llu,\"delivered_bytes\":%llu,\"duplicated\":%llu,"
      "\"held_back\":%llu,\"most_queued_bytes\":%zu",
      name, static_cast<unsigned long long>(counters.accepted),
      static_cast<unsigned long long>(counters.delivered),
      static_cast<unsigned long long>(counters.delivered_bytes),
      static_cast<unsigned long long>(counters.duplicated),
      static_cast<unsigned long long>(counters.held_back), counters.most_queued_bytes);
  for (std::size_t reason = 0; reason < kLinkDropCount; ++reason) {
    std::printf(",\"%s\":%llu", to_string(static_cast<LinkDrop>(reason)),
                static_cast<unsigned long long>(counters.dropped[reason]));
  }
  std::printf("}");
}

/// Two devices and a direction between them each way.
class Emulator {
public:
  Emulator(const std::map<std::string, std::string>& options, std::uint64_t seed)
      : near_(options.at("--near-namespace"), options.at("--near-device")),
        far_(options.at("--far-namespace"), options.at("--far-device")),
        down_(LinkSettings{}, sim::Seed{seed}),
        up_(LinkSettings{}, sim::Seed{seed + kUpSeedOffset}) {}

  void run() {
    while (orders_ == Orders::open) {
      wait();
      read_orders();
      read_packets(near_, down_);
      read_packets(far_, up_);
      deliver(down_, far_);
      deliver(up_, near_);
    }
  }

private:
  void wait() {
    std::optional<core::Instant> next = down_.next_deadline();
    if (const auto other = up_.next_deadline(); other && (!next || *other < *next)) {
      next = other;
    }
    std::array<pollfd, 3> polled{
        {{STDIN_FILENO, POLLIN, 0}, {near_.descriptor(), POLLIN, 0}, {far_.descriptor(), POLLIN, 0}}};
    timespec timeout{};
    if (next) {
      const auto left = std::max(core::Duration::zero(), *next - now());
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
      timeout.tv_sec = seconds.count();
      timeout.tv_nsec = std::chrono::nanoseconds(left - seconds).count();
    }
    ppoll(polled.data(), polled.size(), next ? &timeout : nullptr, nullptr);
  }

  void read_packets(const Tunnel& from, LinkDirection& direction) {
    for (int count = 0; count < kPacketsPerTurn; ++count) {
      const ssize_t size = read(from.descriptor(), packet_.data(), packet_.size());
      if (size <= 0) {
        return;
      }
      direction.accept(packet_.data(), static_cast<std::size_t>(size), now());
    }
  }

  static void deliver(LinkDirection& direction, const Tunnel& to) {
    while (const auto bytes = direction.take(now())) {
      // A device that is down takes nothing, as a cable that is not plugged in.
      static_cast<void>(!write(to.descriptor(), bytes->data(), bytes->size()));
    }
  }

  void read_orders() {
    std::array<char, kMaxLineBytes> buffer;
    const ssize_t size = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
      orders_ = Orders::ended;
      return;
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
      obey(unread_.substr(0, end));
      unread_.erase(0, end + 1);
    }
    if (unread_.size() > kMaxLineBytes) {
      throw std::runtime_error("An order is longer than " + std::to_string(kMaxLineBytes) + " bytes.");
    }
  }

  void obey(std::string_view line) {
    const std::string_view word = line.substr(0, line.find(' '));
    if (word == "counters") {
      std::printf("{");
      print_counters("down", down_.counters());
      std::printf(",");
      print_counters("up", up_.counters());
      std::printf("}\n");
    } else if (word == "down" || word == "up" || word == "both") {
      const auto parsed = parse_link_settings(line.substr(word.size()));
      if (const auto* wrong = std::get_if<std::string>(&parsed)) {
        throw std::runtime_error(*wrong);
      }
      const auto& settings = std::get<LinkSettings>(parsed);
      if (word != "up") {
        down_.configure(settings);
      }
      if (word != "down") {
        up_.configure(settings);
      }
      std::printf("{}\n");
    } else {
      throw std::runtime_error("There is no order '" + std::string(word) + "'.");
    }
    std::fflush(stdout);
  }

  Tunnel near_;
  Tunnel far_;
  LinkDirection down_;
  LinkDirection up_;
  std::array<std::uint8_t, kMaxPacketBytes> packet_{};
  std::string unread_;
  enum class Orders : std::uint8_t { open, ended } orders_ = Orders::open;
};

int run(int count, char** arguments) {
  std::map<std::string, std::string> options{{"--near-namespace", ""},
                                             {"--far-namespace", ""},
                                             {"--near-device", "near0"},
                                             {"--far-device", "far0"},
                                             {"--seed", "1"}};
  for (int index = 1; index < count; ++index) {
    const std::string name = arguments[index];
    if (name == "--help") {
      print_help();
      return EXIT_SUCCESS;
    }
    if (!options.contains(name) || index + 1 == count) {
      std::fprintf(stderr, "There is no option %s, or it has no value. See --help.\n", name.c_str());
      return 2;
    }
    options[name] = arguments[++index];
  }
  fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
  Emulator emulator(options, std::stoull(options["--seed"]));
  std::printf("ready\n");
  std::fflush(stdout);
  emulator.run();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace baton::network

int main(int count, char** arguments) {
  try {
    return baton::network::run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "baton_link_emulator: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
