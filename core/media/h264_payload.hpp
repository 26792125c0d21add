// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/parse_result.hpp"

namespace baton::media {

/// How the packet carries NAL units (RFC 6184 §5.2): the two packetisation modes of WebRTC use these three.
enum class H264Packetization : std::uint8_t { single_nal_unit, stap_a, fu_a };

/// What an H.264 packet holds.
struct H264Payload {
  H264Packetization packetization = H264Packetization::single_nal_unit;
  bool has_sequence_parameter_set = false;  ///< NAL unit type 7.
  bool has_picture_parameter_set = false;   ///< NAL unit type 8.
  bool has_idr_slice = false;               ///< NAL unit type 5, or a fragment of one.
  bool starts_idr_picture = false;          ///< An IDR slice that begins here with macroblock 0.
  bool starts_picture = false;              ///< Any slice (type 1 or 5) that begins here with macroblock 0.

  /// A decoder can start here: parameter sets travel directly before their IDR picture and with its
  /// timestamp, so the first of them, or the IDR slice itself when the sets were sent out of band, is where a
  /// key frame starts. A PPS alone does not count: it is useless without the SPS before it.
  [[nodiscard]] bool starts_keyframe() const { return has_sequence_parameter_set || starts_idr_picture; }
};

/// Parses the payload of one RTP packet. STAP-B, MTAP and FU-B (interleaved mode) are refused: WebRTC never
/// negotiates them.
[[nodiscard]] ParseResult<H264Payload, PayloadError> parse_h264_payload(ByteView payload);

}  // namespace baton::media
