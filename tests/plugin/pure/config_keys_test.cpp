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

TEST_CASE("A key without a default has an example that is taken") {
  for (const ServerKey& key : server_keys()) {
    CHECK(default_text(key).empty() != key.example.empty());
  }
  for (const RoomKey& key : room_keys()) {
    INFO(key.name);
    CHECK(default_text(key).empty() != key.example.empty());
  }
}

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
    const bool is_number = std::holds_alternative<std::size_t ServerSettings::*>(key.member) ||
                           std::holds_alternative<core::Duration ServerSettings::*>(key.member);
    if (!is_number) {
      continue;
    }
    INFO(key.name);
    ServerSettings settings;
    CHECK_FALSE(apply(key, key.range.lowest, settings));
    CHECK_FALSE(apply(key, key.range.highest, settings));
    CHECK(apply(key, key.range.lowest - 1, settings));
    CHECK(apply(key, key.range.highest + 1, settings));
    CHECK(apply(key, std::string("1"), settings));
  }
  std::size_t numbers = 0;
  for (const RoomKey& key : room_keys()) {
    RoomDraft draft;
    if (apply(key, key.range.lowest, RoomOrigin::request, draft)) {
      continue;
    }
    ++numbers;
    INFO(key.name);
    CHECK_FALSE(apply(key, key.range.highest, RoomOrigin::request, draft));
    CHECK(apply(key, key.range.lowest - 1, RoomOrigin::request, draft));
    CHECK(apply(key, key.range.highest + 1, RoomOrigin::request, draft));
  }
  CHECK(numbers == 12);
  RoomDraft draft;
  CHECK(apply(room_key("grace_ms"), std::int64_t{86'400'001}, RoomOrigin::request, draft));
  CHECK(draft.grace == 300s);
}

TEST_CASE("The longest text is taken and one byte more is refused") {
  for (const std::string_view name : {"description", "secret"}) {
    const RoomKey& key = room_key(name);
    RoomDraft draft;
    CHECK_FALSE(apply(key, std::string(256, 'x'), RoomOrigin::request, draft));
    CHECK(apply(key, std::string(257, 'x'), RoomOrigin::request, draft));
    CHECK(apply(key, std::int64_t{5}, RoomOrigin::request, draft));
  }
  RoomDraft draft;
  CHECK_FALSE(apply(room_key("description"), std::string(), RoomOrigin::request, draft));
  CHECK(apply(room_key("secret"), std::string(), RoomOrigin::request, draft));
  CHECK(apply(room_key("description"), std::string("\xFF"), RoomOrigin::request, draft));
}

TEST_CASE("Only an operator may let a room live for ever") {
  const RoomKey& key = room_key("time_to_live_ms");
  RoomDraft draft;
  CHECK(apply(key, std::int64_t{0}, RoomOrigin::request, draft));
  CHECK(draft.time_to_live == 24h);
  CHECK_FALSE(apply(key, std::int64_t{0}, RoomOrigin::predefined, draft));
  CHECK(draft.time_to_live == 0s);
  CHECK(apply(key, std::int64_t{500}, RoomOrigin::predefined, draft));
  CHECK(allowed(key, RoomOrigin::request).find("never") == std::string::npos);
}

