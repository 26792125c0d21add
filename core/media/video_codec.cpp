// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/video_codec.hpp"

#include <algorithm>
#include <array>

namespace baton::media {
namespace {

constexpr ClockRate kVideoClockRate{90'000};
constexpr ClockRate kOpusClockRate{48'000};
constexpr std::array kVideoCodecs{VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::av1};

constexpr char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool equal_without_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::string_view sdp_name(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::vp8:
      return "VP8";
    case VideoCodec::vp9:
      return "VP9";
    case VideoCodec::h264:
      return "H264";
    case VideoCodec::av1:
      return "AV1";
  }
  return "";
}

std::string_view sdp_name(AudioCodec /*only one*/) {
  return "opus";
}

std::optional<VideoCodec> video_codec_from_sdp_name(std::string_view name) {
  for (const auto codec : kVideoCodecs) {
    if (equal_without_case(name, sdp_name(codec))) {
      return codec;
    }
  }
  return std::nullopt;
}

std::optional<AudioCodec> audio_codec_from_sdp_name(std::string_view name) {
  return equal_without_case(name, sdp_name(AudioCodec::opus)) ? std::optional(AudioCodec::opus)
                                                              : std::nullopt;
}

ClockRate clock_rate(VideoCodec /*all the same*/) {
  return kVideoClockRate;
}
ClockRate clock_rate(AudioCodec /*only one*/) {
  return kOpusClockRate;
}
ClockRate clock_rate(const Codec& codec) {
  return std::visit([](auto one) { return clock_rate(one); }, codec);
}

}  // namespace baton::media
