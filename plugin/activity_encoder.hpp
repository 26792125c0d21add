// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/activities/activity_slot.hpp"
#include "framework/json.hpp"

/// What may be known of a room's activity, as JSON of the protocol (docs/protocol.md): `null` where there is
/// none. Pure; any thread.
namespace baton::plugin {

/// For those in the room. `own` is the receiver's own part, where that is told.
[[nodiscard]] framework::Json encode_activity(const std::optional<core::ActivityView>& activity,
                                              const std::optional<core::Value>& own);
[[nodiscard]] framework::Json encode_activity(const std::optional<core::ActivityState>& activity);
/// For whoever looks from outside: what it is, and nothing of what is said in it.
[[nodiscard]] framework::Json encode_activity_outline(const std::optional<core::ActivityView>& activity);

}  // namespace baton::plugin
