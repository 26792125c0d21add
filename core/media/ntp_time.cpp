// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ntp_time.hpp"

#include <algorithm>

namespace baton::media {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr unsigned kFractionBits = 32;
constexpr unsigned kCompactFractionBits = 16;

// Units of 1/2^bits of a second, rounded down. Seconds and the rest apart, so that the product fits.
constexpr std::int64_t units_of(core::Duration duration, unsigned bits) {
  std::int64_t seconds = duration.count() / kMicrosecondsPerSecond;
  std::int64_t rest = duration.count() % kMicrosecondsPerSecond;
  if (rest < 0) {
    --seconds;
    rest += kMicrosecondsPerSecond;
  }
  const std::int64_t unit = std::int64_t{1} << bits;
  return seconds * unit + rest * unit / kMicrosecondsPerSecond;
}

}  // namespace

CompactNtp compact(NtpTime time) {
  return CompactNtp(static_cast<std::uint32_t>((time.value >> kCompactFractionBits) & 0xFFFFFFFFU));
}

CompactDuration compact(core::Duration duration) {
  constexpr core::Duration kMost = std::chrono::seconds((1 << 16) - 1);
  const auto inside = std::clamp(duration, core::Duration::zero(), kMost);
  return CompactDuration{static_cast<std::uint32_t>(units_of(inside, kCompactFractionBits))};
}

core::Duration duration_of(CompactDuration duration) {
  return core::Duration(std::int64_t{duration.value} * kMicrosecondsPerSecond >> kCompactFractionBits);
}

NtpTime WallClock::at(core::Instant when) const {
  // NTP time wraps in 2036; so does this sum.
  return NtpTime{time.value + static_cast<std::uint64_t>(units_of(when - instant, kFractionBits))};
}

std::optional<core::Duration> round_trip_time(CompactNtp now, CompactNtp last_sender_report,
                                              CompactDuration delay) {
  if (last_sender_report == CompactNtp()) {
    return std::nullopt;
  }
  constexpr std::int64_t kMillisecond = 66;  // In units of 1/65536 s.
  const std::int64_t units = last_sender_report.distance_to(now) - std::int64_t{delay.value};
  if (units < -kMillisecond) {
    return std::nullopt;
  }
  const auto positive = CompactDuration{static_cast<std::uint32_t>(std::max<std::int64_t>(units, 0))};
  const auto round_trip = duration_of(positive);
  return round_trip <= kMaxRoundTripTime ? std::optional(round_trip) : std::nullopt;
}

}  // namespace baton::media
