// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_extensions.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace baton::plugin {
namespace {

using media::ExtensionId;
using media::ExtensionKind;
using media::ExtensionMap;
using media::VideoCodec;

constexpr std::string_view kExtensionAttribute = "extmap";
constexpr std::string_view kMixedForms = "extmap-allow-mixed";
constexpr std::uint8_t kHighestOneByteId = 14;

struct ViewerId {
  ExtensionKind kind;
  ExtensionId id;
};

// The ids are those that the gateway's own plugins use, so that captures look familiar; it has none for the
// dependency descriptor.
constexpr auto kViewerIds = std::to_array<ViewerId>({
    {ExtensionKind::audio_level, {1}},
    {ExtensionKind::absolute_send_time, {2}},
    {ExtensionKind::transport_sequence, {3}},
    {ExtensionKind::mid, {4}},
    {ExtensionKind::dependency_descriptor, {11}},
    {ExtensionKind::playout_delay, {12}},
    {ExtensionKind::video_orientation, {13}},
});

/// Only these codecs' programs continue the descriptor's frame numbers across sources.
bool has_dependency_descriptor(VideoCodec codec) {
  return codec == VideoCodec::av1 || codec == VideoCodec::vp9;
}

ExtensionKinds kinds_for_viewer(std::optional<VideoCodec> video) {
  if (!video) {
    return {ExtensionKind::mid, ExtensionKind::audio_level};
  }
  ExtensionKinds kinds{ExtensionKind::mid, ExtensionKind::absolute_send_time,
                       ExtensionKind::video_orientation, ExtensionKind::playout_delay};
  if (has_dependency_descriptor(*video)) {
    kinds.push_back(ExtensionKind::dependency_descriptor);
  }
  return kinds;
}

/// `7`, `7/sendonly`: RFC 8285 §5.
std::optional<ExtensionId> extension_id(std::string_view text, ExtensionFlow flow) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto id = number_from<std::uint8_t>(text.substr(0, slash));
  const std::string_view direction = text.substr(slash);
  const bool flows = direction.empty() || direction == "/sendrecv" ||
                     direction == (flow == ExtensionFlow::sent ? "/sendonly" : "/recvonly");
  if (!id || !flows || *id == 0 || *id > kHighestOneByteId) {
    return std::nullopt;
  }
  return ExtensionId{*id};
}

bool has_id(const ExtensionMap& map, ExtensionId id) {
  for (std::size_t index = 0; index < media::kExtensionKindCount; ++index) {
    if (map.id_of(static_cast<ExtensionKind>(index)) == id) {
      return true;
    }
  }
  return false;
}

ExtensionKinds kinds_of(const ExtensionMap& map) {
  ExtensionKinds kinds;
  for (std::size_t index = 0; index < media::kExtensionKindCount; ++index) {
    if (map.id_of(static_cast<ExtensionKind>(index))) {
      kinds.push_back(static_cast<ExtensionKind>(index));
    }
  }
  return kinds;
}

}  // namespace

ExtensionKinds extensions_from_publisher(std::optional<VideoCodec> video) {
  if (!video) {
    return {ExtensionKind::mid, ExtensionKind::audio_level, ExtensionKind::transport_sequence};
  }
  ExtensionKinds kinds{ExtensionKind::mid, ExtensionKind::transport_sequence,
                       ExtensionKind::video_orientation, ExtensionKind::playout_delay};
  if (has_dependency_descriptor(*video)) {
    kinds.push_back(ExtensionKind::dependency_descriptor);
  }
  return kinds;
}

ExtensionMap extensions_for_viewer(std::optional<VideoCodec> video, TransportNumber number) {
  ExtensionKinds kinds = kinds_for_viewer(video);
  if (number == TransportNumber::present) {
    kinds.push_back(ExtensionKind::transport_sequence);
  }
  ExtensionMap result;
  for (const ExtensionKind kind : kinds) {
    result.set(kind, std::ranges::find(kViewerIds, kind, &ViewerId::kind)->id);
  }
  return result;
}

ExtensionMap read_extensions(const SdpMediaLine& line, const ExtensionKinds& wanted, ExtensionFlow flow) {
  ExtensionMap result;
  for (std::string_view value : values_of(line.attributes, kExtensionAttribute)) {
    const auto id = extension_id(take_word(value), flow);
    // Extension attributes may follow the URI (RFC 8285 §5).
    const auto kind = media::extension_of(take_word(value));
    const bool is_wanted = kind && std::ranges::find(wanted, *kind) != wanted.end();
    if (id && is_wanted && !result.id_of(*kind) && !has_id(result, *id)) {
      result.set(*kind, *id);
    }
  }
  return result;
}

ExtensionMap read_accepted_extensions(const SdpMediaLine& line, const ExtensionMap& offered) {
  const ExtensionMap answered = read_extensions(line, kinds_of(offered), ExtensionFlow::received);
  ExtensionMap result;
  for (const ExtensionKind kind : kinds_of(answered)) {
    if (answered.id_of(kind) == offered.id_of(kind)) {
      result.set(kind, *answered.id_of(kind));
    }
  }
  return result;
}

void add_extensions(SdpMediaLine& line, const ExtensionMap& extensions) {
  for (const ExtensionKind kind : kinds_of(extensions)) {
    line.attributes.push_back(
        {std::string(kExtensionAttribute),
         std::to_string(extensions.id_of(kind)->value) + " " + std::string(media::uri_of(kind))});
  }
}

media::ExtensionForms read_extension_forms(const SdpDescription& description, const SdpMediaLine& line) {
  const bool mixed = line.attribute(kMixedForms) || find_attribute(description.attributes, kMixedForms);
  return mixed ? media::ExtensionForms::both : media::ExtensionForms::one_byte_only;
}

void add_extension_forms(SdpMediaLine& line, media::ExtensionForms forms) {
  if (forms == media::ExtensionForms::both) {
    line.attributes.push_back({std::string(kMixedForms), {}});
  }
}

}  // namespace baton::plugin
