// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/parse_result.hpp"

namespace baton::media {

/// What an AV1 packet says of itself ("RTP Payload Format For AV1", §4.4: the aggregation header).
struct Av1Payload {
  bool continues_fragment = false;           ///< Z: the first OBU element continues one of the packet before.
  bool will_continue = false;                ///< Y: the last OBU element goes on in the next packet.
  bool starts_coded_video_sequence = false;  ///< N: first packet of a coded video sequence.
  bool has_sequence_header = false;          ///< A sequence header OBU begins in this packet.

  /// First packet of a key frame: the N bit says so, or, for senders that forget it, a sequence header that
  /// is not preceded by the rest of another OBU.
  [[nodiscard]] bool starts_keyframe() const {
    return !continues_fragment && (starts_coded_video_sequence || has_sequence_header);
  }
};

/// Parses the payload of one RTP packet: the aggregation header and the lengths and headers of its OBU
/// elements.
[[nodiscard]] ParseResult<Av1Payload, PayloadError> parse_av1_payload(ByteView payload);

}  // namespace baton::media
