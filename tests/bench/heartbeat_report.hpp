// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/heartbeat_cases.hpp"

namespace baton::bench {

/// The readings of one case, one for each repetition.
struct HeartbeatRow {
  std::string name;
  CrowdShape shape;
  std::vector<HeartbeatCost> readings;
};
struct SilenceRow {
  std::string name;
  Rooms rooms;
  Arrival last_heartbeats = Arrival::spread;
  std::vector<SilenceCost> readings;
};

/// A figure that must not be above its bound.
struct Verdict {
  std::string what;
  double value = 0;
  double at_most = 0;
  std::string unit;
  [[nodiscard]] bool passed() const { return value <= at_most; }
};

struct Report {
  std::size_t repetitions = 0;
  std::vector<HeartbeatRow> heartbeats;
  std::vector<SilenceRow> silences;
  std::vector<Verdict> verdicts;
};

/// The middle ones of a row's readings.
struct HeartbeatMedians {
  double nanoseconds_per_heartbeat;
  /// CPU time of the whole crowd in a second of simulated time.
  double milliseconds_per_second;
  double longest_tick_ms;
  double allocated_bytes;
  double resident_bytes;
};
[[nodiscard]] HeartbeatMedians medians_of(const HeartbeatRow& row);
[[nodiscard]] double median_milliseconds(const std::vector<SilenceCost>& readings,
                                         CpuTime SilenceCost::*figure);

/// The median over the repetitions of how many times one row's figure is another's: the two of one repetition
/// were measured one after the other, so what else the machine did meanwhile weighs on both.
[[nodiscard]] double median_ratio(const HeartbeatRow& row, const HeartbeatRow& reference,
                                  double HeartbeatCost::*figure);

void print(const Report& report);
/// False if the file could not be written.
[[nodiscard]] bool write_json(const Report& report, const std::string& file);

}  // namespace baton::bench
