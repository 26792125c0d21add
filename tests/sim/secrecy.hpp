// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/effect.hpp"
#include "tests/sim/activity_model.hpp"

namespace baton::sim {

/// Where a view of the game shows somebody's card before the cards are open; nothing if it shows none. Every
/// value in it is looked at, whatever its name, but for the deck and what tells of earlier rounds.
[[nodiscard]] std::optional<std::string> find_leak(const ActivityModel& game, const core::ActivityView& view);

/// The same for every view in an effect, whoever it goes to.
[[nodiscard]] std::optional<std::string> find_leak(const ActivityModel& game, const core::Effect& effect);

}  // namespace baton::sim
