// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/room_settings.hpp"

#include <algorithm>

namespace baton::core {

const RoleDefinition* find_role(const RoomSettings& settings, const RoleName& name) {
  const auto found = std::ranges::find(settings.further_roles, name, &RoleDefinition::name);
  return found == settings.further_roles.end() ? nullptr : &*found;
}

Duration presence_timeout_of(const RoomSettings& settings, Role role,
                             const std::optional<RoleName>& further_role) {
  if (role == Role::host) {
    return settings.host_presence_timeout.value_or(settings.presence_timeout);
  }
  // Control is lent to a role that the application defined; who it is, and how patient the room is with it,
  // stays.
  if (const RoleDefinition* defined = further_role ? find_role(settings, *further_role) : nullptr) {
    return defined->presence_timeout;
  }
  if (role == Role::controller) {
    return settings.controller_presence_timeout.value_or(settings.presence_timeout);
  }
  return settings.presence_timeout;
}

Rights rights_of(const RoomSettings& settings, Role role, const std::optional<RoleName>& further_role) {
  if (role != Role::viewer) {
    return Rights::all();
  }
  const RoleDefinition* defined = further_role ? find_role(settings, *further_role) : nullptr;
  return defined != nullptr ? defined->rights : kViewerRights;
}

}  // namespace baton::core
