// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/ice_lite.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/transports/direct/allocation_count.hpp"
#include "tests/transports/direct/client/stun_client.hpp"
#include "tests/transports/direct/stun_builder.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using test::Check;

constexpr PeerId kAda{1};
constexpr PeerId kBob{2};

core::Instant at(core::Duration time) {
  return core::Instant{} + 1h + time;
}

SocketAddress address(int host, std::uint16_t port = 4000) {
  return *SocketAddress::parse("192.0.2." + std::to_string(host), Port{port});
}

IceCredentials credentials(std::uint8_t seed) {
  IceRandom random{};
  random.fill(seed);
  return make_ice_credentials(random);
}

/// One agent and a browser that sends to it.
class Scene {
public:
  explicit Scene(IceLiteSettings settings = {}) : ice(settings) {}

  CheckReport send(media::ByteView message, const SocketAddress& from, core::Instant now) {
    const auto report = ice.incoming(message, from, now, response_);
    answer = browser.read(media::ByteView(response_).first(report.response_size));
    return report;
  }
  CheckReport check(const Check& what, const SocketAddress& from, core::Instant now) {
    return send(browser.request(what), from, now);
  }

  IceLite ice;
  test::StunClient browser;
  std::optional<test::StunClient::Response> answer;

private:
  std::array<std::uint8_t, kMaxStunResponseBytes> response_{};
};

TEST_CASE("Credentials are made of ICE characters and checked for them") {
  IceRandom random{};
  for (std::size_t i = 0; i < random.size(); ++i) {
    random[i] = static_cast<std::uint8_t>(i * 41);
  }
  const auto made = make_ice_credentials(random);
  CHECK(made.username_fragment.size() == 8);
  CHECK(made.password.size() == 24);
  CHECK(is_valid(made));
  CHECK_FALSE(is_valid({"abc", made.password}));
  CHECK_FALSE(is_valid({made.username_fragment, std::string(21, 'a')}));
  CHECK(is_valid({std::string(256, 'a'), std::string(256, 'a')}));
  CHECK_FALSE(is_valid({std::string(257, 'a'), made.password}));
  CHECK_FALSE(is_valid({"ab:cd", made.password}));
}

TEST_CASE("A check with the right password is answered with where it came from") {
  const auto from = GENERATE(address(1), *SocketAddress::parse("2001:db8::7", Port{50'000}));
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  CHECK_FALSE(scene.ice.address_of(kAda));
  const auto report = scene.check({credentials(1)}, from, at(1s));
  CHECK(report.outcome == StunOutcome::accepted);
  CHECK(report.peer == kAda);
  CHECK(report.change == AddressChange::selected);
  REQUIRE(scene.answer);
  CHECK(scene.answer->mapped == from);
  CHECK(scene.ice.peer_at(from) == kAda);
  CHECK(scene.ice.address_of(kAda) == from);
}

TEST_CASE("What is not authenticated is counted by its reason and never answered") {
  struct Row {
    StunOutcome outcome;
    std::vector<std::uint8_t> message;
  };
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  Check wrong_password{credentials(1)};
  wrong_password.credentials.password = credentials(2).password;
  auto broken_fingerprint = scene.browser.request({credentials(1)});
  broken_fingerprint.back() ^= 1;
  auto changed = scene.browser.request({credentials(1)});
  changed[8] ^= 1;
  auto cut = scene.browser.request({credentials(1)});
  cut.resize(cut.size() - 1);
  const std::string username = credentials(1).username_fragment + ":x";
  using test::StunBuilder;
  const std::vector<Row> rows = {
      {StunOutcome::unknown_username, scene.browser.request({credentials(2)})},
      {StunOutcome::wrong_password, scene.browser.request(wrong_password)},
      {StunOutcome::malformed, broken_fingerprint},
      {StunOutcome::malformed, changed},
      {StunOutcome::malformed, cut},
      {StunOutcome::malformed, {}},
      {StunOutcome::malformed, {0}},
      {StunOutcome::malformed, StunBuilder(0x0001).bytes()},
      {StunOutcome::no_credentials, StunBuilder(0x0001).fingerprint().bytes()},
      {StunOutcome::no_credentials, StunBuilder(0x0001).attribute(0x0006, username).fingerprint().bytes()},
      // An integrity attribute that is too short for what it must hold, with nothing behind it to read.
      {StunOutcome::wrong_password,
       StunBuilder(0x0001).attribute(0x0006, username).attribute(0x0008, "").fingerprint().bytes()},
      {StunOutcome::not_a_request, StunBuilder(0x0101).fingerprint().bytes()},
      {StunOutcome::no_credentials, StunBuilder(0x0011).fingerprint().bytes()},
      {StunOutcome::too_large,
       StunBuilder(0x0001).attribute(0x8022, std::string(1'280, 'x')).fingerprint().bytes()},
  };
  for (const auto& row : rows) {
    INFO(to_string(row.outcome) << ", " << row.message.size() << " bytes");
    const auto before = scene.ice.counters().of(row.outcome);
    const auto report = scene.send(row.message, address(1), at(1s));
    CHECK(report.outcome == row.outcome);
    CHECK(report.response_size == 0);
    CHECK_FALSE(report.peer);
    CHECK(scene.ice.counters().of(row.outcome) == before + 1);
  }
  CHECK(scene.ice.addresses() == 0);
  CHECK_FALSE(scene.ice.address_of(kAda));
}

TEST_CASE("Unknown sources cost a lookup and a counter, and no memory") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  const auto message = scene.browser.request({credentials(2)});
  std::array<std::uint8_t, kMaxStunResponseBytes> response{};
  const auto before = test::allocations();
  for (std::uint16_t port = 1; port < 1000; ++port) {
    sockaddr_in native{.sin_family = AF_INET, .sin_port = port, .sin_addr = {}, .sin_zero = {}};
    const auto from = *SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&native), sizeof(native));
    (void)scene.ice.incoming(message, from, at(1s), response);
    (void)scene.ice.peer_at(from);
  }
  CHECK(test::allocations() == before);
  CHECK(scene.ice.counters().unknown_source == 999);
  CHECK(scene.ice.addresses() == 0);
}

TEST_CASE("A check that claims our role is told of the conflict and changes nothing") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  Check check{credentials(1)};
  check.role = Check::Role::controlled;
  const auto report = scene.check(check, address(1), at(1s));
  CHECK(report.outcome == StunOutcome::role_conflict);
  REQUIRE(scene.answer);
  CHECK(scene.answer->error == 487);
  CHECK_FALSE(scene.ice.address_of(kAda));
}

TEST_CASE("An address that is checked but not nominated is the peer's, and is not sent to") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  Check check{credentials(1)};
  check.nomination = Nomination::no;
  CHECK(scene.check(check, address(1), at(1s)).change == AddressChange::none);
  CHECK(scene.ice.peer_at(address(1)) == kAda);
  CHECK_FALSE(scene.ice.address_of(kAda));
}

TEST_CASE("An authenticated check from a new address moves the peer") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  const Check check{credentials(1)};
  scene.check(check, address(1), at(1s));
  const auto report = scene.check(check, address(2), at(2s));
  CHECK(report.change == AddressChange::moved);
  CHECK(scene.ice.address_of(kAda) == address(2));
  // What is still on its way from the old address is the peer's.
  CHECK(scene.ice.peer_at(address(1)) == kAda);
  CHECK(scene.ice.counters().moves == 1);
  CHECK(scene.check(check, address(2), at(3s)).change == AddressChange::none);
}

