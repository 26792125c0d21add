// SPDX-License-Identifier: GPL-3.0-or-later
// The lifecycle of a room: who is host, and what happens when the host is silent.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::live_room;
using baton::core::test::RoomDriver;

namespace {

RoomSettings closing() {
  RoomSettings settings;
  settings.on_host_timeout = OnHostTimeout::close;
  return settings;
}

}  // namespace

TEST_CASE("A room waits for its first host, and viewers may come before it") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  CHECK(driver.state() == RoomState::waiting);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.host() == "ada");
  REQUIRE(driver.events<HostChanged>().size() == 1);
  CHECK(driver.events<HostChanged>().front().change == HostChange::first);
}

TEST_CASE("A host whose connection is lost has the grace of the settings, and everybody is told") {
  RoomDriver driver = live_room();
  driver.lose("ada");
  CHECK(driver.state() == RoomState::host_offline);
  CHECK(driver.host() == "ada");
  const auto told = driver.told<HostWentOffline>("dave");
  REQUIRE(told.size() == 1);
  CHECK(told.front().grace.reason == OfflineReason::connection_lost);
  CHECK(told.front().grace.deadline == driver.now + driver.room.settings().grace);
  CHECK(driver.view("dave").has_value());
}

TEST_CASE("A host who returns within grace finds the role untouched, under the same lease") {
  RoomDriver driver = live_room();
  const LeaseVersion lease = driver.room.snapshot().host->lease;
  driver.lose("ada");
  driver.pass(299s);
  REQUIRE_FALSE(driver.rejoin("ada", 1));
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.host() == "ada");
  CHECK(driver.room.snapshot().host->lease == lease);
  CHECK(driver.view("ada")->role == Role::host);
  CHECK(driver.told<HostReturned>("dave").size() == 1);
}

TEST_CASE("A host who returns from another device as host, without the token, is host all the same") {
  RoomDriver driver = live_room();
  driver.lose("ada");
  REQUIRE_FALSE(driver.join("ada", Role::host));
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.view("ada")->role == Role::host);
}

TEST_CASE("When grace is over the present backup takes over, at the deadline and not before") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("dave")}));
  driver.lose("ada");
  driver.pass(300s - 1us);
  CHECK(driver.state() == RoomState::host_offline);
  driver.pass(1us);
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.host() == "dave");
  REQUIRE(driver.events<HostChanged>().size() == 1);
  const HostChanged changed = driver.events<HostChanged>().front();
  CHECK(changed.change == HostChange::backup);
  CHECK(changed.previous == UserId("ada"));
  CHECK(driver.view("dave")->role == Role::host);
  CHECK(driver.view("ada")->role == Role::controller);
  CHECK_FALSE(driver.room.snapshot().backup);
}

TEST_CASE("With no grace at all the backup takes over at once") {
  RoomSettings settings;
  settings.grace = 0s;
  RoomDriver driver = live_room(settings);
  REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("bob")}));
  driver.lose("ada");
  CHECK(driver.host() == "bob");
}

TEST_CASE("A backup who arrives in a paused room takes over") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("eve")}));
  driver.lose("ada");
  driver.pass(300s);
  REQUIRE(driver.state() == RoomState::paused);
  REQUIRE_FALSE(driver.join("eve", Role::viewer));
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.host() == "eve");
}

TEST_CASE("A room whose settings say so closes when nobody succeeds") {
  RoomDriver driver(closing());
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.lose("ada");
  driver.pass(300s);
  CHECK(driver.room.closed());
  REQUIRE(driver.all<CloseRoom>().size() == 1);
  CHECK(driver.all<CloseRoom>().front().reason == CloseReason::host_timeout);
  CHECK(driver.told<RoomClosed>("dave").size() == 1);
}

TEST_CASE("A room whose settings say to close still asks its controllers first") {
  RoomDriver driver = live_room(closing());
  driver.lose("ada");
  driver.pass(300s);
  CHECK(driver.state() == RoomState::promoting);
}

TEST_CASE("A room never closes because it is empty") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.ask("ada", Leave{}));
  CHECK(driver.room.participant_count() == 0);
  CHECK_FALSE(driver.room.closed());
  driver.pass(23h);
  CHECK_FALSE(driver.room.closed());
}

TEST_CASE("A room closes when its time to live is over, and one without such a time never does") {
  RoomSettings settings;
  settings.time_to_live = GENERATE(Duration(0s), Duration(24h));
  const bool lives_for_ever = settings.time_to_live == Duration::zero();
  RoomDriver driver(settings);
  driver.pass(24h - 1us);
  CHECK_FALSE(driver.room.closed());
  driver.pass(1us);
  CHECK(driver.room.closed() != lives_for_ever);
  if (!lives_for_ever) {
    CHECK(driver.all<CloseRoom>().front().reason == CloseReason::time_to_live);
    CHECK_FALSE(driver.room.next_deadline());
  }
}

TEST_CASE("The host ends the room: everybody is told and every connection is released once") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("bob", Publish{}));
  REQUIRE_FALSE(driver.ask("ada", End{}));
  CHECK(driver.room.closed());
  CHECK(driver.all<CloseRoom>().front().reason == CloseReason::ended_by_host);
  CHECK(driver.all<ReleaseConnection>().size() == 4);
  CHECK(driver.all<EndFeed>().size() == 1);
  CHECK(driver.told<Released>("dave").front().reason == ReleaseReason::room_closed);
  CHECK(std::holds_alternative<CloseRoom>(driver.effects.back()));
}

