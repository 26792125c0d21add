// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/codec_counters.hpp"

namespace baton::media {

void write_picture_id(ByteSpan payload, const PictureIdField& field, std::uint64_t picture_id) {
  const std::size_t size = field.width == PictureIdWidth::bits_15 ? 2 : 1;
  if (field.offset + size > payload.size()) {
    return;
  }
  if (field.width == PictureIdWidth::bits_15) {
    store_u16(payload, field.offset, static_cast<std::uint16_t>(0x8000U | (picture_id & 0x7FFFU)));
  } else {
    payload[field.offset] = static_cast<std::uint8_t>(picture_id & 0x7FU);
  }
}

void write_tl0_pic_idx(ByteSpan payload, const Tl0PicIdxField& field, std::uint64_t tl0_pic_idx) {
  if (field.offset < payload.size()) {
    payload[field.offset] = static_cast<std::uint8_t>(tl0_pic_idx & 0xFFU);
  }
}

const char* to_string(PayloadError error) {
  switch (error) {
    case PayloadError::empty:
      return "empty";
    case PayloadError::descriptor_too_long:
      return "descriptor_too_long";
    case PayloadError::nothing_after_descriptor:
      return "nothing_after_descriptor";
    case PayloadError::unsupported_type:
      return "unsupported_type";
    case PayloadError::length_beyond_end:
      return "length_beyond_end";
    case PayloadError::malformed:
      return "malformed";
  }
  return "unknown";
}

}  // namespace baton::media
