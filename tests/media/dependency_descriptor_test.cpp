// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/dependency_descriptor.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

TEST_CASE("The mandatory fields of a dependency descriptor are read") {
  const Bytes data{0x95, 0x12, 0x34};  // Start of frame, template 21, frame 0x1234.
  const auto parsed = parse_dependency_descriptor(data);
  REQUIRE(parsed.ok());
  CHECK(parsed->start_of_frame);
  CHECK_FALSE(parsed->end_of_frame);
  CHECK(parsed->template_id == 21);
  CHECK(parsed->frame_number == 0x1234);
  CHECK_FALSE(parsed->has_template_structure);

  const Bytes end{0x7F, 0xFF, 0xFF};
  CHECK(parse_dependency_descriptor(end)->end_of_frame);
  CHECK_FALSE(parse_dependency_descriptor(end)->start_of_frame);
  CHECK(parse_dependency_descriptor(end)->template_id == 63);
}

TEST_CASE("A key frame starts where the template structure is attached to the start of a frame") {
  struct Row {
    const char* what;
    Bytes data;
    bool starts_keyframe;
  };
  const auto row = GENERATE(values<Row>({
      {"start with structure", {0x80, 0, 1, 0x80, 0x01}, true},
      {"start with active decode targets only", {0x80, 0, 1, 0x40, 0x01}, false},
      {"start without extended fields", {0x80, 0, 1}, false},
      {"structure in the middle of a frame", {0x00, 0, 1, 0x80, 0x01}, false},
  }));
  INFO(row.what);
  CHECK(parse_dependency_descriptor(row.data)->starts_keyframe() == row.starts_keyframe);
}

TEST_CASE("A byte behind the descriptor is not taken for its extended fields") {
  const Bytes data{0x80, 0, 1, 0x80};
  CHECK_FALSE(parse_dependency_descriptor(ByteView(data).first(3))->has_template_structure);
}

TEST_CASE("A dependency descriptor is three to 256 bytes long") {
  CHECK(parse_dependency_descriptor({}).error() == DependencyDescriptorError::too_short);
  CHECK(parse_dependency_descriptor(Bytes(2)).error() == DependencyDescriptorError::too_short);
  CHECK(parse_dependency_descriptor(Bytes(3)).ok());
  CHECK(parse_dependency_descriptor(Bytes(256)).ok());
  CHECK(parse_dependency_descriptor(Bytes(257)).error() == DependencyDescriptorError::too_long);
}

TEST_CASE("The frame number is rewritten in place, and bytes too short for it are left alone") {
  Bytes data{0x95, 0x12, 0x34, 0x80};
  write_frame_number(data, 0x1FFFE);
  CHECK(data == Bytes{0x95, 0xFF, 0xFE, 0x80});
  Bytes two{1, 2};
  write_frame_number(two, 7);
  CHECK(two == Bytes{1, 2});
}

}  // namespace
}  // namespace baton::media
