// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/media/rtp_types.hpp"
#include "core/media/video_codec.hpp"
#include "plugin/sdp.hpp"
#include "plugin/sdp_description.hpp"

/// How codecs and header extensions stand in m-lines: what Baton takes out of an offer, and what it writes.
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

/// The extensions that Baton takes from a publisher of audio, or of video in this codec.
[[nodiscard]] std::vector<HeaderExtension> extensions_from_publisher(std::optional<media::VideoCodec> video);
/// The extensions that Baton offers to viewers, each with the id that it always has.
[[nodiscard]] std::vector<ExtensionMap> extensions_for_viewer(std::optional<media::VideoCodec> video);

/// Those of the line's extensions that are in `wanted`; an id out of range and a second entry are left out.
[[nodiscard]] std::vector<ExtensionMap> offered_extensions(const SdpMediaLine& line,
                                                           const std::vector<HeaderExtension>& wanted);

/// Which feedback a medium asks for.
enum class FeedbackSet : std::uint8_t {
  audio_from_publisher,
  video_from_publisher,
  audio_to_viewer,
  video_to_viewer,
};

/// Writes a codec into a line: its format, `a=rtpmap`, `a=rtcp-fb`, `a=fmtp`.
void add_opus(SdpMediaLine& line, const ChosenFormat& format, FeedbackSet feedback);
void add_video(SdpMediaLine& line, media::VideoCodec codec, const ChosenFormat& format, FeedbackSet feedback);
/// Writes `a=extmap` lines.
void add_extensions(SdpMediaLine& line, const std::vector<ExtensionMap>& extensions);

/// What a viewer is told with `a=fmtp` about the program; empty for none.
[[nodiscard]] std::string program_parameters(media::VideoCodec codec);
[[nodiscard]] std::string opus_parameters();

}  // namespace baton::plugin
