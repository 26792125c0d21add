// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/heartbeat_cases.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "tests/bench/memory_use.hpp"

namespace baton::bench {

namespace {

/// Intervals before the measurement: until the presence checks of the rooms have found their rhythm.
constexpr std::size_t kWarmUpIntervals = 2;
/// Heartbeats that are measured, so that reading the clock weighs nothing; but no more intervals than fit in
/// an hour.
constexpr std::size_t kHeartbeats = 300'000;
constexpr std::size_t kMostIntervals = 100;
/// Intervals in which each tick is timed.
constexpr std::size_t kTimedIntervals = 2;

void expect(const char* what, std::size_t found, std::size_t wanted) {
  if (found != wanted) {
    throw std::runtime_error(std::string(what) + ": " + std::to_string(found) + " instead of " +
                             std::to_string(wanted) + ".");
  }
}

double share(std::size_t after, std::size_t before, std::size_t participants) {
  return after > before ? static_cast<double>(after - before) / static_cast<double>(participants) : 0;
}

}  // namespace

HeartbeatCost measure_heartbeats(const CrowdShape& shape) {
  Crowd crowd(shape);
  HeartbeatCost cost;
  const MemoryUse before = memory_use();
  crowd.arrive();
  const MemoryUse after = memory_use();
  cost.allocated_bytes = share(after.allocated, before.allocated, crowd.participants());
  cost.resident_bytes = share(after.resident, before.resident, crowd.participants());

  crowd.beat(kWarmUpIntervals, Arrival::spread);
  const std::size_t intervals = std::clamp<std::size_t>(kHeartbeats / crowd.senders(), 1, kMostIntervals);
  const CpuTime begin = cpu_time_used();
  crowd.beat(intervals, Arrival::spread);
  const CpuTime used = cpu_time_used() - begin;
  cost.nanoseconds_per_heartbeat =
      static_cast<double>(used.count()) / static_cast<double>(intervals * crowd.senders());
  cost.longest_tick = crowd.beat_and_time_ticks(kTimedIntervals);

  const std::size_t sent = (kWarmUpIntervals + intervals + kTimedIntervals) * crowd.senders();
  expect("Heartbeats answered", crowd.tally().heartbeats_answered, sent);
  expect("Requests refused", crowd.tally().refusals, 0);
  expect("Participants declared offline", crowd.tally().offline, 0);
  expect("Participants active at the end", crowd.active(), crowd.participants());
  return cost;
}

SilenceCost measure_silence(const Rooms& rooms, Arrival last_heartbeats) {
  Crowd crowd({.rooms = {rooms}});
  crowd.arrive();
  crowd.beat(kWarmUpIntervals, Arrival::spread);
  crowd.beat(1, last_heartbeats);

  SilenceCost cost;
  CpuTime begin = cpu_time_used();
  cost.offline_longest_tick = crowd.pass_and_time_ticks(rooms.presence_timeout);
  cost.offline_total = cpu_time_used() - begin;
  expect("Participants declared offline", crowd.tally().offline, crowd.participants());
  expect("Participants active in the silence", crowd.active(), 0);

  // A host is kept for as long as the grace lasts, and removed like anybody else after that.
  const core::RoomSettings settings;
  const core::Duration enough = settings.grace + 2 * rooms.presence_timeout;
  begin = cpu_time_used();
  cost.removal_longest_tick = crowd.pass_and_time_ticks(enough);
  cost.removal_total = cpu_time_used() - begin;
  expect("Participants left over", crowd.present(), 0);
  return cost;
}

}  // namespace baton::bench
