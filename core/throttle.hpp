// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/time.hpp"

namespace baton::core {

/// How often something may be said. What comes no sooner than `interval` after the last always may; closer
/// together a `burst` may come, and then nothing for `cool_down`.
struct ThrottleLimits {
  Duration interval;
  unsigned burst;
  Duration cool_down;
};

/// Says when the next may be said. What must wait is kept, and coalesced, by the caller.
class Throttle {
public:
  explicit constexpr Throttle(const ThrottleLimits& limits) : limits_(limits) {}

  /// The earliest time at which the next may be said; long ago while nothing stands in its way.
  [[nodiscard]] constexpr Instant next_allowed() const { return blocked_until_; }
  [[nodiscard]] constexpr bool allows(Instant now) const { return now >= blocked_until_; }

  /// It was said now. Only while `allows(now)`.
  constexpr void said(Instant now) {
    streak_ = now < streak_until_ ? streak_ + 1 : 1;
    streak_until_ = now + limits_.interval;
    if (streak_ >= limits_.burst) {
      blocked_until_ = now + limits_.cool_down;
      streak_until_ = now;
    }
  }

private:
  ThrottleLimits limits_;
  /// How many were said in a row, each too close to the one before; and until when the next one is.
  unsigned streak_ = 0;
  Instant streak_until_ = Instant::min();
  Instant blocked_until_ = Instant::min();
};

}  // namespace baton::core
