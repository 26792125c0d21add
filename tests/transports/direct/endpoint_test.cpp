// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/endpoint.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <deque>
#include <string>

#include "tests/transports/direct/endpoint_scene.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using test::address;
using test::Bytes;
using test::DirectClient;
using test::kAda;
using test::kBob;
using test::Scene;

TEST_CASE("A browser connects, whoever of the two speaks first, and media goes both ways") {
  const auto role = GENERATE(DtlsRole::server, DtlsRole::client);
  Scene scene;
  REQUIRE(scene.expect_peer(kAda, role) == AddPeerResult::added);
  const auto browser = scene.client(kAda, role == DtlsRole::server ? DtlsRole::client : DtlsRole::server);
  std::vector<Bytes> heard;
  const auto hear = [&heard](media::ByteView packet) { heard.emplace_back(packet.begin(), packet.end()); };
  browser->on_rtp = hear;
  browser->on_rtcp = hear;
  scene.exchange(*browser, address(1));
  REQUIRE(browser->connected());
  CHECK(browser->profile() == SrtpProfile::aead_aes_128_gcm);
  REQUIRE(scene.listener.connected.size() == 1);
  CHECK(scene.listener.connected[0] == std::pair(kAda, SrtpProfile::aead_aes_128_gcm));
  CHECK(scene.endpoint.handshakes() == 0);
  REQUIRE(scene.endpoint.session_of(kAda) != nullptr);

  browser->protect_rtp(test::make_rtp(1, 11));
  browser->protect_rtcp(test::make_receiver_report(12));
  CHECK(scene.endpoint.send_rtp(kAda, test::make_rtp(2, 21), scene.now) == SendResult::queued);
  CHECK(scene.endpoint.send_rtcp(kAda, test::make_receiver_report(22), scene.now) == SendResult::queued);
  scene.exchange(*browser, address(1));
  REQUIRE(scene.listener.rtp.size() == 1);
  CHECK(scene.listener.rtp[0] == std::pair(kAda, test::make_rtp(1, 11)));
  REQUIRE(scene.listener.rtcp.size() == 1);
  CHECK(scene.listener.rtcp[0] == std::pair(kAda, test::make_receiver_report(12)));
  CHECK(heard == std::vector<Bytes>{test::make_rtp(2, 21), test::make_receiver_report(22)});
}

TEST_CASE("Peers may have a header each and share the payload") {
  Scene scene;
  const auto ada = scene.connect(kAda, address(1));
  const auto bob = scene.connect(kBob, address(2));
  std::vector<Bytes> heard;
  const auto hear = [&heard](media::ByteView packet) { heard.emplace_back(packet.begin(), packet.end()); };
  ada->on_rtp = hear;
  bob->on_rtp = hear;
  const auto packet = test::make_rtp(2, 21);
  const auto payload = media::ByteView(packet).subspan(12);
  auto header = test::make_rtp(9, 21, 12);
  CHECK(scene.endpoint.send_rtp(kAda, media::ByteView(packet).first(12), payload, scene.now) ==
        SendResult::queued);
  CHECK(scene.endpoint.send_rtp(kBob, header, payload, scene.now) == SendResult::queued);
  scene.exchange(*ada, address(1));
  scene.exchange(*bob, address(2));
  header.insert(header.end(), payload.begin(), payload.end());
  CHECK(heard == std::vector<Bytes>{packet, header});
}

