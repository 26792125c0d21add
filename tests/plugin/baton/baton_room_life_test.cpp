// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;

/// The settings of a room whose grace is over soon.
Json hasty(int grace_ms = 50) {
  return Json::object().set("room", "stage").set("grace_ms", grace_ms);
}

std::string state_of(Baton& baton) {
  return text_of(baton.snapshot("stage"), "state");
}

Answer say_with_user(Client& client, const char* name, const char* user) {
  Json request = client.request(name);
  return client.ask(std::move(request.set("user", user)));
}

TEST_CASE("Everybody sees a participant come and go, with versions that only grow") {
  Baton baton;
  baton.create(hasty());
  CHECK(state_of(baton) == "waiting");
  Client ada(baton);
  Client cyd(baton);
  const Answer joined = ada.join("ada", "host", Json::object().set("display_name", "Ada"));
  CHECK(joined.body.string("role") == "host");
  CHECK(joined.body.boolean("rejoined") == false);
  CHECK(joined.body.get("snapshot").string("state") == "live");
  CHECK(participant(joined.body.get("snapshot"), "ada").string("display_name") == "Ada");
  CHECK(joined.body.get("snapshot").get("host").integer("lease_version") == 1);

  CHECK(cyd.join("cyd").body.string("role") == "viewer");
  const SharedJson came = ada.wait("participant_joined");
  CHECK(came.get("participant").string("user") == "cyd");
  const auto version = came.integer("room_version");
  CHECK(version > joined.body.get("snapshot").integer("room_version"));
  const Answer beat = ada.say("heartbeat");
  CHECK(beat.body.integer("room_version") == version);
  CHECK(beat.body.integer("next_within_ms") == 30'000);

  CHECK(cyd.say("leave").kind() == "left");
  CHECK(cyd.wait("released").string("reason") == "left");
  const SharedJson gone = ada.wait("participant_left");
  CHECK(gone.string("user") == "cyd");
  CHECK(gone.string("reason") == "left");
  CHECK(gone.integer("room_version") > version);
  // The handle may be used again.
  CHECK(cyd.join("cyd").kind() == "joined");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A kicked viewer is released and told why, and the others too") {
  Baton baton;
  baton.create(hasty());
  Client ada(baton), cyd(baton), dan(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  REQUIRE(dan.join("dan").kind() == "joined");
  Client cyds_other = Client::beside(baton, cyd);
  REQUIRE(cyds_other.say("subscribe").kind() == "subscribed");
  CHECK(say_with_user(ada, "kick", "cyd").kind() == "kicked");
  CHECK(cyd.wait("released").string("reason") == "kicked");
  CHECK(dan.wait("participant_left").string("reason") == "kicked");
  CHECK(comes_true([&] { return cyds_other.handle().close_pc_count() == 1; }));
  CHECK(cyd.say("heartbeat").error() == ErrorCode::not_joined);
  CHECK_FALSE(participant(baton.snapshot("stage"), "cyd"));
  CHECK(baton.end() == kNothing);
}

TEST_CASE("The host ends the room: everybody is told, and the room is gone") {
  Baton baton;
  baton.create(hasty());
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  CHECK(ada.say("end").kind() == "ended");
  for (Client* client : {&ada, &cyd}) {
    CHECK(client->wait("room_closed").string("reason") == "ended_by_host");
    CHECK(client->wait("released").string("reason") == "room_closed");
  }
  CHECK(baton.operate(verb("exists").set("room", "stage")).boolean("exists") == false);
  CHECK(cyd.say("heartbeat").error() == ErrorCode::not_joined);
  baton.create(hasty());  // the id is free
  CHECK(baton.end() == kNothing);
}

TEST_CASE("The host edits its room without the secret, and everybody hears of it") {
  Baton baton;
  baton.create(hasty().set("secret", "s"));
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  Json edit = ada.request("edit");
  CHECK(ada.ask(std::move(edit.set("description", "New").set("grace_ms", 77))).kind() == "edited");
  const SharedJson event = cyd.wait("room_edited");
  CHECK(event.get("settings").integer("grace_ms") == 77);
  CHECK(event.dump().find("secret") == std::string::npos);
  CHECK(baton.snapshot("stage", "s").string("description") == "New");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("The role of host is transferred, and the former host is a controller") {
  Baton baton;
  baton.create(hasty());
  Client ada(baton), bob(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  CHECK(say_with_user(ada, "transfer", "bob").kind() == "transferred");
  const SharedJson changed = cyd.wait("host_changed");
  CHECK(changed.get("host").string("user") == "bob");
  CHECK(changed.get("host").integer("lease_version") == 2);
  CHECK(changed.string("previous") == "ada");
  CHECK(changed.string("change") == "transfer");
  CHECK(participant(baton.snapshot("stage"), "ada").string("role") == "controller");
  CHECK(ada.say("end").error() == ErrorCode::not_permitted);

  // Ada comes back as host, is a controller, and Bob is told so that he can give the role back.
  Client ada_again(baton);
  CHECK(ada_again.join("ada", "host").body.string("role") == "controller");
  CHECK(bob.wait("former_host_returned").string("user") == "ada");
  CHECK(say_with_user(bob, "transfer", "ada").kind() == "transferred");
  CHECK(baton.snapshot("stage").get("host").string("user") == "ada");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A host who returns in grace finds the role untouched") {
  Baton baton;
  baton.create(hasty(60'000));
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  ada.detach();
  const SharedJson offline = cyd.wait("host_offline");
  CHECK(offline.string("user") == "ada");
  CHECK(offline.get("grace").string("reason") == "connection_lost");
  CHECK(offline.get("grace").integer("remaining_ms") > 30'000);
  CHECK(offline.get("grace").integer("remaining_ms") <= 60'000);
  CHECK(state_of(baton) == "host_offline");
  Client again(baton);
  const Answer answer = again.rejoin("ada", "host", ada.claim());
  CHECK(answer.body.string("role") == "host");
  CHECK(answer.body.boolean("rejoined") == true);
  CHECK(cyd.wait("host_returned").string("user") == "ada");
  CHECK(baton.snapshot("stage").get("host").integer("lease_version") == 1);
  CHECK(state_of(baton) == "live");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("When grace is over the backup host takes over") {
  Baton baton;
  baton.create(hasty());
  Client ada(baton), bob(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd", "controller").kind() == "joined");  // first in the line, but no backup
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  CHECK(say_with_user(ada, "backup", "bob").kind() == "backup_set");
  CHECK(cyd.wait("backup_changed").string("user") == "bob");
  ada.detach();
  const SharedJson changed = bob.wait("host_changed");
  CHECK(changed.get("host").string("user") == "bob");
  CHECK(changed.string("change") == "backup");
  CHECK(changed.string("previous") == "ada");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Without a backup the controllers are asked one after the other, and then the room pauses") {
  Baton baton;
  baton.create(hasty().set("promotion_timeout_ms", 1000));
  Client ada(baton), bob(baton), cyd(baton), dan(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  REQUIRE(cyd.join("cyd", "controller").kind() == "joined");
  REQUIRE(dan.join("dan").kind() == "joined");
  ada.detach();
  const SharedJson first = bob.wait("promotion_started");
  CHECK(first.get("promotion").string("candidate") == "bob");
  CHECK(first.get("promotion").integer("remaining_ms") > 0);
  CHECK(state_of(baton) == "promoting");
  const auto answer = [](Client& client, const SharedJson& started, const char* action) {
    Json request = client.request("promotion").set("action", action);
    request.set("promotion", started.get("promotion").integer("promotion"));
    return client.ask(std::move(request));
  };
  CHECK(answer(bob, first, "decline").kind() == "promotion_answered");
  CHECK(answer(bob, first, "accept").error() == ErrorCode::promotion_over);
  CHECK(dan.wait("promotion_started").get("promotion").string("candidate") == "bob");
  CHECK(dan.wait("promotion_started").get("promotion").string("candidate") == "cyd");
  // Cyd lets the time pass.
  CHECK(cyd.wait("promotion_ended").integer("promotion") > first.get("promotion").integer("promotion"));
  static_cast<void>(dan.wait("paused"));
  CHECK(state_of(baton) == "paused");
  CHECK(baton.snapshot("stage").get("host").is_null());
  // Whoever is a controller may claim the role now.
  Json claim = cyd.request("promotion");
  CHECK(cyd.ask(std::move(claim.set("action", "claim"))).kind() == "promotion_answered");
  CHECK(dan.wait("host_changed").string("change") == "claim");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A controller who accepts is host") {
  Baton baton;
  baton.create(hasty());
  Client ada(baton), bob(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  ada.detach();
  const SharedJson asked = bob.wait("promotion_started");
  Json accept = bob.request("promotion");
  accept.set("action", "accept").set("promotion", asked.get("promotion").integer("promotion"));
  CHECK(bob.ask(std::move(accept)).kind() == "promotion_answered");
  CHECK(bob.wait("host_changed").string("change") == "promotion");
  CHECK(baton.snapshot("stage").get("host").string("user") == "bob");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A room that is told to closes when grace finds no host") {
  Baton baton;
  baton.create(hasty().set("on_host_timeout", "close"));
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  ada.detach();
  CHECK(cyd.wait("room_closed").string("reason") == "host_timeout");
  CHECK(baton.operate(verb("exists").set("room", "stage")).boolean("exists") == false);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A host who leaves passes the role on at once") {
  Baton baton;
  baton.create(hasty(3'600'000));
  Client ada(baton), bob(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  CHECK(say_with_user(ada, "backup", "bob").kind() == "backup_set");
  CHECK(ada.say("leave").kind() == "left");
  CHECK(bob.wait("host_changed").get("host").string("user") == "bob");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A room ends when its time to live is over") {
  Baton baton;
  baton.create(hasty().set("time_to_live_ms", 1000));
  Client cyd(baton);
  REQUIRE(cyd.join("cyd").kind() == "joined");
  CHECK(cyd.wait("room_closed").string("reason") == "time_to_live");
  CHECK(cyd.wait("released").string("reason") == "room_closed");
  CHECK(baton.operate(verb("list")).get("rooms").size() == 0);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Who sends no heartbeat is offline, then removed; who sends them stays") {
  Baton baton;
  baton.create(hasty().set("heartbeat_interval_ms", 1000).set("presence_timeout_ms", 2000));
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  bool offline = false;
  bool removed = false;
  CHECK(comes_true([&] {
    CHECK(ada.say("heartbeat").kind() == "heartbeat");
    offline = offline || ada.hears_presence("cyd", "offline", 100ms);
    removed = removed || ada.hears_presence("cyd", "removed", 100ms);
    return removed;
  }));
  CHECK(offline);
  CHECK(cyd.wait("released").string("reason") == "absent_too_long");
  CHECK(state_of(baton) == "live");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Rooms end and begin under their participants' feet without anybody else noticing") {
  Baton baton;
  baton.create(Json::object().set("room", "other"));
  Client watcher(baton, "other");
  REQUIRE(watcher.join("eve", "host").kind() == "joined");
  const std::string before = baton.snapshot("other").dump();
  for (int i = 0; i < 20; ++i) {
    baton.create(hasty());
    Client ada(baton), cyd(baton);
    REQUIRE(ada.join("ada", "host").kind() == "joined");
    REQUIRE(cyd.join("cyd", "viewer", Json::object().set("subscribe", true)).kind() == "joined");
    CHECK(baton.operate(verb("end").set("room", "stage")).string("baton") == "ended");
    CHECK(cyd.wait("room_closed").string("reason") == "ended_by_administrator");
  }
  CHECK(baton.snapshot("other").dump() == before);
  CHECK(baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
