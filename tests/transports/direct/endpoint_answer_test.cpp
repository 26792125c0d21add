// SPDX-License-Identifier: GPL-3.0-or-later
// Peers that begin before all is known of them: before the answer, or before an address is nominated.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/transports/direct/client/stun_client.hpp"
#include "tests/transports/direct/endpoint_scene.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using test::address;
using test::kAda;
using test::kBob;
using test::Scene;

TEST_CASE("A peer that has not answered is answered its checks, and shakes hands as soon as it has") {
  const auto role = GENERATE(DtlsRole::server, DtlsRole::client);
  Scene scene;
  REQUIRE(scene.endpoint.expect(kAda, test::make_credentials(1), scene.now) == AddPeerResult::added);
  CHECK(scene.endpoint.expect(kAda, test::make_credentials(2), scene.now) == AddPeerResult::peer_known);
  const auto browser = scene.client(kAda, role == DtlsRole::server ? DtlsRole::client : DtlsRole::server);
  scene.exchange(*browser, address(1));
  CHECK(browser->checks_answered() == 1);
  CHECK_FALSE(browser->connected());
  CHECK(scene.endpoint.counters().handshakes_begun == 0);
  CHECK(scene.endpoint.counters().dtls_before_answer == (role == DtlsRole::server ? 1 : 0));
  CHECK(scene.endpoint.send_rtp(kAda, test::make_rtp(1, 1), scene.now) == SendResult::not_connected);

  const DtlsEnd answer{role, scene.browser->fingerprint()};
  CHECK(scene.endpoint.describe(kBob, answer) == AddPeerResult::peer_unknown);
  CHECK(scene.endpoint.describe(kAda, answer) == AddPeerResult::added);
  // Its first flight was kept: nobody had to repeat it.
  scene.exchange(*browser, address(1));
  CHECK(browser->connected());
  CHECK(scene.endpoint.describe(kAda, answer) == AddPeerResult::peer_known);
  CHECK(scene.endpoint.counters().handshakes_begun == 1);
  scene.endpoint.advance(scene.now + 30s - 1us);
  CHECK(scene.listener.gone.empty());
}

TEST_CASE("A handshake that came before the answer counts only if it is the answer's") {
  Scene scene;
  REQUIRE(scene.endpoint.expect(kAda, test::make_credentials(1), scene.now) == AddPeerResult::added);
  const auto browser = scene.client(kAda);
  scene.exchange(*browser, address(1));
  REQUIRE(scene.endpoint.describe(kAda, {DtlsRole::server, Fingerprint{}}) == AddPeerResult::added);
  scene.exchange(*browser, address(1));
  CHECK(scene.listener.connected.empty());
  CHECK(scene.listener.gone == std::vector{std::pair(kAda, GoneReason::dtls_failed)});
}

TEST_CASE("A peer that never answers is gone in time, however often it checks") {
  Scene scene;
  REQUIRE(scene.endpoint.expect(kAda, test::make_credentials(1), scene.now) == AddPeerResult::added);
  const core::Instant end = scene.now + 30s;
  const auto browser = scene.client(kAda);
  while (scene.now < end - 1s) {
    browser->advance(scene.now);
    scene.exchange(*browser, address(1));
    scene.endpoint.advance(scene.now);
    scene.now += 500ms;
  }
  CHECK(scene.listener.gone.empty());
  CHECK(scene.endpoint.next_deadline() == end);
  SECTION("it is told of once") {
    scene.endpoint.advance(end);
    CHECK(scene.listener.gone == std::vector{std::pair(kAda, GoneReason::never_answered)});
    CHECK(to_string(GoneReason::never_answered) == std::string("never_answered"));
  }
  SECTION("not if it was removed before") {
    scene.endpoint.remove(kAda, scene.now);
    scene.endpoint.advance(end);
    CHECK(scene.listener.gone.empty());
  }
  CHECK(scene.endpoint.peers() == 0);
  CHECK(scene.endpoint.ice().addresses() == 0);
  CHECK_FALSE(scene.endpoint.next_deadline());
  CHECK(scene.expect_peer(kAda) == AddPeerResult::added);
}

TEST_CASE(
    "Before an address is nominated a handshake goes where it comes from, as long as that is the peer's") {
  enum class Owner { ada, bob };
  const auto owner = GENERATE(Owner::ada, Owner::bob);
  Scene scene;
  REQUIRE(scene.expect_peer(kAda) == AddPeerResult::added);
  REQUIRE(scene.expect_peer(kBob) == AddPeerResult::added);
  test::StunClient stun;
  scene.deliver(stun.request({.credentials = test::make_credentials(1), .nomination = Nomination::no}),
                address(1));
  DtlsConnection browser(scene.browser, DtlsRole::client, scene.context->fingerprint(), scene.now);
  scene.deliver(*browser.take_outgoing(), address(1));
  if (owner == Owner::bob) {
    scene.deliver(stun.request({test::make_credentials(2)}), address(1));
  }
  scene.endpoint.flush(scene.now);
  scene.wire.datagrams.clear();
  scene.endpoint.do_handshakes(1, scene.now);
  scene.endpoint.flush(scene.now);
  CHECK(scene.endpoint.counters().handshakes_begun == 1);
  CHECK(scene.wire.datagrams.empty() == (owner == Owner::bob));
}

}  // namespace
}  // namespace baton::transport::direct
