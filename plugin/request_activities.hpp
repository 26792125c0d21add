// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/command.hpp"
#include "framework/json.hpp"
#include "plugin/request_payload.hpp"

/// Reads what participants ask of the room's activity. Refuses like the readers of elements do
/// (plugin/request_elements.hpp).
namespace baton::plugin {

/// Of an activity's options, and of a command's arguments.
inline constexpr PayloadLimits kActivityLimits{.bytes = 4096, .depth = 8};

[[nodiscard]] core::OpenActivity decode_open_activity(framework::JsonView message);
[[nodiscard]] core::CloseActivity decode_close_activity(framework::JsonView message);
[[nodiscard]] core::UseActivity decode_use_activity(framework::JsonView message);

}  // namespace baton::plugin
