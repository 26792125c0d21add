// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/codec_counters.hpp"

namespace baton::media {

void write_picture_id(ByteSpan payload, const PictureIdField& field, std::uint64_t picture_id) {
  const std::size_t size = field.width == PictureIdWidth::bits_15 ? 2 : 1;
  if (std::size_t{field.offset} + size > payload.size()) {
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

CounterShift operator+(const CounterShift& left, const CounterShift& right) {
  return {static_cast<std::uint16_t>(left.picture_id + right.picture_id),
          static_cast<std::uint8_t>(left.tl0_pic_idx + right.tl0_pic_idx),
          static_cast<std::uint16_t>(left.frame_number + right.frame_number)};
}

CounterShift shift_behind(const CodecCounters& newest, const CodecCounters& first) {
  CounterShift shift;
  if (newest.picture_id && first.picture_id) {
    shift.picture_id = static_cast<std::uint16_t>(newest.picture_id->value + 1 - first.picture_id->value);
  }
  if (newest.tl0_pic_idx && first.tl0_pic_idx) {
    shift.tl0_pic_idx = static_cast<std::uint8_t>(newest.tl0_pic_idx->value + 1 - first.tl0_pic_idx->value);
  }
  if (newest.frame_number && first.frame_number) {
    shift.frame_number = static_cast<std::uint16_t>(*newest.frame_number + 1 - *first.frame_number);
  }
  return shift;
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
