// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

namespace baton::core {

/// Tag for times that come in as arguments. It has no `now()`: core never reads a clock, which is what lets
/// the simulator replay a run from its seed.
struct MonotonicClock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming): the standard's name
};

/// A length of time, in microseconds.
using Duration = MonotonicClock::duration;

/// A point on the caller's monotonic clock. Its epoch means nothing to core.
using Instant = MonotonicClock::time_point;

}  // namespace baton::core
