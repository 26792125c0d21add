// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session_table.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/core/room_driver.hpp"
#include "tests/core/same_secret.hpp"

using namespace baton::core;
using baton::core::test::token;

namespace {

constexpr Instant kStart{std::chrono::hours(1)};

Join join_of(const std::string& user, std::uint64_t session, std::uint8_t secret) {
  Join join;
  join.user = UserId(user);
  join.display_name = user;
  join.new_session = SessionId(session);
  join.new_token = token(secret);
  return join;
}

Participant& open(SessionTable& table, const Join& join, std::uint64_t connection) {
  return table.open_session(join, ConnectionId(connection), Role::viewer, JoinKind::fresh, kStart);
}

Join with(Join join, std::uint8_t secret, std::uint64_t attempt) {
  join.resumption = Resumption{token(secret), JoinAttempt(attempt)};
  return join;
}

ErrorCode error_of(const std::variant<SessionTable::Admission, ErrorCode>& result) {
  REQUIRE(std::holds_alternative<ErrorCode>(result));
  return std::get<ErrorCode>(result);
}

JoinKind kind_of(const std::variant<SessionTable::Admission, ErrorCode>& result) {
  REQUIRE(std::holds_alternative<SessionTable::Admission>(result));
  return std::get<SessionTable::Admission>(result).kind;
}

}  // namespace

TEST_CASE("A claim proves its session only with the right id, version and connection") {
  SessionTable table{&test::same_secret};
  const SessionClaim old_claim{SessionId(10), open(table, join_of("ada", 10, 1), 1).session.version};
  table.detach_all(*table.find(UserId("ada")));
  const SessionClaim ada{SessionId(11), open(table, join_of("ada", 11, 2), 2).session.version};
  const SessionClaim bob{SessionId(12), open(table, join_of("bob", 12, 3), 3).session.version};

  struct Row {
    const char* what;
    std::uint64_t connection;
    std::optional<SessionClaim> claim;
    std::optional<ErrorCode> error;
  };
  const Row rows[] = {
      {"its own", 2, ada, std::nullopt},
      {"its own, on a connection of nobody", 77, ada, std::nullopt},
      {"no claim", 2, std::nullopt, ErrorCode::not_joined},
      {"a replaced session", 2, old_claim, ErrorCode::session_stale},
      {"an older version of its id", 2, SessionClaim{ada.id, old_claim.version}, ErrorCode::session_stale},
      {"a newer version of its id", 2, SessionClaim{ada.id, bob.version.next()}, ErrorCode::session_unknown},
      {"a guess of a new session", 2, SessionClaim{SessionId(99), bob.version.next()},
       ErrorCode::session_unknown},
      {"a guess of an old session", 2, SessionClaim{SessionId(99), bob.version}, ErrorCode::session_stale},
      {"another's, on a connection of its own", 2, bob, ErrorCode::session_not_yours},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto proof = table.authenticate({ConnectionId(row.connection), RequestId(1), row.claim});
    if (row.error) {
      REQUIRE(std::holds_alternative<ErrorCode>(proof));
      CHECK(std::get<ErrorCode>(proof) == *row.error);
    } else {
      REQUIRE(std::holds_alternative<Participant*>(proof));
      CHECK(std::get<Participant*>(proof)->user == UserId("ada"));
    }
  }
}

TEST_CASE("Every session has a greater version than all before it, of whatever user") {
  SessionTable table{&test::same_secret};
  SessionVersion last;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    const Participant& one = open(table, join_of(i % 2 == 0 ? "ada" : "bob", i, 1), i);
    CHECK(one.session.version > last);
    last = one.session.version;
  }
}

TEST_CASE("A join without a token is a fresh one, whoever is there") {
  SessionTable table{&test::same_secret};
  CHECK(kind_of(table.admit(join_of("ada", 10, 1), kStart)) == JoinKind::fresh);
  open(table, join_of("ada", 10, 1), 1);
  CHECK(kind_of(table.admit(join_of("ada", 11, 2), kStart)) == JoinKind::fresh);
}

