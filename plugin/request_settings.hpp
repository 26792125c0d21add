// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/command.hpp"
#include "framework/json.hpp"
#include "plugin/client_request.hpp"
#include "plugin/config_keys.hpp"

/// Reads the settings of `create` and `edit`; refuses like the readers of elements do
/// (plugin/request_elements.hpp).
namespace baton::plugin {

/// `defaults`: what the room gets where the message says nothing.
[[nodiscard]] CreateRoom decode_create(framework::JsonView message, const RoomDraft& defaults);
[[nodiscard]] core::Edit decode_edit(framework::JsonView message);

}  // namespace baton::plugin
