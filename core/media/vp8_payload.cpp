// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/vp8_payload.hpp"

#include "core/media/byte_cursor.hpp"
#include "core/media/picture_id_reader.hpp"

namespace baton::media {
namespace {

// The optional fields behind the X bit. False when the bytes end.
bool read_extension(ByteCursor& cursor, Vp8Payload& parsed) {
  const auto flags = cursor.next();
  if (!flags) {
    return false;
  }
  const bool has_picture_id = (*flags & 0x80U) != 0;
  const bool has_tl0_pic_idx = (*flags & 0x40U) != 0;
  const bool has_temporal_layer = (*flags & 0x20U) != 0;
  const bool has_key_index = (*flags & 0x10U) != 0;
  if (has_picture_id) {
    parsed.picture_id = read_picture_id(cursor);
    if (!parsed.picture_id) {
      return false;
    }
  }
  if (has_tl0_pic_idx) {
    const std::size_t offset = cursor.offset();
    const auto index = cursor.next();
    if (!index) {
      return false;
    }
    parsed.tl0_pic_idx = Tl0PicIdxField{static_cast<std::uint8_t>(offset), *index};
  }
  if (has_temporal_layer || has_key_index) {
    const auto shared = cursor.next();
    if (!shared) {
      return false;
    }
    if (has_temporal_layer) {
      parsed.temporal_layer = static_cast<std::uint8_t>(*shared >> 6U);
      parsed.layer_sync = (*shared & 0x20U) != 0;
    }
    if (has_key_index) {
      parsed.key_index = static_cast<std::uint8_t>(*shared & 0x1FU);
    }
  }
  return true;
}

}  // namespace

ParseResult<Vp8Payload, PayloadError> parse_vp8_payload(ByteView payload) {
  ByteCursor cursor(payload);
  const auto first = cursor.next();
  if (!first) {
    return PayloadError::empty;
  }
  Vp8Payload parsed;
  parsed.non_reference = (*first & 0x20U) != 0;
  parsed.starts_partition = (*first & 0x10U) != 0;
  parsed.partition_index = static_cast<std::uint8_t>(*first & 0x07U);
  const bool extended = (*first & 0x80U) != 0;
  if (extended && !read_extension(cursor, parsed)) {
    return PayloadError::descriptor_too_long;
  }
  parsed.descriptor_size = cursor.offset();
  const auto frame_header = cursor.next();
  if (!frame_header) {
    return PayloadError::nothing_after_descriptor;
  }
  parsed.keyframe = parsed.begins_frame() && (*frame_header & 0x01U) == 0;
  return parsed;
}

}  // namespace baton::media
