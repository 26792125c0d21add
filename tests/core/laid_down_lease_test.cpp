// SPDX-License-Identifier: GPL-3.0-or-later
// One who holds the lease and comes in as something less than host.
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::live_room;
using baton::core::test::RoomDriver;

namespace {

/// The host's session is gone, and it came back as this.
RoomDriver came_back_as(Role role) {
  RoomDriver driver = live_room();
  driver.lose("ada");
  driver.pass(100s);
  REQUIRE_FALSE(driver.join("ada", role));
  return driver;
}

}  // namespace

TEST_CASE("Who holds the lease and asks for less than host gets no more, and the grace goes on") {
  const Role role = GENERATE(Role::viewer, Role::controller);
  RoomDriver driver = live_room();
  driver.lose("ada");
  const Instant deadline = driver.room.snapshot().grace->deadline;
  driver.pass(100s);
  REQUIRE_FALSE(driver.join("ada", role));
  CHECK(driver.view("ada")->role == role);
  CHECK(driver.state() == RoomState::host_offline);
  CHECK(driver.room.snapshot().grace->deadline == deadline);
  CHECK(driver.host() == "ada");
  CHECK_FALSE(driver.happened<HostReturned>());
  // None of the host's rights.
  CHECK(driver.ask("ada", Transfer{UserId("dave")}) == ErrorCode::not_permitted);
  CHECK(driver.ask("ada", Kick{UserId("dave")}) == ErrorCode::not_permitted);
  CHECK(driver.ask("ada", End{}) == ErrorCode::not_permitted);
  CHECK(driver.told<AudienceChanged>("ada").empty());
}

TEST_CASE("A host that is there and joins afresh as a viewer has laid its role down, and grace begins") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  REQUIRE_FALSE(driver.join("ada", Role::viewer));
  CHECK(driver.view("ada")->role == Role::viewer);
  CHECK(driver.state() == RoomState::host_offline);
  REQUIRE(driver.told<HostWentOffline>("dave").size() == 1);
  CHECK(driver.told<HostWentOffline>("dave").front().grace.reason == OfflineReason::connection_lost);
  CHECK_FALSE(driver.room.snapshot().program_feed);
}

TEST_CASE("Where no token says in which role somebody comes, whoever holds the lease comes back as host") {
  const Role role = GENERATE(Role::viewer, Role::controller);
  const bool was_cut_off = GENERATE(false, true);
  RoomDriver driver = live_room();
  driver.role_from = RoleSource::user;
  const LeaseVersion lease = driver.room.snapshot().host->lease;
  if (was_cut_off) {
    driver.lose("ada");
    driver.pass(100s);
  }
  REQUIRE_FALSE(driver.join("ada", role));
  CHECK(driver.view("ada")->role == Role::host);
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.room.snapshot().host->lease == lease);
}

TEST_CASE("Who takes up the lease that it laid down no longer asks for control") {
  RoomDriver driver = came_back_as(Role::viewer);
  REQUIRE_FALSE(driver.ask("ada", Control{ControlAction::request}));
  REQUIRE(driver.view("ada")->control_request);
  REQUIRE_FALSE(driver.rejoin("ada", 1, Role::host));
  CHECK(driver.view("ada")->role == Role::host);
  CHECK_FALSE(driver.view("ada")->control_request);
}

TEST_CASE("Who is kicked cannot take up the lease that it laid down: the role is passed on at once") {
  const bool backup = GENERATE(false, true);
  RoomDriver driver = live_room();
  if (backup) {
    REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("bob")}));
  }
  driver.lose("ada");
  REQUIRE_FALSE(driver.join("ada", Role::viewer));
  REQUIRE(driver.state() == RoomState::host_offline);
  REQUIRE_FALSE(driver.administer(Kick{UserId("ada")}));
  CHECK(driver.state() == (backup ? RoomState::live : RoomState::promoting));
  CHECK(driver.host() == (backup ? "bob" : "ada"));
}

TEST_CASE("A host at whose token nobody looks for now is told so, and not let in as less") {
  const bool vacant = GENERATE(false, true);
  RoomDriver driver = came_back_as(Role::controller);
  if (vacant) {
    for (const char* other : {"bob", "carol"}) {
      REQUIRE_FALSE(driver.ask(other, Leave{}));
    }
    driver.pass(200s);
    REQUIRE(driver.state() == RoomState::paused);
  }
  driver.lose("ada");
  driver.barred = ErrorCode::rate_limited;
  CHECK(driver.rejoin("ada", 1, Role::host) == ErrorCode::rate_limited);
  // Whoever asks for no more than it had has its place.
  CHECK_FALSE(driver.rejoin("ada", 2, Role::controller));
  driver.lose("ada");
  driver.barred.reset();
  CHECK_FALSE(driver.rejoin("ada", 3, Role::host));
  CHECK(driver.view("ada")->role == Role::host);
}

