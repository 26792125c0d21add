// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"

namespace baton::testing {
namespace {

using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;

std::size_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

bool has_line_with(const std::vector<std::string>& log, const std::vector<std::string>& parts) {
  return std::ranges::any_of(log, [&](const std::string& line) {
    return std::ranges::all_of(parts,
                               [&](const std::string& part) { return line.find(part) != std::string::npos; });
  });
}

struct BadConfig {
  const char* text;
  std::vector<std::string> line;  ///< what one line of the log must hold
};

TEST_CASE("A bad configuration keeps the plugin from starting, says where, and leaves no thread") {
  const std::vector<BadConfig> rows{
      {"general: { graze_ms = 5 }\n", {"janus.plugin.baton.jcfg:1", "graze_ms"}},
      {"general: {\n  grace_ms = \"5m\"\n}\n", {"janus.plugin.baton.jcfg:2", "general.grace_ms"}},
      {"general: {\n  max_rooms = 0\n}\n", {"janus.plugin.baton.jcfg:2", "general.max_rooms"}},
      {"general: {\n  secret = \"x\"\n}\n", {"janus.plugin.baton.jcfg:2", "secret"}},
      {"generell: { }\n", {"janus.plugin.baton.jcfg:1", "generell"}},
      {"room-a: {\n  video_codec = \"mpeg\"\n}\n", {"janus.plugin.baton.jcfg:2", "room-a.video_codec"}},
      {"room-a: { }\nroom-b: {\n  room = \"a\"\n}\n", {"janus.plugin.baton.jcfg", "room-b"}},
      {"general: { max_rooms = 1 }\nroom-a: { }\nroom-b: { }\n", {"janus.plugin.baton.jcfg"}},
      {"general: {\n", {"janus.plugin.baton.jcfg"}},
      {"general: { grace_ms = 99999999999 }\n", {"janus.plugin.baton.jcfg:1", "general.grace_ms"}},
  };
  janus_plugin* const plugin = FakeGateway::load(kBaton);
  for (const BadConfig& row : rows) {
    INFO(row.text);
    const ConfigFolder folder(row.text);
    FakeGateway gateway({.config_folder = folder.path()}, plugin);
    static_cast<void>(FakeGateway::take_log());
    const std::size_t threads = threads_of_this_process();
    CHECK(gateway.init() != 0);
    const auto log = FakeGateway::take_log();
    for (const std::string& line : log) {
      UNSCOPED_INFO(line);
    }
    CHECK(has_line_with(log, row.line));
    CHECK(has_line_with(log, {"The configuration has problems"}));
    CHECK(threads_of_this_process() == threads);
    // Janus goes on without the plugin, and nobody gets a handle.
    CHECK(gateway.attach() == nullptr);
    CHECK(gateway.shut_down() == kNothing);
  }
}

TEST_CASE("A plugin whose configuration was repaired starts, and its threads end with it") {
  janus_plugin* const plugin = FakeGateway::load(kBaton);
  const ConfigFolder bad("general: { max_rooms = 0 }\n");
  const ConfigFolder good("general: { event_threads = 7 }\n");
  {
    FakeGateway gateway({.config_folder = bad.path()}, plugin);
    CHECK(gateway.init() != 0);
    CHECK(gateway.shut_down() == kNothing);
  }
  for (int life = 0; life < 3; ++life) {
    FakeGateway gateway({.config_folder = good.path()}, plugin);
    const std::size_t before = threads_of_this_process();
    REQUIRE(gateway.init() == 0);
    CHECK(threads_of_this_process() == before + 7 + 2);  // and the control thread and the media worker
    gateway.destroy_plugin();
    CHECK(comes_true([&] { return threads_of_this_process() == before; }));
    CHECK(gateway.shut_down() == kNothing);
  }
}

TEST_CASE("Without a file everything has its default") {
  Baton baton;
  CHECK(baton.operate(verb("list")).get("rooms").size() == 0);
  baton.create(Json::object().set("room", "r"));
  const SharedJson snapshot = baton.snapshot("r");
  const auto settings = snapshot.get("settings");
  CHECK(settings.string("mode") == "sfu");
  CHECK(settings.string("video_codec") == "vp8");
  CHECK(settings.integer("grace_ms") == 300'000);
  CHECK(settings.integer("time_to_live_ms") == 86'400'000);
  CHECK(settings.integer("max_viewers") == 100);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Rooms of the configuration are there from the start, with their own settings") {
  Baton baton(
      "general: { grace_ms = 1234; video_codec = \"vp9\" }\n"
      "room-demo: { description = \"A room\"; secret = \"open\" }\n"
      "room-calls: { room = \"team.blue\"; mode = \"p2p\"; time_to_live_ms = 5000 }\n");
  const SharedJson list = baton.operate(verb("list"));
  CHECK(list.get("rooms").size() == 2);
  CHECK(baton.operate(verb("exists").set("room", "demo")).boolean("exists") == true);
  CHECK(baton.operate(verb("exists").set("room", "calls")).boolean("exists") == false);
  CHECK(baton.status("demo").string("error_name") == "secret_wrong");
  const SharedJson demo = baton.snapshot("demo", "open");
  CHECK(demo.string("description") == "A room");
  CHECK(demo.get("settings").integer("grace_ms") == 1234);
  CHECK(demo.get("settings").string("video_codec") == "vp9");
  CHECK(demo.get("settings").integer("time_to_live_ms") == 0);  // for ever
  const SharedJson calls = baton.snapshot("team.blue");
  CHECK(calls.get("settings").string("mode") == "p2p");
  CHECK(calls.get("settings").integer("max_viewers") == 25);
  CHECK(calls.get("settings").integer("time_to_live_ms") == 5000);
  // A room by request takes the defaults of `general`.
  baton.create(Json::object().set("room", "r"));
  CHECK(baton.snapshot("r").get("settings").integer("grace_ms") == 1234);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("With an admin_key only who has it creates rooms") {
  Baton baton("general: { admin_key = \"k\" }\n");
  CHECK(baton.operate(verb("create").set("room", "r")).string("error_name") == "secret_wrong");
  baton.create(Json::object().set("room", "r").set("admin_key", "k"));
  CHECK(baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
