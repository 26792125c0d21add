// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/video_codec.hpp"

namespace baton::media {

/// What the forwarder needs to know of one video packet, whatever the codec.
struct FrameInfo {
  /// A decoder can start with this packet. For H.264 more than one packet of a key frame may say so (the
  /// parameter sets and the slice): the first of its timestamp counts.
  bool starts_keyframe = false;
  /// First packet of a picture, as far as the payload tells: for H.264 parameter sets in front may be missed.
  bool begins_frame = false;
  /// Last packet of a picture: the marker bit.
  bool ends_frame = false;
  /// No payload at all: a bandwidth probe, part of no frame.
  bool padding_only = false;

  std::optional<PictureIdField> picture_id;    ///< VP8 and VP9.
  std::optional<Tl0PicIdxField> tl0_pic_idx;   ///< VP8, and VP9 in non-flexible mode.
  std::optional<std::uint16_t> frame_number;   ///< From the dependency descriptor, with any codec.
  std::optional<std::uint8_t> temporal_layer;  ///< VP8 and VP9.
  std::optional<std::uint8_t> spatial_layer;   ///< VP9.
};

/// Looks into the payload of one packet. `descriptor` is the data of the dependency descriptor extension,
/// empty when the packet has none; one that does not parse counts as none. For AV1 a descriptor decides what
/// a key frame is, because a receiver that reads descriptors cannot start without the template structure.
[[nodiscard]] ParseResult<FrameInfo, PayloadError> inspect(VideoCodec codec, ByteView payload, Marker marker,
                                                           ByteView descriptor = {});

}  // namespace baton::media
