// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/rtp_packet.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::transport::direct {

/// Drops the rest of a video frame that has holes already, because the socket was full: it could not be
/// shown, and it would only keep the socket full for what comes next. By the end of the frame the viewer
/// hears of the next one, finds the gap and asks for it.
///
/// Tiny; pure; one owner at a time.
class FrameCut {
public:
  enum class Passage : std::uint8_t { passes, dropped };

  /// Each packet of the video that has a payload, in the order in which they go out.
  Passage judge(media::RtpTimestamp timestamp, media::Marker marker) {
    if (!newest_ || timestamp.is_newer_than(*newest_)) {
      newest_ = timestamp;
      state_ = State::under_way;
    } else if (timestamp != *newest_) {
      return Passage::passes;  // Late, and of an older frame.
    }
    const Passage passage = state_ == State::cut ? Passage::dropped : Passage::passes;
    state_ = marker == media::Marker::set ? State::ended : state_;
    return passage;
  }

  enum class Cut : std::uint8_t { nothing_under_way, cut };
  /// From here to its end the frame that is under way is dropped.
  Cut cut() {
    if (state_ != State::under_way) {
      return Cut::nothing_under_way;
    }
    state_ = State::cut;
    return Cut::cut;
  }

private:
  enum class State : std::uint8_t { ended, under_way, cut } state_ = State::ended;
  std::optional<media::RtpTimestamp> newest_;
};

}  // namespace baton::transport::direct
