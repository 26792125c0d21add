// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/activities/value.hpp"

namespace baton::core {

/// The cards of planning poker.
enum class PokerCard : std::uint8_t {
  one,
  two,
  three,
  five,
  eight,
  thirteen,
  twenty_one,
  coffee,
  unsure,
  infinite
};

struct PokerCardFace {
  PokerCard card;
  /// As clients write it.
  std::string_view face;
  /// What it counts; the cards that are no estimate count nothing.
  std::optional<std::int64_t> points;
};

inline constexpr std::array<PokerCardFace, 10> kPokerDeck{{{PokerCard::one, "1", 1},
                                                           {PokerCard::two, "2", 2},
                                                           {PokerCard::three, "3", 3},
                                                           {PokerCard::five, "5", 5},
                                                           {PokerCard::eight, "8", 8},
                                                           {PokerCard::thirteen, "13", 13},
                                                           {PokerCard::twenty_one, "21", 21},
                                                           {PokerCard::coffee, "☕", std::nullopt},
                                                           {PokerCard::unsure, "❓", std::nullopt},
                                                           {PokerCard::infinite, "∞", std::nullopt}}};

[[nodiscard]] const PokerCardFace& face_of(PokerCard card);
/// Nothing for what is no card.
[[nodiscard]] std::optional<PokerCard> poker_card(std::string_view face);

/// What the votes of a round say together.
struct PokerStatistics {
  std::size_t votes = 0;
  /// Over the cards that count points; nothing if there are none.
  std::optional<double> average;
  std::optional<double> median;
  std::optional<std::int64_t> lowest;
  std::optional<std::int64_t> highest;
  /// Everybody chose the same card.
  bool agreed = false;
  /// How often each card of the deck was chosen, in the deck's order.
  std::array<std::size_t, kPokerDeck.size()> counts{};

  [[nodiscard]] Value value() const;
};

[[nodiscard]] PokerStatistics poker_statistics(std::span<const PokerCard> votes);

}  // namespace baton::core
