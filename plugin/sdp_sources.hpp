// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"
#include "plugin/sdp_description.hpp"
#include "plugin/sdp_refusal.hpp"

/// The streams of a medium by their SSRCs (RFC 5576).
namespace baton::plugin {

/// The SSRCs of one medium.
struct MediaSources {
  std::optional<media::Ssrc> media;        ///< Nothing: found by its mid or its payload type.
  std::optional<media::Ssrc> repetitions;  ///< Of RTX (RFC 4588 §8.4).

  friend bool operator==(const MediaSources&, const MediaSources&) = default;
};

/// What a line says of its sender's streams: of several only the first. Refused (`source_invalid`): an
/// attribute that names no SSRC, and a pair of one.
[[nodiscard]] media::ParseResult<MediaSources, SdpRefusal> read_sources(const SdpMediaLine& line);

/// Writes them, as parts of the stream that the line's `a=msid` names.
/// @param canonical_name  the sender's CNAME (RFC 3550 §6.5.1): a token
void add_sources(SdpMediaLine& line, const MediaSources& sources, std::string_view canonical_name);

}  // namespace baton::plugin
