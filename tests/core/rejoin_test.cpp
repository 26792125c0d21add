// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions that replace one another, and stops that race with reconnects.
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::RoomDriver;
using baton::core::test::same;

namespace {

const JoinAccepted& accepted(const RoomDriver& driver) {
  for (const Effect& effect : driver.effects) {
    if (const auto* reply = std::get_if<Reply>(&effect)) {
      return std::get<JoinAccepted>(reply->body);
    }
  }
  throw std::logic_error("no join was accepted");
}

/// A viewer who lost its connection, and the token it would come back with.
struct CutOff {
  RoomDriver driver;
  SecretHash token;

  CutOff() {
    REQUIRE_FALSE(driver.join("ada", Role::host));
    REQUIRE_FALSE(driver.join("dave", Role::viewer));
    token = driver.clients.at("dave").token;
    driver.lose("dave");
  }
  std::optional<ErrorCode> join(std::uint64_t attempt) {
    return driver.join("dave", Role::viewer, Resumption{token, JoinAttempt(attempt)});
  }
  std::optional<ErrorCode> stop(std::uint64_t attempt) {
    return driver.ask_on(driver.fresh_connection(), std::nullopt,
                         LeaveByToken{UserId("dave"), Resumption{token, JoinAttempt(attempt)}});
  }
};

}  // namespace

TEST_CASE("A join answers with the session, and a snapshot in which the joiner is") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  const JoinAccepted& joined = accepted(driver);
  CHECK(joined.user == UserId("ada"));
  CHECK(joined.role == Role::host);
  CHECK(joined.kind == JoinKind::fresh);
  CHECK(same(joined.snapshot, driver.room.snapshot()));
  REQUIRE(joined.snapshot.participants.size() == 1);
  // The reply says it all: there are no events before it on the new connection.
  CHECK(driver.told<ParticipantJoined>("ada").empty());
}

TEST_CASE("A second session of a user replaces the first, which is told and fenced") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  const auto first = driver.clients.at("dave");
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  REQUIRE(driver.all<ReleaseConnection>().size() == 1);
  CHECK(driver.all<ReleaseConnection>().front().connection == first.connection);
  CHECK(driver.all<ReleaseConnection>().front().reason == ReleaseReason::replaced);
  CHECK(driver.events<Released>().size() == 1);
  CHECK(driver.room.participant_count() == 2);
  CHECK(driver.ask_on(first.connection, first.claim, Heartbeat{}) == ErrorCode::session_stale);
  CHECK_FALSE(driver.ask("dave", Heartbeat{}));
}

TEST_CASE("A rejoin by token keeps the role; a fresh join has the one it asks for") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  driver.lose("bob");
  REQUIRE_FALSE(driver.rejoin("bob", 1, Role::viewer));
  CHECK(accepted(driver).kind == JoinKind::rejoined);
  CHECK(accepted(driver).role == Role::controller);
  REQUIRE_FALSE(driver.join("bob", Role::viewer));
  CHECK(accepted(driver).kind == JoinKind::fresh);
  CHECK(accepted(driver).role == Role::viewer);
}

TEST_CASE("Of two attempts the newer has the session, whatever order they arrive in") {
  const bool newer_first = GENERATE(false, true);
  CutOff one;
  CHECK_FALSE(one.join(newer_first ? 2 : 1));
  const ConnectionId first = one.driver.clients.at("dave").connection;
  if (newer_first) {
    CHECK(one.join(1) == ErrorCode::join_superseded);
    CHECK(one.driver.room.knows(first));
  } else {
    CHECK_FALSE(one.join(2));
    CHECK_FALSE(one.driver.room.knows(first));
  }
  CHECK(one.driver.room.participant_count() == 2);
}

TEST_CASE("Once the new session spoke, no attempt with the old token replaces it") {
  CutOff one;
  REQUIRE_FALSE(one.join(1));
  REQUIRE_FALSE(one.driver.ask("dave", Heartbeat{}));
  CHECK(one.join(2) == ErrorCode::join_superseded);
}

TEST_CASE("A join that was late by two sessions does not push out the live one") {
  CutOff one;
  REQUIRE_FALSE(one.join(1));
  REQUIRE_FALSE(one.driver.ask("dave", Heartbeat{}));
  REQUIRE_FALSE(one.driver.rejoin("dave", 2));
  const ConnectionId live = one.driver.clients.at("dave").connection;
  CHECK(one.join(1) == ErrorCode::join_superseded);
  CHECK(one.driver.room.knows(live));
}

TEST_CASE("A device whose session was taken over by another does not take it back by itself") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  const SecretHash laptop = driver.clients.at("ada").token;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  const ConnectionId phone = driver.clients.at("ada").connection;
  CHECK(driver.join("ada", Role::host, Resumption{laptop, JoinAttempt(1)}) == ErrorCode::join_superseded);
  CHECK(driver.room.knows(phone));
}

TEST_CASE("Stop beats the reconnect, whatever order they arrive in") {
  const bool stop_first = GENERATE(false, true);
  CutOff one;
  if (stop_first) {
    CHECK_FALSE(one.stop(2));
    CHECK(one.join(1) == ErrorCode::join_stopped);
  } else {
    CHECK_FALSE(one.join(1));
    CHECK_FALSE(one.stop(2));
  }
  CHECK_FALSE(one.driver.view("dave").has_value());
  CHECK(one.join(3) == ErrorCode::join_stopped);
}

