// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/initial_sequence.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <vector>

namespace baton::media {
namespace {

TEST_CASE(
    "An initial sequence number is at least half the circle away from the first wrap, whatever was drawn") {
  struct Row {
    std::uint64_t random;
    std::uint16_t first;
  };
  const std::vector<Row> rows = {
      {0, 0},
      {1, 1},
      {0x7FFF, 0x7FFF},
      {0x8000, 0},
      {0xFFFF, 0x7FFF},
      {0x1'0000, 0},
      {std::numeric_limits<std::uint64_t>::max(), 0x7FFF},
  };
  for (const Row& row : rows) {
    INFO(row.random);
    const SequenceNumber first = initial_sequence_number(row.random);
    CHECK(first == SequenceNumber(row.first));
  }
}

TEST_CASE("Every initial sequence number below 2^15 can be drawn") {
  std::vector<bool> drawn(0x8000, false);
  for (std::uint64_t random = 0; random < 0x1'0000; ++random) {
    drawn.at(initial_sequence_number(random).value()) = true;
  }
  CHECK(drawn == std::vector<bool>(0x8000, true));
}

}  // namespace
}  // namespace baton::media
