// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/room_directory.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/core/room_driver.hpp"
#include "tests/core/same_secret.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::token;

namespace {

constexpr Instant kStart{std::chrono::hours(1)};

std::optional<ErrorCode> refusal(const Effects& effects) {
  for (const Effect& effect : effects) {
    if (const auto* refused = std::get_if<Refusal>(&effect)) {
      return refused->error;
    }
  }
  return std::nullopt;
}

/// A directory, with joins by a line each.
struct Directory {
  explicit Directory(std::size_t max_rooms = 10)
      : rooms(max_rooms, std::make_shared<const ActivityCatalogue>(), &test::same_secret) {}

  RoomDirectory rooms;
  std::uint64_t last_session = 0;
  SessionClaim claim;

  Effects send(const std::string& room, std::uint64_t connection, const std::optional<SessionClaim>& proof,
               Request request, Instant now = kStart) {
    const Sender sender{ConnectionId(connection), RequestId(7), proof};
    return rooms.handle(RoomId(room), Command(ParticipantCommand{sender, std::move(request)}), now).effects;
  }
  std::optional<ErrorCode> join(const std::string& room, const std::string& user, std::uint64_t connection,
                                Role role = Role::viewer, Instant now = kStart) {
    Join join;
    join.user = UserId(user);
    join.role = role;
    join.new_session = SessionId(++last_session);
    join.new_token = token(static_cast<std::uint8_t>(last_session));
    const Effects effects = send(room, connection, std::nullopt, join, now);
    for (const Effect& effect : effects) {
      if (const auto* reply = std::get_if<Reply>(&effect)) {
        const auto& joined = std::get<JoinAccepted>(reply->body);
        claim = {joined.session, joined.version};
      }
    }
    return refusal(effects);
  }
  [[nodiscard]] std::string place(std::uint64_t connection) const {
    const RoomId* room = rooms.room_of(ConnectionId(connection));
    return room != nullptr ? room->value() : "nowhere";
  }
};

RoomSettings living_for(Duration time) {
  RoomSettings settings;
  settings.time_to_live = time;
  return settings;
}

}  // namespace

TEST_CASE("Rooms are created up to the limit, each id once") {
  Directory directory(2);
  CHECK_FALSE(directory.rooms.create(RoomId("a"), {}, kStart));
  CHECK(directory.rooms.create(RoomId("a"), {}, kStart) == ErrorCode::room_exists);
  CHECK_FALSE(directory.rooms.create(RoomId("b"), {}, kStart));
  CHECK(directory.rooms.create(RoomId("c"), {}, kStart) == ErrorCode::rooms_full);
  CHECK(directory.rooms.find(RoomId("c")) == nullptr);
  CHECK(directory.rooms.rooms().size() == 2);
  // That it exists is the better news, even when the server is full.
  CHECK(directory.rooms.create(RoomId("b"), {}, kStart) == ErrorCode::room_exists);
}

TEST_CASE("A room that closed is gone, and its id and its place may be used again") {
  Directory directory(1);
  REQUIRE_FALSE(directory.rooms.create(RoomId("a"), {}, kStart));
  REQUIRE_FALSE(directory.join("a", "ada", 1, Role::host));
  directory.send("a", 1, directory.claim, End{});
  CHECK(directory.rooms.find(RoomId("a")) == nullptr);
  CHECK(directory.place(1) == "nowhere");
  CHECK_FALSE(directory.rooms.next_deadline());
  CHECK(directory.join("a", "ada", 1) == ErrorCode::room_unknown);
  CHECK_FALSE(directory.rooms.create(RoomId("a"), {}, kStart));
  CHECK_FALSE(directory.join("a", "ada", 1));
}

TEST_CASE("An unknown room refuses requests, and reports about it have no effect") {
  Directory directory;
  CHECK(directory.join("a", "ada", 1) == ErrorCode::room_unknown);
  const auto administrator = AdministratorCommand{RequestId(1), End{}};
  CHECK(refusal(directory.rooms.handle(RoomId("a"), Command(administrator), kStart).effects) ==
        ErrorCode::room_unknown);
  const FeedReport report = MediaResumed{FeedId(1)};
  CHECK(directory.rooms.handle(RoomId("a"), Command(report), kStart).effects.empty());
  CHECK(directory.rooms.advance(RoomId("a"), kStart).empty());
}

TEST_CASE("The earliest deadline of all rooms comes first, and moves as rooms change") {
  Directory directory;
  REQUIRE_FALSE(directory.rooms.create(RoomId("late"), living_for(20s), kStart));
  REQUIRE_FALSE(directory.rooms.create(RoomId("early"), living_for(10s), kStart));
  REQUIRE_FALSE(directory.rooms.create(RoomId("never"), living_for(0s), kStart));
  auto next = directory.rooms.next_deadline();
  REQUIRE(next);
  CHECK(next->room == RoomId("early"));
  CHECK(next->deadline.at == kStart + 10s);
  CHECK(next->deadline.why == DeadlineKind::time_to_live);
  const Effects effects = directory.rooms.advance(RoomId("early"), kStart + 10s);
  CHECK(std::holds_alternative<CloseRoom>(effects.back()));
  next = directory.rooms.next_deadline();
  REQUIRE(next);
  CHECK(next->room == RoomId("late"));
  CHECK_FALSE(directory.rooms.advance(RoomId("late"), kStart + 20s).empty());
  CHECK_FALSE(directory.rooms.next_deadline());
}

