// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/media/frame_info.hpp"
#include "tests/fuzz/expect.hpp"

namespace baton::fuzz {

/// Looks into the payload, and when that works, rewrites its counters: the next look must show what was
/// written and change nothing else.
inline void inspect_and_rewrite(media::VideoCodec codec, const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> payload(data, data + size);
  const auto info = media::inspect(codec, payload, media::Marker::set);
  if (!info) {
    return;
  }
  expect(info->padding_only == payload.empty());
  expect(info->ends_frame != info->padding_only);
  expect(!info->starts_keyframe || info->begins_frame);
  if (info->picture_id) {
    media::write_picture_id(payload, *info->picture_id, info->picture_id->value + 1U);
  }
  if (info->tl0_pic_idx) {
    media::write_tl0_pic_idx(payload, *info->tl0_pic_idx, info->tl0_pic_idx->value + 1U);
  }
  const auto again = media::inspect(codec, payload, media::Marker::set);
  expect(again.ok());
  expect(again->starts_keyframe == info->starts_keyframe && again->begins_frame == info->begins_frame);
  expect(again->picture_id.has_value() == info->picture_id.has_value());
  if (info->picture_id) {
    const unsigned mask = info->picture_id->width == media::PictureIdWidth::bits_15 ? 0x7FFF : 0x7F;
    expect(again->picture_id->width == info->picture_id->width);
    expect(again->picture_id->value == ((info->picture_id->value + 1U) & mask));
  }
  expect(again->tl0_pic_idx.has_value() == info->tl0_pic_idx.has_value());
  if (info->tl0_pic_idx) {
    expect(again->tl0_pic_idx->value == ((info->tl0_pic_idx->value + 1U) & 0xFFU));
  }
}

}  // namespace baton::fuzz
