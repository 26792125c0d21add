// SPDX-License-Identifier: GPL-3.0-or-later
// Presence: steps by role, what the room is told of it, and what the host is told of its audience.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::RoomDriver;

namespace {

Presence presence_of(const RoomDriver& driver, const std::string& user) {
  return driver.room.sessions().find(UserId(user))->presence;
}

/// Carries out every deadline up to `time` from now, as a caller with an exact clock would.
void run(RoomDriver& driver, Duration time) {
  const Instant end = driver.now + time;
  while (driver.room.next_deadline() && driver.room.next_deadline()->at <= end) {
    driver.now = std::max(driver.now, driver.room.next_deadline()->at);
    driver.pass(0s);
  }
  driver.now = end;
}

}  // namespace

TEST_CASE("Silence makes inactive, offline and removed at 70, 100 and 200 % of the role's time-out") {
  struct Row {
    const char* role;
    Duration timeout;
  };
  for (const Row& row : {Row{"dev", 45min}, Row{"scrum_master", 60min}, Row{"", 60s}}) {
    CAPTURE(row.role);
    RoomSettings settings;
    settings.time_to_live = Duration::zero();
    settings.further_roles = {{RoleName("dev"), 45min}, {RoleName("scrum_master"), 60min}};
    RoomDriver driver(settings);
    const std::string role = row.role;
    const auto refusal = role.empty() ? driver.join("eve", Role::viewer) : driver.join_as("eve", role);
    REQUIRE_FALSE(refusal);
    run(driver, row.timeout * 7 / 10 - 1us);
    CHECK(presence_of(driver, "eve") == Presence::active);
    run(driver, 1us);
    CHECK(presence_of(driver, "eve") == Presence::inactive);
    CHECK(driver.view("eve")->presence == Presence::active);
    run(driver, row.timeout * 3 / 10 - 1us);
    CHECK(presence_of(driver, "eve") == Presence::inactive);
    run(driver, 1us);
    CHECK(presence_of(driver, "eve") == Presence::offline);
    run(driver, row.timeout - 1us);
    CHECK(driver.room.participant_count() == 1);
    run(driver, 1us);
    CHECK(driver.room.participant_count() == 0);
  }
}

TEST_CASE("Becoming inactive, and active again, is quiet") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  const RoomVersion before = driver.room.version();
  run(driver, 50s);
  REQUIRE(presence_of(driver, "ada") == Presence::inactive);
  REQUIRE_FALSE(driver.ask("ada", Heartbeat{}));
  CHECK(presence_of(driver, "ada") == Presence::active);
  CHECK(driver.room.version() == before);
}

TEST_CASE("What arrived on a connection counts as life, if it is reported before time is let pass") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.now += 60s;
  const auto asked = driver.room.connections_due(driver.now);
  CHECK(asked.size() == 2);
  driver.report(driver.clients.at("dave").connection, ConnectionActivity{driver.now - 1s});
  driver.pass(0s);
  CHECK(presence_of(driver, "dave") == Presence::active);
  CHECK(presence_of(driver, "ada") == Presence::offline);
  // An old report is no life, and one from the future counts as now.
  driver.report(driver.clients.at("dave").connection, ConnectionActivity{driver.now - 30s});
  run(driver, 59s);
  CHECK(presence_of(driver, "dave") == Presence::offline);
}

TEST_CASE("Whoever would be judged is asked about, even if the caller's clock has stepped back") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.now += 60s;
  static_cast<void>(
      driver.room.handle(Command(ConnectionReport{ConnectionId(1), MediaHangup{}}), driver.now));
  CHECK(driver.room.connections_due(driver.now - 30s).size() == 1);
}

TEST_CASE("One whose time-out is short is asked to beat faster") {
  RoomSettings settings;
  settings.presence_timeout = 20s;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  REQUIRE_FALSE(driver.ask("dave", Heartbeat{}));
  CHECK(std::get<HeartbeatAnswer>(driver.all<Reply>().front().body).next_within == 10s);
}

