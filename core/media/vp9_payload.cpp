// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/vp9_payload.hpp"

#include "core/media/byte_cursor.hpp"
#include "core/media/picture_id_reader.hpp"

namespace baton::media {
namespace {

using Skip = ByteCursor::Skip;

std::optional<PayloadError> read_layer(ByteCursor& cursor, Vp9Payload& parsed) {
  const auto indices = cursor.next();
  if (!indices) {
    return PayloadError::descriptor_too_long;
  }
  parsed.layer = Vp9Layer{
      .temporal = static_cast<std::uint8_t>(*indices >> 5U),
      .spatial = static_cast<std::uint8_t>((*indices >> 1U) & 0x07U),
      .switching_up = (*indices & 0x10U) != 0,
      .inter_layer_predicted = (*indices & 0x01U) != 0,
  };
  if (parsed.flexible_mode) {
    return std::nullopt;
  }
  const std::size_t offset = cursor.offset();
  const auto index = cursor.next();
  if (!index) {
    return PayloadError::descriptor_too_long;
  }
  parsed.tl0_pic_idx = Tl0PicIdxField{static_cast<std::uint8_t>(offset), *index};
  return std::nullopt;
}

// Up to three differences to reference pictures; the low bit of each says whether another follows.
std::optional<PayloadError> skip_references(ByteCursor& cursor) {
  constexpr int kMaxReferences = 3;
  for (int reference = 0; reference < kMaxReferences; ++reference) {
    const auto difference = cursor.next();
    if (!difference) {
      return PayloadError::descriptor_too_long;
    }
    if ((*difference & 0x01U) == 0) {
      return std::nullopt;
    }
  }
  return PayloadError::malformed;
}

std::optional<PayloadError> skip_picture_group(ByteCursor& cursor) {
  const auto pictures = cursor.next();
  if (!pictures) {
    return PayloadError::descriptor_too_long;
  }
  for (unsigned picture = 0; picture < *pictures; ++picture) {
    const auto description = cursor.next();
    if (!description) {
      return PayloadError::descriptor_too_long;
    }
    const std::size_t references = (*description >> 2U) & 0x03U;
    if (cursor.skip(references) == Skip::beyond_end) {
      return PayloadError::descriptor_too_long;
    }
  }
  return std::nullopt;
}

std::optional<PayloadError> skip_scalability_structure(ByteCursor& cursor) {
  const auto head = cursor.next();
  if (!head) {
    return PayloadError::descriptor_too_long;
  }
  const std::size_t spatial_layers = static_cast<std::size_t>(*head >> 5U) + 1;
  const bool has_resolutions = (*head & 0x10U) != 0;
  const bool has_picture_group = (*head & 0x08U) != 0;
  constexpr std::size_t kResolutionSize = 4;
  if (has_resolutions && cursor.skip(spatial_layers * kResolutionSize) == Skip::beyond_end) {
    return PayloadError::descriptor_too_long;
  }
  return has_picture_group ? skip_picture_group(cursor) : std::nullopt;
}

}  // namespace

ParseResult<Vp9Payload, PayloadError> parse_vp9_payload(ByteView payload) {
  ByteCursor cursor(payload);
  const auto first = cursor.next();
  if (!first) {
    return PayloadError::empty;
  }
  Vp9Payload parsed;
  parsed.inter_picture_predicted = (*first & 0x40U) != 0;
  parsed.flexible_mode = (*first & 0x10U) != 0;
  parsed.begins_layer_frame = (*first & 0x08U) != 0;
  parsed.ends_layer_frame = (*first & 0x04U) != 0;
  parsed.has_scalability_structure = (*first & 0x02U) != 0;
  parsed.not_reference_for_upper = (*first & 0x01U) != 0;
  const bool has_picture_id = (*first & 0x80U) != 0;
  const bool has_layer = (*first & 0x20U) != 0;
  if (has_picture_id) {
    parsed.picture_id = read_picture_id(cursor);
    if (!parsed.picture_id) {
      return PayloadError::descriptor_too_long;
    }
  }
  if (has_layer) {
    if (const auto error = read_layer(cursor, parsed)) {
      return *error;
    }
  }
  if (parsed.inter_picture_predicted && parsed.flexible_mode) {
    if (const auto error = skip_references(cursor)) {
      return *error;
    }
  }
  if (parsed.has_scalability_structure) {
    if (const auto error = skip_scalability_structure(cursor)) {
      return *error;
    }
  }
  parsed.descriptor_size = cursor.offset();
  if (cursor.left() == 0) {
    return PayloadError::nothing_after_descriptor;
  }
  return parsed;
}

}  // namespace baton::media
