// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

#include "core/time.hpp"

namespace baton::plugin {

/// The one place where the plugin reads a clock. Any thread.
[[nodiscard]] inline core::Instant now() {
  return core::Instant(
      std::chrono::duration_cast<core::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

/// Milliseconds since 1970, as clients' clocks count; `wall_clock_ms` when the core's clock showed `now`.
struct ClockReading {
  core::Instant now;
  std::int64_t wall_clock_ms;

  /// A core time in milliseconds since 1970.
  [[nodiscard]] std::int64_t at_ms(core::Instant instant) const {
    return wall_clock_ms + std::chrono::duration_cast<std::chrono::milliseconds>(instant - now).count();
  }
  /// Milliseconds from now on; never negative.
  [[nodiscard]] std::int64_t remaining_ms(core::Instant instant) const {
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(instant - now).count();
    return rest > 0 ? rest : 0;
  }
  /// Milliseconds since then; never negative.
  [[nodiscard]] std::int64_t age_ms(core::Instant instant) const {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - instant).count();
    return age > 0 ? age : 0;
  }
};

[[nodiscard]] inline ClockReading read_clocks() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {now(), std::chrono::duration_cast<std::chrono::milliseconds>(wall).count()};
}

/// Seconds since 1970, as tokens count them.
[[nodiscard]] inline std::chrono::sys_seconds wall_clock_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace baton::plugin