TEST_CASE("Edit changes the members that RoomEdit has and refuses the rest") {
  core::RoomEdit edit;
  CHECK_FALSE(apply(room_key("description"), std::string("d"), edit));
  CHECK_FALSE(apply(room_key("grace_ms"), std::int64_t{1}, edit));
  CHECK_FALSE(apply(room_key("promotion_timeout_ms"), std::int64_t{2000}, edit));
  CHECK_FALSE(apply(room_key("on_host_timeout"), std::string("close"), edit));
  CHECK_FALSE(apply(room_key("media_silence_ms"), std::int64_t{4000}, edit));
  CHECK_FALSE(apply(room_key("heartbeat_interval_ms"), std::int64_t{15'000}, edit));
  CHECK_FALSE(apply(room_key("max_controllers"), std::int64_t{5}, edit));
  CHECK_FALSE(apply(room_key("max_viewers"), std::int64_t{6}, edit));
  CHECK(edit.description == "d");
  CHECK(edit.grace == core::Duration(1ms));
  CHECK(edit.promotion_timeout == core::Duration(2s));
  CHECK(edit.on_host_timeout == core::OnHostTimeout::close);
  CHECK(edit.media_silence == core::Duration(4s));
  CHECK(edit.heartbeat_interval == core::Duration(15s));
  CHECK(edit.max_controllers == 5);
  CHECK(edit.max_viewers == 6);
  CHECK(apply(room_key("grace_ms"), std::int64_t{-1}, edit));
  CHECK(edit.grace == core::Duration(1ms));

  std::vector<std::string_view> fixed;
  for (const RoomKey& key : room_keys()) {
    if (!editable(key)) {
      fixed.push_back(key.name);
      CHECK(apply(key, std::int64_t{5000}, edit));
      CHECK(apply(key, std::string("vp8"), edit));
    }
  }
  CHECK(fixed == std::vector<std::string_view>{"secret", "pin", "mode", "video_codec", "time_to_live_ms",
                                               "presence_timeout_ms", "host_presence_timeout_ms",
                                               "controller_presence_timeout_ms", "roles", "size",
                                               "warn_viewers", "suggest_sfu_viewers"});
}

/// What `complete` makes of a room, as text; of a conflict its key.
std::string completed(RoomDraft draft, const std::vector<std::string_view>& chosen) {
  ChosenLimits limits;
  for (const std::string_view name : chosen) {
    limits.note(room_key(name));
  }
  if (const auto conflict = complete(draft, limits)) {
    return "no: " + std::string(conflict->key);
  }
  const auto threshold = [](const std::optional<std::size_t>& viewers) {
    return viewers ? std::to_string(*viewers) : std::string("never");
  };
  const core::AudienceThresholds thresholds = core::audience_thresholds_of(draft);
  return std::to_string(draft.max_viewers) + "/" + std::to_string(draft.max_controllers) + " warn " +
         threshold(thresholds.warn) + " sfu " + threshold(thresholds.suggest_sfu);
}

TEST_CASE("The limits that were not chosen follow the room's mode and size") {
  constexpr auto kSfu = core::RoomMode::sfu;
  constexpr auto kP2p = core::RoomMode::p2p;
  struct Row {
    core::RoomMode mode;
    std::optional<RoomSize> size;
    std::optional<std::size_t> viewers, controllers;  ///< As chosen.
    std::string expected;
  };
  for (const Row& row : {
           Row{kSfu, {}, {}, {}, "100/3 warn 80 sfu never"},
           Row{kSfu, RoomSize::small, {}, {}, "10/1 warn 8 sfu never"},
           Row{kSfu, RoomSize::medium, {}, {}, "25/3 warn 20 sfu never"},
           Row{kSfu, RoomSize::large, {}, {}, "100/5 warn 80 sfu never"},
           Row{kSfu, RoomSize::event, {}, {}, "1000/10 warn 800 sfu never"},
           Row{kSfu, RoomSize::event, 50, {}, "50/10 warn 40 sfu never"},
           Row{kSfu, RoomSize::event, {}, 0, "1000/0 warn 800 sfu never"},
           Row{kSfu, {}, 1, {}, "1/3 warn 1 sfu never"},
           Row{kP2p, {}, {}, {}, "25/3 warn 10 sfu 15"},
           Row{kP2p, RoomSize::small, {}, {}, "10/1 warn 10 sfu never"},
           Row{kP2p, RoomSize::medium, {}, {}, "25/3 warn 10 sfu 15"},
           Row{kP2p, RoomSize::large, {}, {}, "no: size"},
           Row{kP2p, RoomSize::event, 5, {}, "no: size"},
           Row{kP2p, {}, 9, {}, "9/3 warn never sfu never"},
           Row{kP2p, {}, 14, {}, "14/3 warn 10 sfu never"},
           Row{kP2p, {}, 25, {}, "25/3 warn 10 sfu 15"},
           Row{kP2p, {}, 26, {}, "no: max_viewers"},
       }) {
    INFO(row.expected);
    RoomDraft draft;
    draft.mode = row.mode;
    draft.size = row.size;
    std::vector<std::string_view> chosen;
    if (row.viewers) {
      draft.max_viewers = *row.viewers;
      chosen.emplace_back("max_viewers");
    }
    if (row.controllers) {
      draft.max_controllers = *row.controllers;
      chosen.emplace_back("max_controllers");
    }
    CHECK(completed(draft, chosen) == row.expected);
  }
}

TEST_CASE("A limit of viewers that is a default for all rooms gives way where the mode admits fewer") {
  RoomDraft draft;
  draft.mode = core::RoomMode::p2p;
  draft.max_viewers = 10;
  CHECK(completed(draft, {}).starts_with("10/3 "));
  draft.max_viewers = 50;
  CHECK(completed(draft, {}).starts_with("25/3 "));
}

TEST_CASE("Thresholds are as chosen, 0 is never, and only p2p rooms have a better mode to suggest") {
  RoomDraft draft;
  draft.warn_viewers = 3;
  CHECK(completed(draft, {}) == "100/3 warn 3 sfu never");
  draft.warn_viewers = 0;
  draft.suggest_sfu_viewers = 0;
  CHECK(completed(draft, {}) == "100/3 warn never sfu never");
  draft.suggest_sfu_viewers = 1;
  CHECK(completed(draft, {}) == "no: suggest_sfu_viewers");
  draft.mode = core::RoomMode::p2p;
  CHECK(completed(draft, {}) == "25/3 warn never sfu 1");
}

TEST_CASE("Presence must outlast the interval of heartbeats") {
  RoomDraft draft;
  draft.heartbeat_interval = 10s;
  draft.presence_timeout = 10s;
  const auto conflict = complete(draft, {});
  REQUIRE(conflict);
  CHECK(conflict->key == "presence_timeout_ms");
  draft.presence_timeout = 10001ms;
  CHECK_FALSE(complete(draft, {}));
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