TEST_CASE("What a lease holder publishes as a controller is not on air") {
  RoomDriver driver = came_back_as(Role::controller);
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  CHECK_FALSE(driver.room.snapshot().program_feed);
  CHECK(driver.state() == RoomState::host_offline);
}

TEST_CASE(
    "A lease that was laid down is taken up by a join as host, also by a rejoin, unless that is barred") {
  const bool rejoins = GENERATE(false, true);
  RoomDriver driver = came_back_as(Role::viewer);
  const LeaseVersion lease = driver.room.snapshot().host->lease;
  driver.barred = ErrorCode::token_expired;
  REQUIRE_FALSE(driver.rejoin("ada", 1, Role::host));
  CHECK(driver.view("ada")->role == Role::viewer);
  driver.barred.reset();
  const auto refusal = rejoins ? driver.rejoin("ada", 2, Role::host) : driver.join("ada", Role::host);
  REQUIRE_FALSE(refusal);
  CHECK(driver.view("ada")->role == Role::host);
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.room.snapshot().host->lease == lease);
  CHECK(driver.told<HostReturned>("dave").size() == 1);
}

TEST_CASE("The resume token of a host is good for its role, whatever role the rejoin names") {
  RoomDriver driver = live_room();
  driver.lose("ada");
  REQUIRE_FALSE(driver.rejoin("ada", 1, Role::viewer));
  CHECK(driver.view("ada")->role == Role::host);
  CHECK(driver.state() == RoomState::live);
}

TEST_CASE("When the grace of a laid down lease is over its holder keeps the role that it came in with") {
  const bool backup = GENERATE(false, true);
  RoomDriver driver = live_room();
  if (backup) {
    REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("bob")}));
  } else {
    REQUIRE_FALSE(driver.ask("bob", Leave{}));
    REQUIRE_FALSE(driver.ask("carol", Leave{}));
  }
  driver.lose("ada");
  REQUIRE_FALSE(driver.join("ada", Role::viewer));
  driver.pass(300s);
  CHECK(driver.host() == (backup ? "bob" : "nobody"));
  CHECK(driver.state() == (backup ? RoomState::live : RoomState::paused));
  CHECK(driver.view("ada")->role == Role::viewer);
}

TEST_CASE("A lease holder who came back as a controller is not asked to be host") {
  RoomDriver driver = came_back_as(Role::controller);
  REQUIRE_FALSE(driver.ask("bob", Leave{}));
  driver.pass(200s);
  REQUIRE(driver.state() == RoomState::promoting);
  CHECK(driver.room.snapshot().promotion->candidate == UserId("carol"));
  REQUIRE_FALSE(driver.ask(
      "carol", AnswerPromotion{driver.room.snapshot().promotion->promotion, PromotionAnswer::decline}));
  CHECK(driver.state() == RoomState::paused);
  CHECK(driver.view("ada")->role == Role::controller);
}

TEST_CASE("A lease holder who leaves as a viewer, or is removed as one, does not cut the grace short") {
  const bool removed = GENERATE(false, true);
  RoomSettings settings;
  settings.presence_timeout = 20s;
  settings.host_presence_timeout = 1h;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  driver.lose("ada");
  REQUIRE_FALSE(driver.join("ada", Role::viewer));
  if (removed) {
    driver.lose("ada");
    driver.pass(20s);
  } else {
    REQUIRE_FALSE(driver.ask("ada", Leave{}));
  }
  CHECK_FALSE(driver.view("ada"));
  CHECK(driver.state() == RoomState::host_offline);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  CHECK(driver.state() == RoomState::live);
}

TEST_CASE("Into a locked room who holds the lease and has no place comes as host only") {
  RoomDriver driver = live_room();
  driver.lose("ada");
  driver.pass(300s);
  REQUIRE(driver.state() == RoomState::promoting);
  REQUIRE_FALSE(driver.join("ada", Role::viewer));
  REQUIRE_FALSE(driver.ask("ada", Leave{}));
  REQUIRE_FALSE(driver.administer(Lock{}));
  CHECK(driver.join("ada", Role::viewer) == ErrorCode::room_locked);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  CHECK(driver.host() == "ada");
}
