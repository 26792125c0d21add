// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/parse_result.hpp"

namespace baton::media {

/// VP8 payload descriptor (RFC 7741 §4.2) and the one bit of the payload header that matters here (§4.3).
struct Vp8Payload {
  bool non_reference = false;        ///< N: the frame may be dropped without harm to others.
  bool starts_partition = false;     ///< S: first packet of a partition.
  std::uint8_t partition_index = 0;  ///< PID.
  std::optional<PictureIdField> picture_id;
  std::optional<Tl0PicIdxField> tl0_pic_idx;
  std::optional<std::uint8_t> temporal_layer;  ///< TID, when the T bit is set.
  bool layer_sync = false;                     ///< Y.
  std::optional<std::uint8_t> key_index;       ///< KEYIDX, five bits.
  std::size_t descriptor_size = 0;
  bool keyframe = false;  ///< The inverse P bit; known only in the first packet of a frame, false elsewhere.

  /// First packet of a frame: it starts partition 0.
  [[nodiscard]] bool begins_frame() const { return starts_partition && partition_index == 0; }
};

/// Parses the payload of one RTP packet. Offsets in the result count from the start of `payload`.
[[nodiscard]] ParseResult<Vp8Payload, PayloadError> parse_vp8_payload(ByteView payload);

}  // namespace baton::media
