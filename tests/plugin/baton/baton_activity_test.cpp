// SPDX-License-Identifier: GPL-3.0-or-later
// Activities over the wire: who is told what, and who is not.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"

namespace baton::testing {
namespace {

using core::ErrorCode;
using framework::Json;
using framework::JsonView;
using framework::SharedJson;

const std::vector<std::string> kNothing;

/// A host and two viewers, with a game of poker whose cards are turned at once when they are to be.
struct Table {
  Baton baton;
  Client ada, bob, cyd;

  explicit Table(const char* kind = "poker", Json options = Json::object(),
                 const std::filesystem::path& library = kBaton)
      : baton({}, {}, library), ada(baton), bob(baton), cyd(baton) {
    baton.create(Json::object().set("room", "stage"));
    REQUIRE(ada.join("ada", "host").kind() == "joined");
    REQUIRE(bob.join("bob").kind() == "joined");
    REQUIRE(cyd.join("cyd", "controller").kind() == "joined");
    Answer opened =
        ada.ask(ada.request("open_activity").set("kind", kind).set("options", std::move(options)));
    INFO(opened.body.dump());
    REQUIRE(opened.kind() == "activity_opened");
    version = opened.body.get("activity").integer("version").value_or(0);
  }

  std::int64_t version = 0;