TEST_CASE("A storm of losses is told in few events, and nobody is forgotten") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  constexpr int kViewers = 20;
  for (int i = 0; i < kViewers; ++i) {
    REQUIRE_FALSE(driver.join("user" + std::to_string(i), Role::viewer));
  }
  std::size_t events = 0;
  std::size_t changes = 0;
  const auto count = [&] {
    for (const auto& told : driver.told<PresenceChanged>("ada")) {
      ++events;
      changes += told.changes.size();
    }
  };
  for (int i = 0; i < kViewers; ++i) {
    driver.lose("user" + std::to_string(i));
    count();
  }
  CHECK(events == 3);
  CHECK(changes == 3);
  CHECK(driver.view("user19")->presence == Presence::active);
  driver.pass(10s);
  count();
  CHECK(events == 4);
  CHECK(changes == kViewers);
  CHECK(driver.view("user19")->presence == Presence::offline);
}

TEST_CASE("Whoever joins is shown who is there, whatever was still to be told") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  for (int i = 0; i < 5; ++i) {
    REQUIRE_FALSE(driver.join("user" + std::to_string(i), Role::viewer));
  }
  for (int i = 0; i < 5; ++i) {
    driver.lose("user" + std::to_string(i));
  }
  REQUIRE(driver.view("user4")->presence == Presence::active);
  driver.lose("ada");
  REQUIRE_FALSE(driver.rejoin("ada", 1));
  const auto snapshot = std::get<JoinAccepted>(driver.all<Reply>().front().body).snapshot;
  for (const ParticipantView& view : snapshot.participants) {
    CHECK((view.presence == Presence::active) == (view.user == UserId("ada")));
  }
}

TEST_CASE("Removals that are not told yet are in the picture still") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  for (int i = 0; i < 5; ++i) {
    REQUIRE_FALSE(driver.join("user" + std::to_string(i), Role::viewer));
    driver.lose("user" + std::to_string(i));
    driver.now += 1s;
  }
  driver.now += 40s;
  REQUIRE_FALSE(driver.ask("ada", Heartbeat{}));
  run(driver, 19s);
  CHECK(driver.room.participant_count() == 1);
  CHECK(driver.view("user4"));
  SECTION("until they are told") {
    run(driver, 10s);
    CHECK_FALSE(driver.view("user4"));
  }
  SECTION("or undone") {
    REQUIRE_FALSE(driver.join("user4", Role::viewer));
    CHECK(driver.view("user4")->presence == Presence::active);
    run(driver, 10s);
    CHECK(driver.view("user4"));
  }
}

TEST_CASE("The host is told when nobody is there to see, and when somebody is again") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE(driver.told<AudienceChanged>("ada").size() == 1);
  CHECK(driver.told<AudienceChanged>("ada").front().present == 0);
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  REQUIRE(driver.told<AudienceChanged>("ada").size() == 1);
  CHECK(driver.told<AudienceChanged>("ada").front().present == 1);
  REQUIRE_FALSE(driver.join("eve", Role::viewer));
  CHECK(driver.told<AudienceChanged>("ada").empty());
  driver.lose("dave");
  CHECK(driver.told<AudienceChanged>("ada").empty());
  driver.lose("eve");
  REQUIRE(driver.told<AudienceChanged>("ada").size() == 1);
  CHECK(driver.told<AudienceChanged>("ada").front().present == 0);
}

TEST_CASE("The host is warned, advised and told that the room is full, as viewers come and go") {
  RoomSettings settings;
  settings.max_viewers = 4;
  settings.warn_viewers = 2;
  settings.suggest_sfu_viewers = 3;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  const std::vector<AudienceLevel> levels = {AudienceLevel::normal, AudienceLevel::warn,
                                             AudienceLevel::suggest_sfu, AudienceLevel::full};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    REQUIRE_FALSE(driver.join("user" + std::to_string(i), Role::viewer));
    const auto told = driver.told<AudienceChanged>("ada");
    REQUIRE(told.size() == 1);
    CHECK(told.front().level == levels[i]);
    CHECK(told.front().viewers == i + 1);
  }
  CHECK(driver.join("late", Role::viewer) == ErrorCode::room_full);
  REQUIRE_FALSE(driver.ask("user0", Leave{}));
  REQUIRE(driver.told<AudienceChanged>("ada").size() == 1);
  CHECK(driver.told<AudienceChanged>("ada").front().level == AudienceLevel::suggest_sfu);
}