TEST_CASE("Whoever did not prove an address is not answered at all") {
  Scene scene;
  REQUIRE(scene.expect_peer(kAda) == AddPeerResult::added);
  DtlsConnection stranger(scene.browser, DtlsRole::client, scene.context->fingerprint(), scene.now);
  scene.deliver(*stranger.take_outgoing(), address(9));
  scene.deliver(test::make_rtp(1, 1), address(9));
  scene.deliver(test::make_receiver_report(1), address(9));
  scene.deliver({'G', 'E', 'T', ' '}, address(9));
  const auto wrong = scene.client(kBob);
  scene.deliver(*wrong->take_outgoing(), address(9));
  scene.endpoint.do_handshakes(10, scene.now);
  scene.endpoint.flush(scene.now);
  CHECK(scene.wire.datagrams.empty());
  CHECK(scene.endpoint.handshakes() == 0);
  CHECK_FALSE(scene.endpoint.handshakes_wait());
  CHECK(scene.endpoint.ice().counters().unknown_source == 3);
  CHECK(scene.endpoint.ice().counters().of(StunOutcome::unknown_username) == 1);
  const auto& counters = scene.endpoint.counters();
  CHECK(counters.stun == 1);
  CHECK(counters.dtls == 1);
  CHECK(counters.rtp == 1);
  CHECK(counters.rtcp == 1);
  CHECK(counters.other == 1);
}

TEST_CASE(
    "What comes from an address that another worker's peer has proved is that worker's, though it was ours") {
  constexpr WorkerIndex kOurs{0};
  constexpr WorkerIndex kOther{1};
  SharedRoutes shared(10, 10);
  Scene scene({}, WorkerRoutes(shared, kOurs));
  const auto ada = scene.connect(kAda, address(1));
  ada->protect_rtp(test::make_rtp(1, 7));
  const auto protected_packet = *ada->take_outgoing();
  const auto before = scene.endpoint.counters();
  (void)shared.addresses.assign(address(1).words(), kOther);
  const std::vector<Bytes> datagrams = {protected_packet, test::make_receiver_report(7), Bytes(100, 22)};
  for (auto datagram : datagrams) {
    const auto others = scene.endpoint.incoming(datagram, address(1), scene.now);
    CHECK(others.belongs_to == kOther);
    CHECK_FALSE(others.address_taken_from);
  }
  const auto& after = scene.endpoint.counters();
  CHECK(after.rtp + after.rtcp + after.dtls == before.rtp + before.rtcp + before.dtls);
  CHECK(scene.listener.rtp.empty());
  // It says that it is Ada's, and proves it: from now on it is ours again.
  auto check = test::StunClient().request({test::make_credentials(1)});
  CHECK(scene.endpoint.incoming(check, address(1), scene.now).address_taken_from == kOther);
  auto packet = protected_packet;
  CHECK_FALSE(scene.endpoint.incoming(packet, address(1), scene.now).belongs_to);
  CHECK(scene.listener.rtp.size() == 1);
}