TEST_CASE("The current token rejoins; one of a participant who is gone joins afresh") {
  SessionTable table{&test::same_secret};
  open(table, join_of("ada", 10, 1), 1);
  CHECK(kind_of(table.admit(with(join_of("ada", 11, 2), 1, 1), kStart)) == JoinKind::rejoined);
  table.remove(UserId("ada"), SessionTable::TokenFate::forgotten, kStart);
  CHECK(kind_of(table.admit(with(join_of("ada", 11, 2), 1, 1), kStart)) == JoinKind::fresh);
}

TEST_CASE("Of attempts with one token the newest wins until the new session is confirmed") {
  SessionTable table{&test::same_secret};
  open(table, join_of("ada", 10, 1), 1);
  Participant& ada = table.open_session(with(join_of("ada", 11, 2), 1, 5), ConnectionId(2), Role::viewer,
                                        JoinKind::rejoined, kStart);
  struct Row {
    std::uint64_t attempt;
    bool confirmed;
    bool admitted;
  };
  const Row rows[] = {{4, false, false}, {5, false, false}, {6, false, true}, {6, true, false}};
  for (const Row& row : rows) {
    CAPTURE(row.attempt, row.confirmed);
    ada.session.confirmed = row.confirmed;
    const auto result = table.admit(with(join_of("ada", 12, 3), 1, row.attempt), kStart);
    if (row.admitted) {
      CHECK(kind_of(result) == JoinKind::rejoined);
    } else {
      CHECK(error_of(result) == ErrorCode::join_superseded);
    }
  }
}

TEST_CASE("A token from before the one before never replaces a live session") {
  SessionTable table{&test::same_secret};
  open(table, join_of("ada", 10, 1), 1);
  table.open_session(with(join_of("ada", 11, 2), 1, 1), ConnectionId(2), Role::viewer, JoinKind::rejoined,
                     kStart);
  table.open_session(with(join_of("ada", 12, 3), 2, 2), ConnectionId(3), Role::viewer, JoinKind::rejoined,
                     kStart);
  // The very first token, in a join that was delayed for long, even with a greater attempt.
  CHECK(error_of(table.admit(with(join_of("ada", 13, 4), 1, 1), kStart)) == ErrorCode::join_superseded);
  CHECK(error_of(table.admit(with(join_of("ada", 13, 4), 1, 9), kStart)) == ErrorCode::join_superseded);
}

TEST_CASE("A departed token stops a late join, until the departure is forgotten") {
  SessionTable table{&test::same_secret};
  open(table, join_of("ada", 10, 1), 1);
  table.remove(UserId("ada"), SessionTable::TokenFate::spent, kStart);
  const Join late = with(join_of("ada", 11, 2), 1, 1);
  const Duration just_before = limits::kDepartureMemory - Duration(1);
  CHECK(error_of(table.admit(late, kStart)) == ErrorCode::join_stopped);
  CHECK(error_of(table.admit(late, kStart + just_before)) == ErrorCode::join_stopped);
  CHECK(kind_of(table.admit(late, kStart + limits::kDepartureMemory)) == JoinKind::fresh);
}

TEST_CASE("A departure stops neither other users nor other tokens") {
  SessionTable table{&test::same_secret};
  table.remember_departure(UserId("ada"), token(1), kStart);
  CHECK(kind_of(table.admit(with(join_of("bob", 11, 2), 1, 1), kStart)) == JoinKind::fresh);
  CHECK(kind_of(table.admit(with(join_of("ada", 11, 2), 2, 1), kStart)) == JoinKind::fresh);
  CHECK(kind_of(table.admit(join_of("ada", 11, 2), kStart)) == JoinKind::fresh);
}

