// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/host_lease.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace baton::core;

namespace {

UserId user(std::size_t number) {
  return UserId("u" + std::to_string(number));
}

constexpr Instant kLater{std::chrono::seconds(9)};

}  // namespace

TEST_CASE("A new lease waits, is vacant and has no host") {
  const HostLease lease;
  CHECK(lease.room_state() == RoomState::waiting);
  CHECK(lease.vacant());
  CHECK(lease.host() == nullptr);
  CHECK(lease.version() == LeaseVersion(0));
}

TEST_CASE("Each grant makes the lease version grow and remembers the host before") {
  HostLease lease;
  lease.grant(user(1));
  CHECK(lease.version() == LeaseVersion(1));
  CHECK(lease.is_host(user(1)));
  CHECK_FALSE(lease.was_host(user(1)));
  lease.grant(user(2));
  CHECK(lease.version() == LeaseVersion(2));
  CHECK(lease.is_host(user(2)));
  CHECK(lease.was_host(user(1)));
}

TEST_CASE("A host offline keeps the lease, and has it untouched when it returns") {
  HostLease lease;
  lease.grant(user(1));
  lease.go_offline(GraceView{OfflineReason::connection_lost, Instant(), kLater});
  CHECK(lease.room_state() == RoomState::host_offline);
  CHECK(lease.is_host(user(1)));
  CHECK_FALSE(lease.vacant());
  lease.host_returned();
  CHECK(lease.room_state() == RoomState::live);
  CHECK(lease.version() == LeaseVersion(1));
}

TEST_CASE("Only a live lease goes offline") {
  HostLease lease;
  lease.go_offline(GraceView{OfflineReason::connection_lost, Instant(), kLater});
  CHECK(lease.room_state() == RoomState::waiting);
}

TEST_CASE("While controllers are asked the lease is still the silent host's") {
  HostLease lease;
  lease.grant(user(1));
  const PromotionView first = lease.ask(user(2), kLater);
  CHECK(lease.room_state() == RoomState::promoting);
  CHECK(lease.is_host(user(1)));
  const PromotionView second = lease.ask(user(3), kLater);
  CHECK(second.promotion > first.promotion);
  const auto& promoting = std::get<HostLease::Promoting>(lease.state());
  CHECK(promoting.asked.size() == 2);
  lease.host_returned();
  CHECK(lease.room_state() == RoomState::live);
}

TEST_CASE("A question of a later succession has another number, and starts a list of its own") {
  HostLease lease;
  lease.grant(user(1));
  const PromotionView first = lease.ask(user(2), kLater);
  lease.host_returned();
  const PromotionView second = lease.ask(user(2), kLater);
  CHECK(second.promotion > first.promotion);
  CHECK(std::get<HostLease::Promoting>(lease.state()).asked.size() == 1);
}

TEST_CASE("A pause frees the lease and remembers who had it") {
  HostLease lease;
  lease.grant(user(1));
  lease.pause();
  CHECK(lease.vacant());
  CHECK(lease.was_host(user(1)));
  CHECK(lease.version() == LeaseVersion(1));
  lease.grant(user(1));
  CHECK(lease.version() == LeaseVersion(2));
}

TEST_CASE("A lease remembers at most the limit of former hosts, and forgets the one longest ago first") {
  HostLease lease;
  for (std::size_t i = 0; i <= limits::kFormerHosts; ++i) {
    lease.grant(user(i));
  }
  // The last is host now; those before it fill the memory exactly.
  for (std::size_t i = 0; i < limits::kFormerHosts; ++i) {
    CHECK(lease.was_host(user(i)));
  }
  lease.grant(user(99));
  CHECK_FALSE(lease.was_host(user(0)));
  CHECK(lease.was_host(user(1)));
}

TEST_CASE("One who was host again is remembered as the latest, not by its first time") {
  HostLease lease;
  lease.grant(user(0));
  lease.grant(user(1));
  lease.grant(user(0));
  for (std::size_t i = 2; i <= limits::kFormerHosts; ++i) {
    lease.grant(user(i));
  }
  // By now u1 and u0 were followed by seven others; one more pushes out u1, who was host before u0 was again.
  lease.grant(user(50));
  CHECK_FALSE(lease.was_host(user(1)));
  CHECK(lease.was_host(user(0)));
}

TEST_CASE("A closed lease has no host") {
  HostLease lease;
  lease.grant(user(1));
  lease.close(CloseReason::ended_by_host);
  CHECK(lease.room_state() == RoomState::closed);
  CHECK(lease.host() == nullptr);
  CHECK_FALSE(lease.vacant());
}
