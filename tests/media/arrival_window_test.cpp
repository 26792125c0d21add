// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/arrival_window.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

namespace baton::media {
namespace {

TEST_CASE("The window covers exactly its size") {
  ArrivalWindow window;
  window.restart(5000);
  CHECK(window.covers(5000));
  CHECK(window.covers(5000 - ArrivalWindow::kSize + 1));
  CHECK_FALSE(window.covers(5000 - ArrivalWindow::kSize));
  CHECK(window.covers(9999));
}

TEST_CASE("A place is forgotten when the window has moved past it") {
  ArrivalWindow window;
  window.restart(0);
  window.mark(3);
  window.mark(ArrivalWindow::kSize - 1);
  CHECK(window.contains(0));
  CHECK(window.contains(3));
  window.mark(ArrivalWindow::kSize + 10);
  CHECK_FALSE(window.contains(ArrivalWindow::kSize));      // Shares its place with 0.
  CHECK_FALSE(window.contains(ArrivalWindow::kSize + 3));  // Shares its place with 3.
  CHECK(window.contains(ArrivalWindow::kSize - 1));
  window.mark(10 * ArrivalWindow::kSize);
  CHECK_FALSE(window.contains(10 * ArrivalWindow::kSize - 1));
  CHECK_FALSE(window.contains(9 * ArrivalWindow::kSize + 3));
  CHECK_FALSE(window.contains(10 * ArrivalWindow::kSize + 1));
}

TEST_CASE("Restarting forgets all that arrived before") {
  ArrivalWindow window;
  window.restart(10);
  window.mark(11);
  window.restart(12);
  CHECK_FALSE(window.contains(11));
  CHECK(window.contains(12));
}

TEST_CASE("The window agrees with a set of all numbers that arrived") {
  const std::uint64_t seed = GENERATE(11U, 12U, 13U);
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> step(-ArrivalWindow::kSize, 40);
  ArrivalWindow window;
  window.restart(-3);  // Below zero, as before the first packet of a source that starts at 0.
  std::set<std::int64_t> arrived{-3};
  for (int round = 0; round < 20000; ++round) {
    const std::int64_t number = window.highest() + step(random);
    if (!window.covers(number)) {
      continue;
    }
    REQUIRE(window.contains(number) == (arrived.count(number) != 0));
    window.mark(number);
    arrived.insert(number);
    REQUIRE(window.highest() == *arrived.rbegin());
  }
}

}  // namespace
}  // namespace baton::media
