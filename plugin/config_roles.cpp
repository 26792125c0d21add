// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_roles.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "core/room_settings.hpp"
#include "plugin/config_words.hpp"

namespace baton::plugin {

namespace {

using core::Right;
using core::RoleDefinition;
using core::RoleName;
using Problem = std::string;

constexpr std::string_view kName = "name";
constexpr std::string_view kTimeout = "presence_timeout_ms";
constexpr std::string_view kRights = "rights";

std::string timeout_text() {
  const core::DurationRange& range = core::limits::kPresenceTimeout;
  return "a whole number of milliseconds from " + std::to_string(whole_milliseconds(range.lowest)) + " to " +
         std::to_string(whole_milliseconds(range.highest));
}

std::optional<RoleName> read_name(const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  const bool taken = text != nullptr && (*text == "host" || *text == "controller" || *text == "viewer");
  if (text == nullptr || taken || !core::is_valid_name_id(*text)) {
    return std::nullopt;
  }
  return RoleName(*text);
}

std::optional<core::Duration> read_timeout(const SettingValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  const core::DurationRange& range = core::limits::kPresenceTimeout;
  const bool within = number != nullptr && *number >= whole_milliseconds(range.lowest) &&
                      *number <= whole_milliseconds(range.highest);
  return within ? std::optional<core::Duration>(std::chrono::milliseconds(*number)) : std::nullopt;
}

std::optional<core::Rights> read_rights(const SettingValue& value) {
  const auto* list = std::get_if<SettingList>(&value);
  if (list == nullptr) {
    return std::nullopt;
  }
  core::Rights rights;
  for (const SettingValue& element : list->elements) {
    const auto* word = std::get_if<std::string>(&element);
    const auto right = word != nullptr ? word_to_value<Right>(*word) : std::nullopt;
    if (!right) {
      return std::nullopt;
    }
    rights.add(*right);
  }
  return rights;
}

/// Whether there is a value; it is moved to `target` then.
template <class T>
bool take(std::optional<T> value, T& target) {
  if (!value) {
    return false;
  }
  target = *std::move(value);
  return true;
}

std::variant<RoleDefinition, Problem> read_role(const SettingGroup& group) {
  RoleDefinition role{RoleName(), core::Duration::zero(), core::kViewerRights};
  for (const auto& [name, value] : group.members) {
    if (name == kName) {
      if (!take(read_name(value), role.name)) {
        return R"("name" must be 1 to 64 letters, digits or ._~@+:=- and none of host, controller, viewer)";
      }
    } else if (name == kTimeout) {
      if (!take(read_timeout(value), role.presence_timeout)) {
        return "\"" + std::string(kTimeout) + "\" must be " + timeout_text();
      }
    } else if (name == kRights) {
      if (!take(read_rights(value), role.rights)) {
        return "\"rights\" must be a list of " + alternatives<Right>();
      }
    } else {
      return "there is no such element as " + to_text(name);
    }
  }
  if (role.name.value().empty()) {
    return R"("name" is missing)";
  }
  if (role.presence_timeout == core::Duration::zero()) {
    return "\"" + std::string(kTimeout) + "\" is missing";
  }
  return role;
}

}  // namespace

std::variant<std::vector<RoleDefinition>, Problem> read_roles(const SettingValue& value) {
  const auto* list = std::get_if<SettingList>(&value);
  if (list == nullptr || list->elements.size() > core::limits::kFurtherRoles) {
    return allowed_roles();
  }
  std::vector<RoleDefinition> roles;
  for (const SettingValue& element : list->elements) {
    const std::string place = ": role " + std::to_string(roles.size() + 1) + ": ";
    const auto* group = std::get_if<SettingGroup>(&element);
    if (group == nullptr) {
      return allowed_roles() + place + "it is no group";
    }
    auto role = read_role(*group);
    if (const auto* problem = std::get_if<Problem>(&role)) {
      return allowed_roles() + place + *problem;
    }
    auto& definition = std::get<RoleDefinition>(role);
    if (std::ranges::find(roles, definition.name, &RoleDefinition::name) != roles.end()) {
      return allowed_roles() + place + "an earlier one has this name";
    }
    roles.push_back(std::move(definition));
  }
  return roles;
}

std::string allowed_roles() {
  return "must be a list of at most " + std::to_string(core::limits::kFurtherRoles) +
         " groups, each with a `name` of its own, `presence_timeout_ms` and perhaps `rights` out of " +
         alternatives<Right>();
}

}  // namespace baton::plugin
