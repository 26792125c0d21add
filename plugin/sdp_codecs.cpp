// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_codecs.hpp"

#include <algorithm>

namespace baton::plugin {

namespace {

using media::VideoCodec;

constexpr std::string_view kOpusChannels = "2";
/// RFC 4588 §8.6: the encoding name of retransmissions, and the parameter that says of what.
constexpr std::string_view kRepetition = "rtx";
constexpr std::string_view kRepeats = "apt";

std::string number(media::PayloadType payload_type) {
  return std::to_string(payload_type.value);
}

/// The `a=rtpmap` of a codec, without the payload type.
std::string rtpmap_of(VideoCodec codec) {
  return std::string(media::sdp_name(codec)) + "/90000";
}
std::string rtpmap_of_opus() {
  return std::string(media::sdp_name(media::AudioCodec::opus)) + "/48000/" + std::string(kOpusChannels);
}

/// How well a payload type suits; the highest is taken, the earlier one among equals.
enum class Fit : std::uint8_t { none, usable, best };

Fit fit_of_profile(std::string_view parameters, std::string_view name) {
  return format_parameter(parameters, name).value_or("0") == "0" ? Fit::best : Fit::none;
}

/// RFC 6184 §8.1: profile-level-id is three bytes in hexadecimal: profile_idc, profile-iop, level_idc.
Fit fit_of_h264(std::string_view parameters) {
  if (format_parameter(parameters, "packetization-mode").value_or("0") != "1") {
    return Fit::none;
  }
  const std::string_view id = format_parameter(parameters, "profile-level-id").value_or("420010");
  constexpr int kHexadecimal = 16;
  const auto value = number_from<unsigned>(id, kHexadecimal);
  if (id.size() != 6 || !value) {
    return Fit::none;
  }
  constexpr unsigned kConstrainedBaseline31 = 0x42E01F;
  constexpr unsigned kBaseline = 0x42;
  if (*value == kConstrainedBaseline31) {
    return Fit::best;
  }
  // Plain baseline allows tools that no browser's encoder uses, so it is taken as well.
  return (*value >> 16) == kBaseline ? Fit::usable : Fit::none;
}

Fit fit_of(VideoCodec codec, std::string_view parameters) {
  switch (codec) {
    case VideoCodec::vp8:
      return Fit::best;
    case VideoCodec::vp9:
      return fit_of_profile(parameters, "profile-id");
    case VideoCodec::h264:
      return fit_of_h264(parameters);
    case VideoCodec::av1:
      return fit_of_profile(parameters, "profile");
  }
  return Fit::none;
}

/// What the answer says about the chosen format: the same profile as the offer (RFC 6184 §8.2.2, RFC 9628
/// §6).
std::string answer_parameters(VideoCodec codec, std::string_view offered) {
  constexpr std::size_t kLongestValue = 6;
  std::string result;
  const auto repeat = [&](std::string_view name) {
    const auto value = format_parameter(offered, name);
    if (value && is_token(*value, kLongestValue)) {
      result.append(result.empty() ? "" : ";").append(name).append("=").append(*value);
    }
  };
  switch (codec) {
    case VideoCodec::vp8:
      break;
    case VideoCodec::vp9:
      repeat("profile-id");
      break;
    case VideoCodec::h264:
      repeat("level-asymmetry-allowed");
      repeat("packetization-mode");
      repeat("profile-level-id");
      break;
    case VideoCodec::av1:
      repeat("level-idx");
      repeat("profile");
      repeat("tier");
      break;
  }
  return result;
}

/// The rtpmap of one format of the line, if it is a dynamic one that says so.
std::optional<RtpMap> rtpmap_of_format(const SdpMediaLine& line, std::string_view format) {
  const auto value = line.attribute_of_format("rtpmap", format);
  return value ? parse_rtpmap(*value) : std::nullopt;
}

void add_codec(SdpMediaLine& line, const std::string& rtpmap, const ChosenFormat& format,
               FeedbackSet feedback) {
  const std::string payload_type = number(format.payload_type);
  line.formats.push_back(payload_type);
  line.attributes.push_back({"rtpmap", payload_type + " " + rtpmap});
  add_feedback(line, format.payload_type, feedback);
  if (!format.parameters.empty()) {
    line.attributes.push_back({"fmtp", payload_type + " " + format.parameters});
  }
}

}  // namespace

std::optional<ChosenFormat> choose_opus(const SdpMediaLine& line) {
  for (const std::string& format : line.formats) {
    const auto payload_type = parse_payload_type(format);
    const auto map = rtpmap_of_format(line, format);
    if (payload_type && map && media::audio_codec_from_sdp_name(map->encoding) && map->clock_rate == 48'000 &&
        map->parameters == kOpusChannels) {
      return ChosenFormat{*payload_type, opus_parameters()};
    }
  }
  return std::nullopt;
}

std::optional<ChosenFormat> choose_video(const SdpMediaLine& line, VideoCodec codec) {
  std::optional<ChosenFormat> best;
  Fit best_fit = Fit::none;
  for (const std::string& format : line.formats) {
    const auto payload_type = parse_payload_type(format);
    if (!payload_type || !maps_to(line, *payload_type, media::sdp_name(codec))) {
      continue;
    }
    const std::string_view parameters = line.attribute_of_format("fmtp", format).value_or("");
    const Fit fit = fit_of(codec, parameters);
    if (fit > best_fit) {
      best_fit = fit;
      best = ChosenFormat{*payload_type, answer_parameters(codec, parameters)};
    }
  }
  return best;
}

bool maps_to(const SdpMediaLine& line, media::PayloadType payload_type, std::string_view encoding) {
  const std::string format = number(payload_type);
  const auto map = rtpmap_of_format(line, format);
  return std::ranges::find(line.formats, format) != line.formats.end() && map &&
         same_token(map->encoding, encoding);
}

std::optional<media::PayloadType> repeating(const SdpMediaLine& line, media::PayloadType original) {
  const std::string apt = number(original);
  for (const std::string& format : line.formats) {
    const auto payload_type = parse_payload_type(format);
    const std::string_view parameters = line.attribute_of_format("fmtp", format).value_or("");
    if (payload_type && format_parameter(parameters, kRepeats) == apt &&
        maps_to(line, *payload_type, kRepetition)) {
      return payload_type;
    }
  }
  return std::nullopt;
}

void add_opus(SdpMediaLine& line, const ChosenFormat& format, FeedbackSet feedback) {
  add_codec(line, rtpmap_of_opus(), format, feedback);
}

void add_video(SdpMediaLine& line, VideoCodec codec, const ChosenFormat& format, FeedbackSet feedback) {
  add_codec(line, rtpmap_of(codec), format, feedback);
}

void add_repeating(SdpMediaLine& line, media::PayloadType repeating, media::PayloadType original) {
  add_codec(line, std::string(kRepetition) + "/90000",
            {repeating, std::string(kRepeats) + "=" + number(original)}, {});
}

std::string program_parameters(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::vp8:
      return {};
    case VideoCodec::vp9:
      return "profile-id=0";
    case VideoCodec::h264:
      return "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
    case VideoCodec::av1:
      return "level-idx=5;profile=0;tier=0";
  }
  return {};
}

std::string opus_parameters() {
  return "minptime=10;useinbandfec=1";
}

}  // namespace baton::plugin