TEST_CASE("Two rooms that are due at the same time are both served") {
  Directory directory;
  REQUIRE_FALSE(directory.rooms.create(RoomId("a"), living_for(10s), kStart));
  REQUIRE_FALSE(directory.rooms.create(RoomId("b"), living_for(10s), kStart));
  int served = 0;
  while (const auto next = directory.rooms.next_deadline()) {
    REQUIRE(++served <= 2);
    CHECK_FALSE(directory.rooms.advance(next->room, kStart + 10s).empty());
  }
  CHECK(served == 2);
  CHECK(directory.rooms.rooms().empty());
}

TEST_CASE("A report finds the room by its connection, and a lost one is forgotten") {
  Directory directory;
  REQUIRE_FALSE(directory.rooms.create(RoomId("a"), {}, kStart));
  REQUIRE_FALSE(directory.join("a", "ada", 1, Role::host));
  CHECK(directory.place(1) == "a");
  CHECK_FALSE(directory.rooms.handle(ConnectionReport{ConnectionId(99), ConnectionLost{}}, kStart));
  const auto hangup = directory.rooms.handle(ConnectionReport{ConnectionId(1), MediaHangup{}}, kStart);
  REQUIRE(hangup);
  CHECK(hangup->room == RoomId("a"));
  CHECK(directory.place(1) == "a");
  const auto lost = directory.rooms.handle(ConnectionReport{ConnectionId(1), ConnectionLost{}}, kStart);
  REQUIRE(lost);
  CHECK(directory.place(1) == "nowhere");
  CHECK_FALSE(directory.rooms.handle(ConnectionReport{ConnectionId(1), ConnectionLost{}}, kStart));
}

TEST_CASE("Further connections are found as well, and all are forgotten when their session is over") {
  Directory directory;
  REQUIRE_FALSE(directory.rooms.create(RoomId("a"), {}, kStart));
  REQUIRE_FALSE(directory.join("a", "ada", 1, Role::host));
  CHECK_FALSE(refusal(directory.send("a", 2, directory.claim, Subscribe{})));
  CHECK(directory.place(2) == "a");
  CHECK_FALSE(refusal(directory.send("a", 1, directory.claim, Leave{})));
  CHECK(directory.place(1) == "nowhere");
  CHECK(directory.place(2) == "nowhere");
}

TEST_CASE("A connection is in one room only") {
  Directory directory;
  REQUIRE_FALSE(directory.rooms.create(RoomId("a"), {}, kStart));
  REQUIRE_FALSE(directory.rooms.create(RoomId("b"), {}, kStart));
  REQUIRE_FALSE(directory.join("a", "ada", 1, Role::host));
  REQUIRE_FALSE(directory.join("b", "bob", 2, Role::host));
  const SessionClaim bob = directory.claim;
  CHECK(directory.join("b", "ada", 1) == ErrorCode::already_joined);
  // Bob's session is in order, but this connection is busy elsewhere.
  CHECK(refusal(directory.send("b", 1, bob, Publish{})) == ErrorCode::already_joined);
  CHECK(refusal(directory.send("b", 1, bob, Subscribe{})) == ErrorCode::already_joined);
  CHECK(directory.place(1) == "a");
  CHECK(directory.rooms.find(RoomId("b"))->participant_count() == 1);
  CHECK_FALSE(directory.rooms.find(RoomId("b"))->knows(ConnectionId(1)));
}

TEST_CASE("A connection that left one room may join another") {
  Directory directory;
  REQUIRE_FALSE(directory.rooms.create(RoomId("a"), {}, kStart));
  REQUIRE_FALSE(directory.rooms.create(RoomId("b"), {}, kStart));
  REQUIRE_FALSE(directory.join("a", "ada", 1));
  CHECK_FALSE(refusal(directory.send("a", 1, directory.claim, Leave{})));
  CHECK_FALSE(directory.join("b", "ada", 1));
  CHECK(directory.place(1) == "b");
}

TEST_CASE("A connection that is released for absence and joins anew by one command is still found") {
  Directory directory;
  REQUIRE_FALSE(directory.rooms.create(RoomId("a"), {}, kStart));
  REQUIRE_FALSE(directory.join("a", "dave", 1));
  // Offline after a minute; nobody served the deadline of the second, so the join itself does.
  REQUIRE_FALSE(directory.rooms.advance(RoomId("a"), kStart + 60s).empty());
  REQUIRE_FALSE(directory.join("a", "dave", 1, Role::viewer, kStart + 120s));
  CHECK(directory.place(1) == "a");
  CHECK(directory.rooms.handle(ConnectionReport{ConnectionId(1), ConnectionLost{}}, kStart + 120s));
  CHECK_FALSE(directory.rooms.find(RoomId("a"))->knows(ConnectionId(1)));
}
