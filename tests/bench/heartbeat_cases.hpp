// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "tests/bench/cpu_clock.hpp"
#include "tests/bench/crowd.hpp"

/// The measurements of `baton_bench_heartbeat`. Each takes one reading; the caller repeats. Each throws if
/// the rooms did not do what was asked of them: a fast wrong answer is no result.
namespace baton::bench {

/// What it costs to keep a crowd present.
struct HeartbeatCost {
  double nanoseconds_per_heartbeat = 0;
  CpuTime longest_tick{0};
  /// Per participant, with its share of the room.
  double allocated_bytes = 0;
  double resident_bytes = 0;
};

/// Takes under an hour of simulated time, so that people who are idle need no sign of life.
[[nodiscard]] HeartbeatCost measure_heartbeats(const CrowdShape& shape);

/// What it costs when everybody falls silent at once, until nobody is left.
struct SilenceCost {
  /// Until everybody is offline.
  CpuTime offline_total{0};
  CpuTime offline_longest_tick{0};
  /// From then on until everybody is removed.
  CpuTime removal_total{0};
  CpuTime removal_longest_tick{0};
};

/// @param last_heartbeats  how the last heartbeats came, and so how the time-outs will
[[nodiscard]] SilenceCost measure_silence(const Rooms& rooms, Arrival last_heartbeats);

}  // namespace baton::bench
