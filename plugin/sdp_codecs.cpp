// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_codecs.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace baton::plugin {

namespace {

using media::VideoCodec;

constexpr std::string_view kOpusChannels = "2";

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
  unsigned value = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value, 16);
  if (id.size() != 6 || error != std::errc() || end != id.data() + id.size()) {
    return Fit::none;
  }
  constexpr unsigned kConstrainedBaseline31 = 0x42E01F;
  constexpr unsigned kBaseline = 0x42;
  if (value == kConstrainedBaseline31) {
    return Fit::best;
  }
  // Plain baseline allows tools that no browser's encoder uses, so it is taken as well.
  return (value >> 16) == kBaseline ? Fit::usable : Fit::none;
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

struct ExtensionRow {
  HeaderExtension extension;
  std::string_view uri;
  std::uint8_t id_for_viewers;
};

// The ids are those that the gateway's own plugins use, so that captures look familiar; it has none for the
// dependency descriptor. Ids up to 14 fit the one-byte form of RFC 8285.
constexpr auto kExtensions = std::to_array<ExtensionRow>({
    {HeaderExtension::mid, "urn:ietf:params:rtp-hdrext:sdes:mid", 4},
    {HeaderExtension::audio_level, "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 1},
    {HeaderExtension::abs_send_time, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", 2},
    {HeaderExtension::transport_wide_cc,
     "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", 3},
    {HeaderExtension::video_orientation, "urn:3gpp:video-orientation", 13},
    {HeaderExtension::playout_delay, "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", 12},
    {HeaderExtension::dependency_descriptor,
     "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension", 11},
});

const ExtensionRow& row_of(HeaderExtension extension) {
  return *std::ranges::find(kExtensions, extension, &ExtensionRow::extension);
}

/// Only these codecs' programs continue the descriptor's frame numbers across sources.
bool has_dependency_descriptor(VideoCodec codec) {
  return codec == VideoCodec::av1 || codec == VideoCodec::vp9;
}

/// `7`, `7/sendonly`: RFC 8285 §5. A direction that forbids sending towards us counts as absent.
std::optional<std::uint8_t> extension_id(std::string_view text) {
  constexpr std::uint8_t kHighestOneByteId = 14;
  std::uint8_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const std::string_view tail = text.substr(static_cast<std::size_t>(end - text.data()));
  const bool usable = tail.empty() || tail == "/sendonly" || tail == "/sendrecv";
  if (error != std::errc() || !usable || id == 0 || id > kHighestOneByteId) {
    return std::nullopt;
  }
  return id;
}

std::vector<std::string_view> feedback_of(FeedbackSet set) {
  switch (set) {
    case FeedbackSet::audio_from_publisher:
      return {"transport-cc"};
    case FeedbackSet::video_from_publisher:
      return {"ccm fir", "nack", "nack pli", "goog-remb", "transport-cc"};
    case FeedbackSet::audio_to_viewer:
      return {};
    case FeedbackSet::video_to_viewer:
      // Without transport-cc a viewer estimates its own bandwidth and says so in REMB. With it, it would send
      // feedback many times a second, which the gateway neither evaluates nor lets a plugin evaluate.
      return {"ccm fir", "nack", "nack pli", "goog-remb"};
  }
  return {};
}

void add_codec(SdpMediaLine& line, const std::string& rtpmap, const ChosenFormat& format,
               FeedbackSet feedback) {
  const std::string payload_type = number(format.payload_type);
  line.formats.push_back(payload_type);
  line.attributes.push_back({"rtpmap", payload_type + " " + rtpmap});
  for (const std::string_view type : feedback_of(feedback)) {
    line.attributes.push_back({"rtcp-fb", payload_type + " " + std::string(type)});
  }
  if (!format.parameters.empty()) {
    line.attributes.push_back({"fmtp", payload_type + " " + format.parameters});
  }
}

}  // namespace

std::string_view uri(HeaderExtension extension) {
  return row_of(extension).uri;
}

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

std::vector<HeaderExtension> extensions_from_publisher(std::optional<VideoCodec> video) {
  if (!video) {
    return {HeaderExtension::mid, HeaderExtension::audio_level, HeaderExtension::transport_wide_cc};
  }
  std::vector<HeaderExtension> result{HeaderExtension::mid, HeaderExtension::transport_wide_cc,
                                      HeaderExtension::video_orientation, HeaderExtension::playout_delay};
  if (has_dependency_descriptor(*video)) {
    result.push_back(HeaderExtension::dependency_descriptor);
  }
  return result;
}

std::vector<ExtensionMap> extensions_for_viewer(std::optional<VideoCodec> video) {
  std::vector<HeaderExtension> extensions{HeaderExtension::mid};
  if (!video) {
    extensions.push_back(HeaderExtension::audio_level);
  } else {
    extensions.insert(extensions.end(), {HeaderExtension::abs_send_time, HeaderExtension::video_orientation,
                                         HeaderExtension::playout_delay});
    if (has_dependency_descriptor(*video)) {
      extensions.push_back(HeaderExtension::dependency_descriptor);
    }
  }
  std::vector<ExtensionMap> result;
  result.reserve(extensions.size());
  for (const HeaderExtension extension : extensions) {
    result.push_back({extension, row_of(extension).id_for_viewers});
  }
  return result;
}

std::vector<ExtensionMap> offered_extensions(const SdpMediaLine& line,
                                             const std::vector<HeaderExtension>& wanted) {
  std::vector<ExtensionMap> result;
  for (const SdpAttribute& a : line.attributes) {
    const std::string_view value = a.value;
    const std::size_t space = value.find(' ');
    if (a.name != "extmap" || space == std::string_view::npos) {
      continue;
    }
    const auto id = extension_id(value.substr(0, space));
    // Extension attributes may follow the URI (RFC 8285 §5).
    const std::string_view rest = value.substr(space + 1);
    const std::string_view name = rest.substr(0, rest.find(' '));
    const auto* row = std::ranges::find(kExtensions, name, &ExtensionRow::uri);
    if (!id || row == kExtensions.end() || std::ranges::find(wanted, row->extension) == wanted.end()) {
      continue;
    }
    const bool taken = std::ranges::any_of(result, [&](const ExtensionMap& earlier) {
      return earlier.id == *id || earlier.extension == row->extension;
    });
    if (!taken) {
      result.push_back({row->extension, *id});
    }
  }
  return result;
}

void add_opus(SdpMediaLine& line, const ChosenFormat& format, FeedbackSet feedback) {
  add_codec(line, rtpmap_of_opus(), format, feedback);
}

void add_video(SdpMediaLine& line, VideoCodec codec, const ChosenFormat& format, FeedbackSet feedback) {
  add_codec(line, rtpmap_of(codec), format, feedback);
}

void add_extensions(SdpMediaLine& line, const std::vector<ExtensionMap>& extensions) {
  for (const ExtensionMap& map : extensions) {
    line.attributes.push_back({"extmap", std::to_string(map.id) + " " + std::string(uri(map.extension))});
  }
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
