// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/media/extension_map.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/video_codec.hpp"
#include "framework/media_packet.hpp"
#include "plugin/sdp_description.hpp"
#include "plugin/sdp_extensions.hpp"
#include "plugin/sdp_feedback.hpp"
#include "plugin/sdp_refusal.hpp"

/// What descriptions say of the media, by whatever transport they come: which of the offered media a room
/// takes, and what its program is. How packets find their way stands in sdp_transport.hpp.
///
/// Pure: any thread, no state.
namespace baton::plugin {

/// What `o=` says (RFC 8866 §5.2). The caller keeps the id for a connection and lets the version grow by 1.
struct SdpOrigin {
  std::uint64_t session_id = 0;  ///< below 2^63 (RFC 8829 §5.2.1), not 0
  std::uint64_t version = 0;     ///< not 0
};

/// One medium of an offer that the room takes, and what was chosen for it.
struct ChosenMedium {
  framework::MediaIndex index = framework::MediaIndex(0);
  media::PayloadType payload_type;
  /// The `a=fmtp` parameters that the answer gives; empty for none.
  std::string format_parameters;
  /// Those of the offer that the answer accepts.
  media::ExtensionMap extensions;
  FeedbackSet feedback;

  friend bool operator==(const ChosenMedium&, const ChosenMedium&) = default;
};

/// What the answer needs to know about any m-line of the offer, taken or refused.
struct OfferedLine {
  std::string media;     ///< `audio`, `video`, `application` or another token
  std::string protocol;  ///< such as `UDP/TLS/RTP/SAVPF`
  std::string mid;       ///< empty if it has none
  std::string format;    ///< the first of its formats
  std::string rtpmap;    ///< of that format, without the number; empty for none

  friend bool operator==(const OfferedLine&, const OfferedLine&) = default;
};

/// An offer that the room takes: at least one medium is set.
struct PublishOffer {
  media::VideoCodec video_codec = media::VideoCodec::vp8;
  std::optional<ChosenMedium> audio;  ///< always Opus
  std::optional<ChosenMedium> video;
  std::vector<OfferedLine> lines;  ///< all m-lines in their order, at most kMaxSdpMediaLines

  friend bool operator==(const PublishOffer&, const PublishOffer&) = default;
};

/// Takes the first m-line of each kind that sends and has the right codec.
[[nodiscard]] media::ParseResult<PublishOffer, SdpRefusal> read_publish_offer(
    const SdpDescription& description, media::VideoCodec room_codec);

/// The answer to it: recvonly, same order and mids, one codec per medium.
[[nodiscard]] SdpDescription publish_answer(const PublishOffer& offer, const SdpOrigin& origin);

/// The payload types of a program. They are the same for every viewer and every time, so that the program's
/// packets never need another one.
struct ProgramPayloadTypes {
  media::PayloadType audio;
  media::PayloadType video;
};
inline constexpr ProgramPayloadTypes kProgramPayloadTypes{media::PayloadType{111}, media::PayloadType{96}};

/// The m-lines of a program: audio, then video.
inline constexpr framework::MediaIndex kProgramAudioIndex{0};
inline constexpr framework::MediaIndex kProgramVideoIndex{1};

/// What a program is offered with, by its kind and codec.
struct ProgramTerms {
  media::ExtensionMap extensions;
  FeedbackSet feedback;
};

/// The offer of a program: audio, then video.
[[nodiscard]] SdpDescription program_offer(media::VideoCodec room_codec, const SdpOrigin& origin,
                                           const ProgramTerms& audio, const ProgramTerms& video);

enum class Acceptance : std::uint8_t { refused, accepted };

/// Which media of the program the viewer takes: at least one.
struct SubscribeAnswer {
  Acceptance audio = Acceptance::refused;
  Acceptance video = Acceptance::refused;

  friend bool operator==(const SubscribeAnswer&, const SubscribeAnswer&) = default;
};

/// Reads an answer to program_offer().
[[nodiscard]] media::ParseResult<SubscribeAnswer, SdpRefusal> read_subscribe_answer(
    const SdpDescription& description, media::VideoCodec room_codec);

}  // namespace baton::plugin
