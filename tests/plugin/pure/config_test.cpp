// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace baton::plugin::test {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kFile = "/etc/janus/janus.plugin.baton.jcfg";

Config accepted(std::string_view text) {
  const auto result = parse_config(text, kFile);
  if (const auto* problems = std::get_if<std::vector<ConfigProblem>>(&result)) {
    FAIL("refused: " << to_string(problems->front()));
  }
  return std::get<Config>(result);
}

std::vector<std::string> refused(std::string_view text) {
  const auto result = parse_config(text, kFile);
  INFO(text);
  REQUIRE(std::holds_alternative<std::vector<ConfigProblem>>(result));
  std::vector<std::string> lines;
  for (const ConfigProblem& problem : std::get<std::vector<ConfigProblem>>(result)) {
    lines.push_back(to_string(problem));
  }
  return lines;
}

/// The line with the name of the file in front.
std::string at(std::string_view rest) {
  return std::string(kFile) + ":" + std::string(rest);
}

}  // namespace

TEST_CASE("An empty file means defaults everywhere") {
  const Config config = accepted("");
  const ServerSettings defaults;
  CHECK(config.source == ConfigSource::file);
  CHECK(config.server.max_rooms == 1000);
  CHECK_FALSE(config.server.admin_key);
  CHECK(config.server.event_threads == 4);
  CHECK(config.server.request_queue == 4096);
  CHECK(config.server.keyframe_interval == 1000ms);
  CHECK(config.server.keyframe_cache_limits().max_bytes == 4'194'304);
  CHECK(config.server.keyframe_cache_limits().max_packets == 8192);
  CHECK(config.server.keyframe_cache_limits().max_age == 10s);
  CHECK(config.server.replay_policy().max_catch_up_frames == 30);
  CHECK(config.server.replay_policy().max_catch_up_bytes == 262'144);
  CHECK(config.room_defaults.grace == 300s);
  CHECK(config.room_defaults.time_to_live == 24h);
  CHECK(config.room_defaults.max_viewers == 100);
  CHECK(config.rooms.empty());
}

TEST_CASE("Every key of the server is read") {
  const Config config = accepted(R"(general: {
    max_rooms = 7
    admin_key = "open sesame"
    event_threads = 2
    request_queue = 100
    keyframe_interval_ms = 500
    last_picture_max_bytes = 1000000
    last_picture_max_ms = 5000
    last_picture_max_packets = 100
    replay_max_frames = 10
    replay_max_bytes = 100000
  })");
  CHECK(config.server.max_rooms == 7);
  CHECK(config.server.admin_key == "open sesame");
  CHECK(config.server.event_threads == 2);
  CHECK(config.server.request_queue == 100);
  CHECK(config.server.keyframe_interval == 500ms);
  CHECK(config.server.keyframe_cache_limits().max_bytes == 1'000'000);
  CHECK(config.server.keyframe_cache_limits().max_age == 5s);
  CHECK(config.server.keyframe_cache_limits().max_packets == 100);
  CHECK(config.server.replay_policy().max_catch_up_frames == 10);
  CHECK(config.server.replay_policy().max_catch_up_bytes == 100'000);
}

TEST_CASE("Every key of a room is read") {
  const Config config = accepted(R"(room-demo: {
    description = "Zürich"
    secret = "s"
    mode = "p2p"
    video_codec = "av1"
    grace_ms = 0
    promotion_timeout_ms = 1000
    on_host_timeout = "close"
    time_to_live_ms = 60000
    media_silence_ms = 500
    heartbeat_interval_ms = 1000
    presence_timeout_ms = 2000
    host_presence_timeout_ms = 3000
    controller_presence_timeout_ms = 86400000
    roles = ( { name = "dev"; presence_timeout_ms = 2700000; rights = ["chat", "publish"] },
              { name = "spectator"; presence_timeout_ms = 2000; rights = () },
              { presence_timeout_ms = 86400000; name = "scrum_master" } )
    size = "medium"
    max_controllers = 0
    max_viewers = 24
    warn_viewers = 5
    suggest_sfu_viewers = 0
  })");
  REQUIRE(config.rooms.size() == 1);
  CHECK(config.rooms[0].id == core::RoomId("demo"));
  const RoomDraft& room = config.rooms[0].settings;
  CHECK(room.description == "Zürich");
  CHECK(room.secret == "s");
  CHECK(room.mode == core::RoomMode::p2p);
  CHECK(room.video_codec == media::VideoCodec::av1);
  CHECK(room.grace == 0ms);
  CHECK(room.promotion_timeout == 1s);
  CHECK(room.on_host_timeout == core::OnHostTimeout::close);
  CHECK(room.time_to_live == 60s);
  CHECK(room.media_silence == 500ms);
  CHECK(room.heartbeat_interval == 1s);
  CHECK(room.presence_timeout == 2s);
  CHECK(room.max_controllers == 0);
  CHECK(room.max_viewers == 24);
  CHECK(room.host_presence_timeout == core::Duration(3s));
  CHECK(room.controller_presence_timeout == core::Duration(24h));
  CHECK(room.further_roles == std::vector<core::RoleDefinition>{
                                  {core::RoleName("dev"), 45min, {core::Right::chat, core::Right::publish}},
                                  {core::RoleName("spectator"), 2s, {}},
                                  {core::RoleName("scrum_master"), 24h, core::kViewerRights}});
  CHECK(room.warn_viewers == 5);
  CHECK(room.suggest_sfu_viewers == 0);
  CHECK_FALSE(room.administrator_secret);
}

