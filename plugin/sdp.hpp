// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error_table.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/video_codec.hpp"
#include "framework/media_packet.hpp"

/// The session descriptions (RFC 8866, RFC 3264, RFC 8829) that Baton exchanges with a browser through the
/// gateway. The gateway removes ICE, DTLS, BUNDLE, SSRCs and RTX from what the browser says, and adds its own
/// to what is said here; both sides of that are understood, so that a browser's own text can be parsed as
/// well.
///
/// Pure: any thread, no state.
namespace baton::plugin {

/// The largest description that is looked at.
inline constexpr std::size_t kMaxSdpBytes = std::size_t{64} * 1024;
/// The longest line of one.
inline constexpr std::size_t kMaxSdpLineBytes = 2048;
/// The most lines of one; Chromium's largest offers have about 300.
inline constexpr std::size_t kMaxSdpLines = 2000;
/// The most m-lines of one.
inline constexpr std::size_t kMaxSdpMediaLines = 16;

/// RTP header extensions (RFC 8285) that Baton negotiates: those that the gateway reads from publishers and
/// writes for viewers, or uses itself.
enum class HeaderExtension : std::uint8_t {
  mid,                    ///< RFC 9143
  audio_level,            ///< RFC 6464
  abs_send_time,          ///< for the viewer's estimate of its bandwidth (REMB)
  transport_wide_cc,      ///< for the publisher's estimate of its bandwidth
  video_orientation,      ///< 3GPP TS 26.114 §7.4.5
  playout_delay,          ///< webrtc.org experiment
  dependency_descriptor,  ///< AV1 RTP specification, appendix A
};
[[nodiscard]] std::string_view uri(HeaderExtension extension);

/// One `a=extmap`. Ids are the same in all m-lines of one description, as BUNDLE demands.
struct ExtensionMap {
  HeaderExtension extension = HeaderExtension::mid;
  std::uint8_t id = 0;  ///< 1 to 14: what fits the one-byte form.
};

/// What `o=` says (RFC 8866 §5.2). The caller keeps the id for a connection and lets the version grow.
struct SdpOrigin {
  std::uint64_t session_id = 0;  ///< below 2^63 (RFC 8829 §5.2.1), not 0
  std::uint64_t version = 0;     ///< not 0
};

// --- publishing: the browser offers, Baton answers
// ----------------------------------------------------------

/// One medium of an offer that the room takes, and what was chosen for it.
struct ChosenMedium {
  framework::MediaIndex index = framework::MediaIndex(0);
  media::PayloadType payload_type;
  /// The `a=fmtp` parameters that the answer gives; empty for none.
  std::string format_parameters;
  /// The offered extensions that the answer accepts.
  std::vector<ExtensionMap> extensions;
};

/// What the answer needs to know about any m-line of the offer, taken or refused.
struct OfferedLine {
  std::string media;     ///< `audio`, `video`, `application` or another token
  std::string protocol;  ///< such as `UDP/TLS/RTP/SAVPF`
  std::string mid;       ///< empty if it has none
  std::string format;    ///< the first of its formats
  std::string rtpmap;    ///< of that format, without the number; empty for none
};

/// An offer that the room takes: at least one medium is set.
struct PublishOffer {
  media::VideoCodec video_codec = media::VideoCodec::vp8;
  std::optional<ChosenMedium> audio;  ///< always Opus
  std::optional<ChosenMedium> video;
  std::vector<OfferedLine> lines;  ///< all m-lines in their order, at most kMaxSdpMediaLines
};

/// Reads a host's offer. The first m-line of each kind that sends and has the right codec is taken; all
/// others are refused in the answer. Errors: `sdp_invalid`, `sdp_without_media` (nothing is sent),
/// `codec_not_in_room` (video is sent, but not with the room's codec in a profile that every browser decodes;
/// or audio alone is sent, and not as Opus).
[[nodiscard]] media::ParseResult<PublishOffer, core::ErrorCode> parse_publish_offer(
    std::string_view sdp, media::VideoCodec room_codec);

/// The answer to it: recvonly, same order and mids, one codec per medium.
[[nodiscard]] std::string make_publish_answer(const PublishOffer& offer, const SdpOrigin& origin);

// --- subscribing: Baton offers, the browser answers
// ---------------------------------------------------------

/// The payload types of a program. They are the same for every viewer and every time, so that the program's
/// packets never need another one. The gateway adds RTX at the next free number.
struct ProgramPayloadTypes {
  media::PayloadType audio;
  media::PayloadType video;
};
inline constexpr ProgramPayloadTypes kProgramPayloadTypes{media::PayloadType{111}, media::PayloadType{96}};

/// The m-lines of a program: audio, then video.
inline constexpr framework::MediaIndex kProgramAudioIndex{0};
inline constexpr framework::MediaIndex kProgramVideoIndex{1};

/// The offer of a program to a viewer. For one codec it differs in nothing but `o=`.
[[nodiscard]] std::string make_subscribe_offer(media::VideoCodec room_codec, const SdpOrigin& origin);

enum class Acceptance : std::uint8_t { refused, accepted };

/// Which media of the program the viewer takes: at least one.
struct SubscribeAnswer {
  Acceptance audio = Acceptance::refused;
  Acceptance video = Acceptance::refused;
};

/// Reads a viewer's answer to make_subscribe_offer(room_codec). Errors: `sdp_invalid` (also when its m-lines
/// are not those of the offer), `sdp_without_media` (it takes nothing), `codec_not_in_room` (it takes a
/// medium, but not with the payload type and codec that were offered).
[[nodiscard]] media::ParseResult<SubscribeAnswer, core::ErrorCode> parse_subscribe_answer(
    std::string_view sdp, media::VideoCodec room_codec);

}  // namespace baton::plugin
