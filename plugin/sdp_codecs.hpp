// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/media/rtp_types.hpp"
#include "core/media/video_codec.hpp"
#include "plugin/sdp_description.hpp"
#include "plugin/sdp_feedback.hpp"

/// How codecs stand in m-lines: what Baton takes out of an offer, and what it writes.
///
/// Pure: any thread, no state.
namespace baton::plugin {

/// A payload type that was picked from an m-line.
struct ChosenFormat {
  media::PayloadType payload_type;
  std::string parameters;  ///< What the answer gives as `a=fmtp`; empty for none.
};

/// The payload type of Opus with 48,000 Hz and two channels, the only form of it (RFC 7587 §7).
[[nodiscard]] std::optional<ChosenFormat> choose_opus(const SdpMediaLine& line);

/// The payload type of a codec in the profile that every browser decodes: H.264 constrained baseline in
/// packetization mode 1 (42e01f before others), VP9 profile 0, AV1 profile 0.
[[nodiscard]] std::optional<ChosenFormat> choose_video(const SdpMediaLine& line, media::VideoCodec codec);

/// Whether the line maps this payload type to this codec.
[[nodiscard]] bool maps_to(const SdpMediaLine& line, media::PayloadType payload_type,
                           std::string_view encoding);

/// The payload type that repeats another one's packets (RFC 4588 §8.6); nothing if the line has none.
[[nodiscard]] std::optional<media::PayloadType> repeating(const SdpMediaLine& line,
                                                          media::PayloadType original);

/// Writes a codec into a line: its format, `a=rtpmap`, `a=rtcp-fb`, `a=fmtp`.
void add_opus(SdpMediaLine& line, const ChosenFormat& format, FeedbackSet feedback);
void add_video(SdpMediaLine& line, media::VideoCodec codec, const ChosenFormat& format, FeedbackSet feedback);
/// Writes the payload type that repeats the packets of `original`.
void add_repeating(SdpMediaLine& line, media::PayloadType repeating, media::PayloadType original);

/// What a viewer is told with `a=fmtp` about the program; empty for none.
[[nodiscard]] std::string program_parameters(media::VideoCodec codec);
[[nodiscard]] std::string opus_parameters();

}  // namespace baton::plugin
