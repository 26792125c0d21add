// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/activities/value.hpp"
#include "framework/json.hpp"

/// What activities are told and tell, as JSON. Pure; any thread.
namespace baton::plugin {

/// Nothing if lists or objects are nested deeper than `depth`: 0 takes none at all. Integers stay integers,
/// and members keep their order.
[[nodiscard]] std::optional<core::Value> value_of(framework::JsonView json, int depth);

/// The same back: `json_of(*value_of(json, depth))` equals `json`.
[[nodiscard]] framework::Json json_of(const core::Value& value);

}  // namespace baton::plugin
