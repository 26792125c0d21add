// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/sequence.hpp"

namespace baton::media {

/// Picture IDs of VP8 and VP9 come in two widths; the M bit in front tells which (RFC 7741 §4.2, RFC 9628
/// §4.2).
enum class PictureIdWidth : std::uint8_t { bits_7 = 7, bits_15 = 15 };

/// A picture ID and where it stands in the RTP payload.
struct PictureIdField {
  std::uint8_t offset = 0;  ///< Of its first byte, counted from the start of the payload: never far.
  PictureIdWidth width = PictureIdWidth::bits_15;
  std::uint16_t value = 0;
};

/// Running index of the temporal base layer, 8 bits that wrap (TL0PICIDX), and where it stands.
struct Tl0PicIdxField {
  std::uint8_t offset = 0;
  std::uint8_t value = 0;
};

/// The codec counters that one packet has.
struct CodecCounters {
  std::optional<PictureIdField> picture_id;   ///< VP8 and VP9.
  std::optional<Tl0PicIdxField> tl0_pic_idx;  ///< VP8, and VP9 in non-flexible mode.
  std::optional<std::uint16_t> frame_number;  ///< Of the dependency descriptor.
};

/// By how much one stream's codec counters are ahead of another's. Each wraps with its field; a field that is
/// narrower than the number here takes the low bits.
struct CounterShift {
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_pic_idx = 0;
  std::uint16_t frame_number = 0;
  friend bool operator==(const CounterShift&, const CounterShift&) = default;
};

/// One shift after the other.
[[nodiscard]] CounterShift operator+(const CounterShift& left, const CounterShift& right);

/// The shift that makes `first` come right after `newest`; zero for counters that one of them lacks.
[[nodiscard]] CounterShift shift_behind(const CodecCounters& newest, const CodecCounters& first);

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
