// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/error_table.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/video_codec.hpp"
#include "plugin/sdp_media.hpp"

/// The session descriptions (RFC 8866, RFC 3264, RFC 8829) that Baton exchanges with a browser through the
/// gateway. The gateway removes ICE, DTLS, BUNDLE, SSRCs and RTX from what the browser says, and adds its own
/// to what is said here; both sides of that are understood, so that a browser's own text can be parsed as
/// well.
///
/// Pure: any thread, no state.
namespace baton::plugin {

/// Reads a host's offer. The first m-line of each kind that sends and has the right codec is taken; all
/// others are refused in the answer. Errors: `sdp_invalid`, `sdp_without_media` (nothing is sent),
/// `codec_not_in_room` (video is sent, but not with the room's codec in a profile that every browser decodes;
/// or audio alone is sent, and not as Opus).
[[nodiscard]] media::ParseResult<PublishOffer, core::ErrorCode> parse_publish_offer(
    std::string_view sdp, media::VideoCodec room_codec);

/// The answer to it: recvonly, same order and mids, one codec per medium.
[[nodiscard]] std::string make_publish_answer(const PublishOffer& offer, const SdpOrigin& origin);

/// The offer of a program to a viewer. For one codec it differs in nothing but `o=`. The gateway adds RTX at
/// the next free number.
[[nodiscard]] std::string make_subscribe_offer(media::VideoCodec room_codec, const SdpOrigin& origin);

/// Reads a viewer's answer to make_subscribe_offer(room_codec). Errors: `sdp_invalid` (also when its m-lines
/// are not those of the offer), `sdp_without_media` (it takes nothing), `codec_not_in_room` (it takes a
/// medium, but not with the payload type and codec that were offered).
[[nodiscard]] media::ParseResult<SubscribeAnswer, core::ErrorCode> parse_subscribe_answer(
    std::string_view sdp, media::VideoCodec room_codec);

}  // namespace baton::plugin
