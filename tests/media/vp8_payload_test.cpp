// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/vp8_payload.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

TEST_CASE("A VP8 packet starts a key frame only with S set, partition 0 and the P bit clear") {
  struct Row {
    const char* what;
    Bytes payload;
    bool begins_frame;
    bool keyframe;
  };
  const auto row = GENERATE(values<Row>({
      {"first packet of a key frame", {0x10, 0x10}, true, true},
      {"first packet of a delta frame", {0x10, 0x11}, true, false},
      {"continuation that looks like a key frame", {0x00, 0x10}, false, false},
      {"start of another partition", {0x11, 0x10}, false, false},
      {"start of partition 7", {0x17, 0x10}, false, false},
      {"key frame behind a full descriptor", {0x90, 0xF0, 0x80, 1, 5, 0x21, 0x10}, true, true},
      {"delta frame behind a full descriptor", {0x90, 0xF0, 0x80, 1, 5, 0x21, 0x11}, true, false},
  }));
  INFO(row.what);
  const auto parsed = parse_vp8_payload(row.payload);
  REQUIRE(parsed.ok());
  CHECK(parsed->begins_frame() == row.begins_frame);
  CHECK(parsed->keyframe == row.keyframe);
}

TEST_CASE("Every field of the VP8 descriptor is found where its flags put it") {
  // X, N, S; I, L, T, K; 15-bit picture ID 0x1234; TL0PICIDX 0x56; TID 2, Y, KEYIDX 0x15.
  const Bytes all{0xB0, 0xF0, 0x92, 0x34, 0x56, 0xB5, 0x10};
  const auto parsed = parse_vp8_payload(all);
  REQUIRE(parsed.ok());
  CHECK(parsed->non_reference);
  CHECK(parsed->picture_id->offset == 2);
  CHECK(parsed->picture_id->width == PictureIdWidth::bits_15);
  CHECK(parsed->picture_id->value == 0x1234);
  CHECK(parsed->tl0_pic_idx->offset == 4);
  CHECK(parsed->tl0_pic_idx->value == 0x56);
  CHECK(parsed->temporal_layer == 2);
  CHECK(parsed->layer_sync);
  CHECK(parsed->key_index == 0x15);
  CHECK(parsed->descriptor_size == 6);
}

TEST_CASE("A short picture ID and absent fields leave the others in place") {
  const Bytes short_id{0x80, 0x80, 0x7F, 0x11};
  const auto with_id = parse_vp8_payload(short_id);
  REQUIRE(with_id.ok());
  CHECK(with_id->picture_id->width == PictureIdWidth::bits_7);
  CHECK(with_id->picture_id->value == 127);
  CHECK_FALSE(with_id->tl0_pic_idx.has_value());
  CHECK(with_id->descriptor_size == 3);

  const Bytes key_index_only{0x80, 0x10, 0xE3, 0x11};
  const auto with_key_index = parse_vp8_payload(key_index_only);
  REQUIRE(with_key_index.ok());
  CHECK(with_key_index->key_index == 3);
  CHECK_FALSE(with_key_index->temporal_layer.has_value());
  CHECK_FALSE(with_key_index->layer_sync);

  const Bytes no_fields{0x80, 0x00, 0x11};
  CHECK(parse_vp8_payload(no_fields)->descriptor_size == 2);
}

TEST_CASE("A VP8 descriptor that is cut anywhere is refused") {
  const Bytes all{0x90, 0xF0, 0x92, 0x34, 0x56, 0xB5, 0x10};
  CHECK(parse_vp8_payload({}).error() == PayloadError::empty);
  for (std::size_t size = 1; size < 6; ++size) {
    CAPTURE(size);
    CHECK(parse_vp8_payload(ByteView(all).first(size)).error() == PayloadError::descriptor_too_long);
  }
  CHECK(parse_vp8_payload(ByteView(all).first(6)).error() == PayloadError::nothing_after_descriptor);
  CHECK(parse_vp8_payload(all).ok());
}

TEST_CASE("Rewriting a picture ID keeps its width and cuts what does not fit") {
  Bytes wide{0x90, 0xC0, 0x92, 0x34, 0x56, 0x10};
  const auto parsed = parse_vp8_payload(wide);
  write_picture_id(wide, *parsed->picture_id, 0x18001);
  write_tl0_pic_idx(wide, *parsed->tl0_pic_idx, 0x1FE);
  CHECK(wide == Bytes{0x90, 0xC0, 0x80, 0x01, 0xFE, 0x10});

  Bytes narrow{0x90, 0x80, 0x34, 0x10};
  write_picture_id(narrow, *parse_vp8_payload(narrow)->picture_id, 0x81);
  CHECK(narrow == Bytes{0x90, 0x80, 0x01, 0x10});
}

TEST_CASE("Writing a counter into bytes that do not have the field changes nothing") {
  Bytes bytes{1, 2, 3};
  write_picture_id(bytes, {2, PictureIdWidth::bits_15, 0}, 7);
  write_picture_id(bytes, {3, PictureIdWidth::bits_7, 0}, 7);
  write_tl0_pic_idx(bytes, {3, 0}, 7);
  CHECK(bytes == Bytes{1, 2, 3});
}

}  // namespace
}  // namespace baton::media
