// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/command.hpp"
#include "framework/json.hpp"

/// Reads what participants send one another through the room: signals, chat, control. Refuses like the
/// readers of elements do (plugin/request_elements.hpp).
namespace baton::plugin {

/// How deep a signal's payload may nest.
inline constexpr int kSignalDepth = 32;

[[nodiscard]] core::SendSignal decode_signal(framework::JsonView message);
[[nodiscard]] core::SendChat decode_chat(framework::JsonView message);
[[nodiscard]] core::Control decode_control(framework::JsonView message);

}  // namespace baton::plugin
