// SPDX-License-Identifier: GPL-3.0-or-later
// What a meeting needs beside the picture: chat, control, mute, lock, further roles.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "core/room_settings.hpp"
#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using framework::JsonView;
using framework::MediaKind;
using framework::SharedJson;

const std::vector<std::string> kNothing;

Json stage() {
  return Json::object().set("room", "stage");
}

Answer chat(Client& client, const std::string& text) {
  return client.ask(client.request("chat").set("text", text));
}

Answer control(Client& client, const char* action, const char* user = nullptr) {
  Json request = client.request("control").set("action", action);
  if (user != nullptr) {
    request.set("user", user);
  }
  return client.ask(std::move(request));
}

Answer mute(Client& client, const char* user, bool muted) {
  return client.ask(client.request("mute").set("user", user).set("muted", muted));
}

/// The room's state after whatever was asked so far, as a participant sees it.
SharedJson synced(Client& client) {
  const Answer answer = client.say("sync");
  REQUIRE(answer.kind() == "synced");
  return SharedJson::share(answer.body.get("snapshot").raw());
}

TEST_CASE("Chat reaches everybody, the one who wrote it too, and who joins late reads it") {
  Baton baton;
  baton.create(stage());
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host", Json::object().set("display_name", "Ada")).kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  const std::string lines = "Grüezi\n\tmitenand " + std::string(core::limits::kChatTextBytes - 18, '!');
  REQUIRE(lines.size() == core::limits::kChatTextBytes);
  CHECK(chat(ada, lines).kind() == "chatted");
  CHECK(chat(cyd, "hello").kind() == "chatted");
  for (Client* client : {&ada, &cyd}) {
    const SharedJson first = client->wait("chat");
    CHECK(first.get("entry").integer("number") == 1);
    CHECK(first.get("entry").string("user") == "ada");
    CHECK(first.get("entry").string("display_name") == "Ada");
    CHECK(first.get("entry").string("text") == lines);
    const SharedJson second = client->wait("chat");
    CHECK(second.get("entry").string("text") == "hello");
    CHECK(second.integer("room_version") == first.integer("room_version").value() + 1);
  }
  CHECK(cyd.say("leave").kind() == "left");
  std::this_thread::sleep_for(20ms);
  Client dan(baton);
  const Answer late = dan.join("dan");
  const JsonView history = late.body.get("snapshot").get("chat");
  REQUIRE(history.size() == 2);
  CHECK(history.at(0).string("text") == lines);
  CHECK(history.at(1).string("user") == "cyd");
  CHECK(history.at(1).integer("age_ms") >= 20);
  CHECK(history.at(1).integer("age_ms") < 60'000);
  CHECK(history.at(1).integer("at_ms") > 1'600'000'000'000);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A room keeps the latest of its chat, in lines and in bytes") {
  Baton baton("general: { session_chat = [1000, 1000]; room_chat = [1000, 1000] }\n");
  baton.create(stage());
  Client ada(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  for (std::size_t i = 1; i <= core::limits::kChatEntries + 1; ++i) {
    REQUIRE(chat(ada, std::to_string(i)).kind() == "chatted");
  }
  const SharedJson many = synced(ada);
  CHECK(many.get("chat").size() == core::limits::kChatEntries);
  CHECK(many.get("chat").at(0).string("text") == "2");
  for (std::size_t i = 0; i < 40; ++i) {
    REQUIRE(chat(ada, std::string(core::limits::kChatTextBytes, 'c')).kind() == "chatted");
  }
  const SharedJson large = synced(ada);
  CHECK(large.get("chat").size() == core::limits::kChatBytes / core::limits::kChatTextBytes);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Control is asked for, granted, and taken back, and publishing ends with it") {
  Baton baton;
  baton.create(stage());
  Client ada(baton), cyd(baton), dan(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  REQUIRE(dan.join("dan").kind() == "joined");
  CHECK(control(dan, "request").kind() == "control_set");
  CHECK(control(cyd, "request").kind() == "control_set");
  for (const char* user : {"dan", "cyd"}) {
    const SharedJson asked = ada.wait("control_changed");
    CHECK(asked.string("user") == user);
    CHECK(asked.string("change") == "requested");
    CHECK(asked.integer("request") == (std::string(user) == "dan" ? 1 : 2));
  }
  CHECK(participant(synced(ada), "cyd").integer("control_request") == 2);
  CHECK(control(ada, "deny", "dan").kind() == "control_set");
  const SharedJson denied = ada.wait("control_changed");
  CHECK(denied.string("change") == "denied");
  CHECK(denied.get("request").is_null());
  CHECK(control(ada, "grant", "cyd").kind() == "control_set");
  CHECK(ada.wait("control_changed").string("change") == "granted");
  const SharedJson raised = cyd.wait("role_changed");
  CHECK(raised.string("user") == "cyd");
  CHECK(raised.string("role") == "controller");
  CHECK(participant(synced(ada), "cyd").get("control_request").is_null());

  REQUIRE(cyd.say("publish", publish_offer()).kind() == "published");
  CHECK(control(ada, "revoke", "cyd").kind() == "control_set");
  CHECK(ada.wait("control_changed").string("change") == "revoked");
  CHECK(cyd.wait("role_changed").string("role") == "viewer");
  CHECK_FALSE(participant(synced(cyd), "cyd").boolean("publishing").value());
  CHECK(cyd.say("publish", publish_offer()).error() == ErrorCode::not_permitted);

  // Control that was given stays over a rejoin.
  CHECK(control(ada, "grant", "dan").kind() == "control_set");
  dan.detach();
  Client again(baton);
  CHECK(again.rejoin("dan", "viewer", dan.claim()).body.string("role") == "controller");
  CHECK(control(again, "release").kind() == "control_set");
  CHECK(participant(synced(ada), "dan").string("role") == "viewer");
  CHECK(control(again, "request").kind() == "control_set");
  CHECK(control(again, "withdraw").kind() == "control_set");
  CHECK(participant(synced(ada), "dan").get("control_request").is_null());
  CHECK(baton.end() == kNothing);
}

void speak(Client& client, std::uint16_t first, std::uint16_t count) {
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto sequence = static_cast<std::uint16_t>(first + i);
    const media::test::PacketSpec spec{
        .sequence = sequence, .timestamp = sequence * 960U, .payload = {1, 2, 3}};
    client.handle().incoming_rtp(MediaKind::audio, framework::MediaIndex(0), media::test::make_rtp(spec));
  }
  client.handle().sync();
}

TEST_CASE("Who is muted is neither heard nor read, and still seen") {
  Baton baton;
  baton.create(stage());
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  go_on_air(ada);
  watch(cyd);
  VideoSource camera(ada);
  camera.key();
  speak(ada, 0, 5);
  CHECK(cyd.handle().wait_rtp(camera.packets() + 5).size() == camera.packets() + 5);

  const auto muted = [&] { return baton.status("stage").get("media").get("drops").integer("muted"); };
  CHECK(muted() == 0);
  // The host does not mute itself: an administrator does.
  CHECK(baton.operate(verb("mute").set("room", "stage").set("user", "ada").set("muted", true))
            .string("baton") == "mute_set");
  const SharedJson told = cyd.wait("mute_changed");
  CHECK(told.string("user") == "ada");
  CHECK(told.boolean("muted") == true);
  speak(ada, 5, 7);
  camera.deltas(2);
  const auto seen = cyd.handle().wait_rtp(camera.packets() + 5);
  CHECK(seen.size() == camera.packets() + 5);
  CHECK(muted() == 7);
  CHECK(chat(ada, "hello?").error() == ErrorCode::muted);
  CHECK(participant(synced(cyd), "ada").boolean("muted") == true);

  // Publishing anew does not help.
  CHECK(ada.say("unpublish").kind() == "unpublished");
  // Not by hanging up itself: the room's own hangup would then come to the next PeerConnection.
  CHECK(comes_true([&] { return ada.handle().close_pc_count() == 1; }));
  ada.settle();
  go_on_air(ada);
  speak(ada, 100, 4);
  CHECK(muted() == 11);

  // A host may unmute itself: nobody is above it in the room.
  CHECK(mute(ada, "ada", false).kind() == "mute_set");
  CHECK(cyd.wait("mute_changed").boolean("muted") == false);
  VideoSource second(ada, 0x222, 5, 7);
  second.key();
  speak(ada, 104, 3);
  const std::size_t all = camera.packets() + 5 + second.packets() + 3;
  CHECK(cyd.handle().wait_rtp(all).size() == all);
  CHECK(muted() == 11);
  CHECK(chat(ada, "hello!").kind() == "chatted");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Nobody new comes into a locked room, and whoever has a place keeps it") {
  Baton baton;
  baton.create(stage().set("secret", "s"));
  Client ada(baton), cyd(baton), eve(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  CHECK(ada.ask(ada.request("lock").set("locked", true)).kind() == "lock_set");
  CHECK(cyd.wait("lock_changed").boolean("locked") == true);
  CHECK(eve.join("eve").error() == ErrorCode::room_locked);
  cyd.detach();
  Client again(baton);
  const Answer back = again.rejoin("cyd", "viewer", cyd.claim());
  CHECK(back.kind() == "joined");
  CHECK(back.body.get("snapshot").boolean("locked") == true);
  CHECK(baton.operate(verb("lock").set("room", "stage").set("secret", "s").set("locked", false))
            .string("baton") == "lock_set");
  CHECK(again.wait("lock_changed").boolean("locked") == false);
  CHECK(eve.join("eve").kind() == "joined");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A role of the application's own has its rights and its time-out, and is shown") {
  Baton baton;
  baton.create(
      stage()
          .set("heartbeat_interval_ms", 30'000)
          .set("roles", Json::array()
                            .append(Json::object().set("name", "dev").set("presence_timeout_ms", 10'000))
                            .append(Json::object()
                                        .set("name", "camera")
                                        .set("presence_timeout_ms", 2'700'000)
                                        .set("rights", Json::array().append("publish"))))
          .set("controller_presence_timeout_ms", 20'000));
  Client ada(baton), bob(baton), dev(baton), camera(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  const Answer joined = dev.join("dee", "dev");
  CHECK(joined.body.string("role") == "viewer");
  const JsonView settings = joined.body.get("snapshot").get("settings");
  CHECK(settings.integer("host_presence_timeout_ms") == 60'000);
  CHECK(settings.integer("controller_presence_timeout_ms") == 20'000);
  CHECK(settings.get("roles").dump() ==
        R"([{"name":"dev","presence_timeout_ms":10000,"rights":["control","chat","signal","participate"]},)"
        R"({"name":"camera","presence_timeout_ms":2700000,"rights":["publish"]}])");
  REQUIRE(camera.join("cam", "camera").kind() == "joined");
  const SharedJson came = ada.wait("participant_joined");
  CHECK_FALSE(came.get("participant").contains("further_role"));
  CHECK(ada.wait("participant_joined").get("participant").string("further_role") == "dev");
  CHECK(participant(synced(ada), "cam").string("further_role") == "camera");

  CHECK(camera.say("publish", publish_offer()).kind() == "published");
  CHECK(chat(camera, "click").error() == ErrorCode::not_permitted);
  CHECK(chat(dev, "hello").kind() == "chatted");
  CHECK(dev.say("publish", publish_offer()).error() == ErrorCode::not_permitted);

  // Each is asked for heartbeats often enough for its own time-out.
  CHECK(ada.say("heartbeat").body.integer("next_within_ms") == 30'000);
  CHECK(bob.say("heartbeat").body.integer("next_within_ms") == 10'000);
  CHECK(dev.say("heartbeat").body.integer("next_within_ms") == 5'000);
  CHECK(camera.say("heartbeat").body.integer("next_within_ms") == 30'000);
  CHECK(ada.ask(ada.request("edit").set("heartbeat_interval_ms", 15'000)).kind() == "edited");
  CHECK(ada.say("heartbeat").body.integer("next_within_ms") == 15'000);
  CHECK(dev.wait("room_edited").get("settings").integer("heartbeat_interval_ms") == 15'000);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A size stands for limits, and those of a p2p room come with a warning and a suggestion") {
  Baton baton;
  baton.create(stage().set("size", "small"));
  const SharedJson small = baton.snapshot("stage");
  CHECK(small.get("settings").integer("max_viewers") == 10);
  CHECK(small.get("settings").integer("max_controllers") == 1);
  CHECK(small.get("settings").integer("warn_viewers") == 8);
  CHECK(small.get("settings").integer("suggest_sfu_viewers") == 0);
  CHECK_FALSE(small.get("settings").contains("roles"));
  baton.create(Json::object().set("room", "calls").set("mode", "p2p"));
  const SharedJson calls = baton.snapshot("calls");
  CHECK(calls.get("settings").integer("max_viewers") == 25);
  CHECK(calls.get("settings").integer("warn_viewers") == 10);
  CHECK(calls.get("settings").integer("suggest_sfu_viewers") == 15);
  CHECK(baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