TEST_CASE("Media that cannot be read yet, or at all, is counted and not delivered") {
  Scene scene;
  REQUIRE(scene.expect_peer(kAda) == AddPeerResult::added);
  const auto browser = scene.client(kAda);
  scene.deliver(*browser->take_outgoing(), address(1));
  scene.deliver(test::make_rtp(1, 1), address(1));
  CHECK(scene.endpoint.counters().media_before_keys == 1);
  CHECK(scene.endpoint.send_rtp(kAda, test::make_rtp(1, 1), scene.now) == SendResult::not_connected);
  CHECK(scene.endpoint.send_rtp(kBob, test::make_rtp(1, 1), scene.now) == SendResult::unknown_peer);
  scene.exchange(*browser, address(1));
  scene.endpoint.flush(scene.now);
  scene.exchange(*browser, address(1));
  REQUIRE(browser->connected());
  scene.deliver(test::make_rtp(1, 1), address(1));
  CHECK(scene.endpoint.counters().unprotect_failed == 1);
  CHECK(scene.endpoint.session_of(kAda)->unprotect_errors().of(SrtpError::authentication_failed) == 1);
  CHECK(scene.listener.rtp.empty());
  CHECK(scene.endpoint.send_rtp(kAda, Bytes(300'000), scene.now) == SendResult::too_large);
  CHECK(scene.endpoint.send_rtp(kAda, Bytes(3), scene.now) == SendResult::not_protected);
}

TEST_CASE("A peer that moves goes on without a new handshake") {
  Scene scene;
  const auto browser = scene.connect(kAda, address(1));
  scene.now += 2s;
  browser->advance(scene.now);
  scene.exchange(*browser, address(2));
  CHECK(scene.endpoint.ice().counters().moves == 1);
  std::size_t heard = 0;
  browser->on_rtp = [&heard](media::ByteView) { ++heard; };
  CHECK(scene.endpoint.send_rtp(kAda, test::make_rtp(2, 21), scene.now) == SendResult::queued);
  browser->protect_rtp(test::make_rtp(1, 11));
  scene.exchange(*browser, address(2));
  CHECK(heard == 1);
  CHECK(scene.listener.rtp.size() == 1);
  CHECK(scene.listener.connected.size() == 1);
}

TEST_CASE("Who sends by a link finds the peer wherever it moves, and is told when it is gone") {
  Scene scene;
  CHECK(scene.endpoint.link_of(kAda) == nullptr);
  const auto browser = scene.connect(kAda, address(1));
  const auto other = scene.connect(kBob, address(2));
  const auto link = scene.endpoint.link_of(kAda);
  REQUIRE(link);
  CHECK(scene.endpoint.link_of(kAda) == link);
  std::size_t heard = 0;
  browser->on_rtp = [&heard](media::ByteView) { ++heard; };
  std::uint16_t number = 0;
  const auto send = [&] {
    return scene.endpoint.send_rtp(*link, test::make_rtp(number++, 21), {}, scene.now);
  };
  CHECK(send() == SendResult::queued);
  scene.exchange(*browser, address(1));
  CHECK(heard == 1);
  SECTION("moved") {
    scene.now += 2s;
    browser->advance(scene.now);
    scene.exchange(*browser, address(3));
    CHECK(send() == SendResult::queued);
    scene.exchange(*browser, address(3));
    CHECK(heard == 2);
  }
  SECTION("its address is another peer's now") {
    scene.now += 2s;
    other->advance(scene.now);
    scene.exchange(*other, address(1));
    // What it came by is gone with it; nothing goes to the other peer.
    std::size_t heard_by_other = 0;
    other->on_rtp = [&heard_by_other](media::ByteView) { ++heard_by_other; };
    static_cast<void>(send());
    scene.exchange(*other, address(1));
    CHECK(heard_by_other == 0);
  }
  SECTION("removed") {
    scene.endpoint.remove(kAda, scene.now);
  }
  SECTION("expired") {
    scene.now += 60s;
    scene.endpoint.advance(scene.now);
    CHECK(scene.listener.gone.size() == 2);
  }
  if (!scene.endpoint.knows(kAda)) {
    CHECK(send() == SendResult::unknown_peer);
    CHECK(scene.endpoint.send_rtcp(*link, test::make_receiver_report(1), scene.now) ==
          SendResult::unknown_peer);
    // Another of the same name is another one.
    REQUIRE(scene.expect_peer(kAda) == AddPeerResult::added);
    CHECK(scene.endpoint.link_of(kAda) != link);
    CHECK(send() == SendResult::unknown_peer);
  }
}

TEST_CASE("Only so many handshakes go on at one time, and who waits gets its turn without asking again") {
  Scene scene({.max_handshakes = 1});
  REQUIRE(scene.expect_peer(kAda) == AddPeerResult::added);
  REQUIRE(scene.expect_peer(kBob) == AddPeerResult::added);
  const auto ada = scene.client(kAda);
  const auto bob = scene.client(kBob);
  const auto one_step = [&scene](DirectClient& who, const SocketAddress& from) {
    while (auto datagram = who.take_outgoing()) {
      scene.deliver(std::move(*datagram), from);
    }
    scene.endpoint.flush(scene.now);
    for (auto& datagram : std::exchange(scene.wire.datagrams, {})) {
      who.incoming(datagram.bytes, scene.now);
    }
  };
  one_step(*ada, address(1));
  one_step(*ada, address(1));
  one_step(*bob, address(2));
  one_step(*bob, address(2));
  scene.endpoint.do_handshakes(10, scene.now);
  CHECK(scene.endpoint.handshakes() == 1);
  CHECK(scene.endpoint.counters().handshakes_postponed == 1);
  CHECK_FALSE(scene.endpoint.handshakes_wait());
  SECTION("when another is done") {
    scene.endpoint.flush(scene.now);
    scene.exchange(*ada, address(1));
    CHECK(ada->connected());
  }
  SECTION("when another is given up") {
    scene.endpoint.remove(kAda, scene.now);
  }
  // Bob has not said a word since.
  scene.endpoint.do_handshakes(10, scene.now);
  scene.exchange(*bob, address(2));
  CHECK(bob->connected());
  CHECK(scene.endpoint.handshakes() == 0);
  CHECK(scene.endpoint.counters().handshakes_refused == 0);
}

TEST_CASE(
    "DTLS datagrams wait for their turn, a few at a time, and not more of them than there is room for") {
  Scene scene({.max_waiting_datagrams = 3});
  REQUIRE(scene.expect_peer(kAda) == AddPeerResult::added);
  const auto browser = scene.client(kAda);
  scene.deliver(*browser->take_outgoing(), address(1));
  scene.endpoint.flush(scene.now);
  scene.wire.datagrams.clear();
  DtlsConnection client(scene.browser, DtlsRole::client, scene.context->fingerprint(), scene.now);
  const Bytes hello = *client.take_outgoing();
  for (int i = 0; i < 5; ++i) {
    scene.deliver(hello, address(1));
  }
  CHECK(scene.endpoint.counters().waiting_full == 2);
  CHECK(scene.endpoint.handshakes_wait());
  scene.endpoint.do_handshakes(2, scene.now);
  CHECK(scene.endpoint.handshakes_wait());
  scene.endpoint.do_handshakes(1, scene.now);
  CHECK_FALSE(scene.endpoint.handshakes_wait());
}

TEST_CASE("Whoever is gone is told of once, with the reason, and leaves nothing behind") {
  Scene scene;
  SECTION("never came") {
    REQUIRE(scene.expect_peer(kAda) == AddPeerResult::added);
    CHECK(scene.endpoint.next_deadline() == scene.now + 30s);
    scene.endpoint.advance(scene.now + 30s);
    CHECK(scene.listener.gone == std::vector{std::pair(kAda, GoneReason::never_came)});
  }
  SECTION("consent expired") {
    const auto browser = scene.connect(kAda, address(1));
    scene.endpoint.advance(scene.now + 30s - 1us);
    CHECK(scene.listener.gone.empty());
    scene.endpoint.advance(scene.now + 30s);
    CHECK(scene.listener.gone == std::vector{std::pair(kAda, GoneReason::consent_expired)});
  }
  SECTION("said goodbye") {
    const auto browser = scene.connect(kAda, address(1));
    browser->close();
    scene.exchange(*browser, address(1));
    CHECK(scene.listener.gone == std::vector{std::pair(kAda, GoneReason::said_goodbye)});
  }
  SECTION("handshake failed") {
    REQUIRE(scene.expect_peer(kAda, DtlsRole::server, Fingerprint{}) == AddPeerResult::added);
    const auto browser = scene.client(kAda);
    scene.exchange(*browser, address(1));
    CHECK(scene.listener.gone == std::vector{std::pair(kAda, GoneReason::dtls_failed)});
  }
  SECTION("handshake timed out") {
    REQUIRE(scene.expect_peer(kAda) == AddPeerResult::added);
    const auto browser = scene.client(kAda);
    scene.deliver(*browser->take_outgoing(), address(1));
    DtlsConnection client(scene.browser, DtlsRole::client, scene.context->fingerprint(), scene.now);
    scene.deliver(*client.take_outgoing(), address(1));
    scene.endpoint.do_handshakes(1, scene.now);
    CHECK(scene.endpoint.handshakes() == 1);
    scene.endpoint.advance(scene.now + kDtlsHandshakeTimeout);
    CHECK(scene.listener.gone == std::vector{std::pair(kAda, GoneReason::dtls_failed)});
  }
  scene.endpoint.advance(scene.now + 60s);
  CHECK(scene.listener.gone.size() == 1);
  CHECK(scene.endpoint.peers() == 0);
  CHECK(scene.endpoint.handshakes() == 0);
  CHECK(scene.endpoint.ice().peers() == 0);
  CHECK(scene.endpoint.ice().addresses() == 0);
  CHECK_FALSE(scene.endpoint.next_deadline());
  CHECK(scene.expect_peer(kAda) == AddPeerResult::added);
}

TEST_CASE("An association is not kept for longer than a last flight may need, and media goes on without it") {
  Scene scene;
  const auto browser = scene.connect(kAda, address(1));
  scene.endpoint.advance(scene.now + 15s - 1us);
  CHECK(scene.endpoint.next_deadline() == scene.now + 15s);
  scene.endpoint.advance(scene.now + 15s);
  CHECK(scene.endpoint.next_deadline() == scene.now + 30s);
  browser->protect_rtp(test::make_rtp(1, 11));
  CHECK(scene.endpoint.send_rtp(kAda, test::make_rtp(2, 21), scene.now) == SendResult::queued);
  // Nobody can begin anew in its name, and its goodbye is not understood.
  DtlsConnection another(scene.browser, DtlsRole::client, scene.context->fingerprint(), scene.now);
  scene.deliver(*another.take_outgoing(), address(1));
  browser->close();
  scene.exchange(*browser, address(1));
  CHECK(scene.listener.rtp.size() == 1);
  CHECK(scene.endpoint.counters().dtls_after_release == 2);
  CHECK(scene.endpoint.handshakes() == 0);
  CHECK(scene.endpoint.peers() == 1);
  scene.endpoint.remove(kAda, scene.now);
  CHECK(scene.endpoint.peers() == 0);
}

TEST_CASE("A peer that is removed hears a goodbye") {
  Scene scene;
  const auto browser = scene.connect(kAda, address(1));
  scene.endpoint.remove(kAda, scene.now);
  CHECK(scene.endpoint.peers() == 0);
  scene.exchange(*browser, address(1));
  CHECK(browser->closed());
  CHECK(scene.listener.gone.empty());
  scene.endpoint.remove(kAda, scene.now);
}

TEST_CASE("Packets that the socket did not take are told of, by peer") {
  Scene scene;
  const auto ada = scene.connect(kAda, address(1));
  const auto bob = scene.connect(kBob, address(2));
  for (std::uint16_t number = 0; number < 3; ++number) {
    REQUIRE(scene.endpoint.send_rtp(kAda, test::make_rtp(number, 5), scene.now) == SendResult::queued);
    REQUIRE(scene.endpoint.send_rtp(kBob, test::make_rtp(number, 5), scene.now) == SendResult::queued);
  }
  scene.wire.is_full = true;
  scene.endpoint.flush(scene.now);
  std::size_t lost = 0;
  for (const auto& unsent : scene.listener.unsent) {
    CHECK(unsent.reason == UnsentReason::socket_full);
    CHECK(unsent.peer == (unsent.first % 2 == 0 ? kAda : kBob));
    lost += unsent.count;
  }
  CHECK(lost == 6);
  scene.wire.is_full = false;
  scene.endpoint.flush(scene.now);
  CHECK(scene.wire.datagrams.empty());
}

TEST_CASE("A batch that is full is sent, and the packet goes into the next") {
  Scene scene;
  const auto browser = scene.connect(kAda, address(1));
  std::size_t heard = 0;
  browser->on_rtp = [&heard](media::ByteView) { ++heard; };
  for (std::uint16_t number = 0; number < 1'500; ++number) {
    REQUIRE(scene.endpoint.send_rtp(kAda, test::make_rtp(number, 5, 1'200), scene.now) == SendResult::queued);
  }
  scene.exchange(*browser, address(1));
  CHECK(heard == 1'500);
}

}  // namespace
}  // namespace baton::transport::direct
