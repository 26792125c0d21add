// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>

#include "core/media/rtp_types.hpp"
#include "plugin/sdp_description.hpp"

namespace baton::plugin {

/// What a receiver may send back about a medium (`a=rtcp-fb`, RFC 4585 §4.2).
enum class Feedback : std::uint8_t {
  full_intra_request,  ///< `ccm fir`, RFC 5104 §4.3.1
  nack,                ///< RFC 4585 §6.2.1
  picture_loss,        ///< `nack pli`, RFC 4585 §6.3.1
  bandwidth_estimate,  ///< `goog-remb`, draft-alvestrand-rmcat-remb
  transport_wide,      ///< `transport-cc`, draft-holmer-rmcat-transport-wide-cc-extensions-01
};

/// Some of them. A plain value.
class FeedbackSet {
public:
  constexpr FeedbackSet() = default;
  constexpr FeedbackSet(std::initializer_list<Feedback> kinds) {
    for (const Feedback kind : kinds) {
      add(kind);
    }
  }

  constexpr void add(Feedback kind) { bits_ |= bit(kind); }
  [[nodiscard]] constexpr bool contains(Feedback kind) const { return (bits_ & bit(kind)) != 0; }

  /// What is in both.
  friend constexpr FeedbackSet operator&(FeedbackSet a, FeedbackSet b) {
    a.bits_ &= b.bits_;
    return a;
  }
  friend constexpr bool operator==(const FeedbackSet&, const FeedbackSet&) = default;

private:
  static constexpr std::uint32_t bit(Feedback kind) {
    return std::uint32_t{1} << static_cast<std::uint32_t>(kind);
  }
  std::uint32_t bits_ = 0;
};

/// All that is of use with audio, and with video.
inline constexpr FeedbackSet kAudioFeedback{Feedback::transport_wide};
inline constexpr FeedbackSet kVideoFeedback{Feedback::full_intra_request, Feedback::nack,
                                            Feedback::picture_loss, Feedback::bandwidth_estimate,
                                            Feedback::transport_wide};

/// What the line says of this payload type, or of all of them.
[[nodiscard]] FeedbackSet read_feedback(const SdpMediaLine& line, media::PayloadType payload_type);
/// Writes it.
void add_feedback(SdpMediaLine& line, media::PayloadType payload_type, FeedbackSet feedback);

}  // namespace baton::plugin
