// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/frame_info.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

TEST_CASE("One look tells key frames of every codec") {
  struct Row {
    const char* what;
    VideoCodec codec;
    Bytes payload;
    bool starts_keyframe;
    bool begins_frame;
  };
  const auto row = GENERATE(values<Row>({
      {"VP8 key", VideoCodec::vp8, {0x10, 0x10}, true, true},
      {"VP8 delta", VideoCodec::vp8, {0x10, 0x11}, false, true},
      {"VP8 continuation", VideoCodec::vp8, {0x00, 0x10}, false, false},
      {"VP9 key", VideoCodec::vp9, {0x08, 0xAA}, true, true},
      {"VP9 delta", VideoCodec::vp9, {0x48, 0xAA}, false, true},
      {"H.264 SPS", VideoCodec::h264, {0x67, 0x42}, true, true},
      {"H.264 slice", VideoCodec::h264, {0x41, 0x9A}, false, true},
      {"AV1 key", VideoCodec::av1, {0x18, 0x30, 1}, true, true},
      {"AV1 delta", VideoCodec::av1, {0x10, 0x30, 1}, false, true},
      {"AV1 continuation", VideoCodec::av1, {0x90, 0x30, 1}, false, false},
  }));
  INFO(row.what);
  const auto info = inspect(row.codec, row.payload, Marker::clear);
  REQUIRE(info.ok());
  CHECK(info->starts_keyframe == row.starts_keyframe);
  CHECK(info->begins_frame == row.begins_frame);
  CHECK_FALSE(info->ends_frame);
  CHECK_FALSE(info->padding_only);
  CHECK(inspect(row.codec, row.payload, Marker::set)->ends_frame);
}

TEST_CASE("An empty payload is a probe with every codec, even when it is marked") {
  for (const auto codec : {VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::av1}) {
    const auto info = inspect(codec, {}, Marker::set);
    REQUIRE(info.ok());
    CHECK(info->padding_only);
    CHECK_FALSE(info->ends_frame);
    CHECK_FALSE(info->starts_keyframe);
  }
}

TEST_CASE("With AV1 the dependency descriptor decides what a key frame is") {
  const Bytes says_key{0x18, 0x30, 1};
  const Bytes says_delta{0x10, 0x30, 1};
  const Bytes structure{0x80, 0, 5, 0x80, 0};
  const Bytes no_structure{0x80, 0, 5};
  CHECK(inspect(VideoCodec::av1, says_delta, Marker::clear, structure)->starts_keyframe);
  CHECK_FALSE(inspect(VideoCodec::av1, says_key, Marker::clear, no_structure)->starts_keyframe);
  CHECK(inspect(VideoCodec::av1, says_key, Marker::clear, Bytes{1, 2})->starts_keyframe);  // Too short: none.
  CHECK(inspect(VideoCodec::av1, says_key, Marker::clear, structure)->frame_number == 5);
}

TEST_CASE("With other codecs the descriptor gives the frame number and nothing else") {
  const Bytes delta{0x10, 0x11};
  const auto info = inspect(VideoCodec::vp8, delta, Marker::clear, Bytes{0x80, 1, 2, 0x80});
  CHECK(info->frame_number == 0x0102);
  CHECK_FALSE(info->starts_keyframe);
}

TEST_CASE("Counters and layers come through") {
  const Bytes vp8 = test::make_vp8(test::Frame::delta, test::Piece::first, 0x1234, 0x56);
  const auto info = inspect(VideoCodec::vp8, vp8, Marker::clear);
  CHECK(info->picture_id->value == 0x1234);
  CHECK(info->tl0_pic_idx->value == 0x56);
  CHECK(info->temporal_layer == 0);
  CHECK_FALSE(info->spatial_layer.has_value());

  const Bytes vp9{0xA8, 0x12, 0x45, 0x09, 0xAA};
  const auto layered = inspect(VideoCodec::vp9, vp9, Marker::clear);
  CHECK(layered->picture_id->value == 0x12);
  CHECK(layered->tl0_pic_idx->value == 9);
  CHECK(layered->temporal_layer == 2);
  CHECK(layered->spatial_layer == 2);
}

TEST_CASE("A payload that its codec refuses is refused with the codec's reason") {
  CHECK(inspect(VideoCodec::vp8, Bytes{0x80}, Marker::clear).error() == PayloadError::descriptor_too_long);
  CHECK(inspect(VideoCodec::vp9, Bytes{0x08}, Marker::clear).error() ==
        PayloadError::nothing_after_descriptor);
  CHECK(inspect(VideoCodec::h264, Bytes{0x7F}, Marker::clear).error() == PayloadError::unsupported_type);
  CHECK(inspect(VideoCodec::av1, Bytes{0x98, 1}, Marker::clear).error() == PayloadError::malformed);
  for (const auto error :
       {PayloadError::empty, PayloadError::descriptor_too_long, PayloadError::nothing_after_descriptor,
        PayloadError::unsupported_type, PayloadError::length_beyond_end, PayloadError::malformed}) {
    CHECK(std::string(to_string(error)) != "unknown");
  }
}

}  // namespace
}  // namespace baton::media
