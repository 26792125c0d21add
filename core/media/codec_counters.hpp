// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/sequence.hpp"

namespace baton::media {

/// Picture IDs of VP8 and VP9 come in two widths; the M bit in front tells which (RFC 7741 §4.2, RFC 9628
/// §4.2).
enum class PictureIdWidth : std::uint8_t { bits_7 = 7, bits_15 = 15 };

/// A picture ID and where it stands in the RTP payload.
struct PictureIdField {
  std::size_t offset = 0;  ///< Of its first byte, counted from the start of the payload.
  PictureIdWidth width = PictureIdWidth::bits_15;
  std::uint16_t value = 0;
};

/// Running index of the temporal base layer, 8 bits that wrap (TL0PICIDX), and where it stands.
struct Tl0PicIdxField {
  std::size_t offset = 0;
  std::uint8_t value = 0;
};

/// Writes a picture ID over the one that `field` describes: same width, M bit untouched, higher bits cut off.
/// The field must come from parsing this very payload.
void write_picture_id(ByteSpan payload, const PictureIdField& field, std::uint64_t picture_id);

/// Writes a TL0PICIDX over the one that `field` describes. Same condition.
void write_tl0_pic_idx(ByteSpan payload, const Tl0PicIdxField& field, std::uint64_t tl0_pic_idx);

/// Why the payload of a video packet was refused.
enum class PayloadError : std::uint8_t {
  empty,                     ///< No payload where the format needs one.
  descriptor_too_long,       ///< The payload descriptor or a NAL/OBU header reaches past the end.
  nothing_after_descriptor,  ///< A descriptor with no codec data behind it.
  unsupported_type,          ///< A packetisation that WebRTC does not negotiate, such as H.264 MTAP.
  length_beyond_end,         ///< A length inside an aggregate reaches past the end.
  malformed,                 ///< A value that the format forbids.
};
[[nodiscard]] const char* to_string(PayloadError error);

}  // namespace baton::media
