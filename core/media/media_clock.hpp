// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/time.hpp"

namespace baton::media {

/// Rate of an RTP clock, in ticks per second.
struct ClockRate {
  std::uint32_t hertz = 0;
  friend constexpr bool operator==(const ClockRate&, const ClockRate&) = default;
};

/// Ticks of an RTP clock in one millisecond.
[[nodiscard]] constexpr std::int64_t ticks_per_millisecond(ClockRate rate) {
  return static_cast<std::int64_t>(rate.hertz) / 1000;
}

/// A quarter of the circle of RTP timestamps: as far as one may be from another without any doubt which of
/// the two is newer.
inline constexpr std::int64_t kQuarterCircle = std::int64_t{1} << 30;

/// How far the program's timestamp moves while nothing is on air for `silence`: never negative.
///
/// Real time up to a quarter of the timestamp circle (3.3 h of video). After that a tenth of real time, and
/// never half the circle or more: a receiver that waited through a long silence would take the first picture
/// after it for an old one, because timestamps wrap.
[[nodiscard]] std::int64_t ticks_of_silence(ClockRate rate, core::Duration silence);

}  // namespace baton::media