TEST_CASE("Of pairs that are nominated at once, the one of the highest priority counts") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  const auto nominate = [&](int host, std::uint32_t priority, core::Duration time) {
    Check check{credentials(1)};
    check.priority = priority;
    return scene.check(check, address(host), at(time)).change;
  };
  CHECK(nominate(1, 10, 0ms) == AddressChange::selected);
  CHECK(nominate(2, 20, 50ms) == AddressChange::moved);
  CHECK(nominate(1, 10, 100ms) == AddressChange::none);
  CHECK(nominate(3, 5, 1049ms) == AddressChange::none);
  CHECK(scene.ice.address_of(kAda) == address(2));
  // The better one was not nominated again: it is not there any more.
  CHECK(nominate(3, 5, 1050ms) == AddressChange::moved);
  CHECK(scene.ice.address_of(kAda) == address(3));
}

TEST_CASE("A peer that checks from many addresses keeps the last four and the one that it uses") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  scene.check({credentials(1)}, address(1), at(0s));
  Check check{credentials(1)};
  check.nomination = Nomination::no;
  for (int host = 2; host <= 10; ++host) {
    scene.check(check, address(host), at(std::chrono::seconds(host)));
  }
  CHECK(scene.ice.addresses() == kMaxAddressesPerPeer);
  CHECK(scene.ice.counters().addresses_replaced == 6);
  CHECK(scene.ice.peer_at(address(1)) == kAda);
  CHECK_FALSE(scene.ice.peer_at(address(7)));
  CHECK(scene.ice.peer_at(address(8)) == kAda);
  CHECK(scene.ice.peer_at(address(10)) == kAda);
}

TEST_CASE("An address that another peer proves to have is taken from the one that had it") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  REQUIRE(scene.ice.add(kBob, credentials(2), at(0s)) == AddPeerResult::added);
  scene.check({credentials(1)}, address(1), at(1s));
  scene.check({credentials(2)}, address(1), at(2s));
  CHECK(scene.ice.peer_at(address(1)) == kBob);
  CHECK(scene.ice.address_of(kBob) == address(1));
  CHECK_FALSE(scene.ice.address_of(kAda));
  CHECK(scene.ice.counters().addresses_taken == 1);
  scene.ice.remove(kAda);
  CHECK(scene.ice.peer_at(address(1)) == kBob);
  scene.ice.remove(kBob);
  CHECK(scene.ice.addresses() == 0);
}

