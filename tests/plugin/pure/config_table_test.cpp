// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_table.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "plugin/config.hpp"

namespace baton::plugin::test {

namespace {

std::string sample_on_disk() {
  std::ifstream file(BATON_SAMPLE_CONFIG, std::ios::binary);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The sample with every setting in force: explanations begin with `# `, settings with `#` alone.
std::string with_settings_in_force(const std::string& sample) {
  std::istringstream lines(sample);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t mark = line.find('#');
    const bool setting = mark != std::string::npos && mark + 1 < line.size() && line[mark + 1] != ' ';
    result += (setting ? line.erase(mark, 1) : line) + "\n";
  }
  return result;
}

bool has_setting(const std::string& text, std::string_view name, const std::string& value) {
  const std::string wanted = std::string(name) + " = " + value + "\n";
  return text.find("\t" + wanted) != std::string::npos;
}

}  // namespace

TEST_CASE("The sample file in the repository is the one that the table of keys makes") {
  INFO("Write it anew with: scripts/write_document_tables.sh BUILD_FOLDER");
  CHECK(sample_on_disk() == sample_file());
}

TEST_CASE("The sample as it stands means defaults and no room") {
  const auto result = parse_config(sample_on_disk(), "sample");
  REQUIRE(std::holds_alternative<Config>(result));
  CHECK(std::get<Config>(result).rooms.empty());
  CHECK_FALSE(std::get<Config>(result).server.admin_key);
}

TEST_CASE("The sample shows every key with its default") {
  const std::string text = with_settings_in_force(sample_on_disk());
  for (const ServerKey& key : server_keys()) {
    INFO(key.name);
    const std::string value = default_text(key);
    CHECK(has_setting(text, key.name, value.empty() ? std::string(key.example) : value));
  }
  for (const RoomKey& key : room_keys()) {
    INFO(key.name);
    const std::string value = default_text(key);
    CHECK(has_setting(text, key.name, value.empty() ? std::string(key.example) : value));
  }
}

TEST_CASE("The sample with every setting in force parses to the defaults and one room") {
  const auto result = parse_config(with_settings_in_force(sample_on_disk()), "sample");
  if (const auto* problems = std::get_if<std::vector<ConfigProblem>>(&result)) {
    FAIL(to_string(problems->front()));
  }
  const auto& config = std::get<Config>(result);
  const ServerSettings server;
  CHECK(config.server.max_rooms == server.max_rooms);
  CHECK(config.server.event_threads == server.event_threads);
  CHECK(config.server.request_queue == server.request_queue);
  CHECK(config.server.keyframe_interval == server.keyframe_interval);
  CHECK(config.server.last_picture_max_bytes == server.last_picture_max_bytes);
  CHECK(config.server.last_picture_max_age == server.last_picture_max_age);
  CHECK(config.server.last_picture_max_packets == server.last_picture_max_packets);
  CHECK(config.server.replay_max_frames == server.replay_max_frames);
  CHECK(config.server.replay_max_bytes == server.replay_max_bytes);
  const core::RoomSettings room;
  for (const core::RoomSettings* each :
       {static_cast<const core::RoomSettings*>(&config.room_defaults),
        static_cast<const core::RoomSettings*>(&config.rooms.at(0).settings)}) {
    CHECK(each->mode == room.mode);
    CHECK(each->video_codec == room.video_codec);
    CHECK(each->grace == room.grace);
    CHECK(each->promotion_timeout == room.promotion_timeout);
    CHECK(each->on_host_timeout == room.on_host_timeout);
    CHECK(each->media_silence == room.media_silence);
    CHECK(each->heartbeat_interval == room.heartbeat_interval);
    CHECK(each->presence_timeout == room.presence_timeout);
    CHECK(each->max_viewers == room.max_viewers);
    CHECK(each->further_roles.empty());
    CHECK(each->description.empty());
  }
  CHECK(config.room_defaults.time_to_live == room.time_to_live);
  CHECK(config.rooms.size() == 1);
  CHECK(config.rooms[0].id == core::RoomId("demo"));
}

TEST_CASE("The table for the README has a row for every key") {
  const std::string table = docs_table();
  for (const ServerKey& key : server_keys()) {
    CHECK(table.find("| `" + std::string(key.name) + "` |") != std::string::npos);
  }
  for (const RoomKey& key : room_keys()) {
    CHECK(table.find("| `" + std::string(key.name) + "`") != std::string::npos);
  }
}

}  // namespace baton::plugin::test
