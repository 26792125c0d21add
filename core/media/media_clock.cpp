// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/media_clock.hpp"

#include <algorithm>

namespace baton::media {

std::int64_t ticks_of_silence(ClockRate rate, core::Duration silence) {
  constexpr std::int64_t kMost = (std::int64_t{1} << 31) - 1;
  constexpr std::int64_t kSlowdown = 10;
  constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
  // Longer than any silence after which the answer still changes; keeps the product below in range.
  constexpr core::Duration kLongest = std::chrono::hours(24 * 365);

  const auto microseconds = std::clamp(silence, core::Duration::zero(), kLongest).count();
  const std::int64_t ticks = microseconds * static_cast<std::int64_t>(rate.hertz) / kMicrosecondsPerSecond;
  if (ticks <= kQuarterCircle) {
    return ticks;
  }
  return std::min(kQuarterCircle + (ticks - kQuarterCircle) / kSlowdown, kMost);
}

}  // namespace baton::media
