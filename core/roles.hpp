// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::core {

/// What a participant is in the room. An application's further roles (`RoleDefinition`) are viewers with
/// rights and a time-out of their own, until they are given control or become host.
enum class Role : std::uint8_t { host, controller, viewer };

/// What a role allows beyond being in the room.
enum class Right : std::uint8_t {
  publish,      ///< send media
  control,      ///< ask for control, and be given it
  chat,         ///< write to everybody
  signal,       ///< send signals to hosts and controllers, and receive theirs
  participate,  ///< take part in the room's activity
};

/// A set of rights.
class Rights {
public:
  constexpr Rights() = default;
  constexpr Rights(std::initializer_list<Right> rights) {
    for (const Right right : rights) {
      add(right);
    }
  }
  constexpr void add(Right right) { bits_ = static_cast<std::uint8_t>(bits_ | bit(right)); }

  [[nodiscard]] static constexpr Rights all() {
    return {Right::publish, Right::control, Right::chat, Right::signal, Right::participate};
  }
  [[nodiscard]] constexpr bool has(Right right) const { return (bits_ & bit(right)) != 0; }

  friend constexpr bool operator==(Rights, Rights) = default;

private:
  static constexpr std::uint8_t bit(Right right) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(right));
  }

  std::uint8_t bits_ = 0;
};

/// What viewers, and further roles that say nothing else, may do.
inline constexpr Rights kViewerRights{Right::control, Right::chat, Right::signal, Right::participate};

/// What an application calls a role of its own, such as `scrum_master`. Never one of `host`, `controller`,
/// `viewer`.
using RoleName = NameId<struct RoleNameTag>;

/// A role that a room defines further to the three.
struct RoleDefinition {
  RoleName name;
  /// Like `RoomSettings::presence_timeout`, for this role.
  Duration presence_timeout;
  Rights rights = kViewerRights;

  friend bool operator==(const RoleDefinition&, const RoleDefinition&) = default;
};

}  // namespace baton::core
