// SPDX-License-Identifier: GPL-3.0-or-later
// Signs of life: heartbeats, connections and media.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::RoomDriver;
using baton::core::test::same;

namespace {

/// ada is host and publishes, media flows; dave watches.
RoomDriver on_air() {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.pass(1ms);
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  driver.media_arrives("ada");
  return driver;
}

}  // namespace

TEST_CASE("One without a sign of life goes offline, and is removed after as long again") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.now += 59s;
  REQUIRE_FALSE(driver.ask("ada", Heartbeat{}));
  driver.pass(1s);
  REQUIRE(driver.view("dave"));
  CHECK(driver.view("dave")->presence == Presence::offline);
  CHECK(driver.view("ada")->presence == Presence::active);
  CHECK(driver.told<PresenceChanged>("ada").size() == 1);
  driver.now += 30s;
  REQUIRE_FALSE(driver.ask("ada", Heartbeat{}));
  driver.pass(30s - 1us);
  CHECK(driver.view("dave").has_value());
  driver.pass(1us);
  CHECK_FALSE(driver.view("dave").has_value());
  const auto told = driver.told<PresenceChanged>("ada");
  REQUIRE(told.size() == 1);
  REQUIRE(told.front().changes.size() == 1);
  CHECK(told.front().changes.front().user == UserId("dave"));
  CHECK(told.front().changes.front().kind == PresenceChange::Kind::removed);
  CHECK(driver.all<ReleaseConnection>().size() == 1);
}

TEST_CASE("Any request of a proven session is a sign of life, even one that is refused") {
  const bool refused = GENERATE(false, true);
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.pass(60s);
  REQUIRE(driver.view("dave")->presence == Presence::offline);
  CHECK(driver.ask("dave", refused ? Request(End{}) : Request(Heartbeat{})).has_value() == refused);
  CHECK(driver.view("dave")->presence == Presence::active);
  CHECK(driver.told<PresenceChanged>("dave").size() == 1);
}

TEST_CASE("A participant removed for its absence joins afresh with its old token") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.lose("dave");
  driver.pass(60s);
  REQUIRE_FALSE(driver.view("dave"));
  REQUIRE_FALSE(driver.rejoin("dave", 1));
  CHECK(std::get<JoinAccepted>(driver.all<Reply>().front().body).kind == JoinKind::fresh);
}

TEST_CASE("A host who misses its heartbeats has grace, and returns by one") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  driver.pass(60s);
  REQUIRE(driver.state() == RoomState::host_offline);
  CHECK(driver.room.snapshot().grace->reason == OfflineReason::heartbeat_missed);
  REQUIRE_FALSE(driver.ask("ada", Heartbeat{}));
  CHECK(driver.state() == RoomState::live);
}

TEST_CASE("A heartbeat is answered with the room's version and the interval of the settings") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.ask("ada", Heartbeat{}));
  const auto answer = std::get<HeartbeatAnswer>(driver.all<Reply>().front().body);
  CHECK(answer.room_version == driver.room.version());
  CHECK(answer.next_within == driver.room.settings().heartbeat_interval);
}

TEST_CASE("Silence of the host's media begins grace, and the first arrival ends it") {
  RoomDriver driver = on_air();
  REQUIRE(driver.room.next_deadline()->why == DeadlineKind::media_silence);
  CHECK(driver.room.next_deadline()->at == driver.now + 3s);
  driver.pass(3s);
  CHECK(driver.state() == RoomState::host_offline);
  CHECK(driver.room.snapshot().grace->reason == OfflineReason::media_silence);
  REQUIRE(driver.all<WatchFeed>().size() == 1);
  CHECK(driver.all<WatchFeed>().front().feed == driver.feed_of("ada"));
  // The feed stays on air, so that the picture resumes by itself.
  CHECK(driver.room.snapshot().program_feed == driver.feed_of("ada"));
  driver.now += 5s;
  driver.report(FeedReport(MediaResumed{driver.feed_of("ada").value()}));
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.told<HostReturned>("dave").size() == 1);
}

TEST_CASE("A report of activity moves the silence away; one from before the silence does not end it") {
  RoomDriver driver = on_air();
  driver.now += 3s;
  driver.report(FeedReport(MediaActivity{driver.feed_of("ada").value(), driver.now - 1ms}));
  driver.pass(0s);
  CHECK(driver.state() == RoomState::live);
  const Instant last = driver.now - 1ms;
  driver.pass(3s);
  REQUIRE(driver.state() == RoomState::host_offline);
  driver.report(FeedReport(MediaActivity{driver.feed_of("ada").value(), last}));
  CHECK(driver.state() == RoomState::host_offline);
  // A report from the future counts as now.
  driver.report(FeedReport(MediaActivity{driver.feed_of("ada").value(), driver.now + 1h}));
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.room.next_deadline()->at == driver.now + 3s);
}

TEST_CASE("A command alone never finds silence, for the latest report may be old") {
  RoomDriver driver = on_air();
  driver.now += 10s;
  REQUIRE_FALSE(driver.ask("dave", Heartbeat{}));
  CHECK(driver.state() == RoomState::live);
}

TEST_CASE("A handshake that takes long is not silence") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  driver.pass(30s);
  CHECK(driver.state() == RoomState::live);
}

