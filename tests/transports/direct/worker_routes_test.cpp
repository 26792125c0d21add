// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/worker_routes.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/transports/direct/allocation_count.hpp"
#include "tests/transports/direct/client/stun_client.hpp"
#include "tests/transports/direct/packets.hpp"
#include "transports/direct/ice_lite.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using test::make_credentials;

constexpr PeerId kAda{1};
constexpr PeerId kBob{2};
constexpr WorkerIndex kFirst{0};
constexpr WorkerIndex kSecond{1};

core::Instant at(core::Duration time) {
  return core::Instant{} + 1h + time;
}

SocketAddress address(int host) {
  return *SocketAddress::parse("192.0.2." + std::to_string(host), Port{4000});
}

/// Two workers' halves of ICE behind one port. Ada is the first one's, Bob the second one's.
struct Scene {
  explicit Scene(std::size_t max_addresses = 100) : shared(100, max_addresses) {
    REQUIRE(first.add(kAda, make_credentials(1), at(0s)) == AddPeerResult::added);
    REQUIRE(second.add(kBob, make_credentials(2), at(0s)) == AddPeerResult::added);
  }

  CheckReport check(IceLite& worker, const IceCredentials& credentials, const SocketAddress& from,
                    core::Duration time = 1s) {
    const auto request = browser.request({credentials});
    return worker.incoming(request, from, at(time), response);
  }

  SharedRoutes shared;
  IceLite first{{}, WorkerRoutes(shared, kFirst)};
  IceLite second{{}, WorkerRoutes(shared, kSecond)};
  test::StunClient browser;
  std::array<std::uint8_t, kMaxStunResponseBytes> response{};
};

TEST_CASE("A check for another worker's peer is that worker's, and is neither answered nor counted here") {
  Scene scene;
  const auto report = scene.check(scene.second, make_credentials(1), address(1));
  CHECK(report.belongs_to == kFirst);
  CHECK(report.response_size == 0);
  CHECK_FALSE(report.peer);
  CHECK(scene.second.counters().of(StunOutcome::unknown_username) == 0);
  // Whoever says that it is Ada has proved nothing by that.
  CHECK_FALSE(scene.second.other_worker_at(address(1)));
  CHECK(scene.shared.addresses.size() == 0);
}

TEST_CASE("Only an authenticated check makes an address known to all workers") {
  Scene scene;
  auto forged = make_credentials(1);
  forged.password[0] = forged.password[0] == 'x' ? 'y' : 'x';
  CHECK(scene.check(scene.first, forged, address(1)).outcome == StunOutcome::wrong_password);
  CHECK(scene.shared.addresses.size() == 0);
  CHECK(scene.check(scene.first, make_credentials(1), address(1)).outcome == StunOutcome::accepted);
  CHECK(scene.second.other_worker_at(address(1)) == kFirst);
  CHECK_FALSE(scene.first.other_worker_at(address(1)));
  CHECK_FALSE(scene.second.other_worker_at(address(2)));
}

TEST_CASE("Unknown sources cost a worker of many a lookup and a counter, and are nobody else's") {
  Scene scene;
  const auto message = scene.browser.request({make_credentials(3)});
  const auto before = test::allocations();
  std::size_t passed_on = 0;
  for (int i = 0; i < 1000; ++i) {
    passed_on += scene.first.incoming(message, address(1), at(1s), scene.response).belongs_to ? 1 : 0;
    passed_on += scene.first.other_worker_at(address(1)) ? 1 : 0;
    (void)scene.first.peer_at(address(1));
  }
  CHECK(test::allocations() == before);
  CHECK(passed_on == 0);
  CHECK(scene.first.counters().of(StunOutcome::unknown_username) == 1000);
  CHECK(scene.first.counters().unknown_source == 1000);
  CHECK(scene.shared.addresses.size() == 0);
  CHECK(scene.shared.fragments.size() == 2);
}

TEST_CASE("What is known of a peer to other workers goes with it") {
  Scene scene;
  REQUIRE(scene.first.restart(kAda, make_credentials(3)) == AddPeerResult::added);
  scene.check(scene.first, make_credentials(1), address(1));
  scene.check(scene.first, make_credentials(1), address(2));
  REQUIRE(scene.shared.fragments.size() == 3);
  REQUIRE(scene.shared.addresses.size() == 2);
  SECTION("when it is removed") {
    scene.first.remove(kAda);
  }
  SECTION("when it expires") {
    CHECK(scene.first.take_expired(at(1h)) == kAda);
  }
  CHECK(scene.shared.fragments.size() == 1);
  CHECK(scene.shared.addresses.size() == 0);
  CHECK_FALSE(scene.check(scene.second, make_credentials(1), address(1)).belongs_to);
  CHECK_FALSE(scene.second.other_worker_at(address(1)));
}

TEST_CASE("What is known of a worker's peers goes with the worker") {
  SharedRoutes shared(10, 10);
  {
    IceLite ice({}, WorkerRoutes(shared, kFirst));
    REQUIRE(ice.add(kAda, make_credentials(1), at(0s)) == AddPeerResult::added);
    std::array<std::uint8_t, kMaxStunResponseBytes> response{};
    test::StunClient browser;
    (void)ice.incoming(browser.request({make_credentials(1)}), address(1), at(1s), response);
    REQUIRE(shared.addresses.size() == 1);
  }
  CHECK(shared.addresses.size() == 0);
  CHECK(shared.fragments.size() == 0);
}

