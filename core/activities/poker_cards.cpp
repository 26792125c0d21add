// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/poker_cards.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace baton::core {

namespace {

/// Adds it if there is one.
template <class Number>
void add(Value::Members& members, const char* name, const std::optional<Number>& number) {
  if (number) {
    members.emplace_back(name, *number);
  }
}

Value count(std::size_t number) {
  return {static_cast<std::int64_t>(number)};
}

}  // namespace

const PokerCardFace& face_of(PokerCard card) {
  return kPokerDeck.at(static_cast<std::size_t>(card));
}

std::optional<PokerCard> poker_card(std::string_view face) {
  const auto* const found = std::ranges::find(kPokerDeck, face, &PokerCardFace::face);
  return found == kPokerDeck.end() ? std::nullopt : std::optional(found->card);
}

PokerStatistics poker_statistics(std::span<const PokerCard> votes) {
  PokerStatistics statistics;
  statistics.votes = votes.size();
  std::vector<std::int64_t> points;
  for (const PokerCard card : votes) {
    ++statistics.counts.at(static_cast<std::size_t>(card));
    if (const auto worth = face_of(card).points) {
      points.push_back(*worth);
    }
  }
  statistics.agreed = !votes.empty() && std::ranges::count(votes, votes.front()) == std::ssize(votes);
  if (points.empty()) {
    return statistics;
  }
  std::ranges::sort(points);
  const auto number = [&](std::size_t place) { return static_cast<double>(points.at(place)); };
  const std::size_t middle = points.size() / 2;
  const auto sum = std::accumulate(points.begin(), points.end(), std::int64_t{0});
  statistics.average = static_cast<double>(sum) / static_cast<double>(points.size());
  statistics.median = points.size() % 2 == 1 ? number(middle) : (number(middle - 1) + number(middle)) / 2;
  statistics.lowest = points.front();
  statistics.highest = points.back();
  return statistics;
}

Value PokerStatistics::value() const {
  Value::List distribution;
  for (const PokerCardFace& face : kPokerDeck) {
    const std::size_t times = counts.at(static_cast<std::size_t>(face.card));
    if (times > 0) {
      distribution.emplace_back(Value::Members{{"card", face.face}, {"votes", count(times)}});
    }
  }
  Value::Members all{{"votes", count(votes)}, {"agreed", agreed}, {"distribution", std::move(distribution)}};
  add(all, "average", average);
  add(all, "median", median);
  add(all, "lowest", lowest);
  add(all, "highest", highest);
  return all;
}

}  // namespace baton::core
