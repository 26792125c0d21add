// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

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

  /// The earliest time at which the next may be said; nothing: at any time.
  [[nodiscard]] constexpr std::optional<Instant> next_allowed() const { return blocked_until_; }
  [[nodiscard]] constexpr bool allows(Instant now) const { return !blocked_until_ || now >= *blocked_until_; }

  /// It was said now. Only while `allows(now)`.
  constexpr void said(Instant now) {
    const bool close = last_ && now < *last_ + limits_.interval && !blocked_until_;
    streak_ = close ? streak_ + 1 : 1;
    last_ = now;
    blocked_until_.reset();
    if (streak_ >= limits_.burst) {
      blocked_until_ = now + limits_.cool_down;
    }
  }

private:
  ThrottleLimits limits_;
  std::optional<Instant> last_;
  /// How many were said in a row, each too close to the one before.
  unsigned streak_ = 0;
  std::optional<Instant> blocked_until_;
};

}  // namespace baton::core
