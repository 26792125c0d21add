// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/byte_cursor.hpp"
#include "core/media/codec_counters.hpp"

namespace baton::media {

/// Reads a picture ID, whose first bit (M) says whether 7 or 15 bits follow. VP8 and VP9 write it the same
/// way (RFC 7741 §4.2, RFC 9628 §4.2). Nothing when the bytes end.
inline std::optional<PictureIdField> read_picture_id(ByteCursor& cursor) {
  PictureIdField field{static_cast<std::uint8_t>(cursor.offset()), PictureIdWidth::bits_7, 0};
  const auto first = cursor.next();
  if (!first) {
    return std::nullopt;
  }
  field.value = *first & 0x7FU;
  if ((*first & 0x80U) != 0) {
    const auto second = cursor.next();
    if (!second) {
      return std::nullopt;
    }
    field.width = PictureIdWidth::bits_15;
    field.value = static_cast<std::uint16_t>((field.value << 8U) | *second);
  }
  return field;
}

}  // namespace baton::media