TEST_CASE("A peer that checks from many addresses has no more than four of them known to other workers") {
  Scene scene;
  for (int host = 1; host <= 20; ++host) {
    scene.check(scene.first, make_credentials(1), address(host));
  }
  CHECK(scene.shared.addresses.size() == kMaxAddressesPerPeer);
  CHECK(scene.second.other_worker_at(address(20)) == kFirst);
  CHECK_FALSE(scene.second.other_worker_at(address(10)));
}

TEST_CASE("After an ICE restart other workers know the new fragment, and the old one until that is proved") {
  Scene scene;
  REQUIRE(scene.first.restart(kAda, make_credentials(3)) == AddPeerResult::added);
  CHECK(scene.check(scene.second, make_credentials(1), address(1)).belongs_to == kFirst);
  CHECK(scene.check(scene.second, make_credentials(3), address(1)).belongs_to == kFirst);
  CHECK(scene.check(scene.first, make_credentials(3), address(1)).outcome == StunOutcome::accepted);
  CHECK_FALSE(scene.check(scene.second, make_credentials(1), address(1)).belongs_to);
  CHECK(scene.check(scene.second, make_credentials(3), address(1)).belongs_to == kFirst);
}

TEST_CASE("A username fragment is one worker's only") {
  Scene scene;
  CHECK(scene.first.add(PeerId{3}, make_credentials(2), at(0s)) == AddPeerResult::username_fragment_taken);
  CHECK(scene.first.restart(kAda, make_credentials(2)) == AddPeerResult::username_fragment_taken);
  scene.second.remove(kBob);
  CHECK(scene.first.add(PeerId{3}, make_credentials(2), at(0s)) == AddPeerResult::added);
}

TEST_CASE("Fragments of any length that can be shared are told apart, and a longer one is refused") {
  struct Row {
    std::size_t size;
    AddPeerResult result;
  };
  const auto row = GENERATE(values<Row>({
      {4, AddPeerResult::added},
      {kMaxSharedFragment, AddPeerResult::added},
      {kMaxSharedFragment + 1, AddPeerResult::username_fragment_taken},
  }));
  Scene scene;
  auto credentials = make_credentials(3);
  credentials.username_fragment.assign(row.size, 'a');
  CHECK(scene.first.add(PeerId{3}, credentials, at(0s)) == row.result);
  const bool is_known = row.result == AddPeerResult::added;
  CHECK(scene.check(scene.second, credentials, address(1)).belongs_to.has_value() == is_known);
  credentials.username_fragment.pop_back();
  CHECK_FALSE(scene.check(scene.second, credentials, address(1)).belongs_to);
}

TEST_CASE("An address that another worker's peer proves is taken from the one that had it") {
  Scene scene;
  scene.check(scene.first, make_credentials(1), address(1));
  const auto report = scene.check(scene.second, make_credentials(2), address(1), 2s);
  CHECK(report.address_taken_from == kFirst);
  CHECK(scene.second.counters().addresses_taken == 1);
  CHECK(scene.first.other_worker_at(address(1)) == kSecond);
  SECTION("and it is not sent to any more once its worker has been told") {
    scene.first.give_up(address(1));
    CHECK_FALSE(scene.first.address_of(kAda));
    CHECK(scene.first.addresses() == 0);
    CHECK(scene.first.other_worker_at(address(1)) == kSecond);
  }
  SECTION("and goes back when it is proved again, though word of its loss comes late or never") {
    CHECK(scene.check(scene.first, make_credentials(1), address(1), 3s).address_taken_from == kSecond);
    scene.first.give_up(address(1));
    CHECK(scene.first.address_of(kAda) == address(1));
    CHECK(scene.first.peer_at(address(1)) == kAda);
    CHECK(scene.second.other_worker_at(address(1)) == kFirst);
  }
  SECTION("and stays the other's when the one that had it goes") {
    scene.first.remove(kAda);
    CHECK(scene.first.other_worker_at(address(1)) == kSecond);
  }
}

TEST_CASE("An address that finds the common table full is counted, and is its worker's all the same") {
  Scene scene(1);
  scene.check(scene.first, make_credentials(1), address(1));
  CHECK(scene.first.counters().addresses_not_shared == 0);
  CHECK(scene.check(scene.second, make_credentials(2), address(2)).outcome == StunOutcome::accepted);
  CHECK(scene.second.counters().addresses_not_shared == 1);
  CHECK(scene.second.peer_at(address(2)) == kBob);
  CHECK_FALSE(scene.first.other_worker_at(address(2)));
}

TEST_CASE("A worker that is alone asks nobody and tells nobody") {
  WorkerRoutes alone;
  CHECK(alone.claim_fragment("abcd"));
  CHECK(alone.claim_fragment("abcd"));
  CHECK_FALSE(alone.other_worker_of_fragment("abcd"));
  CHECK_FALSE(alone.claim_address(address(1)).taken_from);
  CHECK_FALSE(alone.other_worker_of_address(address(1)));
  alone.release_address(address(1));
  alone.release_fragment("abcd");
}

}  // namespace
}  // namespace baton::transport::direct
