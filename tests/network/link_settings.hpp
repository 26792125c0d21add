// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/time.hpp"

namespace baton::network {

/// A share of all packets, in millionths.
struct Share {
  std::uint32_t parts = 0;
  friend constexpr auto operator<=>(const Share&, const Share&) = default;
};
inline constexpr std::size_t kParts = 1'000'000;

enum class LinkState : std::uint8_t { up, down };

/// One direction of a link. As it is made here, it changes nothing.
struct LinkSettings {
  Share loss;
  core::Duration delay{};
  core::Duration jitter{};            ///< Up to so much is added to the delay, each as likely as another.
  std::uint64_t bits_per_second = 0;  ///< 0: without end.
  std::size_t queue_bytes = 64'000;   ///< What may wait before the slow part; only with a rate.
  Share duplicated;
  Share reordered;  ///< These are held back, and what follows overtakes them.
  core::Duration held_back_for = std::chrono::milliseconds(20);
  LinkState state = LinkState::up;
  friend bool operator==(const LinkSettings&, const LinkSettings&) = default;
};

/// What `parse_link_settings` knows, for people: a line for each word.
[[nodiscard]] std::string_view link_settings_help();

/// Reads settings such as "loss=2 delay=100 rate=1000 queue=60". Words that are not named keep what they have
/// in LinkSettings{}. Answers with a sentence when a word is unknown, or its value no number in its range.
[[nodiscard]] std::variant<LinkSettings, std::string> parse_link_settings(std::string_view text);

}  // namespace baton::network