  /// Sends a command with the version that was seen last.
  Answer use(Client& by, const char* command, Json arguments = Json::object()) {
    Answer answer = by.ask(by.request("activity")
                               .set("version", version)
                               .set("command", command)
                               .set("arguments", std::move(arguments)));
    if (const auto seen = answer.body.get("activity").integer("version")) {
      version = *seen;
    }
    return answer;
  }
  Answer vote(Client& by, const char* card) { return use(by, "vote", Json::object().set("card", card)); }
};

Json at_once() {
  return Json::object().set("reveal_ms", 0).set("reset_ms", 0);
}

/// Waits until everybody is told of this phase, by a difference or by the state; keeps all that was said
/// until then in `heard`.
SharedJson hear_phase(Client& client, std::string_view phase, std::string& heard) {
  for (;;) {
    const auto event = client.handle().next_event(kLong);
    if (!event) {
      throw std::runtime_error("there was no phase " + std::string(phase));
    }
    const JsonView activity = event->event.get("activity");
    if (event->event.string("baton") == "activity_changed" && activity.string("phase") == phase) {
      return SharedJson::share(activity.raw());
    }
    heard += event->event.dump();
  }
}

JsonView vote_of(JsonView state, const char* user) {
  return state.get("votes").get(user);
}

TEST_CASE("A vote is its owner's alone until the cards are turned, and everybody's then") {
  Table table("poker", at_once());
  REQUIRE(table.use(table.ada, "start", Json::object().set("topic", "login")).kind() == "activity_used");
  const Answer voted = table.vote(table.bob, "13");
  INFO(voted.body.dump());
  CHECK(voted.body.get("activity").get("own").string("card") == "13");
  CHECK_FALSE(voted.body.get("activity").contains("state"));
  REQUIRE(table.vote(table.bob, "21").kind() == "activity_used");
  REQUIRE(table.vote(table.cyd, "☕").kind() == "activity_used");
  const Answer sync = table.cyd.say("sync");
  CHECK(sync.body.get("snapshot").get("activity").get("own").string("card") == "☕");
  const std::string status = table.baton.status("stage").dump();
  CHECK(sync.body.get("snapshot").get("activity").get("state").get("votes").is_object());

  std::string heard;
  for (Client* client : {&table.ada, &table.cyd}) {
    static_cast<void>(hear_phase(*client, "voting", heard));
  }
  heard.clear();
  REQUIRE(table.use(table.ada, "reveal").kind() == "activity_used");
  const SharedJson revealed = hear_phase(table.ada, "revealed", heard);
  static_cast<void>(hear_phase(table.cyd, "revealed", heard));
  // "13" and "21" are in the deck, so the vote itself is looked for.
  for (const std::string& text : {heard, status, sync.body.dump()}) {
    INFO(text);
    CHECK(text.find(R"("card":"13")") == std::string::npos);
    CHECK(text.find(R"("card":"21")") == std::string::npos);
  }
  CHECK(heard.find(R"("bob":{})") != std::string::npos);
  CHECK(revealed.integer("from"));
  CHECK(vote_of(revealed.get("patch"), "bob").string("card") == "21");
  CHECK(vote_of(revealed.get("patch"), "cyd").string("card") == "☕");
  CHECK(revealed.get("patch").get("statistics").integer("votes") == 2);
  CHECK_FALSE(revealed.contains("state"));
  CHECK_FALSE(revealed.contains("own"));
  CHECK(table.baton.end() == kNothing);
}

TEST_CASE("Of two who turn the cards at once one does, and the other is told how it is") {
  Table table;
  REQUIRE(table.use(table.ada, "start").kind() == "activity_used");
  REQUIRE(table.vote(table.cyd, "3").kind() == "activity_used");
  const std::int64_t seen = table.version;
  REQUIRE(table.use(table.ada, "reveal").kind() == "activity_used");
  table.version = seen;
  const Answer late = table.use(table.cyd, "reveal");
  INFO(late.body.dump());
  CHECK(late.error() == ErrorCode::activity_stale);
  const JsonView activity = late.body.get("activity");
  CHECK(activity.string("kind") == "poker");
  CHECK(activity.string("phase") == "revealing");
  CHECK(activity.integer("version") == seen + 1);
  CHECK(activity.get("own").string("card") == "3");
  CHECK(activity.get("state").is_object());
  CHECK(late.body.integer("room_version"));
  // Other refusals tell nothing of it.
  const Answer refused = table.use(table.cyd, "dance");
  CHECK(refused.error() == ErrorCode::activity_command_unknown);
  CHECK_FALSE(refused.body.contains("activity"));
  CHECK(table.baton.end() == kNothing);
}

TEST_CASE("Who was away is brought up to date by the answer to its join, its own part too") {
  Table table("poker", at_once());
  REQUIRE(table.use(table.ada, "start").kind() == "activity_used");
  REQUIRE(table.vote(table.bob, "8").kind() == "activity_used");
  const Claim claim = table.bob.claim();
  table.bob.detach();
  REQUIRE(table.use(table.ada, "reveal").kind() == "activity_used");
  std::string heard;
  static_cast<void>(hear_phase(table.ada, "revealed", heard));
  Client again(table.baton);
  const Answer joined = again.rejoin("bob", "viewer", claim);
  INFO(joined.body.dump());
  const JsonView activity = joined.body.get("snapshot").get("activity");
  CHECK(activity.string("phase") == "revealed");
  CHECK(activity.get("own").string("card") == "8");
  CHECK(vote_of(activity.get("state"), "bob").string("card") == "8");
  CHECK(table.baton.end() == kNothing);
}

TEST_CASE("What is one's own changes by what others do, and one is told") {
  Table table("poker", at_once());
  REQUIRE(table.use(table.ada, "start").kind() == "activity_used");
  REQUIRE(table.vote(table.bob, "8").kind() == "activity_used");
  std::string heard;
  static_cast<void>(hear_phase(table.bob, "voting", heard));
  REQUIRE(table.use(table.ada, "reset").kind() == "activity_used");
  const SharedJson bobs = hear_phase(table.bob, "resetting", heard);
  const SharedJson cyds = hear_phase(table.cyd, "resetting", heard);
  INFO(bobs.dump());
  CHECK(bobs.integer("version") == cyds.integer("version"));
  CHECK(bobs.get("own").dump() == R"({"card":null})");
  CHECK_FALSE(cyds.contains("own"));
  // What is for both is the same.
  CHECK(bobs.get("patch").dump() == cyds.get("patch").dump());
  CHECK(bobs.integer("from") == cyds.integer("from"));
  CHECK(table.baton.end() == kNothing);
}

TEST_CASE("An activity that was closed is nobody's any more") {
  Table table;
  const Answer closed = table.ada.say("close_activity");
  CHECK(closed.kind() == "activity_closed");
  CHECK(closed.body.get("activity").is_null());
  const SharedJson event = table.bob.wait("activity_changed");
  CHECK(event.get("activity").string("phase") == "waiting");
  CHECK(table.bob.wait("activity_changed").get("activity").is_null());
  CHECK(table.bob.say("sync").body.get("snapshot").get("activity").is_null());
  CHECK(table.baton.end() == kNothing);
}

TEST_CASE("Whoever looks at a room from outside sees that something is played, and nothing of it") {
  Table table;
  const SharedJson before = table.baton.snapshot("stage");
  CHECK(before.get("activity").dump() == R"({"kind":"poker","phase":"waiting"})");
  REQUIRE(table.ada.say("close_activity").kind() == "activity_closed");
  CHECK(table.baton.snapshot("stage").get("activity").is_null());
  CHECK(table.baton.end() == kNothing);
}

TEST_CASE("While everybody votes heartbeats are asked for more often") {
  Table table;
  const auto asked_for = [&] { return table.bob.say("heartbeat").body.integer("next_within_ms"); };
  CHECK(asked_for() == 30'000);
  REQUIRE(table.use(table.ada, "start").kind() == "activity_used");
  CHECK(asked_for() == 15'000);
  Client dan(table.baton);
  CHECK(dan.join("dan").body.integer("next_within_ms") == 15'000);
  CHECK(table.baton.end() == kNothing);
}

TEST_CASE("Baton by itself offers no activity but its own") {
  Table table;
  REQUIRE(table.ada.say("close_activity").kind() == "activity_closed");
  CHECK(table.ada.ask(table.ada.request("open_activity").set("kind", "raised_hands")).error() ==
        ErrorCode::activity_unknown);
  CHECK(table.baton.end() == kNothing);
}

TEST_CASE("A plugin that adds an activity offers it beside poker, with nothing new on the wire") {
  Table table("raised_hands", Json::object(), kBatonWithRaisedHands);
  REQUIRE(table.use(table.bob, "raise", Json::object().set("note", "psst")).kind() == "activity_used");
  const Answer raised = table.use(table.cyd, "raise");
  CHECK(raised.body.dump().find("psst") == std::string::npos);
  CHECK(table.use(table.bob, "next").error() == ErrorCode::not_permitted);
  const Answer next = table.use(table.cyd, "next");
  INFO(next.body.dump());
  CHECK(next.body.get("activity").string("phase") == "speaking");
  // A patch would be longer, so it is told as a whole.
  CHECK(next.body.get("activity").get("state").get("speaker").string("note") == "psst");
  CHECK(next.body.get("activity").get("state").get("waiting").dump() == R"({"cyd":2})");
  // Bob's note is not his alone any more.
  std::string heard;
  CHECK(hear_phase(table.bob, "speaking", heard).get("own").dump() == R"({"note":null})");
  static_cast<void>(hear_phase(table.ada, "speaking", heard));
  CHECK(heard.find("psst") == std::string::npos);
  REQUIRE(table.ada.say("close_activity").kind() == "activity_closed");
  CHECK(table.ada.ask(table.ada.request("open_activity").set("kind", "poker")).kind() == "activity_opened");
  CHECK(table.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
