// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/av1_payload.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

constexpr std::uint8_t kSequenceHeader = 0x08;     // OBU type 1, no size field, no extension.
constexpr std::uint8_t kFrame = 0x30;              // OBU type 6.
constexpr std::uint8_t kTemporalDelimiter = 0x10;  // OBU type 2.

TEST_CASE("An AV1 key frame starts with the N bit or with a sequence header") {
  struct Row {
    const char* what;
    Bytes payload;
    bool starts_keyframe;
    bool has_sequence_header;
  };
  const auto row = GENERATE(values<Row>({
      {"N with sequence header and frame", {0x28, 2, kSequenceHeader, 1, kFrame, 2}, true, true},
      {"N alone", {0x18, kFrame, 2}, true, false},
      {"no N, sequence header first", {0x20, 2, kSequenceHeader, 1, kFrame, 2}, true, true},
      {"no N, sequence header last", {0x20, 2, kFrame, 1, kSequenceHeader, 2}, true, true},
      {"a frame", {0x10, kFrame, 2}, false, false},
      {"a frame to be continued", {0x50, kFrame, 2}, false, false},
      {"a continued fragment that looks like a sequence header", {0x90, kSequenceHeader, 2}, false, false},
      {"a sequence header behind the rest of another OBU", {0xA0, 1, 0xFF, kSequenceHeader, 2}, false, true},
      {"every element with a length",
       {0x00, 1, kTemporalDelimiter, 2, kSequenceHeader, 1, 2, kFrame, 1},
       true,
       true},
      {"three elements", {0x30, 1, kTemporalDelimiter, 1, kFrame, kFrame, 1}, false, false},
      {"an empty element", {0x00, 0, 1, kFrame}, false, false},
      {"an empty last element", {0x20, 1, kFrame}, false, false},
      {"a length of two bytes", {0x20, 0x81, 0x00, kFrame, kSequenceHeader}, true, true},
  }));
  INFO(row.what);
  const auto parsed = parse_av1_payload(row.payload);
  REQUIRE(parsed.ok());
  CHECK(parsed->starts_keyframe() == row.starts_keyframe);
  CHECK(parsed->has_sequence_header == row.has_sequence_header);
}

TEST_CASE("The bits of the aggregation header are told apart") {
  const Bytes begins{0x50, kFrame, 1};
  CHECK(parse_av1_payload(begins)->will_continue);
  CHECK_FALSE(parse_av1_payload(begins)->continues_fragment);
  const Bytes goes_on{0x90, 1, 1};
  CHECK(parse_av1_payload(goes_on)->continues_fragment);
  CHECK_FALSE(parse_av1_payload(goes_on)->will_continue);
}

TEST_CASE("An AV1 payload that lies is refused with the reason") {
  struct Row {
    const char* what;
    Bytes payload;
    PayloadError error;
  };
  const auto row = GENERATE(values<Row>({
      {"no payload", {}, PayloadError::empty},
      {"aggregation header only", {0x10}, PayloadError::nothing_after_descriptor},
      {"N on a continued fragment", {0x98, 1}, PayloadError::malformed},
      {"element one byte short", {0x00, 3, kFrame, 1}, PayloadError::length_beyond_end},
      {"first of two elements too long", {0x20, 9, kFrame}, PayloadError::length_beyond_end},
      {"second of three elements has no length", {0x30, 1, kFrame}, PayloadError::length_beyond_end},
      {"length that does not end", {0x00, 0x80, 0x80}, PayloadError::length_beyond_end},
      {"length of nine bytes",
       {0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0},
       PayloadError::malformed},
      {"length beyond 32 bits", {0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F}, PayloadError::malformed},
      {"length of 32 bits", {0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, PayloadError::length_beyond_end},
  }));
  INFO(row.what);
  const auto parsed = parse_av1_payload(row.payload);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error() == row.error);
}

}  // namespace
}  // namespace baton::media
