// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/rate_gate.hpp"
#include "plugin/answer_encoder.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string_view>
#include <utility>

namespace baton::plugin {
namespace {

using namespace std::chrono_literals;
using core::Instant;

constexpr Instant kStart(1h);

SessionRateLimits session_limits() {
  return {.session_messages = {6, 10},
          .session_heartbeats = {2, 1},
          .session_joins = {3, 1},
          .session_signals = {4, 10},
          .session_chat = {2, 2},
          .session_wrong_secrets = {2, 1}};
}

template <class Gate>
int admitted(Gate& gate, Metered what, Instant now, int asked = 20) {
  int count = 0;
  for (int i = 0; i < asked; ++i) {
    count += gate.admit(what, now) ? 0 : 1;
  }
  return count;
}

TEST_CASE("Each kind has a limit of its own, and all but heartbeats count as messages") {
  RateGate gate(session_limits());
  CHECK(admitted(gate, Metered::chat, kStart) == 2);
  CHECK(gate.refused(Metered::chat) == 18);
  // What chat was refused has not used up what messages may be.
  CHECK(admitted(gate, Metered::joins, kStart) == 3);
  CHECK(admitted(gate, Metered::signals, kStart) == 1);
  // The other signals met the end of the messages, and have not used up what signals may be.
  CHECK(gate.refused(Metered::messages) == 19);
  CHECK(gate.refused(Metered::joins) == 17);
  CHECK(gate.refused(Metered::signals) == 0);
  CHECK(admitted(gate, Metered::messages, kStart) == 0);
  CHECK(admitted(gate, Metered::heartbeats, kStart) == 2);
  CHECK(gate.refused(Metered::heartbeats) == 18);
}

TEST_CASE("A flood does not keep a heartbeat out, and heartbeats keep nothing else out") {
  RateGate gate(session_limits());
  Instant now = kStart;
  for (int second = 0; second < 60; ++second, now += 1s) {
    static_cast<void>(admitted(gate, Metered::messages, now, 5000));
    CHECK_FALSE(gate.admit(Metered::heartbeats, now));
  }
  CHECK(gate.refused(Metered::heartbeats) == 0);
  RateGate other(session_limits());
  static_cast<void>(admitted(other, Metered::heartbeats, kStart, 5000));
  CHECK(admitted(other, Metered::messages, kStart) == 6);
}

TEST_CASE("Whoever is refused and waits as told is taken") {
  RateGate gate(session_limits());
  Instant now = kStart;
  CHECK(admitted(gate, Metered::chat, now) == 2);
  for (int i = 0; i < 50; ++i) {
    const auto wait = gate.admit(Metered::chat, now);
    REQUIRE(wait);
    CHECK(*wait <= 500ms);
    now += *wait;
    CHECK_FALSE(gate.admit(Metered::chat, now));
  }
}

TEST_CASE("Whoever meets two limits is told the longer wait, and a refusal uses up neither") {
  struct Row {
    const char* what;
    core::RateLimit messages;
    core::RateLimit signals;
    core::Duration wait;
  };
  for (const Row& row : {Row{"the wide one is the longer", {2, 1}, {2, 10}, 1s},
                         Row{"the narrow one is the longer", {2, 10}, {2, 1}, 1s},
                         Row{"the wide one is met alone", {2, 1}, {5, 1}, 1s},
                         Row{"the narrow one is met alone", {9, 1}, {2, 2}, 500ms}}) {
    INFO(row.what);
    RateGate gate(SessionRateLimits{.session_messages = row.messages, .session_signals = row.signals});
    CHECK(admitted(gate, Metered::signals, kStart, 2) == 2);
    for (int i = 0; i < 100; ++i) {
      const auto wait = gate.admit(Metered::signals, kStart);
      REQUIRE(wait);
      CHECK(*wait == row.wait);
    }
    CHECK_FALSE(gate.admit(Metered::signals, kStart + row.wait));
  }
  // Other messages have used up the wide limit: what it refuses is none of the few lines of chat.
  RateGate gate(SessionRateLimits{.session_messages = {2, 10}, .session_chat = {2, 1}});
  CHECK(admitted(gate, Metered::messages, kStart, 2) == 2);
  CHECK(admitted(gate, Metered::chat, kStart, 20) == 0);
  CHECK(admitted(gate, Metered::chat, kStart + 200ms, 20) == 2);
}

TEST_CASE("Whoever belongs to a room is not kept out by what strangers have used up") {
  RateGate gate(RoomRateLimits{.room_messages = {5, 1}, .room_joins = {1, 1}, .room_chat = {2, 1}});
  CHECK_FALSE(gate.admit_from_outside(kStart));
  CHECK(gate.admit_from_outside(kStart));
  CHECK_FALSE(gate.admit_from_inside(Metered::joins, kStart));
  CHECK_FALSE(gate.admit_from_inside(Metered::chat, kStart));
  CHECK_FALSE(gate.admit_from_inside(Metered::chat, kStart));
  CHECK(gate.admit_from_inside(Metered::chat, kStart));
  CHECK_FALSE(gate.admit_from_inside(Metered::joins, kStart));
  CHECK_FALSE(gate.admit_from_inside(Metered::messages, kStart));
  // Its own limit it has all the same; and a heartbeat none.
  CHECK(gate.admit_from_inside(Metered::joins, kStart));
  CHECK_FALSE(gate.admit_from_inside(Metered::heartbeats, kStart));
}

TEST_CASE("What comes from outside of a room does not use up what its participants may send") {
  RoomGates rooms({.room_messages = {5, 5},
                   .room_joins = {3, 3},
                   .room_signals = {5, 5},
                   .room_chat = {5, 5},
                   .wrong_secrets = {2, 1}});
  RateGate& gate = rooms.of(core::RoomId("a"));
  int outside = 0;
  for (int i = 0; i < 1000; ++i) {
    outside += gate.admit_from_outside(kStart) ? 0 : 1;
  }
  CHECK(outside == 3);
  CHECK(admitted(gate, Metered::messages, kStart) == 5);
  CHECK(admitted(gate, Metered::heartbeats, kStart, 1000) == 1000);
  // Another room has its own, and a room that comes anew begins anew.
  CHECK(admitted(rooms.of(core::RoomId("b")), Metered::messages, kStart) == 5);
  rooms.erase(core::RoomId("a"));
  CHECK(rooms.find(core::RoomId("a")) == nullptr);
  CHECK(admitted(rooms.of(core::RoomId("a")), Metered::messages, kStart) == 5);
}

TEST_CASE("After so many wrong secrets none is looked at, until time has passed") {
  const auto [guessed, other] = GENERATE(std::pair(Metered::wrong_secrets, Metered::wrong_pins),
                                         std::pair(Metered::wrong_pins, Metered::wrong_secrets));
  RateGate gate(RoomRateLimits{.wrong_secrets = {2, 1}});
  CHECK_FALSE(gate.guesses_barred(guessed, kStart));
  gate.note_wrong(guessed, kStart);
  CHECK_FALSE(gate.guesses_barred(guessed, kStart));
  gate.note_wrong(guessed, kStart);
  REQUIRE(gate.guesses_barred(guessed, kStart));
  CHECK(*gate.guesses_barred(guessed, kStart) == 1s);
  CHECK(gate.refused(guessed) == 2);
  // Pins bar no secrets, and secrets no pins.
  CHECK_FALSE(gate.guesses_barred(other, kStart));
  CHECK(gate.refused(other) == 0);
  CHECK_FALSE(gate.guesses_barred(guessed, kStart + 1s));
  // Right ones are not counted at all.
  CHECK_FALSE(gate.guesses_barred(guessed, kStart + 1s));
}

TEST_CASE("What all handles do together is limited, and may count more than once") {
  const auto [what, other] =
      GENERATE(std::pair(Metered::creates, Metered::lists), std::pair(Metered::lists, Metered::creates));
  RateGate gate(
      ServerRateLimits{.server_creates = {10, 1}, .server_lists = {10, 1}, .server_wrong_tokens = {10, 1}});
  for (int i = 0; i < 4; ++i) {
    CHECK_FALSE(gate.admit_alone(what, kStart, 3));
  }
  // Twelve have been taken: the eleventh and twelfth are paid off, and one more, before the next.
  CHECK(gate.admit_alone(what, kStart) == 3s);
  CHECK(gate.refused(what) == 1);
  // The one kind does not use up the other.
  CHECK_FALSE(gate.admit_alone(other, kStart));
  CHECK(gate.refused(other) == 0);
  CHECK_FALSE(gate.admit_alone(what, kStart + 3s));

  CHECK_FALSE(gate.guesses_barred(Metered::wrong_tokens, kStart));
  gate.note_wrong(Metered::wrong_tokens, kStart, 9);
  CHECK_FALSE(gate.guesses_barred(Metered::wrong_tokens, kStart));
  gate.note_wrong(Metered::wrong_tokens, kStart, 16);
  CHECK(gate.guesses_barred(Metered::wrong_tokens, kStart) == 16s);
  CHECK_FALSE(gate.guesses_barred(Metered::wrong_tokens, kStart + 16s));
  CHECK(gate.refused(Metered::wrong_tokens) == 1);
}

TEST_CASE("What is answered with much, and what everybody is told, is counted apart") {
  CHECK(metered_as("heartbeat") == Metered::heartbeats);
  CHECK(metered_as("signal") == Metered::signals);
  for (const std::string_view word : {"join", "sync", "status", "list"}) {
    CHECK(metered_as(word) == Metered::joins);
  }
  for (const std::string_view word : {"chat", "control", "open_activity", "close_activity", "activity"}) {
    CHECK(metered_as(word) == Metered::chat);
  }
  for (const std::string_view word : {"create", "", "heartbeats", "Heartbeat", "dance"}) {
    CHECK(metered_as(word) == Metered::messages);
  }
}

TEST_CASE("A refusal says after how many whole milliseconds the request is taken") {
  CHECK(encode_rate_limited(1ms).integer("retry_after_ms") == 1);
  CHECK(encode_rate_limited(1001us).integer("retry_after_ms") == 2);
  CHECK(encode_rate_limited(333'333us).integer("retry_after_ms") == 334);
  CHECK(encode_rate_limited(1s).integer("error_code") == 9004);
}

TEST_CASE("What was refused is told by the kinds that a handle, a room or the server counts") {
  RateGate handle(session_limits());
  static_cast<void>(admitted(handle, Metered::chat, kStart));
  CHECK(encode_refused(handle).dump() ==
        R"({"messages":0,"heartbeats":0,"joins":0,"signals":0,"chat":18,"wrong_secrets":0})");
  RateGate room(RoomRateLimits{.room_chat = {1, 1}});
  static_cast<void>(admitted(room, Metered::chat, kStart));
  CHECK(encode_refused(room).dump() ==
        R"({"messages":0,"heartbeats":0,"joins":0,"signals":0,"chat":19,"wrong_secrets":0,"wrong_pins":0})");
  RateGate server(ServerRateLimits{.server_creates = {1, 1}});
  static_cast<void>(server.admit_alone(Metered::creates, kStart, 1));
  static_cast<void>(server.admit_alone(Metered::creates, kStart, 1));
  CHECK(encode_refused(server).dump() == R"({"creates":1,"lists":0,"wrong_tokens":0})");
}

}  // namespace
}  // namespace baton::plugin