TEST_CASE("A peer expires when no authenticated check comes for 30 s") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  scene.check({credentials(1)}, address(1), at(20s));
  scene.check({credentials(1)}, address(1), at(40s));
  // Others' checks and bad ones keep nobody alive.
  scene.check({credentials(2)}, address(1), at(60s));
  CHECK(scene.ice.next_deadline() <= at(70s));
  CHECK_FALSE(scene.ice.take_expired(at(70s - 1us)));
  CHECK(scene.ice.next_deadline() == at(70s));
  CHECK(scene.ice.take_expired(at(70s)) == kAda);
  CHECK_FALSE(scene.ice.take_expired(at(70s)));
  CHECK_FALSE(scene.ice.next_deadline());
  CHECK(scene.ice.peers() == 0);
  CHECK(scene.ice.addresses() == 0);
  CHECK(scene.check({credentials(1)}, address(1), at(71s)).outcome == StunOutcome::unknown_username);
}

TEST_CASE("A peer that never comes expires as well, and a consent may be shorter than that") {
  Scene scene({.consent_timeout = 10s, .first_check_timeout = 60s});
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  REQUIRE(scene.ice.add(kBob, credentials(2), at(0s)) == AddPeerResult::added);
  scene.check({credentials(2)}, address(2), at(5s));
  CHECK(scene.ice.next_deadline() == at(15s));
  CHECK(scene.ice.take_expired(at(15s)) == kBob);
  CHECK_FALSE(scene.ice.take_expired(at(60s - 1us)));
  CHECK(scene.ice.take_expired(at(60s)) == kAda);
}

TEST_CASE("After an ICE restart the old credentials are good until the new ones are proved") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  scene.check({credentials(1)}, address(1), at(1s));
  REQUIRE(scene.ice.restart(kAda, credentials(3)) == AddPeerResult::added);
  REQUIRE(scene.ice.restart(kAda, credentials(4)) == AddPeerResult::added);
  CHECK(scene.check({credentials(1)}, address(1), at(2s)).outcome == StunOutcome::accepted);
  CHECK(scene.check({credentials(3)}, address(1), at(2s)).outcome == StunOutcome::unknown_username);
  CHECK(scene.check({credentials(4)}, address(2), at(3s)).change == AddressChange::moved);
  CHECK(scene.check({credentials(1)}, address(1), at(4s)).outcome == StunOutcome::unknown_username);
  CHECK(scene.ice.peers() == 1);
  scene.ice.remove(kAda);
  CHECK(scene.ice.add(kBob, credentials(4), at(5s)) == AddPeerResult::added);
}

TEST_CASE(
    "After an ICE restart the next nomination counts at once, and until then the pair of before is used") {
  Scene scene;
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  Check before{credentials(1)};
  before.priority = 20;
  REQUIRE(scene.check(before, address(1), at(1s)).change == AddressChange::selected);
  REQUIRE(scene.ice.restart(kAda, credentials(2)) == AddPeerResult::added);
  Check after{credentials(2)};
  after.priority = 10;
  after.nomination = Nomination::no;
  CHECK(scene.check(after, address(2), at(1s)).change == AddressChange::none);
  CHECK(scene.ice.address_of(kAda) == address(1));
  after.nomination = Nomination::yes;
  CHECK(scene.check(after, address(2), at(1s)).change == AddressChange::moved);
  CHECK(scene.ice.address_of(kAda) == address(2));
}

TEST_CASE("Who cannot be added is refused by name") {
  Scene scene({.max_peers = 2});
  CHECK(scene.ice.add(kAda, {"abc", "short"}, at(0s)) == AddPeerResult::invalid_credentials);
  CHECK(scene.ice.restart(kAda, credentials(1)) == AddPeerResult::peer_unknown);
  REQUIRE(scene.ice.add(kAda, credentials(1), at(0s)) == AddPeerResult::added);
  CHECK(scene.ice.add(kAda, credentials(2), at(0s)) == AddPeerResult::peer_known);
  CHECK(scene.ice.add(kBob, credentials(1), at(0s)) == AddPeerResult::username_fragment_taken);
  CHECK(scene.ice.restart(kAda, credentials(1)) == AddPeerResult::username_fragment_taken);
  CHECK(scene.ice.restart(kAda, {"abc", "short"}) == AddPeerResult::invalid_credentials);
  REQUIRE(scene.ice.add(kBob, credentials(2), at(0s)) == AddPeerResult::added);
  const auto refused = scene.ice.add(PeerId(3), credentials(3), at(0s));
  CHECK(refused == AddPeerResult::too_many_peers);
  CHECK(to_string(refused) == std::string("too_many_peers"));
  scene.ice.remove(kAda);
  CHECK(scene.ice.add(PeerId(3), credentials(3), at(0s)) == AddPeerResult::added);
}

}  // namespace
}  // namespace baton::transport::direct
