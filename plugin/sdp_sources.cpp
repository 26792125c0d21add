// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_sources.hpp"

#include <cstdint>
#include <string>

namespace baton::plugin {
namespace {

constexpr std::string_view kRepetitions = "FID";  // RFC 5888 §8.5.

std::optional<media::Ssrc> take_ssrc(std::string_view& text) {
  const auto number = number_from<std::uint32_t>(take_word(text));
  return number ? std::optional(media::Ssrc{*number}) : std::nullopt;
}

std::string number(media::Ssrc ssrc) {
  return std::to_string(ssrc.value);
}

}  // namespace

media::ParseResult<MediaSources, SdpRefusal> read_sources(const SdpMediaLine& line) {
  MediaSources result;
  for (std::string_view value : values_of(line.attributes, "ssrc-group")) {
    if (take_word(value) != kRepetitions) {
      continue;
    }
    const auto first = take_ssrc(value);
    const auto second = take_ssrc(value);
    if (!first || !second || first == second || !value.empty()) {
      return SdpRefusal::source_invalid;
    }
    if (!result.media) {
      result = {first, second};
    }
  }
  for (std::string_view value : values_of(line.attributes, "ssrc")) {
    const auto ssrc = take_ssrc(value);
    if (!ssrc || value.empty()) {
      return SdpRefusal::source_invalid;
    }
    if (!result.media) {
      result.media = ssrc;
    }
  }
  return result;
}

void add_sources(SdpMediaLine& line, const MediaSources& sources, std::string_view canonical_name) {
  if (sources.media && sources.repetitions) {
    line.attributes.push_back({"ssrc-group", std::string(kRepetitions) + " " + number(*sources.media) + " " +
                                                 number(*sources.repetitions)});
  }
  const std::string msid(line.attribute("msid").value_or(""));
  for (const auto& ssrc : {sources.media, sources.repetitions}) {
    if (ssrc) {
      line.attributes.push_back({"ssrc", number(*ssrc) + " cname:" + std::string(canonical_name)});
      line.attributes.push_back({"ssrc", number(*ssrc) + " msid:" + msid});
    }
  }
}

}  // namespace baton::plugin
