// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <catch2/catch.hpp>

#include "tests/sim/exchange.hpp"
#include "tests/sim/good_client.hpp"

namespace baton::sim {

/// Where scenarios take place: one room and four good clients, over a network that loses nothing. Ada is
/// host, bob controller, cyd and dave watch. All are in; nobody is ready yet.
struct FourClients {
  Exchange exchange;
  GoodClient ada{exchange, core::UserId("ada"), core::Role::host};
  GoodClient bob{exchange, core::UserId("bob"), core::Role::controller};
  GoodClient cyd{exchange, core::UserId("cyd"), core::Role::viewer};
  GoodClient dave{exchange, core::UserId("dave"), core::Role::viewer};

  /// They come one after another, with this much time between them.
  FourClients(const core::RoomSettings& settings, core::Duration between) : exchange(Seed{1}, {}, settings) {
    for (GoodClient* client : {&ada, &bob, &cyd, &dave}) {
      client->join();
      exchange.run_for(between);
      REQUIRE(client->in());
    }
  }
  /// The client's connection dies, and the gateway finds out.
  void lose(GoodClient& client) {
    const core::ConnectionId link = *client.link();
    client.drop();
    exchange.notice(link);
  }
};

}  // namespace baton::sim
