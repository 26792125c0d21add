// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to keep people present: CPU time and memory of up to 100,000 participants in 10,000 rooms
// with a heartbeat every 30 s, and whether that cost grows with them as it should.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/heartbeat_cases.hpp"
#include "tests/bench/heartbeat_report.hpp"
#include "tests/bench/measured_alone.hpp"

namespace baton::bench {

namespace {

constexpr std::size_t kFewestRepetitions = 5;
constexpr std::size_t kPerRoom = 10;
/// Those who send nothing stay present by this, the longest that there is.
constexpr core::Duration kLongPresence = core::limits::kPresenceTimeout.highest;

/// What 100,000 participants may take of one core, and the longest that they may hold up the control thread.
constexpr double kCpuBound = 50;
constexpr double kTickBound = 20;
/// The longest that all of them may hold it up when their time is over in the same instant.
constexpr double kSilentTickBound = 500;
/// How many times what it takes among 1,000 a heartbeat may take among 100,000. Both find the caches as they
/// are: the 1,000 have 1 MB, which a core's own cache holds; the 100,000 have 90 MB, and what a heartbeat
/// touches of it has to be fetched from memory. 4 to 7 were measured, the more the busier other programs kept
/// the cache that all cores share; whatever makes a heartbeat cheaper without touching less memory makes it
/// more. This is here to catch a scan, which would be a factor of 100.
constexpr double kGrowthBound = 10;
/// The same with the caches taken out of it: against 100,000 who fill as much memory, in 100 servers of
/// 1,000. What is left is the growth of the lists themselves.
constexpr double kListBound = 1.25;
/// Those who are idle are ten times as many. In other rooms they may push others out of the caches; a scan
/// over them would be a factor of 50. In the same rooms they are on the way in a tree, too, which is twice as
/// deep; a scan over the people of the room would be a factor of 4.
constexpr double kIdleElsewhereBound = 2;
constexpr double kIdleTogetherBound = 2.5;
/// Memory should not grow at all; but hash tables double.
constexpr double kMemoryBound = 1.25;

struct Options {
  std::size_t repetitions = kFewestRepetitions;
  std::string json;
};

void usage(std::FILE* out) {
  std::fputs(
      "Usage: baton_bench_heartbeat [--json FILE] [--repetitions N]\n\n"
      "  --json FILE        writes the figures there, too\n"
      "  --repetitions N    readings of each case, 5 at least (5)\n",
      out);
}

/// Nothing if the arguments are wrong, which has been said.
std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (name == "--json" && value != nullptr) {
      options.json = value;
    } else if (name == "--repetitions" && value != nullptr &&
               std::strtoul(value, nullptr, 10) >= kFewestRepetitions) {
      options.repetitions = std::strtoul(value, nullptr, 10);
    } else {
      usage(stderr);
      return std::nullopt;
    }
  }
  return options;
}

/// The rows that verdicts speak of.
enum Row : std::size_t {
  kThousand,
  kTenThousand,
  kHundredThousand,
  kManyServers,
  kNobodyIdle,
  kIdleElsewhere,
  kIdleTogether
};