TEST_CASE("An administrator ends the room, whoever is host") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.administer(End{}));
  CHECK(driver.all<CloseRoom>().front().reason == CloseReason::ended_by_administrator);
  CHECK(driver.administer(End{}) == ErrorCode::room_closed);
  CHECK(driver.join("eve", Role::viewer) == ErrorCode::room_closed);
}

TEST_CASE("A transfer makes the new host and leaves the old one a controller") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Transfer{UserId("dave")}));
  CHECK(driver.host() == "dave");
  CHECK(driver.view("dave")->role == Role::host);
  CHECK(driver.view("ada")->role == Role::controller);
  const HostChanged changed = driver.events<HostChanged>().front();
  CHECK(changed.change == HostChange::transfer);
  CHECK(changed.previous == UserId("ada"));
  CHECK(changed.host.lease == LeaseVersion(2));
}

TEST_CASE("A host with media trouble may transfer during grace, which ends it") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  driver.report(driver.clients.at("ada").connection, MediaHangup{});
  REQUIRE(driver.state() == RoomState::host_offline);
  REQUIRE_FALSE(driver.ask("ada", Transfer{UserId("dave")}));
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.host() == "dave");
}

TEST_CASE("An original host who returns after a transfer is a controller, and the host is told") {
  RoomSettings settings;
  settings.max_controllers = 0;
  settings.presence_timeout = 10s;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("bob", Role::viewer));
  REQUIRE_FALSE(driver.ask("ada", Transfer{UserId("bob")}));
  driver.lose("ada");
  driver.now += 9s;
  REQUIRE_FALSE(driver.ask("bob", Heartbeat{}));
  driver.pass(1s);
  REQUIRE_FALSE(driver.view("ada"));
  // Joined as host: it gets a place beyond the controllers that the room admits.
  REQUIRE_FALSE(driver.rejoin("ada", 1, Role::host));
  CHECK(driver.view("ada")->role == Role::controller);
  CHECK(driver.host() == "bob");
  REQUIRE(driver.told<FormerHostReturned>("bob").size() == 1);
  CHECK(driver.told<FormerHostReturned>("bob").front().user == UserId("ada"));
  REQUIRE_FALSE(driver.ask("bob", Transfer{UserId("ada")}));
  CHECK(driver.host() == "ada");
}

TEST_CASE("A host who leaves by itself passes the role on at once") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("dave")}));
  REQUIRE_FALSE(driver.ask("ada", Leave{}));
  CHECK(driver.host() == "dave");
}

TEST_CASE("In a paused room a controller may claim the role, and so may one who joins as host") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.ask("ada", Leave{}));
  REQUIRE(driver.state() == RoomState::paused);
  const bool by_request = GENERATE(true, false);
  REQUIRE_FALSE(driver.join("bob", by_request ? Role::controller : Role::host));
  if (by_request) {
    REQUIRE_FALSE(driver.ask("bob", ClaimHost{}));
  }
  CHECK(driver.host() == "bob");
  CHECK(driver.room.snapshot().host->lease == LeaseVersion(2));
}

TEST_CASE("A silent host keeps its place while the lease is its own, and is removed soon after") {
  RoomSettings settings;
  settings.presence_timeout = 10s;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  driver.lose("ada");
  driver.pass(300s - 1us);
  CHECK(driver.view("ada").has_value());
  driver.pass(1us);
  CHECK(driver.state() == RoomState::paused);
  CHECK_FALSE(driver.view("ada").has_value());
}

TEST_CASE("A deadline that passed unnoticed happens before the next command") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("bob")}));
  driver.lose("ada");
  driver.now += 400s;
  // The old host comes back just too late: the backup has it.
  REQUIRE_FALSE(driver.rejoin("ada", 1, Role::host));
  CHECK(driver.host() == "bob");
  CHECK(driver.view("ada")->role == Role::controller);
}

TEST_CASE("Time that steps back moves no deadline away") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("bob")}));
  driver.lose("ada");
  const auto deadline = driver.room.snapshot().grace->deadline;
  driver.now -= 30min;
  REQUIRE_FALSE(driver.ask("bob", Heartbeat{}));
  CHECK(driver.room.snapshot().grace->deadline == deadline);
  driver.now = deadline;
  driver.pass(0s);
  CHECK(driver.host() == "bob");
}

TEST_CASE("One whose join closes the room is refused, and told nothing else") {
  RoomSettings settings;
  settings.on_host_timeout = OnHostTimeout::close;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  REQUIRE_FALSE(driver.ask("ada", Leave{}));
  REQUIRE(driver.state() == RoomState::promoting);
  // The only one who could be asked comes back as a viewer.
  CHECK(driver.join("bob", Role::viewer) == ErrorCode::room_closed);
  CHECK(driver.room.closed());
  const ConnectionId joiner = driver.last_connection();
  for (const Notify& notify : driver.all<Notify>()) {
    CHECK(std::ranges::find(notify.to, joiner) == notify.to.end());
  }
  for (const ReleaseConnection& release : driver.all<ReleaseConnection>()) {
    CHECK(release.connection != joiner);
  }
}
