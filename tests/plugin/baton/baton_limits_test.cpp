// SPDX-License-Identifier: GPL-3.0-or-later
// What is just within the limits is taken.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/room_settings.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/request_decoder.hpp"
#include "plugin/sdp.hpp"
#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {
namespace {

using core::ErrorCode;
using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;

TEST_CASE("A message at its limits is taken") {
  Baton baton;
  Json many = verb("list");
  for (std::size_t i = 1; i < plugin::message_limits::kMembers; ++i) {
    many.set(("x" + std::to_string(i)).c_str(), std::string(plugin::message_limits::kStringBytes, 'x'));
  }
  CHECK(baton.operate(std::move(many)).string("baton") == "list");
  Json list = Json::array();
  for (std::size_t i = 0; i < plugin::message_limits::kElements; ++i) {
    list.append(1);
  }
  CHECK(baton.operate(verb("list").set("x", std::move(list))).string("baton") == "list");

  const std::string longest_id(core::kMaxNameIdBytes, 'r');
  baton.create(Json::object().set("room", longest_id).set("description", std::string(256, 'd')));
  Client client(baton, longest_id);
  const std::string name(core::kMaxTextBytes, 'n');
  const std::string user = "._~@+:=-" + std::string(56, 'u');
  CHECK(client.join(user, "host", Json::object().set("display_name", name)).kind() == "joined");
  CHECK(participant(baton.snapshot(longest_id), user).string("display_name") == name);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Settings at both ends of their ranges are taken by create and edit, and shown") {
  Baton baton;
  for (const plugin::RoomKey& key : plugin::room_keys()) {
    const std::string name(key.name);
    if (!is_number(key)) {
      continue;
    }
    for (const std::int64_t value : {key.range.lowest, key.range.highest}) {
      INFO(name << " = " << value);
      Json create = Json::object().set("room", "r");
      // These two bound one another.
      if (name == "heartbeat_interval_ms") {
        create.set("presence_timeout_ms", 3'600'000);
      }
      if (name == "presence_timeout_ms") {
        create.set("heartbeat_interval_ms", 1000);
      }
      if (name == "suggest_sfu_viewers") {
        create.set("mode", "p2p");
      }
      create.set(name.c_str(), value);
      baton.create(std::move(create));
      CHECK(baton.snapshot("r").get("settings").integer(name.c_str()) == value);
      if (plugin::editable(key)) {
        const std::int64_t other = value == key.range.lowest ? key.range.highest : key.range.lowest;
        CHECK(baton.operate(verb("edit").set("room", "r").set(name.c_str(), other)).string("baton") ==
              "edited");
        CHECK(baton.snapshot("r").get("settings").integer(name.c_str()) == other);
      }
      CHECK(baton.operate(verb("end").set("room", "r")).string("baton") == "ended");
    }
  }
  CHECK(baton.end() == kNothing);
}

TEST_CASE("An edit with one bad setting changes none of the good ones") {
  Baton baton;
  baton.create(Json::object().set("room", "r"));
  const std::string before = baton.snapshot("r").dump();
  const SharedJson answer = baton.operate(
      verb("edit").set("room", "r").set("description", "new").set("grace_ms", 1).set("max_viewers", 0));
  CHECK(answer.string("error_name") == "element_invalid");
  CHECK(baton.snapshot("r").dump() == before);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A secret opens its room, the server's key opens every room, and neither is shown") {
  Baton baton("general: { admin_key = \"the-key\" }\n");
  baton.create(Json::object().set("room", "r").set("secret", "the-secret").set("admin_key", "the-key"));
  for (const char* secret : {"the-secret", "the-key"}) {
    INFO(secret);
    const SharedJson status = baton.status("r", secret);
    CHECK(status.string("baton") == "status");
    CHECK(status.dump().find("the-") == std::string::npos);
    CHECK(baton.operate(verb("edit").set("room", "r").set("secret", secret).set("grace_ms", 7))
              .string("baton") == "edited");
  }
  CHECK(baton.operate(verb("end").set("room", "r").set("secret", "the-key")).string("baton") == "ended");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A room admits as many as its limits say, and one more when one has left") {
  Baton baton;
  baton.create(Json::object().set("room", "stage").set("max_viewers", 2).set("max_controllers", 1));
  Client first(baton), second(baton), third(baton), controller(baton), other(baton);
  CHECK(first.join("a").kind() == "joined");
  CHECK(second.join("b").kind() == "joined");
  CHECK(third.join("c").error() == ErrorCode::room_full);
  CHECK(controller.join("d", "controller").kind() == "joined");
  CHECK(other.join("e", "controller").error() == ErrorCode::controllers_full);
  CHECK(first.say("leave").kind() == "left");
  CHECK(third.join("c").kind() == "joined");
  CHECK(controller.say("leave").kind() == "left");
  CHECK(other.join("e", "controller").kind() == "joined");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A server has as many rooms as it admits, and one more when one has ended") {
  Baton baton("general: { max_rooms = 2 }\nroom-fixed: { }\n");
  baton.create(Json::object().set("room", "a"));
  CHECK(baton.operate(verb("create").set("room", "b")).string("error_name") == "rooms_full");
  CHECK(baton.operate(verb("end").set("room", "a")).string("baton") == "ended");
  baton.create(Json::object().set("room", "b"));
  CHECK(baton.end() == kNothing);
}

TEST_CASE("An offer of the largest size is taken") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  Client host(baton);
  REQUIRE(host.join("ada", "host").kind() == "joined");
  framework::Jsep offer = publish_offer();
  while (offer.sdp.size() < plugin::kMaxSdpBytes) {
    const std::size_t rest = plugin::kMaxSdpBytes - offer.sdp.size();
    const std::size_t line = rest < 1200 ? rest : 1000;
    offer.sdp += "a=x:" + std::string(line - 6, 'x') + "\r\n";
  }
  REQUIRE(offer.sdp.size() == plugin::kMaxSdpBytes);
  const Answer answer = host.say("publish", offer);
  INFO(answer.body.dump());
  CHECK(answer.kind() == "published");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A client that lets its events pile up is detached, and nobody else") {
  Baton baton("general: { event_threads = 2; session_heartbeats = [1000000, 1000000] }\n",
              {.jsep_push_delay = std::chrono::milliseconds(3000)});
  baton.create(Json::object().set("room", "stage"));
  Client slow(baton);
  Client other(baton);
  REQUIRE(slow.join("ada", "host").kind() == "joined");
  REQUIRE(other.join("bob").kind() == "joined");
  // The answer to `subscribe` keeps the gateway from taking anything else for this handle. A slow machine may
  // need more than one go to be faster than that.
  for (int go = 0; go < 8 && !slow.handle().detached(); ++go) {
    slow.handle().send_message(slow.request("subscribe"));
    std::vector<std::future<MessageResult>> heartbeats;
    for (int i = 0; i < 1200; ++i) {
      heartbeats.push_back(slow.handle().send_message(slow.request("heartbeat")));
    }
    for (auto& heartbeat : heartbeats) {
      heartbeat.wait();
    }
    static_cast<void>(comes_true([&] { return slow.handle().detached(); }, std::chrono::seconds(4)));
    slow.handle().hangup();  // Not subscribed any more.
  }
  CHECK(comes_true([&] { return slow.handle().detached(); }));
  CHECK_FALSE(other.handle().detached());
  CHECK(other.wait("presence_changed").get("changes").at(0).string("user") == "ada");
  CHECK(other.say("heartbeat").kind() == "heartbeat");
  const auto log = FakeGateway::take_log();
  CHECK(std::ranges::any_of(log, [](const std::string& line) {
    return line.find("does not take its events") != std::string::npos;
  }));
  CHECK(baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
