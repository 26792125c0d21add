// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/command.hpp"
#include "core/effect.hpp"

/// One line of text for each command and effect, for the report of a failure.
namespace baton::sim {

[[nodiscard]] std::string describe(const core::Command& command);
[[nodiscard]] std::string describe(const core::Effect& effect);
[[nodiscard]] std::string describe(const core::EventBody& event);

}  // namespace baton::sim