TEST_CASE("The table remembers the limit of departures, and then forgets the oldest") {
  SessionTable table{&test::same_secret};
  for (std::size_t i = 0; i < limits::kDepartures; ++i) {
    table.remember_departure(UserId("u" + std::to_string(i)), token(1), kStart);
  }
  CHECK(error_of(table.admit(with(join_of("u0", 10, 2), 1, 1), kStart)) == ErrorCode::join_stopped);
  table.remember_departure(UserId("one-more"), token(1), kStart);
  CHECK(kind_of(table.admit(with(join_of("u0", 10, 2), 1, 1), kStart)) == JoinKind::fresh);
  CHECK(error_of(table.admit(with(join_of("u1", 10, 2), 1, 1), kStart)) == ErrorCode::join_stopped);
}

TEST_CASE("Leaves that prove nothing never displace the departures of participants") {
  SessionTable table{&test::same_secret};
  open(table, join_of("ada", 10, 1), 1);
  table.remove(UserId("ada"), SessionTable::TokenFate::spent, kStart);
  for (std::size_t i = 0; i < 10 * limits::kDepartures; ++i) {
    table.remember_departure(UserId("u" + std::to_string(i)), token(9), kStart);
  }
  CHECK(error_of(table.admit(with(join_of("ada", 11, 2), 1, 1), kStart)) == ErrorCode::join_stopped);
}

TEST_CASE(
    "The table remembers the limit of participants who left, beside as many leaves that prove nothing") {
  SessionTable table{&test::same_secret};
  for (std::size_t i = 0; i <= limits::kDepartures; ++i) {
    table.remember_departure(UserId("v" + std::to_string(i)), token(1), kStart);
    open(table, join_of("u" + std::to_string(i), 10 + i, 1), 10 + i);
    table.remove(UserId("u" + std::to_string(i)), SessionTable::TokenFate::spent, kStart);
  }
  for (const std::string prefix : {"u", "v"}) {
    CAPTURE(prefix);
    CHECK(kind_of(table.admit(with(join_of(prefix + "0", 1000, 2), 1, 1), kStart)) == JoinKind::fresh);
    CHECK(error_of(table.admit(with(join_of(prefix + "1", 1000, 2), 1, 1), kStart)) ==
          ErrorCode::join_stopped);
  }
}

TEST_CASE("The same leave, sent again and again, takes one place, and counts from the last time") {
  SessionTable table{&test::same_secret};
  open(table, join_of("ada", 10, 1), 1);
  table.remove(UserId("ada"), SessionTable::TokenFate::spent, kStart);
  table.remember_departure(UserId("bob"), token(2), kStart);
  const Instant later = kStart + limits::kDepartureMemory - Duration(1);
  for (std::size_t i = 0; i < limits::kDepartures; ++i) {
    table.remember_departure(UserId("ada"), token(1), later);
    table.remember_departure(UserId("cyd"), token(3), later);
  }
  CHECK(error_of(table.admit(with(join_of("bob", 11, 4), 2, 1), later)) == ErrorCode::join_stopped);
  const Instant forgotten_without = kStart + limits::kDepartureMemory;
  CHECK(kind_of(table.admit(with(join_of("bob", 11, 4), 2, 1), forgotten_without)) == JoinKind::fresh);
  CHECK(error_of(table.admit(with(join_of("ada", 11, 4), 1, 1), forgotten_without)) ==
        ErrorCode::join_stopped);
  // What is remembered anew stays among the proved ones.
  for (std::size_t i = 0; i < limits::kDepartures; ++i) {
    table.remember_departure(UserId("u" + std::to_string(i)), token(1), later);
  }
  CHECK(error_of(table.admit(with(join_of("ada", 11, 4), 1, 1), forgotten_without)) ==
        ErrorCode::join_stopped);
}

