// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time.hpp"

namespace baton::core {

/// So many at once, and so many a second in the long run.
struct RateLimit {
  std::uint32_t burst;
  std::uint32_t per_second;
};

/// Counts what somebody does against a limit: a token bucket that fills with time. Sixteen bytes, so that
/// every session can have several.
class RateMeter {
public:
  /// Whether one more is within the limit at `now`; it is counted then.
  [[nodiscard]] constexpr bool admit(const RateLimit& limit, Instant now) {
    const Duration one = kSecond / std::max<std::uint32_t>(limit.per_second, 1);
    // What was done is paid off over time: the meter says when it would all be paid.
    const Instant paid = std::max(paid_at_, now);
    if (paid - now > one * (limit.burst - 1)) {
      return false;
    }
    paid_at_ = paid + one;
    return true;
  }

  /// Counts so many more, also beyond the limit: it has happened.
  constexpr void charge(const RateLimit& limit, Instant now, std::uint32_t times) {
    paid_at_ = std::max(paid_at_, now) + kSecond / std::max<std::uint32_t>(limit.per_second, 1) * times;
  }

  /// How long nothing more is within the limit: zero if one is at `now`.
  [[nodiscard]] constexpr Duration wait(const RateLimit& limit, Instant now) const {
    const Duration one = kSecond / std::max<std::uint32_t>(limit.per_second, 1);
    const Instant free_at = paid_at_ > now ? paid_at_ - one * (limit.burst - 1) : now;
    return std::max(free_at - now, Duration::zero());
  }

private:
  static constexpr Duration kSecond = std::chrono::seconds(1);

  Instant paid_at_ = Instant::min();
};

}  // namespace baton::core
