// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/vp9_payload.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

TEST_CASE("A VP9 picture starts with its lowest spatial layer, and a key picture is one without P") {
  struct Row {
    const char* what;
    Bytes payload;
    bool begins_picture;
    bool starts_keyframe;
  };
  const auto row = GENERATE(values<Row>({
      {"no layers, B, no P", {0x08, 0xAA}, true, true},
      {"no layers, B, P", {0x48, 0xAA}, true, false},
      {"no layers, middle packet without P", {0x00, 0xAA}, false, false},
      {"spatial layer 0, B, no P", {0x28, 0x00, 7, 0xAA}, true, true},
      {"spatial layer 1 of a key picture", {0x28, 0x03, 7, 0xAA}, false, false},
      {"spatial layer 0, P", {0x68, 0x00, 7, 0xAA}, true, false},
      {"flexible mode, key picture", {0xB8, 0x80, 1, 0x00, 0xAA}, true, true},
  }));
  INFO(row.what);
  const auto parsed = parse_vp9_payload(row.payload);
  REQUIRE(parsed.ok());
  CHECK(parsed->begins_picture() == row.begins_picture);
  CHECK(parsed->starts_keyframe() == row.starts_keyframe);
}

TEST_CASE("Non-flexible mode: picture ID, layers and TL0PICIDX are found") {
  // I, P, L, E, Z; picture ID 0x2345; TID 5, U, SID 2, D; TL0PICIDX 0x99.
  const Bytes payload{0xE5, 0xA3, 0x45, 0xB5, 0x99, 0xAA};
  const auto parsed = parse_vp9_payload(payload);
  REQUIRE(parsed.ok());
  CHECK(parsed->inter_picture_predicted);
  CHECK_FALSE(parsed->flexible_mode);
  CHECK_FALSE(parsed->begins_layer_frame);
  CHECK(parsed->ends_layer_frame);
  CHECK(parsed->not_reference_for_upper);
  CHECK(parsed->picture_id->value == 0x2345);
  CHECK(parsed->picture_id->offset == 1);
  CHECK(parsed->layer->temporal == 5);
  CHECK(parsed->layer->spatial == 2);
  CHECK(parsed->layer->switching_up);
  CHECK(parsed->layer->inter_layer_predicted);
  CHECK(parsed->tl0_pic_idx->offset == 4);
  CHECK(parsed->tl0_pic_idx->value == 0x99);
  CHECK(parsed->descriptor_size == 5);
}

TEST_CASE("Descriptors of all shapes have the right size") {
  struct Row {
    const char* what;
    Bytes descriptor;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing optional", {0x08}},
      {"picture ID of 7 bits", {0x88, 0x11}},
      {"picture ID of 15 bits", {0x88, 0x81, 0x11}},
      {"layers with TL0PICIDX", {0x28, 0x00, 0x01}},
      {"layers in flexible mode have none", {0x38, 0x00}},
      {"one reference", {0xD8, 0x11, 0x02}},
      {"three references", {0xD8, 0x11, 0x03, 0x05, 0x06}},
      {"flexible mode without P lists none", {0x98, 0x11}},
      {"structure: one layer, nothing else", {0x0A, 0x00}},
      {"structure: two layers with resolutions", {0x0A, 0x30, 1, 2, 3, 4, 5, 6, 7, 8}},
      {"structure: eight layers with resolutions", {0x0A, 0xF0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3,
                                                    3,    4,    4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7}},
      {"structure: empty picture group", {0x0A, 0x08, 0}},
      {"structure: group of three with 0, 1 and 3 references", {0x0A, 0x08, 3, 0x00, 0x04, 1, 0x0C, 1, 2, 3}},
  }));
  INFO(row.what);
  Bytes payload = row.descriptor;
  payload.push_back(0xAA);
  const auto parsed = parse_vp9_payload(payload);
  REQUIRE(parsed.ok());
  CHECK(parsed->descriptor_size == row.descriptor.size());
  // Cut anywhere, it is refused.
  CHECK(parse_vp9_payload(row.descriptor).error() == PayloadError::nothing_after_descriptor);
  for (std::size_t size = 1; size < row.descriptor.size(); ++size) {
    CAPTURE(size);
    CHECK(parse_vp9_payload(ByteView(row.descriptor).first(size)).error() ==
          PayloadError::descriptor_too_long);
  }
}

TEST_CASE("A fourth VP9 reference is refused, and so is an empty payload") {
  const Bytes four{0xD8, 0x11, 0x03, 0x05, 0x07, 0x08, 0xAA};
  CHECK(parse_vp9_payload(four).error() == PayloadError::malformed);
  CHECK(parse_vp9_payload({}).error() == PayloadError::empty);
}

TEST_CASE("VP9 counters are rewritten in place") {
  Bytes payload{0xA8, 0xFF, 0xFF, 0x00, 0xFF, 0xAA};
  const auto parsed = parse_vp9_payload(payload);
  write_picture_id(payload, *parsed->picture_id, 0x8000);
  write_tl0_pic_idx(payload, *parsed->tl0_pic_idx, 0x100);
  CHECK(payload == Bytes{0xA8, 0x80, 0x00, 0x00, 0x00, 0xAA});
}

}  // namespace
}  // namespace baton::media
