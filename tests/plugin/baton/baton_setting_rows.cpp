// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of `create` and `edit` that are out of range, of the wrong type, or fixed. Made from the one table
// of settings, so that a new key is tested without a word here.
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/room_settings.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/request_decoder.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {

namespace {

using core::ErrorCode;
using framework::Json;
using plugin::Confidential;
using plugin::RoomKey;

RefusalRow with(const char* request, const std::string& what, const std::string& key, Json value) {
  auto shared = framework::SharedJson(std::move(value));
  return {std::string(request) + " with " + key + " " + what, ErrorCode::element_invalid,
          [request, key, shared](Stage& stage) {
            Json message = verb(request).set("room", Stage::kRoom);
            message.set("secret", Stage::kSecret).set("admin_key", "operator");
            message.set(key.c_str(), Json(shared));
            return stage.stranger.ask(std::move(message));
          }};
}

void add_number(RefusalRows& rows, const char* request, const RoomKey& key) {
  const std::string name(key.name);
  rows.push_back(with(request, "below its range", name, key.range.lowest - 1));
  rows.push_back(with(request, "above its range", name, key.range.highest + 1));
  rows.push_back(with(request, "as large as can be", name, INT64_MAX));
  rows.push_back(with(request, "as small as can be", name, INT64_MIN));
  rows.push_back(with(request, "a text", name, std::to_string(key.range.lowest)));
  rows.push_back(with(request, "a fraction", name, static_cast<double>(key.range.lowest) + 0.5));
}

void add_text(RefusalRows& rows, const char* request, const RoomKey& key) {
  const std::string name(key.name);
  const auto longest = static_cast<std::size_t>(key.range.highest);
  rows.push_back(with(request, "too long", name, std::string(longest + 1, 'x')));
  rows.push_back(with(request, "with a control character", name, "a\tb"));
  rows.push_back(with(request, "a number", name, 5));
}

void add(RefusalRows& rows, const char* request, const RoomKey& key) {
  const std::string name(key.name);
  rows.push_back(with(request, "a list", name, Json::array().append(1)));
  rows.push_back(with(request, "an object", name, Json::object()));
  rows.push_back(with(request, "true", name, true));
  if (is_number(key)) {
    add_number(rows, request, key);
  } else if (key.range.highest > 0) {
    add_text(rows, request, key);
  } else {
    // One out of a few words, or a list, which no text is.
    rows.push_back(with(request, "an unknown word", name, "yes"));
    rows.push_back(with(request, "an empty word", name, ""));
    rows.push_back(with(request, "a number", name, 1));
  }
}

Json role(const char* name) {
  return Json::object().set("name", name).set("presence_timeout_ms", 5000);
}

void add_roles(RefusalRows& rows) {
  const auto one = [&](const char* what, Json entry) {
    rows.push_back(with("create", what, "roles", Json::array().append(std::move(entry))));
  };
  one("with a list in it", Json::array());
  one("with one that is empty", Json::object());
  one("with one that has no time-out", Json::object().set("name", "dev"));
  one("with one whose time-out is out of range", role("dev").set("presence_timeout_ms", 1999));
  one("with one named like a role that is there", role("host"));
  one("with one whose name is no name", role("de v"));
  one("with one whose rights are no list", role("dev").set("rights", "chat"));
  one("with one whose rights are unknown", role("dev").set("rights", Json::array().append("fly")));
  one("with one whose rights are a nest", role("dev").set("rights", Json::array().append(Json::array())));
  one("with one that has a further element", role("dev").set("colour", "red"));
  rows.push_back(with("create", "with the same one twice", "roles",
                      Json::array().append(role("dev")).append(role("dev"))));
  Json many = Json::array();
  for (std::size_t i = 0; i <= core::limits::kFurtherRoles; ++i) {
    many.append(role(("r" + std::to_string(i)).c_str()));
  }
  rows.push_back(with("create", "too many", "roles", std::move(many)));
  Json rights = Json::array();
  for (std::size_t i = 0; i <= plugin::message_limits::kElements; ++i) {
    rights.append("chat");
  }
  RefusalRow long_list = with("create", "with a long list of rights", "roles",
                              Json::array().append(role("dev").set("rights", std::move(rights))));
  long_list.expected = ErrorCode::message_too_large;
  rows.push_back(std::move(long_list));
}

RefusalRows pair_rows() {
  const auto creating = [](const char* what, const std::function<void(Json&)>& complete) {
    return RefusalRow{what, ErrorCode::element_invalid, [complete](Stage& stage) {
                        Json request = verb("create").set("admin_key", "operator");
                        complete(request);
                        return stage.stranger.ask(std::move(request));
                      }};
  };
  return {
      creating("more viewers than a p2p room can serve",
               [](Json& request) { request.set("mode", "p2p").set("max_viewers", 26); }),
      creating("a size that a p2p room cannot have",
               [](Json& request) { request.set("mode", "p2p").set("size", "large"); }),
      creating("a hint to use the mode that the room has",
               [](Json& request) { request.set("suggest_sfu_viewers", 1); }),
      creating(
          "presence that is over before a heartbeat is due",
          [](Json& request) { request.set("heartbeat_interval_ms", 5000).set("presence_timeout_ms", 5000); }),
  };
}

}  // namespace

bool is_number(const RoomKey& key) {
  return std::visit(
      []<class T>(T plugin::RoomDraft::*) {
        return std::is_same_v<T, core::Duration> || std::is_same_v<T, std::optional<core::Duration>> ||
               std::is_same_v<T, std::size_t> || std::is_same_v<T, std::optional<std::size_t>>;
      },
      key.member);
}

RefusalRows setting_rows() {
  RefusalRows rows;
  for (const RoomKey& key : plugin::room_keys()) {
    const bool opens_the_door = key.confidential == Confidential::yes;
    if (!opens_the_door) {
      add(rows, "create", key);
    }
    if (plugin::editable(key)) {
      add(rows, "edit", key);
    } else if (key.name != "secret") {
      const std::string name(key.name);
      rows.push_back(
          with("edit", "though it is fixed", name, is_number(key) ? Json(key.range.lowest) : "sfu"));
    }
  }
  add_roles(rows);
  rows.push_back(with("create", "empty", "secret", ""));
  rows.push_back(with("create", "too long", "secret", std::string(257, 's')));
  rows.push_back(with("create", "a number", "secret", 5));
  rows.push_back(with("create", "too short", "pin", "123"));
  rows.push_back(with("create", "too long", "pin", std::string(65, '1')));
  rows.push_back(with("create", "a number", "pin", 482913));
  // What does not go together.
  for (RefusalRow& row : pair_rows()) {
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace baton::testing