TEST_CASE("A room takes the defaults of general, wherever that stands, and its own values before them") {
  const Config config = accepted(R"(
    room-a: { grace_ms = 1000 }
    general: { grace_ms = 2000  video_codec = "vp9"  time_to_live_ms = 5000 }
    room-b: { }
  )");
  REQUIRE(config.rooms.size() == 2);
  CHECK(config.room_defaults.grace == 2s);
  CHECK(config.room_defaults.time_to_live == 5s);
  CHECK(config.rooms[0].settings.grace == 1s);
  CHECK(config.rooms[1].settings.grace == 2s);
  CHECK(config.rooms[0].settings.video_codec == media::VideoCodec::vp9);
}

TEST_CASE("A predefined room lives for ever unless its own group limits it") {
  const Config config = accepted(R"(
    general: { time_to_live_ms = 5000 }
    room-a: { }
    room-b: { time_to_live_ms = 0 }
    room-c: { time_to_live_ms = 7000 }
  )");
  REQUIRE(config.rooms.size() == 3);
  CHECK(config.rooms[0].settings.time_to_live == 0s);
  CHECK(config.rooms[1].settings.time_to_live == 0s);
  CHECK(config.rooms[2].settings.time_to_live == 7s);
}

TEST_CASE("A room of mode p2p admits 25 viewers unless fewer are configured") {
  const Config config = accepted(R"(
    general: { max_viewers = 200 }
    room-a: { mode = "p2p" }
    room-b: { mode = "p2p"  max_viewers = 3 }
    room-c: { }
  )");
  REQUIRE(config.rooms.size() == 3);
  CHECK(config.rooms[0].settings.max_viewers == 25);
  CHECK(config.rooms[1].settings.max_viewers == 3);
  CHECK(config.rooms[2].settings.max_viewers == 200);
  const Config p2p = accepted(R"(general: { mode = "p2p" } room-a: { mode = "sfu" })");
  CHECK(p2p.rooms[0].settings.max_viewers == 100);
}

TEST_CASE("An id that a group's name cannot spell stands inside the group") {
  const Config config = accepted("room-1: { room = \"team.blue@example\" }");
  CHECK(config.rooms[0].id == core::RoomId("team.blue@example"));
}

TEST_CASE("Whole numbers beyond 32 bits mean what they say, with and without an L") {
  for (const std::string_view number : {"2592000000", "2592000000L", "0x9A7EC800", "0x9A7EC800L"}) {
    const Config config = accepted("general: { time_to_live_ms = " + std::string(number) + " }");
    CHECK(config.room_defaults.time_to_live == 24h * 30);
  }
  CHECK(refused("general: { max_rooms = 4294967297 }") ==
        std::vector<std::string>{
            at("1: general.max_rooms = 4294967297: must be a whole number from 1 to 100000")});
  CHECK(
      refused("general: {\n max_rooms = 99999999999999999999 }") ==
      std::vector<std::string>{at("2: 99999999999999999999: is larger than any number that may stand here")});
  // What looks like a number in text and comments is none.
  const Config config = accepted(
      "# 99999999999999999999\n// 99999999999999999999\n/* 99999999999999999999\n */\n"
      "room-a: { description = \"99999999999999999999 \\\" @ 4294967297\" }");
  CHECK(config.rooms[0].settings.description == "99999999999999999999 \" @ 4294967297");
}

