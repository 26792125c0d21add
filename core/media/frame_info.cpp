// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/frame_info.hpp"

#include "core/media/av1_payload.hpp"
#include "core/media/dependency_descriptor.hpp"
#include "core/media/h264_payload.hpp"
#include "core/media/vp8_payload.hpp"
#include "core/media/vp9_payload.hpp"

namespace baton::media {
namespace {

using InspectResult = ParseResult<FrameInfo, PayloadError>;

InspectResult inspect_vp8(ByteView payload) {
  const auto parsed = parse_vp8_payload(payload);
  if (!parsed) {
    return parsed.error();
  }
  FrameInfo info;
  info.starts_keyframe = parsed->keyframe;
  info.begins_frame = parsed->begins_frame();
  info.picture_id = parsed->picture_id;
  info.tl0_pic_idx = parsed->tl0_pic_idx;
  info.temporal_layer = parsed->temporal_layer;
  return info;
}

InspectResult inspect_vp9(ByteView payload) {
  const auto parsed = parse_vp9_payload(payload);
  if (!parsed) {
    return parsed.error();
  }
  FrameInfo info;
  info.starts_keyframe = parsed->starts_keyframe();
  info.begins_frame = parsed->begins_picture();
  info.picture_id = parsed->picture_id;
  info.tl0_pic_idx = parsed->tl0_pic_idx;
  if (parsed->layer) {
    info.temporal_layer = parsed->layer->temporal;
    info.spatial_layer = parsed->layer->spatial;
  }
  return info;
}

InspectResult inspect_h264(ByteView payload) {
  const auto parsed = parse_h264_payload(payload);
  if (!parsed) {
    return parsed.error();
  }
  FrameInfo info;
  info.starts_keyframe = parsed->starts_keyframe();
  info.begins_frame = parsed->starts_keyframe() || parsed->starts_picture;
  return info;
}

InspectResult inspect_av1(ByteView payload, const std::optional<DependencyDescriptor>& descriptor) {
  const auto parsed = parse_av1_payload(payload);
  if (!parsed) {
    return parsed.error();
  }
  FrameInfo info;
  info.starts_keyframe = descriptor ? descriptor->starts_keyframe() : parsed->starts_keyframe();
  info.begins_frame = descriptor ? descriptor->start_of_frame : !parsed->continues_fragment;
  return info;
}

InspectResult inspect_payload(VideoCodec codec, ByteView payload,
                              const std::optional<DependencyDescriptor>& descriptor) {
  switch (codec) {
    case VideoCodec::vp8:
      return inspect_vp8(payload);
    case VideoCodec::vp9:
      return inspect_vp9(payload);
    case VideoCodec::h264:
      return inspect_h264(payload);
    case VideoCodec::av1:
      return inspect_av1(payload, descriptor);
  }
  return PayloadError::unsupported_type;
}

}  // namespace

ParseResult<FrameInfo, PayloadError> inspect(VideoCodec codec, ByteView payload, Marker marker,
                                             ByteView descriptor) {
  if (payload.empty()) {
    FrameInfo probe;
    probe.padding_only = true;
    return probe;
  }
  std::optional<DependencyDescriptor> parsed_descriptor;
  if (const auto parsed = parse_dependency_descriptor(descriptor)) {
    parsed_descriptor = *parsed;
  }
  auto info = inspect_payload(codec, payload, parsed_descriptor);
  if (info) {
    info->ends_frame = marker == Marker::set;
    if (parsed_descriptor) {
      info->frame_number = parsed_descriptor->frame_number;
    }
  }
  return info;
}

}  // namespace baton::media