/// In the order of `Row`.
std::vector<HeartbeatRow> heartbeat_rows() {
  const auto crowd = [](std::size_t participants) {
    return CrowdShape{.rooms = {{.count = participants / kPerRoom, .senders = kPerRoom}}};
  };
  CrowdShape many_servers = crowd(100'000);
  many_servers.servers = 100;
  // All rooms alike but for the idle, so that only these differ.
  const Rooms alone{.count = 100, .senders = kPerRoom, .idle = 0, .presence_timeout = kLongPresence};
  Rooms together = alone;
  together.idle = 10 * kPerRoom;
  const Rooms elsewhere{.count = 1'000, .senders = 0, .idle = kPerRoom, .presence_timeout = kLongPresence};
  return {{"1000 in 100 rooms", crowd(1'000), {}},
          {"10000 in 1000 rooms", crowd(10'000), {}},
          {"100000 in 10000 rooms", crowd(100'000), {}},
          {"100 times 1000 in 100 rooms", many_servers, {}},
          {"1000, time-out 1 h", {{alone}}, {}},
          {"1000, the idle in other rooms", {{alone, elsewhere}}, {}},
          {"1000, the idle in the same rooms", {{together}}, {}}};
}

std::vector<SilenceRow> silence_rows() {
  const Rooms all{.count = 10'000, .senders = kPerRoom};
  return {{"100000, heartbeats had come one by one", all, Arrival::spread, {}},
          {"100000, heartbeats had come in one instant", all, Arrival::at_once, {}}};
}

void judge(Report& report) {
  const auto ratio = [&](std::size_t row, std::size_t reference, double HeartbeatCost::*figure) {
    return median_ratio(report.heartbeats.at(row), report.heartbeats.at(reference), figure);
  };
  const auto cpu = &HeartbeatCost::nanoseconds_per_heartbeat;
  const HeartbeatMedians all = medians_of(report.heartbeats.at(kHundredThousand));
  double silent_tick_ms = 0;
  for (const SilenceRow& row : report.silences) {
    silent_tick_ms =
        std::max({silent_tick_ms, median_milliseconds(row.readings, &SilenceCost::offline_longest_tick),
                  median_milliseconds(row.readings, &SilenceCost::removal_longest_tick)});
  }
  report.verdicts = {
      {"CPU time of 100000 participants in a second", all.milliseconds_per_second, kCpuBound, "ms"},
      {"Longest tick of 100000 participants", all.longest_tick_ms, kTickBound, "ms"},
      {"Longest tick when 100000 participants fall silent", silent_tick_ms, kSilentTickBound, "ms"},
      {"CPU time of a heartbeat, 100000 against 1000", ratio(kHundredThousand, kThousand, cpu), kGrowthBound,
       "times"},
      {"CPU time of a heartbeat, 100000 against 100 times 1000", ratio(kHundredThousand, kManyServers, cpu),
       kListBound, "times"},
      {"Memory of a participant, 100000 against 1000",
       ratio(kHundredThousand, kThousand, &HeartbeatCost::allocated_bytes), kMemoryBound, "times"},
      {"CPU time of a heartbeat, 10 times as many idle in other rooms",
       ratio(kIdleElsewhere, kNobodyIdle, cpu), kIdleElsewhereBound, "times"},
      {"CPU time of a heartbeat, 10 times as many idle in the same rooms",
       ratio(kIdleTogether, kNobodyIdle, cpu), kIdleTogetherBound, "times"},
  };
}

int run(const Options& options) {
  Report report;
  report.repetitions = options.repetitions;
  report.heartbeats = heartbeat_rows();
  report.silences = silence_rows();
  // One reading of each case after the other, so that a busy minute of the machine weighs on all of them.
  for (std::size_t i = 1; i <= options.repetitions; ++i) {
    std::printf("repetition %zu of %zu:", i, options.repetitions);
    std::fflush(stdout);
    for (HeartbeatRow& row : report.heartbeats) {
      row.readings.push_back(measured_alone([&] { return measure_heartbeats(row.shape); }));
      std::printf(" %.0f ns", row.readings.back().nanoseconds_per_heartbeat);
      std::fflush(stdout);
    }
    for (SilenceRow& row : report.silences) {
      row.readings.push_back(measured_alone([&] { return measure_silence(row.rooms, row.last_heartbeats); }));
      std::printf(" %.0f ms",
                  std::chrono::duration<double, std::milli>(row.readings.back().offline_total).count());
      std::fflush(stdout);
    }
    std::printf("\n");
  }
  judge(report);
  print(report);
  std::size_t failed = 0;
  for (const Verdict& verdict : report.verdicts) {
    failed += verdict.passed() ? 0 : 1;
  }
  if (!options.json.empty() && !write_json(report, options.json)) {
    std::fprintf(stderr, "%s cannot be written.\n", options.json.c_str());
    ++failed;
  }
  std::printf("%zu passed, %zu failed\n", report.verdicts.size() - failed, failed);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace baton::bench

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    baton::bench::usage(stdout);
    return EXIT_SUCCESS;
  }
  const auto options = baton::bench::parse(argc, argv);
  if (!options) {
    return 2;
  }
  try {
    return baton::bench::run(*options);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "\n%s\n", failure.what());
    return EXIT_FAILURE;
  }
}
