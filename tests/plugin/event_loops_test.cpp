// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/event_loops.hpp"

#include <catch2/catch.hpp>

#include "tests/plugin/gateway_symbols.hpp"

namespace baton::framework::test {

TEST_CASE("Whether PeerConnections share event loops, and how many, is asked of the gateway") {
  CHECK_FALSE(shared_event_loops());
  testing::set_static_event_loops(4);
  CHECK(shared_event_loops() == 4);
  testing::set_static_event_loops(0);
  CHECK_FALSE(shared_event_loops());
}

}  // namespace baton::framework::test
