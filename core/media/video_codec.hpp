// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "core/media/media_clock.hpp"

namespace baton::media {

/// Video codecs that a program can carry: those whose key frames can be told from the RTP payload.
enum class VideoCodec : std::uint8_t { vp8, vp9, h264, av1 };
/// Audio codecs that a program can carry.
enum class AudioCodec : std::uint8_t { opus };
/// What one medium of a program carries; it does not change during the program's life.
using Codec = std::variant<VideoCodec, AudioCodec>;

/// The encoding name of `a=rtpmap` (RFC 7741, RFC 9628, RFC 6184, AV1 RTP, RFC 7587), spelt as registered.
[[nodiscard]] std::string_view sdp_name(VideoCodec codec);
[[nodiscard]] std::string_view sdp_name(AudioCodec codec);

/// The codec for an encoding name, compared without case (RFC 8866 §6.6); nothing for a codec that is not
/// ours.
[[nodiscard]] std::optional<VideoCodec> video_codec_from_sdp_name(std::string_view name);
[[nodiscard]] std::optional<AudioCodec> audio_codec_from_sdp_name(std::string_view name);

/// Ticks of the RTP timestamp per second: 90,000 for all video, 48,000 for Opus.
[[nodiscard]] ClockRate clock_rate(VideoCodec codec);
[[nodiscard]] ClockRate clock_rate(AudioCodec codec);
[[nodiscard]] ClockRate clock_rate(const Codec& codec);

}  // namespace baton::media
