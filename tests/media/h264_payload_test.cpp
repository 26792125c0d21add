// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/h264_payload.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

TEST_CASE("An H.264 key frame starts with its SPS, or with the first slice of an IDR picture") {
  struct Row {
    const char* what;
    Bytes payload;
    bool starts_keyframe;
    bool starts_picture;
  };
  const auto row = GENERATE(values<Row>({
      {"SPS", {0x67, 0x42}, true, false},
      {"PPS alone", {0x68, 0xCE}, false, false},
      {"SEI", {0x06, 0x05}, false, false},
      {"access unit delimiter", {0x09, 0xF0}, false, false},
      {"IDR slice with macroblock 0", {0x65, 0x88}, true, true},
      {"IDR slice further down the picture", {0x65, 0x44}, false, false},
      {"IDR slice without a body", {0x65}, false, false},
      {"slice with macroblock 0", {0x41, 0x9A}, false, true},
      {"slice further down the picture", {0x41, 0x5A}, false, false},
      {"STAP-A with SPS and PPS", {0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xCE}, true, false},
      {"STAP-A with PPS only", {0x78, 0, 2, 0x68, 0xCE}, false, false},
      {"STAP-A with SPS, PPS and IDR", {0x78, 0, 1, 0x67, 0, 1, 0x68, 0, 2, 0x65, 0x88}, true, true},
      {"STAP-A with SEI and slice", {0x78, 0, 1, 0x06, 0, 2, 0x41, 0x9A}, false, true},
      {"FU-A, start of an IDR slice", {0x7C, 0x85, 0x88}, true, true},
      {"FU-A, start of a later IDR slice", {0x7C, 0x85, 0x08}, false, false},
      {"FU-A, middle of an IDR slice", {0x7C, 0x05, 0x88}, false, false},
      {"FU-A, end of an IDR slice", {0x7C, 0x45, 0x88}, false, false},
      {"FU-A, start of a slice", {0x5C, 0x81, 0x9A}, false, true},
      {"FU-A, start of an SPS", {0x7C, 0x87, 0x42}, true, false},
      {"FU-A, middle of an SPS", {0x7C, 0x07, 0x42}, false, false},
  }));
  INFO(row.what);
  const auto parsed = parse_h264_payload(row.payload);
  REQUIRE(parsed.ok());
  CHECK(parsed->starts_keyframe() == row.starts_keyframe);
  CHECK(parsed->starts_picture == row.starts_picture);
}

TEST_CASE("What an H.264 packet holds is noted") {
  const Bytes stap{0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xCE};
  const auto sets = parse_h264_payload(stap);
  CHECK(sets->packetization == H264Packetization::stap_a);
  CHECK(sets->has_sequence_parameter_set);
  CHECK(sets->has_picture_parameter_set);
  CHECK_FALSE(sets->has_idr_slice);

  const Bytes middle{0x7C, 0x05, 0x88};
  const auto fragment = parse_h264_payload(middle);
  CHECK(fragment->packetization == H264Packetization::fu_a);
  CHECK(fragment->has_idr_slice);
  CHECK_FALSE(fragment->starts_idr_picture);

  const Bytes single{0x65, 0x88};
  CHECK(parse_h264_payload(single)->packetization == H264Packetization::single_nal_unit);
}

TEST_CASE("An H.264 payload that lies or is not negotiated is refused with the reason") {
  struct Row {
    const char* what;
    Bytes payload;
    PayloadError error;
  };
  const auto row = GENERATE(values<Row>({
      {"no payload", {}, PayloadError::empty},
      {"forbidden bit", {0xE5, 0x88}, PayloadError::malformed},
      {"type 0", {0x60, 0x88}, PayloadError::unsupported_type},
      {"STAP-B", {0x79, 0, 0, 0, 1, 0x67}, PayloadError::unsupported_type},
      {"MTAP16", {0x7A, 0, 0}, PayloadError::unsupported_type},
      {"MTAP24", {0x7B, 0, 0}, PayloadError::unsupported_type},
      {"FU-B", {0x7D, 0x85, 0, 0, 0x88}, PayloadError::unsupported_type},
      {"type 30", {0x7E, 0}, PayloadError::unsupported_type},
      {"type 31", {0x7F, 0}, PayloadError::unsupported_type},
      {"STAP-A without units", {0x78}, PayloadError::nothing_after_descriptor},
      {"STAP-A with half a length", {0x78, 0}, PayloadError::length_beyond_end},
      {"STAP-A whose unit is one byte short", {0x78, 0, 3, 0x67, 0x42}, PayloadError::length_beyond_end},
      {"STAP-A whose second length is cut", {0x78, 0, 1, 0x67, 0}, PayloadError::length_beyond_end},
      {"STAP-A with a unit of 65535 bytes", {0x78, 0xFF, 0xFF, 0x67}, PayloadError::length_beyond_end},
      {"STAP-A with an empty unit", {0x78, 0, 0}, PayloadError::malformed},
      {"FU-A without its header", {0x7C}, PayloadError::descriptor_too_long},
      {"FU-A without a fragment", {0x7C, 0x85}, PayloadError::nothing_after_descriptor},
  }));
  INFO(row.what);
  const auto parsed = parse_h264_payload(row.payload);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error() == row.error);
}

}  // namespace
}  // namespace baton::media
