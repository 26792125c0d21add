// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/continued_counter.hpp"

#include <catch2/catch.hpp>

namespace baton::media {
namespace {

TEST_CASE("The first source's counter goes out as it is") {
  ContinuedCounter counter;
  CHECK(counter.continue_with(500, 15) == 500);
  CHECK(counter.continue_with(501, 15) == 501);
}

TEST_CASE("A new source's counter continues after the highest that went out") {
  ContinuedCounter counter;
  counter.continue_with(500, 15);
  counter.continue_with(502, 15);
  counter.continue_with(501, 15);  // Late.
  counter.switch_source();
  CHECK(counter.continue_with(20, 15) == 503);
  CHECK(counter.continue_with(20, 15) == 503);
  CHECK(counter.continue_with(23, 15) == 506);
  CHECK(counter.continue_with(22, 15) == 505);
}

TEST_CASE("A very late value does not change where the next one is placed") {
  ContinuedCounter counter;
  CHECK(counter.continue_with(100, 7) == 100);
  CHECK(counter.continue_with(45, 7) == 45);
  CHECK(counter.continue_with(110, 7) == 110);  // More than half a circle from the late one.
}

TEST_CASE("A counter that wraps at its source goes on counting, in each width") {
  struct Row {
    unsigned bits;
    std::uint32_t last;
  };
  const auto row = GENERATE(values<Row>({{7, 127}, {8, 255}, {15, 32767}, {16, 65535}}));
  CAPTURE(row.bits);
  ContinuedCounter counter;
  CHECK(counter.continue_with(row.last, row.bits) == row.last);
  CHECK(counter.continue_with(0, row.bits) == row.last + 1);
  CHECK(counter.continue_with(row.last, row.bits) == row.last);  // Late, from before the wrap.
  CHECK(counter.continue_with(1, row.bits) == row.last + 2);
}

TEST_CASE("A source that changes the width of its counter continues without a step back") {
  ContinuedCounter counter;
  counter.continue_with(20000, 15);
  CHECK(counter.continue_with(5, 7) == 20001);
  CHECK(counter.continue_with(6, 7) == 20002);
  CHECK(counter.continue_with(9, 15) == 20003);
}

TEST_CASE("A source without the counter leaves it for the one after") {
  ContinuedCounter counter;
  counter.continue_with(7, 16);
  counter.switch_source();
  counter.switch_source();
  CHECK(counter.continue_with(1000, 16) == 8);
}

}  // namespace
}  // namespace baton::media
