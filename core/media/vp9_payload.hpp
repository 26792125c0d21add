// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/parse_result.hpp"

namespace baton::media {

/// VP9 layer indices (RFC 9628 §4.2).
struct Vp9Layer {
  std::uint8_t temporal = 0;           ///< TID.
  std::uint8_t spatial = 0;            ///< SID.
  bool switching_up = false;           ///< U: one may switch up to this temporal layer here.
  bool inter_layer_predicted = false;  ///< D: needs the spatial layer below.
};

/// VP9 payload descriptor (RFC 9628 §4.2).
struct Vp9Payload {
  bool inter_picture_predicted = false;  ///< P.
  bool flexible_mode = false;       ///< F: references are listed in each packet, and there is no TL0PICIDX.
  bool begins_layer_frame = false;  ///< B.
  bool ends_layer_frame = false;    ///< E.
  bool not_reference_for_upper = false;  ///< Z: no higher spatial layer needs this frame.
  std::optional<PictureIdField> picture_id;
  std::optional<Vp9Layer> layer;
  std::optional<Tl0PicIdxField> tl0_pic_idx;
  bool has_scalability_structure = false;  ///< V.
  std::size_t descriptor_size = 0;

  /// First packet of a picture: of its lowest spatial layer.
  [[nodiscard]] bool begins_picture() const { return begins_layer_frame && (!layer || layer->spatial == 0); }
  /// First packet of a key picture. The descriptor decides, as RFC 9628 §4.2 has it for middle boxes: a
  /// picture that is not predicted from another one.
  [[nodiscard]] bool starts_keyframe() const { return begins_picture() && !inter_picture_predicted; }
};

/// Parses the payload of one RTP packet. Offsets in the result count from the start of `payload`.
[[nodiscard]] ParseResult<Vp9Payload, PayloadError> parse_vp9_payload(ByteView payload);

}  // namespace baton::media