TEST_CASE("Silence is found while time passes, not by a command that came before what had arrived was told") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.now += 60s;
  REQUIRE_FALSE(driver.ask("ada", Heartbeat{}));
  CHECK(presence_of(driver, "dave") == Presence::active);
  const ConnectionId daves = driver.clients.at("dave").connection;
  const std::vector<ConnectionId> due = driver.room.connections_due(driver.now);
  CHECK(std::ranges::find(due, daves) != due.end());
  SECTION("packets arrived all the time") {
    driver.report(daves, ConnectionActivity{driver.now});
    driver.pass(0s);
    CHECK(presence_of(driver, "dave") == Presence::active);
  }
  SECTION("nothing arrived") {
    driver.pass(0s);
    CHECK(presence_of(driver, "dave") == Presence::offline);
  }
}

TEST_CASE("A shorter time-out of a new role counts from the next tick on") {
  RoomSettings settings;
  settings.controller_presence_timeout = 10s;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  driver.pass(9s);
  REQUIRE_FALSE(driver.ask("bob", Heartbeat{}));
  driver.pass(9s);
  // Ada is silent for longer than a controller may be.
  const ConnectionId adas = driver.clients.at("ada").connection;
  REQUIRE_FALSE(driver.ask("bob", Heartbeat{}));
  driver.lose("bob");
  REQUIRE_FALSE(driver.rejoin("bob", 1));
  REQUIRE_FALSE(driver.ask("ada", Transfer{UserId("bob")}));
  CHECK(presence_of(driver, "ada") == Presence::active);
  driver.now += 11s;
  driver.report(adas, ConnectionActivity{driver.now});
  driver.pass(0s);
  CHECK(presence_of(driver, "ada") == Presence::active);
  driver.pass(10s);
  CHECK(presence_of(driver, "ada") == Presence::offline);
}

TEST_CASE("One whose packets arrive again is not inactive any more") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  run(driver, 42s);
  REQUIRE(presence_of(driver, "dave") == Presence::inactive);
  driver.report(driver.clients.at("dave").connection, ConnectionActivity{driver.now - 1s});
  CHECK(presence_of(driver, "dave") == Presence::active);
  run(driver, 41s - 1us);
  CHECK(presence_of(driver, "dave") == Presence::active);
  run(driver, 1us);
  CHECK(presence_of(driver, "dave") == Presence::inactive);
}

TEST_CASE("One that takes the role anew is told of its audience anew") {
  RoomSettings settings;
  settings.media_silence = 3s;
  settings.grace = 0s;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE(driver.told<AudienceChanged>("ada").front().present == 0);
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  driver.media_arrives("ada");
  driver.pass(3s);
  REQUIRE(driver.state() == RoomState::paused);
  REQUIRE_FALSE(driver.ask("ada", ClaimHost{}));
  REQUIRE(driver.told<AudienceChanged>("ada").size() == 1);
  CHECK(driver.told<AudienceChanged>("ada").front().present == 0);
}

TEST_CASE("The host is told at once when a removal makes a full room less full") {
  RoomSettings settings;
  settings.max_viewers = 5;
  settings.host_presence_timeout = 1h;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  for (int i = 0; i < 5; ++i) {
    REQUIRE_FALSE(driver.join("user" + std::to_string(i), Role::viewer));
  }
  // So many losses that the news of removals is throttled, too.
  for (int i = 0; i < 5; ++i) {
    driver.lose("user" + std::to_string(i));
    driver.pass(500ms);
  }
  bool told = false;
  for (int i = 0; i < 600 && !told; ++i) {
    driver.pass(100ms);
    told = !driver.told<AudienceChanged>("ada").empty();
    CHECK(told == (driver.room.participant_count() == 5));
  }
  CHECK(told);
}
