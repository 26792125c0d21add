// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/roles.hpp"
#include "plugin/config_keys.hpp"

/// The setting `roles`: a list of groups, in the file and on the wire.
namespace baton::plugin {

/// The roles that a value defines, or what is wrong with it: a phrase that follows the key's name, such as
/// `must be a list ...` or `has no "name" in its 2nd role`.
[[nodiscard]] std::variant<std::vector<core::RoleDefinition>, std::string> read_roles(
    const SettingValue& value);

/// What `read_roles` takes, as the end of a sentence.
[[nodiscard]] std::string allowed_roles();

}  // namespace baton::plugin