TEST_CASE("Stop beats the reconnect of one who was removed meanwhile") {
  CutOff one;
  one.driver.now += 59s;
  REQUIRE_FALSE(one.driver.ask("ada", Heartbeat{}));
  one.driver.pass(1s);
  REQUIRE_FALSE(one.driver.view("dave"));
  CHECK_FALSE(one.stop(2));
  CHECK(one.join(1) == ErrorCode::join_stopped);
}

TEST_CASE("One who stopped may join again without the token") {
  CutOff one;
  REQUIRE_FALSE(one.stop(1));
  CHECK_FALSE(one.driver.join("dave", Role::viewer));
}

TEST_CASE("A stop with a token that is not this user's takes nobody out") {
  CutOff one;
  REQUIRE_FALSE(one.driver.ask_on(one.driver.fresh_connection(), std::nullopt,
                                  LeaveByToken{UserId("ada"), Resumption{one.token, JoinAttempt(1)}}));
  CHECK(one.driver.view("ada").has_value());
  CHECK(one.driver.view("dave").has_value());
}

TEST_CASE("A stop that closes the room is answered before the room is gone") {
  RoomSettings settings;
  settings.on_host_timeout = OnHostTimeout::close;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  const Resumption proof{driver.clients.at("ada").token, JoinAttempt(1)};
  REQUIRE_FALSE(driver.ask_on(driver.fresh_connection(), std::nullopt, LeaveByToken{UserId("ada"), proof}));
  CHECK(driver.room.closed());
  CHECK(std::holds_alternative<CloseRoom>(driver.effects.back()));
}

TEST_CASE("One who leaves or is kicked is gone, and its late rejoin is refused") {
  const bool kicked = GENERATE(false, true);
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  if (kicked) {
    REQUIRE_FALSE(driver.ask("ada", Kick{UserId("dave")}));
  } else {
    REQUIRE_FALSE(driver.ask("dave", Leave{}));
  }
  REQUIRE(driver.told<ParticipantLeft>("ada").size() == 1);
  CHECK(driver.told<ParticipantLeft>("ada").front().reason ==
        (kicked ? DepartureReason::kicked : DepartureReason::left));
  CHECK(driver.rejoin("dave", 1) == ErrorCode::join_stopped);
  CHECK(driver.ask("dave", Heartbeat{}) == ErrorCode::session_stale);
}

TEST_CASE("Whoever is barred comes in by its resume token alone, and with the role that it had") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.barred = ErrorCode::token_expired;
  // Neither one who is new, nor one who is there and does not prove it.
  CHECK(driver.join("eve", Role::viewer) == ErrorCode::token_expired);
  CHECK(driver.join("dave", Role::viewer) == ErrorCode::token_expired);
  const SecretHash spent = driver.clients.at("dave").token;
  driver.lose("dave");
  REQUIRE_FALSE(driver.rejoin("dave", 1));
  CHECK(accepted(driver).kind == JoinKind::rejoined);
  CHECK(driver.view("dave")->presence == Presence::active);
  REQUIRE_FALSE(driver.ask("dave", Heartbeat{}));
  CHECK(driver.join("dave", Role::viewer, Resumption{spent, JoinAttempt(2)}) == ErrorCode::join_superseded);
  // A token that nobody was given tells nobody who is inside.
  const Resumption guess{SecretHash(SecretHash::Bytes{7}), JoinAttempt(9)};
  CHECK(driver.join("dave", Role::viewer, guess) == ErrorCode::token_expired);
  CHECK(driver.join("nobody", Role::viewer, guess) == ErrorCode::token_expired);

  REQUIRE_FALSE(driver.ask("ada", Leave{}));
  REQUIRE(driver.host() == "nobody");
  REQUIRE_FALSE(driver.rejoin("dave", 3, Role::host));
  CHECK(accepted(driver).role == Role::viewer);
  CHECK(driver.host() == "nobody");
  driver.barred.reset();
  REQUIRE_FALSE(driver.rejoin("dave", 4, Role::host));
  CHECK(driver.host() == "dave");
}

TEST_CASE("Whoever has lost its place is barred, though it has a resume token") {
  RoomSettings settings;
  settings.presence_timeout = 40s;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  driver.lose("dave");
  driver.pass(40s);
  REQUIRE_FALSE(driver.view("dave"));
  driver.barred = ErrorCode::token_expired;
  CHECK(driver.rejoin("dave", 1) == ErrorCode::token_expired);
  driver.barred.reset();
  CHECK_FALSE(driver.rejoin("dave", 2));
}

TEST_CASE("Neither a snapshot nor an event carries the secrets of the room") {
  RoomSettings settings;
  settings.administrator_secret = test::token(200);
  settings.pin = test::token(201);
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  CHECK_FALSE(accepted(driver).snapshot.settings.administrator_secret);
  CHECK_FALSE(accepted(driver).snapshot.settings.pin);
  CHECK_FALSE(driver.room.snapshot().settings.administrator_secret);
  CHECK_FALSE(driver.room.snapshot().settings.pin);
  CHECK(driver.room.settings().administrator_secret);
  CHECK(driver.room.settings().pin);
  REQUIRE_FALSE(driver.ask("ada", Edit{RoomEdit{}}));
  REQUIRE(driver.events<RoomEdited>().size() == 1);
  CHECK_FALSE(driver.events<RoomEdited>().front().settings.administrator_secret);
  CHECK_FALSE(driver.events<RoomEdited>().front().settings.pin);
}
