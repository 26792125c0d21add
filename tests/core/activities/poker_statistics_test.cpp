// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <optional>
#include <vector>

#include "core/activities/poker_cards.hpp"

using namespace baton::core;

TEST_CASE("What the votes of a round say together") {
  using enum PokerCard;
  struct Row {
    const char* what;
    std::vector<PokerCard> votes;
    std::optional<double> average;
    std::optional<double> median;
    std::optional<std::int64_t> lowest;
    std::optional<std::int64_t> highest;
    bool agreed;
  };
  const Row rows[] = {
      {"nobody", {}, std::nullopt, std::nullopt, std::nullopt, std::nullopt, false},
      {"one", {five}, 5.0, 5.0, 5, 5, true},
      {"an even number", {one, two, three, eight}, 3.5, 2.5, 1, 8, false},
      {"an odd number", {twenty_one, one, two}, 8.0, 2.0, 1, 21, false},
      {"cards without points do not count", {coffee, three, infinite}, 3.0, 3.0, 3, 3, false},
      {"only cards without points",
       {unsure, unsure},
       std::nullopt,
       std::nullopt,
       std::nullopt,
       std::nullopt,
       true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const PokerStatistics statistics = poker_statistics(row.votes);
    CHECK(statistics.votes == row.votes.size());
    CHECK(statistics.average == row.average);
    CHECK(statistics.median == row.median);
    CHECK(statistics.lowest == row.lowest);
    CHECK(statistics.highest == row.highest);
    CHECK(statistics.agreed == row.agreed);
  }
}
