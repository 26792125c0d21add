// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/room_settings.hpp"

#include <algorithm>

namespace baton::core {

AudienceThresholds audience_thresholds_of(const RoomSettings& settings) {
  constexpr std::size_t kWarnPeerToPeer = 10;
  constexpr std::size_t kSuggestSfu = 15;
  constexpr std::size_t kWarnPercent = 80;
  const bool p2p = settings.mode == RoomMode::p2p;
  const std::size_t warn =
      p2p ? kWarnPeerToPeer : std::max<std::size_t>(1, settings.max_viewers * kWarnPercent / 100);
  const auto threshold = [&](const std::optional<std::size_t>& chosen, std::size_t otherwise) {
    const std::size_t viewers = chosen.value_or(otherwise <= settings.max_viewers ? otherwise : 0);
    return viewers > 0 ? std::optional(viewers) : std::nullopt;
  };
  return {threshold(settings.warn_viewers, warn),
          p2p ? threshold(settings.suggest_sfu_viewers, kSuggestSfu) : std::nullopt};
}

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