TEST_CASE("Each mistake gets one line that names file, line, key, the value and what is allowed") {
  struct Row {
    std::string text;
    std::string message;
  };
  const std::vector<Row> rows{
      {"general: {\n  grace_ms = \"5m\"\n}",
       "2: general.grace_ms = \"5m\": must be a whole number of milliseconds from 0 to 86400000"},
      {"general: { grace_ms = -1 }",
       "1: general.grace_ms = -1: must be a whole number of milliseconds from 0 to 86400000"},
      {"general: { grace_ms = 86400001 }",
       "1: general.grace_ms = 86400001: must be a whole number of milliseconds from 0 to 86400000"},
      {"general: { grace_ms = 1.5 }",
       "1: general.grace_ms = 1.5: must be a whole number of milliseconds from 0 to 86400000"},
      {"general: { grace_ms = true }",
       "1: general.grace_ms = true: must be a whole number of milliseconds from 0 to 86400000"},
      {"general: { grace_ms = [1] }",
       "1: general.grace_ms = [ an array ]: must be a whole number of milliseconds from 0 to 86400000"},
      {"general: { grace_ms = (1) }",
       "1: general.grace_ms = ( a list ): must be a whole number of milliseconds from 0 to 86400000"},
      {"general: { grace_ms = { } }",
       "1: general.grace_ms = { a group }: must be a whole number of milliseconds from 0 to 86400000"},
      {"general: { last_picture_max_bytes = 1 }",
       "1: general.last_picture_max_bytes = 1: must be a whole number of bytes from 65536 to 67108864"},
      {"general: { video_codec = \"VP8\" }",
       "1: general.video_codec = \"VP8\": must be \"vp8\", \"vp9\", \"h264\" or \"av1\""},
      {"general: { mode = 1 }", "1: general.mode = 1: must be \"sfu\" or \"p2p\""},
      {"general: { grace = 5 }", "1: general.grace: there is no such key; did you mean grace_ms?"},
      {"general: { gracems = 5 }", "1: general.gracems: there is no such key; did you mean grace_ms?"},
      {"general: { video_coded = \"vp8\" }",
       "1: general.video_coded: there is no such key; did you mean video_codec?"},
      {"general: { publishers = 5 }", "1: general.publishers: there is no such key"},
      {"general: { secret = \"hush\" }",
       "1: general.secret: belongs to one room: put it into a room-<id>: { ... }"},
      {"general: { time_to_live_ms = 0 }",
       "1: general.time_to_live_ms = 0: must be a whole number of milliseconds from 1000 to 2592000000"},
      {"room-a: { time_to_live_ms = 999 }",
       "1: room-a.time_to_live_ms = 999: must be a whole number of milliseconds from 1000 to 2592000000, or "
       "0 "
       "for never"},
      {"room-a: { max_rooms = 5 }",
       "1: room-a.max_rooms: is about the whole server: put it into general: { ... }"},
      {"room-a: { secret = \"\" }", "1: room-a.secret: must be text of 1 to 256 bytes"},
      {"room-a: { secret = 12345 }", "1: room-a.secret: must be text of 1 to 256 bytes"},
      {"room-a: { description = \"\\x01\" }",
       "1: room-a.description = \"?\": must be text of 0 to 256 bytes in UTF-8 without control characters"},
      {"grace_ms = 5", "1: grace_ms: must stand inside general: { ... } or a room-<id>: { ... }"},
      {"genral: { }", "1: genral: there is no such section; did you mean general?"},
      {"rooms: ( )", "1: rooms: there is no such section; there are general: { ... } and room-<id>: { ... }"},
      {"general = 5", "1: general: must be a group: general: { ... }"},
      {"room-a = \"x\"", "1: room-a: must be a group: room-a: { ... }"},
      {"room-: { }", "1: room-: a room's id has 1 to 64 letters, digits or characters out of ._~@+:=-"},
      {"room-a: { room = \"x y\" }",
       "1: room-a.room = \"x y\": a room's id has 1 to 64 letters, digits or characters out of ._~@+:=-"},
      {"room-a: { room = 5 }", "1: room-a.room = 5: must be the room's id in quotes"},
      {"room-a: { }\nroom-b: { room = \"a\" }",
       "2: room-b.room = \"a\": the room \"a\" exists already, from line 1"},
      {"room-a: { }\nroom-a: { }", "2: room-a: duplicate setting name"},
      {"general: {\n\tgrace_ms = 1\n\tgrace_ms = 1\n}", "3: grace_ms: duplicate setting name"},
      {"general: {\n  grace_ms 5\n}", "2: grace_ms: syntax error"},
      {"general: {", "1: general: syntax error"},
      {"general: { max_rooms = 1 }\nroom-a: { }\nroom-b: { }",
       "3: room-b: is one room more than general.max_rooms = 1"},
      {"room-a: {\n mode = \"p2p\"\n max_viewers = 26\n}",
       "3: room-a.max_viewers: must be at most 25 in a room of mode \"p2p\", where the host serves every "
       "viewer"},
      {"general: { size = \"large\" }",
       "1: general.size: belongs to one room: put it into a room-<id>: { ... }"},
      {"room-a: {\n size = \"huge\"\n}",
       "2: room-a.size = \"huge\": must be \"small\", \"medium\", \"large\" or \"event\""},
      {"room-a: {\n mode = \"p2p\"\n size = \"large\"\n}",
       "3: room-a.size: must be \"small\" or \"medium\" in a room of mode \"p2p\", where the host serves "
       "every "
       "viewer"},
      {"room-a: {\n suggest_sfu_viewers = 15\n}",
       "2: room-a.suggest_sfu_viewers: must be 0 or absent in a room of mode \"sfu\""},
      {"general: {\n presence_timeout_ms = 20000\n}",
       "2: general.presence_timeout_ms: must be longer than heartbeat_interval_ms, which is 30000: everybody "
       "would count as offline between two heartbeats"},
      {"@include \"/etc\"",
       "1: @include: is not supported here: everything must stand in the one file, and text in quotes"},
      {std::string("general: {\n}\n\0", 14), "3: a NUL byte: does not belong into a text file"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(refused(row.text) == std::vector<std::string>{at(row.message)});
  }
}

TEST_CASE("A role that is wrong is refused with its number and what is wrong with it") {
  struct Row {
    std::string roles;
    std::string problem;  ///< Empty: only what is allowed is said.
  };
  const std::string allowed =
      "must be a list of at most 16 groups, each with a `name` of its own, `presence_timeout_ms` and perhaps "
      "`rights` out of \"publish\", \"control\", \"chat\", \"signal\" or \"participate\"";
  const std::string name =
      "\"name\" must be 1 to 64 letters, digits or ._~@+:=- and none of host, controller, viewer";
  const std::string timeout =
      "\"presence_timeout_ms\" must be a whole number of milliseconds from 2000 to 86400000";
  const std::string rights =
      "\"rights\" must be a list of \"publish\", \"control\", \"chat\", \"signal\" or \"participate\"";
  const auto role = [](const std::string& role_name, const std::string& rest = "presence_timeout_ms = 2000") {
    return "{ name = \"" + role_name + "\"; " + rest + " }";
  };
  std::string many;
  for (int i = 0; i < 17; ++i) {
    many += (i == 0 ? "" : ", ") + role("r" + std::to_string(i));
  }
  const std::vector<Row> rows{
      {"( \"dev\" )", ": role 1: it is no group"},
      {"( " + many + " )", ""},
      {"( " + role("host") + " )", ": role 1: " + name},
      {"( " + role("controller") + " )", ": role 1: " + name},
      {"( " + role("viewer") + " )", ": role 1: " + name},
      {"( " + role("a b") + " )", ": role 1: " + name},
      {"( " + role("") + " )", ": role 1: " + name},
      {"( { name = 5; presence_timeout_ms = 2000 } )", ": role 1: " + name},
      {"( " + role("a") + ", " + role("b") + ", " + role("a") + " )",
       ": role 3: an earlier one has this name"},
      {"( { presence_timeout_ms = 2000 } )", ": role 1: \"name\" is missing"},
      {"( " + role("a", "") + " )", ": role 1: \"presence_timeout_ms\" is missing"},
      {"( " + role("a", "presence_timeout_ms = 1999") + " )", ": role 1: " + timeout},
      {"( " + role("a", "presence_timeout_ms = 86400001") + " )", ": role 1: " + timeout},
      {"( " + role("a", "presence_timeout_ms = \"2000\"") + " )", ": role 1: " + timeout},
      {"( " + role("a", "presence_timeout_ms = 2000; rights = \"chat\"") + " )", ": role 1: " + rights},
      {"( " + role("a", "presence_timeout_ms = 2000; rights = [\"chat\", \"fly\"]") + " )",
       ": role 1: " + rights},
      {"( " + role("a", "presence_timeout_ms = 2000; rights = [1]") + " )", ": role 1: " + rights},
      {"( " + role("a", "presence_timeout_ms = 2000; colour = 1") + " )",
       ": role 1: there is no such element as \"colour\""},
  };
  for (const Row& row : rows) {
    INFO(row.roles);
    CHECK(refused("room-a: {\n roles = " + row.roles + "\n}") ==
          std::vector<std::string>{at("2: room-a.roles = ( a list ): " + allowed + row.problem)});
  }
  for (const auto& [value, shown] : {std::pair{"\"dev\"", "\"dev\""}, {"{ }", "{ a group }"}, {"5", "5"}}) {
    CHECK(refused(std::string("room-a: {\n roles = ") + value + "\n}") ==
          std::vector<std::string>{at(std::string("2: room-a.roles = ") + shown + ": " + allowed)});
  }
}

TEST_CASE("All problems of a file are reported, in order and up to a limit") {
  const auto three = refused("general: {\n a = 1\n grace_ms = \"x\"\n}\nroom-a: {\n b = 2\n}");
  REQUIRE(three.size() == 3);
  CHECK(three[0].starts_with(at("2: general.a:")));
  CHECK(three[1].starts_with(at("3: general.grace_ms")));
  CHECK(three[2].starts_with(at("6: room-a.b:")));

  const auto unknown_keys = [](std::size_t count) {
    std::string text = "general: {\n";
    for (std::size_t i = 0; i < count; ++i) {
      text += "unknown" + std::to_string(i) + " = 1\n";
    }
    return refused(text + "}");
  };
  CHECK(unknown_keys(kMaxConfigProblems).size() == kMaxConfigProblems);
  const auto too_many = unknown_keys(kMaxConfigProblems + 1);
  REQUIRE(too_many.size() == kMaxConfigProblems + 1);
  CHECK(too_many.back() == at(" there are more problems; correct these first"));
}

TEST_CASE("A secret never appears in a message") {
  const std::vector<std::string> rows{
      "general: { admin_key = [\"hush-hush\"] }",
      "general: { admin_key = \"" + std::string(300, 'h') + "hush-hush\" }",
      "general: { secret = \"hush-hush\" }",
      "room-a: { admin_key = \"hush-hush\" }",
      "room-a: { secret = \"hush-hush\"\n secret = \"hush-hush\" }",
      "room-a: { sekret = \"hush-hush\" }",
      "secret = \"hush-hush\"",
      "room-a: { secret = \"hush-hush",
  };
  for (const std::string& text : rows) {
    for (const std::string& line : refused(text)) {
      CHECK(line.find("hush") == std::string::npos);
    }
  }
}

TEST_CASE("What a message shows of a value is short and printable") {
  const auto lines = refused("general: { mode = \"" + std::string(200, 'x') + "\\n\" }");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == at("1: general.mode = \"" + std::string(64, 'x') + "...\": must be \"sfu\" or \"p2p\""));
}

TEST_CASE("One line says what was read") {
  CHECK(describe(accepted("")) == at(" read; no room is predefined"));
  CHECK(describe(accepted("room-a: { }")) == at(" read; 1 room is predefined"));
  CHECK(describe(accepted("room-a: { } room-b: { }")) == at(" read; 2 rooms are predefined"));
}

}  // namespace baton::plugin::test
