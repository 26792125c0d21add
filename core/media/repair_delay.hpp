// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/media/playout_delay.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media {

/// Decides by how much a far viewer that loses packets should delay its picture, so that what is repeated
/// for it comes before it is to be shown. Browsers know how much packets jitter, but keep no time for
/// repetitions: a frame that lacks a packet is waited for when it should be on the screen, and the picture
/// stands still for a round trip.
///
/// Nothing is asked of who is near or seldom loses anything. A delay is raised at once, the picture stands
/// still then anyway, and lowered long after it was last needed.
///
/// Tiny; pure; one owner at a time.
class RepairDelay {
public:
  /// With a shorter round trip a repetition comes in time anyway.
  static constexpr core::Duration kNear = std::chrono::milliseconds(100);
  /// Beside the round trip: until the next packet shows the gap, for jitter, and for decoding.
  static constexpr core::Duration kMargin = std::chrono::milliseconds(100);
  /// The delay is a multiple of this, so that it seldom changes.
  static constexpr core::Duration kStep = std::chrono::milliseconds(50);
  /// People still speak with one another.
  static constexpr core::Duration kMost = std::chrono::seconds(1);
  /// A loss counts when another one was this short a time ago: one stand-still is not worth a delay.
  static constexpr core::Duration kAgainWithin = std::chrono::seconds(10);
  /// A delay stays for so long after the last loss that needed it. A change is seen.
  static constexpr core::Duration kStays = std::chrono::seconds(30);
  /// For so long is told that there is no delay any more.
  static constexpr core::Duration kRetractedFor = std::chrono::seconds(5);
  /// What libwebrtc has for a maximum when it is told nothing.
  static constexpr core::Duration kNoMaximum = std::chrono::seconds(10);
  /// Tells libwebrtc to decide for itself. With a minimum of 0, Chromium would show each frame as soon as it
  /// can from then on, by another algorithm. 10 ms is what it keeps for rendering in any case.
  static constexpr PlayoutDelay kRetracted{std::chrono::milliseconds(10), kNoMaximum};

  /// A packet that the viewer called lost was sent again. One that is asked for over again is
  /// no further loss.
  /// @param round_trip  nothing while it is not known
  void repeated(SequenceNumber number, std::optional<core::Duration> round_trip, core::Instant now);

  /// What a packet of the video has to say; nothing as a rule. Receivers heed the first packet of a frame
  /// and keep to it until they are told another delay. That one may be lost, so that all packets say it.
  [[nodiscard]] std::optional<PlayoutDelay> tell(core::Instant now) {
    return state_ == State::silent ? std::nullopt : std::optional(told(now));
  }

  /// The minimum that is asked for; nothing when none is.
  [[nodiscard]] std::optional<core::Duration> asked_for() const {
    return state_ == State::delays ? std::optional(delay_) : std::nullopt;
  }

private:
  enum class State : std::uint8_t { silent, delays, retracts };

  [[nodiscard]] PlayoutDelay told(core::Instant now);
  void lower(core::Instant now);

  State state_ = State::silent;
  core::Duration delay_{0};
  core::Duration less_{0};  // The most that was needed since delay_ itself was.
  core::Instant since_{};   // When delay_ was last needed, or was retracted.
  std::optional<core::Instant> lost_at_;
  SequenceNumber newest_repeated_;  // Meaningful with lost_at_.
};

}  // namespace baton::media