TEST_CASE("One who leaves before confirming spends both tokens, the old and the new") {
  SessionTable table{&test::same_secret};
  open(table, join_of("ada", 10, 1), 1);
  table.open_session(with(join_of("ada", 11, 2), 1, 1), ConnectionId(2), Role::viewer, JoinKind::rejoined,
                     kStart);
  table.remove(UserId("ada"), SessionTable::TokenFate::spent, kStart);
  CHECK(error_of(table.admit(with(join_of("ada", 12, 3), 1, 9), kStart)) == ErrorCode::join_stopped);
  CHECK(error_of(table.admit(with(join_of("ada", 12, 3), 2, 9), kStart)) == ErrorCode::join_stopped);
}

TEST_CASE("The old token keeps a place only until the new session is confirmed") {
  SessionTable table{&test::same_secret};
  open(table, join_of("ada", 10, 1), 1);
  Participant& ada = table.open_session(with(join_of("ada", 11, 2), 1, 1), ConnectionId(2), Role::viewer,
                                        JoinKind::rejoined, kStart);
  const UserId user("ada");
  CHECK(table.find_by_token(user, token(1)) == &ada);
  CHECK(table.find_by_token(user, token(2)) == &ada);
  CHECK(table.find_by_token(user, token(3)) == nullptr);
  CHECK(table.holds(user, token(2)));
  CHECK_FALSE(table.holds(user, token(3)));
  CHECK(table.find_by_token(UserId("bob"), token(2)) == nullptr);
  ada.session.confirmed = true;
  CHECK(table.find_by_token(user, token(1)) == nullptr);
  CHECK(table.find_by_token(user, token(2)) == &ada);
}

TEST_CASE("A session has the limit of connections and no more, and those it has may be named again") {
  SessionTable table{&test::same_secret};
  Participant& ada = open(table, join_of("ada", 10, 1), 1);
  for (std::uint64_t i = 2; i <= limits::kConnectionsPerSession; ++i) {
    CHECK(table.attach(ada, ConnectionId(i)));
  }
  CHECK_FALSE(table.attach(ada, ConnectionId(50)));
  CHECK_FALSE(table.knows(ConnectionId(50)));
  CHECK(table.attach(ada, ConnectionId(2)));
  CHECK(ada.session.connections.size() == limits::kConnectionsPerSession);
  table.detach(ada, ConnectionId(2));
  CHECK_FALSE(table.knows(ConnectionId(2)));
  CHECK(table.attach(ada, ConnectionId(50)));
}

TEST_CASE("Detaching the signalling connection leaves the participant without a way to be told") {
  SessionTable table{&test::same_secret};
  Participant& ada = open(table, join_of("ada", 10, 1), 1);
  CHECK(table.attach(ada, ConnectionId(2)));
  table.detach(ada, ConnectionId(1));
  CHECK_FALSE(ada.session.signalling.has_value());
  CHECK(table.find_by_connection(ConnectionId(2)) == &ada);
  CHECK(table.find_by_connection(ConnectionId(1)) == nullptr);
}

TEST_CASE("What is removed is not found by any name") {
  SessionTable table{&test::same_secret};
  Participant& ada = open(table, join_of("ada", 10, 1), 1);
  ada.session.publication = Publication{FeedId(5), ConnectionId(1), std::nullopt, false};
  const SessionClaim claim{SessionId(10), ada.session.version};
  CHECK(table.find_by_feed(FeedId(5)) == &ada);
  CHECK(table.count(Role::viewer) == 1);
  table.remove(UserId("ada"), SessionTable::TokenFate::forgotten, kStart);
  CHECK(table.find(UserId("ada")) == nullptr);
  CHECK(table.find_by_feed(FeedId(5)) == nullptr);
  CHECK(table.find_by_connection(ConnectionId(1)) == nullptr);
  CHECK(table.count(Role::viewer) == 0);
  const auto proof = table.authenticate({ConnectionId(1), RequestId(1), claim});
  CHECK(std::get<ErrorCode>(proof) == ErrorCode::session_stale);
}
