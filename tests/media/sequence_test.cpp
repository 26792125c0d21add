// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sequence.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "core/media/rtp_types.hpp"

namespace baton::media {
namespace {

using Tiny = SerialNumber<struct TinyTag, 7>;

TEST_CASE("The distance on a circle is the shorter way, and half the circle counts as behind") {
  struct Row {
    std::uint64_t from, to;
    unsigned bits;
    std::int64_t distance;
  };
  const auto row = GENERATE(values<Row>({
      {0, 0, 16, 0},
      {0, 1, 16, 1},
      {1, 0, 16, -1},
      {65535, 0, 16, 1},
      {0, 65535, 16, -1},
      {0, 32767, 16, 32767},
      {0, 32768, 16, -32768},
      {32768, 0, 16, -32768},
      {65535, 32766, 16, 32767},
      {0xFFFFFFFF, 5, 32, 6},
      {0, 0x7FFFFFFF, 32, 0x7FFFFFFF},
      {0, 0x80000000, 32, -0x80000000LL},
      {127, 0, 7, 1},
      {0, 64, 7, -64},
      {0, 63, 7, 63},
      {255, 1, 8, 2},
      {0x12345, 0x2346, 16, 1},  // Higher bits are ignored.
      {0, 1, 1, -1},             // On a circle of two, the other number is half the circle away.
  }));
  CHECK(serial_distance(row.from, row.to, row.bits) == row.distance);
}

TEST_CASE("Newer means ahead by less than half the circle") {
  CHECK(SequenceNumber(0).is_newer_than(SequenceNumber(65535)));
  CHECK_FALSE(SequenceNumber(65535).is_newer_than(SequenceNumber(0)));
  CHECK_FALSE(SequenceNumber(7).is_newer_than(SequenceNumber(7)));
  CHECK(RtpTimestamp(3).is_newer_than(RtpTimestamp(0xFFFFFFF0)));
  CHECK_FALSE(SequenceNumber(32768).is_newer_than(SequenceNumber(0)));
  CHECK_FALSE(SequenceNumber(0).is_newer_than(SequenceNumber(32768)));
}

TEST_CASE("Steps wrap in both directions and numbers are cut to their width") {
  CHECK(SequenceNumber(65535).next() == SequenceNumber(0));
  CHECK(SequenceNumber(0).plus(-1) == SequenceNumber(65535));
  CHECK(RtpTimestamp(0xFFFFFFFF).plus(90001) == RtpTimestamp(90000));
  CHECK(Tiny(0xFF).value() == 127);
  CHECK(Tiny(127).next() == Tiny(0));
  CHECK(SequenceNumber::wrap(-1) == SequenceNumber(65535));
  CHECK(SequenceNumber::wrap(65536 * 3 + 9) == SequenceNumber(9));
}

TEST_CASE("Unwrapping follows the numbers over the end of the circle and back") {
  SerialUnwrapper<SequenceNumber> unwrapper;
  CHECK(unwrapper.unwrap(SequenceNumber(65534)) == 65534);
  CHECK(unwrapper.unwrap(SequenceNumber(1)) == 65537);
  CHECK(unwrapper.unwrap(SequenceNumber(65535)) == 65535);  // Late.
  CHECK(unwrapper.highest() == 65537);
  CHECK(unwrapper.unwrap(SequenceNumber(2)) == 65538);
  CHECK(unwrapper.peek(SequenceNumber(3)) == 65539);
  CHECK(unwrapper.highest() == 65538);
}

TEST_CASE("A number from before the first one unwraps below zero rather than far ahead") {
  SerialUnwrapper<SequenceNumber> unwrapper;
  CHECK(unwrapper.unwrap(SequenceNumber(0)) == 0);
  CHECK(unwrapper.unwrap(SequenceNumber(65535)) == -1);
  CHECK(unwrapper.unwrap(SequenceNumber(1)) == 1);
}

TEST_CASE("A reset unwrapper starts over") {
  SerialUnwrapper<SequenceNumber> unwrapper;
  unwrapper.unwrap(SequenceNumber(65535));
  unwrapper.unwrap(SequenceNumber(0));
  unwrapper.reset();
  CHECK(unwrapper.unwrap(SequenceNumber(5)) == 5);
}

TEST_CASE("Unwrapping finds any true number again as long as steps stay below half the circle") {
  const std::uint64_t seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> step(-32768, 32767);
  SerialUnwrapper<SequenceNumber> unwrapper;
  std::int64_t highest = 40000;
  REQUIRE(unwrapper.unwrap(SequenceNumber::wrap(highest)) == highest);
  for (int round = 0; round < 5000; ++round) {
    const std::int64_t number = highest + step(random);
    REQUIRE(unwrapper.unwrap(SequenceNumber::wrap(number)) == number);
    highest = std::max(highest, number);
  }
}

}  // namespace
}  // namespace baton::media
