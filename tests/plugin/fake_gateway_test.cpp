// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/fake_gateway.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/plugin/scripted_plugin.hpp"

/// The watchman is watched: a plugin that breaks a rule must be caught.
namespace baton::testing {
namespace {

using namespace framework;
using Lines = std::vector<std::string>;

TEST_CASE("An event pushed inside of a loop callback is a broken rule") {
  Script script;
  ScriptedPlugin::follow(script);
  script.on_slow_link = [](Handle& own, const SlowLink&) { own.push_event("", Json::object()); };
  FakeGateway gateway({}, ScriptedPlugin::table());
  REQUIRE(gateway.init() == 0);
  const auto handle = gateway.attach();
  handle->slow_link({MediaIndex(0), MediaKind::audio, SlowLink::Direction::to_peer});
  handle->sync();
  CHECK(gateway.shut_down() == Lines{"push_event was called inside of slow_link"});
}

TEST_CASE("An event that changes after it was pushed is a broken rule") {
  Script script;
  ScriptedPlugin::follow(script);
  json_t* const event = json_object();
  script.on_message = [&](Handle& own, Message) {
    own.push_event("", SharedJson::share(event));
    json_object_set_new(event, "late", json_true());
    return Reply::accepted();
  };
  FakeGateway gateway({}, ScriptedPlugin::table());
  REQUIRE(gateway.init() == 0);
  gateway.attach()->request(Json::object());
  CHECK(gateway.shut_down() == Lines{R"(a JSON was changed after push_event: {} became {"late":true})"});
  static_cast<void>(Json::adopt(event));
}

TEST_CASE("A session that somebody keeps at the end is a leak") {
  Script script;
  ScriptedPlugin::follow(script);
  std::optional<Handle> kept;
  script.on_create = [&](Handle& handle) { kept = handle; };
  FakeGateway gateway({}, ScriptedPlugin::table());
  REQUIRE(gateway.init() == 0);
  gateway.attach();
  CHECK(gateway.shut_down() == Lines{"1 sessions were never freed"});
  kept.reset();
}

TEST_CASE("A table that lacks a mandatory function is not loaded") {
  janus_plugin empty{};
  CHECK_THROWS_WITH(FakeGateway({}, &empty), "the plugin's table lacks a mandatory function");
}

TEST_CASE("Handles may share a few loops") {
  Script script;
  ScriptedPlugin::follow(script);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  script.on_rtp = [&](Handle&, const RtpPacket&) {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  };
  FakeGateway gateway({.event_loops = 2}, ScriptedPlugin::table());
  REQUIRE(gateway.init() == 0);
  for (int i = 0; i < 6; ++i) {
    const auto handle = gateway.attach();
    handle->incoming_rtp(MediaKind::audio, MediaIndex(0), std::vector<std::uint8_t>(20, 0x80));
    handle->sync();
  }
  CHECK(threads.size() == 2);
  CHECK(gateway.shut_down().empty());
}

}  // namespace
}  // namespace baton::testing