TEST_CASE("Media that hangs up begins grace, which ends when media arrive anew and not before") {
  RoomDriver driver = on_air();
  const FeedId feed = driver.feed_of("ada").value();
  driver.report(driver.clients.at("ada").connection, MediaHangup{});
  CHECK(driver.state() == RoomState::host_offline);
  CHECK(driver.room.snapshot().grace->reason == OfflineReason::media_hangup);
  REQUIRE(driver.all<EndFeed>().size() == 1);
  CHECK(driver.all<EndFeed>().front().feed == feed);
  CHECK_FALSE(driver.view("ada")->publishing);
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  REQUIRE(driver.feed_of("ada"));
  CHECK(*driver.feed_of("ada") > feed);
  REQUIRE(driver.all<FollowFeed>().size() == 1);
  CHECK(driver.all<FollowFeed>().front().feed == driver.feed_of("ada"));
  CHECK(driver.state() == RoomState::host_offline);
  driver.media_arrives("ada");
  CHECK(driver.state() == RoomState::live);
}

TEST_CASE("Of a host that dies, whichever sign comes first, everybody learns that the connection was lost") {
  RoomDriver driver = on_air();
  driver.report(driver.clients.at("ada").connection, MediaHangup{});
  const auto first = driver.told<HostWentOffline>("dave");
  REQUIRE(first.size() == 1);
  driver.now += 5ms;
  driver.lose("ada");
  const auto told = driver.told<HostWentOffline>("dave");
  REQUIRE(told.size() == 1);
  CHECK(told.front().grace.reason == OfflineReason::connection_lost);
  CHECK(told.front().grace.deadline == first.front().grace.deadline);
  CHECK(driver.room.snapshot().grace->reason == OfflineReason::connection_lost);
  driver.pass(1s);
  CHECK(driver.told<HostWentOffline>("dave").empty());
}

TEST_CASE("A host whose media hung up and who then stops publishing on purpose is there, without a picture") {
  RoomDriver driver = on_air();
  driver.report(driver.clients.at("ada").connection, MediaHangup{});
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  REQUIRE(driver.state() == RoomState::host_offline);
  REQUIRE_FALSE(driver.ask("ada", Unpublish{}));
  CHECK(driver.state() == RoomState::live);
}

TEST_CASE("A host who unpublishes is not silent: it is host without a picture") {
  RoomDriver driver = on_air();
  REQUIRE_FALSE(driver.ask("ada", Unpublish{}));
  driver.pass(10s);
  CHECK(driver.state() == RoomState::live);
  CHECK_FALSE(driver.room.snapshot().program_feed);
}

TEST_CASE("The program follows whoever is host, and nothing if the host does not publish") {
  RoomDriver driver = on_air();
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  REQUIRE_FALSE(driver.ask("bob", Publish{}));
  CHECK(driver.all<FollowFeed>().empty());
  REQUIRE_FALSE(driver.ask("ada", Transfer{UserId("bob")}));
  REQUIRE(driver.all<FollowFeed>().size() == 1);
  CHECK(driver.all<FollowFeed>().front().feed == driver.feed_of("bob"));
  REQUIRE_FALSE(driver.ask("bob", Transfer{UserId("dave")}));
  REQUIRE(driver.all<FollowFeed>().size() == 1);
  CHECK_FALSE(driver.all<FollowFeed>().front().feed);
}

TEST_CASE("A new host's silence counts from when it became host") {
  RoomDriver driver = on_air();
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  REQUIRE_FALSE(driver.ask("bob", Publish{}));
  driver.media_arrives("bob");
  driver.now += 20s;
  REQUIRE_FALSE(driver.ask("ada", Transfer{UserId("bob")}));
  driver.pass(3s - 1us);
  CHECK(driver.state() == RoomState::live);
  driver.pass(1us);
  CHECK(driver.state() == RoomState::host_offline);
}

TEST_CASE("A lost connection is told nothing, not even that its own media ended") {
  RoomDriver driver = on_air();
  const ConnectionId gone = driver.clients.at("ada").connection;
  driver.lose("ada");
  CHECK(driver.told<PublishingChanged>("dave").size() == 1);
  CHECK(driver.all<EndFeed>().size() == 1);
  for (const Notify& notify : driver.all<Notify>()) {
    CHECK(std::ranges::find(notify.to, gone) == notify.to.end());
  }
}

TEST_CASE("Reports about what the room does not know do nothing") {
  RoomDriver driver = on_air();
  const RoomSnapshot before = driver.room.snapshot();
  driver.report(ConnectionId(9999), ConnectionLost{});
  CHECK(driver.effects.empty());
  driver.report(ConnectionId(9999), MediaHangup{});
  CHECK(driver.effects.empty());
  driver.report(FeedReport(MediaActivity{FeedId(9999), driver.now}));
  CHECK(driver.effects.empty());
  driver.report(FeedReport(MediaResumed{FeedId(9999)}));
  CHECK(driver.effects.empty());
  CHECK(same(before, driver.room.snapshot()));
}

TEST_CASE("Losing a connection that only carries media leaves the participant present") {
  RoomDriver driver = on_air();
  const ConnectionId further = driver.fresh_connection();
  REQUIRE_FALSE(driver.ask_on(further, driver.clients.at("ada").claim, Subscribe{}));
  driver.report(further, ConnectionLost{});
  CHECK(driver.view("ada")->presence == Presence::active);
  CHECK(driver.state() == RoomState::live);
}

TEST_CASE("A host whose media were lost may say that it does not mean to bring them back") {
  RoomDriver driver = on_air();
  driver.report(driver.clients.at("ada").connection, MediaHangup{});
  REQUIRE(driver.state() == RoomState::host_offline);
  CHECK_FALSE(driver.ask("ada", Unpublish{}));
  CHECK(driver.state() == RoomState::live);
}
