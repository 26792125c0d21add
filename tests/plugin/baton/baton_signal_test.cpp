// SPDX-License-Identifier: GPL-3.0-or-later
// Signals between participants: what was accepted arrives once and in order, or its sender is told.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "core/room_settings.hpp"
#include "plugin/request_peers.hpp"
#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;

/// A room with the host `ada` and the controller `bob`.
struct Pair {
  Pair() : ada(created(baton)), bob(baton) {
    REQUIRE(ada.join("ada", "host").kind() == "joined");
    REQUIRE(bob.join("bob", "controller").kind() == "joined");
  }

  static Baton& created(Baton& baton) {
    baton.create(Json::object().set("room", "stage"));
    return baton;
  }

  Baton baton;
  Client ada, bob;
};

/// Sends signals with these numbers to `user`; their payloads are their numbers.
void send(Client& from, const char* to, int first, int last) {
  for (int number = first; number <= last; ++number) {
    const Answer answer = from.ask(signal(from, to, number).set("payload", number));
    INFO(answer.body.dump());
    REQUIRE(answer.kind() == "signalled");
    CHECK(answer.body.integer("number") == number);
  }
}

Answer ready(Client& client, std::int64_t received = 0) {
  return client.ask(client.request("ready").set("signals_received", received));
}

/// The numbers that arrive, as long as there are any, checked to be one unbroken chain of deliveries.
/// `received` is what the client had before, and is brought forward.
std::vector<std::int64_t> take_signals(Client& client, std::int64_t& received,
                                       std::chrono::milliseconds patience = 300ms) {
  std::vector<std::int64_t> numbers;
  const auto is_signal = [](const PushedEvent& one) { return one.event.string("baton") == "signal"; };
  while (const auto event = client.handle().wait_event(is_signal, patience)) {
    INFO(event->event.dump());
    CHECK(event->event.integer("previous") == received);
    CHECK(event->event.integer("sequence") > received);
    CHECK(event->event.integer("payload") == event->event.integer("number"));
    received = event->event.integer("sequence").value();
    numbers.push_back(event->event.integer("number").value());
  }
  return numbers;
}

Answer rejoin_going_on(Client& client, const char* user, const Claim& earlier, std::int64_t received) {
  return client.join(user, "viewer",
                     Json::object()
                         .set("resume_token", earlier.resume_token)
                         .set("attempt", 1)
                         .set("signals_received", received));
}

using Numbers = std::vector<std::int64_t>;

