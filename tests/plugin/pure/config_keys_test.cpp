// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_keys.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

namespace baton::plugin::test {

namespace {

using namespace std::chrono_literals;

const RoomKey& room_key(std::string_view name) {
  const RoomKey* key = find_room_key(name);
  INFO(name);
  REQUIRE(key != nullptr);
  return *key;
}

}  // namespace

TEST_CASE("No two keys share a name, and each has a sentence") {
  std::set<std::string_view> names;
  for (const ServerKey& key : server_keys()) {
    CHECK(names.insert(key.name).second);
    CHECK(key.sentence.ends_with('.'));
    CHECK(key.place == KeyPlace::server);
  }
  for (const RoomKey& key : room_keys()) {
    CHECK(names.insert(key.name).second);
    CHECK(key.sentence.ends_with('.'));
    CHECK(key.place != KeyPlace::server);
  }
}

TEST_CASE("Milliseconds and bytes show in the name of their key") {
  const auto check = [](const auto& key) {
    INFO(key.name);
    CHECK(key.name.ends_with("_ms") == (key.unit == Unit::milliseconds));
    CHECK(key.name.ends_with("_bytes") == (key.unit == Unit::bytes));
  };
  for (const ServerKey& key : server_keys()) {
    check(key);
  }
  for (const RoomKey& key : room_keys()) {
    check(key);
  }
}

TEST_CASE(
    "Both ends of every number's range are taken, and what lies beyond is refused and changes nothing") {
  for (const ServerKey& key : server_keys()) {
    if (std::holds_alternative<std::optional<std::string> ServerSettings::*>(key.member)) {
      continue;
    }
    INFO(key.name);
    ServerSettings settings;
    CHECK(apply(key, key.range.lowest, settings) == Applied::yes);
    CHECK(apply(key, key.range.highest, settings) == Applied::yes);
    CHECK(apply(key, key.range.lowest - 1, settings) == Applied::refused);
    CHECK(apply(key, key.range.highest + 1, settings) == Applied::refused);
    CHECK(apply(key, std::string("1"), settings) == Applied::refused);
  }
  std::size_t numbers = 0;
  for (const RoomKey& key : room_keys()) {
    RoomDraft draft;
    if (apply(key, key.range.lowest, RoomOrigin::request, draft) == Applied::refused) {
      continue;
    }
    ++numbers;
    INFO(key.name);
    CHECK(apply(key, key.range.highest, RoomOrigin::request, draft) == Applied::yes);
    CHECK(apply(key, key.range.lowest - 1, RoomOrigin::request, draft) == Applied::refused);
    CHECK(apply(key, key.range.highest + 1, RoomOrigin::request, draft) == Applied::refused);
  }
  CHECK(numbers == 8);
  RoomDraft draft;
  CHECK(apply(room_key("grace_ms"), std::int64_t{86'400'001}, RoomOrigin::request, draft) ==
        Applied::refused);
  CHECK(draft.grace == 300s);
}

TEST_CASE("The longest text is taken and one byte more is refused") {
  for (const std::string_view name : {"description", "secret"}) {
    const RoomKey& key = room_key(name);
    RoomDraft draft;
    CHECK(apply(key, std::string(256, 'x'), RoomOrigin::request, draft) == Applied::yes);
    CHECK(apply(key, std::string(257, 'x'), RoomOrigin::request, draft) == Applied::refused);
    CHECK(apply(key, std::int64_t{5}, RoomOrigin::request, draft) == Applied::refused);
  }
  RoomDraft draft;
  CHECK(apply(room_key("description"), std::string(), RoomOrigin::request, draft) == Applied::yes);
  CHECK(apply(room_key("secret"), std::string(), RoomOrigin::request, draft) == Applied::refused);
  CHECK(apply(room_key("description"), std::string("\xFF"), RoomOrigin::request, draft) == Applied::refused);
}

TEST_CASE("Only an operator may let a room live for ever") {
  const RoomKey& key = room_key("time_to_live_ms");
  RoomDraft draft;
  CHECK(apply(key, std::int64_t{0}, RoomOrigin::request, draft) == Applied::refused);
  CHECK(draft.time_to_live == 24h);
  CHECK(apply(key, std::int64_t{0}, RoomOrigin::predefined, draft) == Applied::yes);
  CHECK(draft.time_to_live == 0s);
  CHECK(apply(key, std::int64_t{500}, RoomOrigin::predefined, draft) == Applied::refused);
  CHECK(allowed(key, RoomOrigin::request).find("never") == std::string::npos);
}

TEST_CASE("Edit changes the members that RoomEdit has and refuses the rest") {
  core::RoomEdit edit;
  CHECK(apply(room_key("description"), std::string("d"), edit) == Applied::yes);
  CHECK(apply(room_key("grace_ms"), std::int64_t{1}, edit) == Applied::yes);
  CHECK(apply(room_key("promotion_timeout_ms"), std::int64_t{2000}, edit) == Applied::yes);
  CHECK(apply(room_key("on_host_timeout"), std::string("close"), edit) == Applied::yes);
  CHECK(apply(room_key("media_silence_ms"), std::int64_t{4000}, edit) == Applied::yes);
  CHECK(apply(room_key("max_controllers"), std::int64_t{5}, edit) == Applied::yes);
  CHECK(apply(room_key("max_viewers"), std::int64_t{6}, edit) == Applied::yes);
  CHECK(edit.description == "d");
  CHECK(edit.grace == core::Duration(1ms));
  CHECK(edit.promotion_timeout == core::Duration(2s));
  CHECK(edit.on_host_timeout == core::OnHostTimeout::close);
  CHECK(edit.media_silence == core::Duration(4s));
  CHECK(edit.max_controllers == 5);
  CHECK(edit.max_viewers == 6);
  CHECK(apply(room_key("grace_ms"), std::int64_t{-1}, edit) == Applied::refused);
  CHECK(edit.grace == core::Duration(1ms));

  std::vector<std::string_view> fixed;
  for (const RoomKey& key : room_keys()) {
    if (!editable(key)) {
      fixed.push_back(key.name);
      CHECK(apply(key, std::int64_t{5000}, edit) == Applied::refused);
      CHECK(apply(key, std::string("vp8"), edit) == Applied::refused);
    }
  }
  CHECK(fixed == std::vector<std::string_view>{"secret", "mode", "video_codec", "time_to_live_ms",
                                               "heartbeat_interval_ms", "presence_timeout_ms"});
}

TEST_CASE("A p2p room gets its own limit of viewers unless one was chosen") {
  struct Row {
    core::RoomMode mode;
    std::size_t viewers;
    Choice choice;
    std::size_t expected;  ///< 0: refused
  };
  for (const Row& row : {Row{core::RoomMode::sfu, 100, Choice::by_default, 100},
                         Row{core::RoomMode::p2p, 100, Choice::by_default, 25},
                         Row{core::RoomMode::p2p, 10, Choice::by_default, 10},
                         Row{core::RoomMode::p2p, 25, Choice::explicit_value, 25},
                         Row{core::RoomMode::p2p, 26, Choice::explicit_value, 0}}) {
    RoomDraft draft;
    draft.mode = row.mode;
    draft.max_viewers = row.viewers;
    const auto conflict = complete(draft, row.choice);
    CHECK(conflict.has_value() == (row.expected == 0));
    if (row.expected != 0) {
      CHECK(draft.max_viewers == row.expected);
    }
  }
}

TEST_CASE("Presence must outlast the interval of heartbeats") {
  RoomDraft draft;
  draft.heartbeat_interval = 10s;
  draft.presence_timeout = 10s;
  const auto conflict = complete(draft, Choice::by_default);
  REQUIRE(conflict);
  CHECK(conflict->key == "presence_timeout_ms");
  draft.presence_timeout = 10001ms;
  CHECK_FALSE(complete(draft, Choice::by_default));
}

TEST_CASE("A mistyped name finds the one that was meant, and nothing far-fetched") {
  const std::vector<std::string_view> known{"grace_ms", "max_viewers", "max_controllers", "mode", "secret"};
  CHECK(nearest_name("grace_sm", known) == "grace_ms");
  CHECK(nearest_name("grace", known) == "grace_ms");
  CHECK(nearest_name("max_viewer", known) == "max_viewers");
  CHECK(nearest_name("maxviewers", known) == "max_viewers");
  CHECK(nearest_name("mod", known) == "mode");
  CHECK(nearest_name("bitrate", known).empty());
  CHECK(nearest_name("", known).empty());
  CHECK(nearest_name(std::string(1000, 'x'), known).empty());
}

}  // namespace baton::plugin::test
