// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/media_client.hpp"

/// A room in which somebody is on air, and those who watch.
namespace baton::testing {

/// What a room with media is created with.
inline framework::Json stage() {
  return framework::Json::object().set("room", "stage").set("grace_ms", 60'000);
}

/// A room with a host who is on air.
struct OnAir {
  explicit OnAir(framework::Json room = stage()) : host(created(baton, std::move(room))), camera(host) {
    REQUIRE(host.join("ada", "host").kind() == "joined");
    go_on_air(host);
  }

  static Baton& created(Baton& baton, framework::Json room) {
    baton.create(std::move(room));
    return baton;
  }

  Baton baton{};
  Client host;
  VideoSource camera;
};

/// A viewer who has joined.
inline std::unique_ptr<Client> viewer(Baton& baton, const std::string& user) {
  auto client = std::make_unique<Client>(baton);
  REQUIRE(client->join(user).kind() == "joined");
  return client;
}

}  // namespace baton::testing
