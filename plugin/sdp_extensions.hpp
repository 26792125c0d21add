// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/media/extension_map.hpp"
#include "core/media/extension_set.hpp"
#include "core/media/header_extension.hpp"
#include "core/media/video_codec.hpp"
#include "plugin/sdp_description.hpp"

/// RTP header extensions in descriptions (RFC 8285 §5). Ids are the same in all m-lines of one description,
/// as BUNDLE demands, and fit the one-byte form: 1 to 14.
namespace baton::plugin {

using ExtensionKinds = std::vector<media::ExtensionKind>;

/// Whether packets may carry the number that transport-wide feedback speaks of.
enum class TransportNumber : std::uint8_t { absent, present };

/// Those that are read from a publisher of audio, or of video in this codec.
[[nodiscard]] ExtensionKinds extensions_from_publisher(std::optional<media::VideoCodec> video);
/// Those that are offered to viewers, each by the id that it always has.
[[nodiscard]] media::ExtensionMap extensions_for_viewer(std::optional<media::VideoCodec> video,
                                                        TransportNumber number);

/// Which way the packets go that carry an extension, as seen by who wrote the line.
enum class ExtensionFlow : std::uint8_t { sent, received };

/// Those of the line's extensions that are in `wanted`. An id out of range, a second entry, and a direction
/// that excludes this flow count as absent.
[[nodiscard]] media::ExtensionMap read_extensions(const SdpMediaLine& line, const ExtensionKinds& wanted,
                                                  ExtensionFlow flow);
/// Those of what was offered that an answer has, by the same id.
[[nodiscard]] media::ExtensionMap read_accepted_extensions(const SdpMediaLine& line,
                                                           const media::ExtensionMap& offered);
/// Writes `a=extmap` lines.
void add_extensions(SdpMediaLine& line, const media::ExtensionMap& extensions);

/// Which forms the author takes in this line (`a=extmap-allow-mixed`, RFC 8285 §6).
[[nodiscard]] media::ExtensionForms read_extension_forms(const SdpDescription& description,
                                                         const SdpMediaLine& line);
void add_extension_forms(SdpMediaLine& line, media::ExtensionForms forms);

}  // namespace baton::plugin
