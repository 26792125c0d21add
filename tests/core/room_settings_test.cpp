// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/room_settings.hpp"

#include <catch2/catch.hpp>
#include <chrono>

using namespace baton::core;
using namespace std::chrono_literals;

TEST_CASE("A role's time-out is its own if it has one, and the host's is the host's whoever it is") {
  RoomSettings settings;
  settings.presence_timeout = 60s;
  settings.host_presence_timeout = 90s;
  settings.further_roles = {{RoleName("dev"), 45min, kViewerRights}};
  const std::optional<RoleName> dev = RoleName("dev");
  CHECK(presence_timeout_of(settings, Role::host, std::nullopt) == 90s);
  CHECK(presence_timeout_of(settings, Role::host, dev) == 90s);
  CHECK(presence_timeout_of(settings, Role::controller, std::nullopt) == 60s);
  CHECK(presence_timeout_of(settings, Role::controller, dev) == 45min);
  CHECK(presence_timeout_of(settings, Role::viewer, dev) == 45min);
  CHECK(presence_timeout_of(settings, Role::viewer, std::nullopt) == 60s);
  settings.controller_presence_timeout = 30s;
  CHECK(presence_timeout_of(settings, Role::controller, std::nullopt) == 30s);
}

TEST_CASE("A role's rights are its own until it has control") {
  RoomSettings settings;
  settings.further_roles = {{RoleName("spectator"), 60s, Rights()},
                            {RoleName("speaker"), 60s, Rights{Right::publish, Right::chat}}};
  const std::optional<RoleName> spectator = RoleName("spectator");
  const std::optional<RoleName> speaker = RoleName("speaker");
  CHECK(rights_of(settings, Role::viewer, std::nullopt) == kViewerRights);
  CHECK_FALSE(kViewerRights.has(Right::publish));
  CHECK(rights_of(settings, Role::viewer, spectator) == Rights());
  CHECK(rights_of(settings, Role::viewer, speaker).has(Right::publish));
  CHECK_FALSE(rights_of(settings, Role::viewer, speaker).has(Right::control));
  CHECK(rights_of(settings, Role::controller, spectator) == Rights::all());
  CHECK(rights_of(settings, Role::host, spectator) == Rights::all());
}
