// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/sequence.hpp"
#include "core/time.hpp"

namespace baton::media {

/// 64-bit NTP time (RFC 3550 §4): 32 bits of seconds since 1900, 32 bits of fraction.
struct NtpTime {
  std::uint64_t value = 0;
  friend constexpr bool operator==(const NtpTime&, const NtpTime&) = default;
};

/// The middle 32 bits of an NTP time (RFC 3550 §4): units of 1/65536 s that wrap after 18 hours.
using CompactNtp = SerialNumber<struct CompactNtpTag, 32>;

/// A length of time in units of 1/65536 s, as report blocks carry it (DLSR, RFC 3550 §6.4.1).
struct CompactDuration {
  std::uint32_t value = 0;
  friend constexpr bool operator==(const CompactDuration&, const CompactDuration&) = default;
};

[[nodiscard]] CompactNtp compact(NtpTime time);
/// Rounded down; what does not fit (negative, or more than 18 hours) becomes the nearest that does.
[[nodiscard]] CompactDuration compact(core::Duration duration);
[[nodiscard]] core::Duration duration_of(CompactDuration duration);

/// What the wall clock showed at some instant. The caller reads both clocks; core reads none.
struct WallClock {
  core::Instant instant;
  NtpTime time;

  /// What it shows at another instant, before or after.
  [[nodiscard]] NtpTime at(core::Instant when) const;
};

/// More than this is no round trip but a report on something else, or a forged one.
inline constexpr core::Duration kMaxRoundTripTime = std::chrono::seconds(60);

/// Round-trip time from a report block that arrived at `now` (RFC 3550 §6.4.1: A − LSR − DLSR). Nothing when
/// the reporter has had no SR yet, and for what cannot be. Clocks that are read in steps may make it
/// negative by up to a millisecond on a short way: that is zero.
[[nodiscard]] std::optional<core::Duration> round_trip_time(CompactNtp now, CompactNtp last_sender_report,
                                                            CompactDuration delay);

}  // namespace baton::media