TEST_CASE("The signalling race: the sender sends at once, the receiver's handlers come 2 s later") {
  Pair room;
  send(room.ada, "bob", 1, 5);
  std::int64_t received = 0;
  CHECK(take_signals(room.bob, received, 2000ms).empty());
  CHECK(ready(room.bob).body.integer("signals_sent") == 5);
  CHECK(take_signals(room.bob, received) == Numbers{1, 2, 3, 4, 5});
  send(room.ada, "bob", 6, 6);
  CHECK(take_signals(room.bob, received) == Numbers{6});
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("The signalling race with a reconnect of the receiver in between") {
  Pair room;
  send(room.ada, "bob", 1, 3);
  room.bob.detach();
  send(room.ada, "bob", 4, 4);
  Client again(room.baton);
  const Answer joined = again.rejoin("bob", "controller", room.bob.claim());
  CHECK(joined.body.string("continuity") == "restarted");
  send(room.ada, "bob", 5, 5);
  std::int64_t received = 0;
  CHECK(take_signals(again, received).empty());
  CHECK(ready(again).kind() == "ready");
  CHECK(take_signals(again, received) == Numbers{1, 2, 3, 4, 5});
  CHECK_FALSE(room.ada.hears("signals_failed", 0ms));
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A receiver that goes on gets what it missed, and nothing twice") {
  Pair room;
  std::int64_t received = 0;
  CHECK(ready(room.bob).kind() == "ready");
  send(room.ada, "bob", 1, 4);
  CHECK(take_signals(room.bob, received) == Numbers{1, 2, 3, 4});
  room.bob.detach();
  send(room.ada, "bob", 5, 6);
  // The third and fourth were lost on the way.
  received = 2;
  Client again(room.baton);
  const Answer joined = rejoin_going_on(again, "bob", room.bob.claim(), received);
  CHECK(joined.body.string("continuity") == "continued");
  CHECK(joined.body.boolean("rejoined") == true);
  CHECK(ready(again, received).body.integer("signals_sent") == 6);
  CHECK(take_signals(again, received) == Numbers{3, 4, 5, 6});
  CHECK_FALSE(room.ada.hears("signals_failed", 0ms));
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A receiver that learns by its heartbeat that it missed something says that it is ready again") {
  Pair room;
  CHECK(ready(room.bob).kind() == "ready");
  send(room.ada, "bob", 1, 3);
  CHECK(room.bob.say("heartbeat").body.integer("signals_sent") == 3);
  std::int64_t received = 0;
  CHECK(take_signals(room.bob, received) == Numbers{1, 2, 3});
  received = 1;
  CHECK(ready(room.bob, received).body.integer("signals_sent") == 3);
  CHECK(take_signals(room.bob, received) == Numbers{2, 3});
  // What is confirmed is forgotten.
  CHECK(room.bob.ask(room.bob.request("heartbeat").set("signals_received", 3)).body.integer("signals_sent") ==
        3);
  CHECK(room.baton.status("stage").get("signals").integer("unconfirmed") == 0);
  CHECK(ready(room.bob, 3).kind() == "ready");
  CHECK(take_signals(room.bob, received).empty());
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A sender that goes on learns what was accepted, and what it sends again is carried once") {
  Pair room;
  CHECK(ready(room.ada).kind() == "ready");
  send(room.bob, "ada", 1, 3);
  room.bob.detach();
  Client again(room.baton);
  const Answer joined = rejoin_going_on(again, "bob", room.bob.claim(), 0);
  CHECK(joined.body.string("continuity") == "continued");
  CHECK(joined.body.integer("signals_accepted") == 3);
  send(again, "ada", 3, 4);  // The answer to the third was lost, so it is sent again.
  std::int64_t received = 0;
  CHECK(take_signals(room.ada, received) == Numbers{1, 2, 3, 4});
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A sender is told when its signals will not arrive, and why") {
  Pair room;
  REQUIRE(ready(room.bob).kind() == "ready");
  send(room.ada, "bob", 1, 2);
  room.bob.detach();
  send(room.ada, "bob", 3, 3);
  Client again(room.baton);
  // It does not go on: what was under way meant something to a page that is gone.
  CHECK(again.rejoin("bob", "controller", room.bob.claim()).body.string("continuity") == "restarted");
  CHECK(ready(room.ada).kind() == "ready");
  const SharedJson restarted = room.ada.wait("signals_failed");
  CHECK(restarted.string("user") == "bob");
  CHECK(restarted.string("reason") == "receiver_restarted");
  CHECK(restarted.get("numbers").dump() == "[1,2,3]");
  send(room.ada, "bob", 4, 4);
  CHECK(again.say("leave").kind() == "left");
  const SharedJson left = room.ada.wait("signals_failed");
  CHECK(left.string("reason") == "receiver_left");
  CHECK(left.get("numbers").dump() == "[4]");
  CHECK(left.integer("previous") == restarted.integer("sequence"));
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("Each kind of signal and every sort of payload arrives as it was sent") {
  Pair room;
  REQUIRE(ready(room.bob).kind() == "ready");
  REQUIRE(ready(room.ada).kind() == "ready");
  Json deep = Json::array();
  for (int i = 1; i < plugin::kSignalDepth; ++i) {
    deep = Json::array().append(std::move(deep));
  }
  Json many = Json::array();
  for (int i = 0; i < 10'000; ++i) {
    many.append(i % 10);
  }
  struct Row {
    const char* kind;
    SharedJson payload;
  };
  std::vector<Row> rows;
  rows.push_back({"message", Json(nullptr)});
  rows.push_back({"message", Json(false)});
  rows.push_back({"message", Json(0.1)});
  rows.push_back({"offer", Json::object().set("type", "offer").set("sdp", "v=0\r\no=- \"ä\" \x7f")});
  rows.push_back({"answer", Json("")});
  rows.push_back({"candidate", Json::array().append(INT64_MIN).append(Json::object())});
  rows.push_back({"message", std::move(deep)});
  rows.push_back({"message", std::move(many)});
  rows.push_back({"message", Json(std::string(core::limits::kSignalBytes - 2, 'p'))});
  int number = 0;
  for (const Row& row : rows) {
    INFO(row.kind << " " << row.payload.dump().substr(0, 80));
    ++number;
    const Answer sent =
        room.ada.ask(signal(room.ada, "bob", number).set("kind", row.kind).set("payload", Json(row.payload)));
    INFO(sent.body.dump());
    REQUIRE(sent.kind() == "signalled");
    const SharedJson event = room.bob.wait("signal");
    CHECK(event.string("from") == "ada");
    CHECK(event.string("kind") == row.kind);
    CHECK(event.get("payload").equals(row.payload));
    CHECK(event.contains("payload"));
  }
  // Only who is in control moves the host's pointer.
  CHECK(room.bob.ask(signal(room.bob, "ada", 1).set("kind", "input")).kind() == "signalled");
  CHECK(room.ada.wait("signal").string("kind") == "input");
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("As many signals wait as may, and there is room again when the receiver has confirmed some") {
  Pair room;
  const int most = static_cast<int>(core::limits::kSignalsQueued);
  send(room.ada, "bob", 1, most);
  CHECK(room.ada.ask(signal(room.ada, "bob", most + 1)).error() == ErrorCode::signals_full);
  CHECK(room.baton.status("stage").get("signals").integer("unconfirmed") == most);
  std::int64_t received = 0;
  REQUIRE(ready(room.bob).kind() == "ready");
  CHECK(take_signals(room.bob, received).size() == static_cast<std::size_t>(most));
  CHECK(room.ada.ask(signal(room.ada, "bob", most + 1)).error() == ErrorCode::signals_full);
  CHECK(ready(room.bob, 2).kind() == "ready");
  send(room.ada, "bob", most + 1, most + 2);
  CHECK(room.ada.ask(signal(room.ada, "bob", most + 3)).error() == ErrorCode::signals_full);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("As many bytes of signals wait as may") {
  Pair room;
  const std::string large(core::limits::kSignalBytes - 2, 'p');
  const int most = static_cast<int>(core::limits::kSignalBytesQueued / core::limits::kSignalBytes);
  for (int number = 1; number <= most; ++number) {
    CHECK(room.ada.ask(signal(room.ada, "bob", number).set("payload", large)).kind() == "signalled");
  }
  CHECK(room.ada.ask(signal(room.ada, "bob", most + 1).set("payload", 1)).error() == ErrorCode::signals_full);
  CHECK(room.baton.status("stage").get("signals").integer("bytes") ==
        static_cast<std::int64_t>(core::limits::kSignalBytesQueued));
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("The host waits until everybody is ready, or is told who is not when the time is over") {
  Pair room;
  Client cyd(room.baton);
  REQUIRE(cyd.join("cyd").kind() == "joined");
  const auto await = [&](int timeout_ms) {
    return room.ada.ask(room.ada.request("await_ready").set("timeout_ms", timeout_ms)).kind();
  };
  CHECK(await(100) == "awaiting_ready");
  const SharedJson nobody = room.ada.wait("readiness");
  CHECK(nobody.boolean("ready") == false);
  CHECK(nobody.get("not_ready").dump() == R"(["bob","cyd"])");
  REQUIRE(ready(cyd).kind() == "ready");
  CHECK(await(100) == "awaiting_ready");
  CHECK(room.ada.wait("readiness").get("not_ready").dump() == R"(["bob"])");
  CHECK(await(120'000) == "awaiting_ready");
  CHECK_FALSE(room.ada.hears("readiness", 200ms));
  REQUIRE(ready(room.bob).kind() == "ready");
  const SharedJson all = room.ada.wait("readiness");
  CHECK(all.boolean("ready") == true);
  CHECK(all.get("not_ready").size() == 0);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A host who waits until everybody is ready may leave while its successor is asked") {
  Baton baton;
  baton.create(Json::object().set("room", "stage").set("grace_ms", 50).set("promotion_timeout_ms", 600'000));
  Client ada(baton), bob(baton), leaving(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  REQUIRE(ada.ask(ada.request("await_ready").set("timeout_ms", 120'000)).kind() == "awaiting_ready");
  ada.detach();
  const SharedJson asked = bob.wait("promotion_started");
  CHECK(leaving
            .ask(verb("leave")
                     .set("room", "stage")
                     .set("user", "ada")
                     .set("resume_token", ada.claim().resume_token)
                     .set("attempt", 1))
            .kind() == "left");
  CHECK(ready(bob).kind() == "ready");
  Json accept = bob.request("promotion").set("action", "accept");
  accept.set("promotion", asked.get("promotion").integer("promotion"));
  CHECK(bob.ask(std::move(accept)).kind() == "promotion_answered");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Being ready takes the handle that joined") {
  Pair room;
  Client further = Client::beside(room.baton, room.bob);
  REQUIRE(further.say("subscribe").kind() == "subscribed");
  room.bob.detach();
  // Events have nowhere to go.
  CHECK(ready(further).error() == ErrorCode::user_absent);
  CHECK(room.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
