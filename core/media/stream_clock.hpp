// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/media/media_clock.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media {

/// What time it is in an RTP stream: its newest timestamp, moved on by the time since that packet arrived.
///
/// Tiny; pure; one owner at a time.
class StreamClock {
public:
  /// `first` is what the clock shows until the first packet.
  StreamClock(ClockRate rate, RtpTimestamp first) : rate_(rate), newest_(first) {}

  /// A packet arrived that is newer, by its number, than all before it.
  void tick(RtpTimestamp timestamp, core::Instant arrival) {
    if (!arrival_ || timestamp.is_newer_than(newest_)) {
      newest_ = timestamp;
    }
    arrival_ = arrival;
  }

  [[nodiscard]] bool started() const { return arrival_.has_value(); }
  /// The newest timestamp.
  [[nodiscard]] RtpTimestamp newest() const { return newest_; }
  /// How far the clock has moved since the newest packet; see ticks_of_silence. Zero before the first.
  [[nodiscard]] std::int64_t ticks_since_newest(core::Instant now) const {
    return arrival_ ? ticks_of_silence(rate_, now - *arrival_) : 0;
  }
  [[nodiscard]] RtpTimestamp at(core::Instant now) const { return newest_.plus(ticks_since_newest(now)); }

private:
  ClockRate rate_;
  RtpTimestamp newest_;
  std::optional<core::Instant> arrival_;  // Of the newest packet.
};

}  // namespace baton::media
