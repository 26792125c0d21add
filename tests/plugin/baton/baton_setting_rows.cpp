// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of `create` and `edit` that are out of range, of the wrong type, or fixed. Made from the one table
// of settings, so that a new key is tested without a word here.
#include <string>
#include <utility>

#include "plugin/config_keys.hpp"
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

bool is_number(const RoomKey& key) {
  return key.range.highest > 0 && (std::holds_alternative<core::Duration plugin::RoomDraft::*>(key.member) ||
                                   std::holds_alternative<std::size_t plugin::RoomDraft::*>(key.member));
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
  rows.push_back(with(request, "a list", name, Json::array()));
  rows.push_back(with(request, "an object", name, Json::object()));
  rows.push_back(with(request, "true", name, true));
  if (is_number(key)) {
    add_number(rows, request, key);
  } else if (key.range.highest > 0) {
    add_text(rows, request, key);
  } else {
    rows.push_back(with(request, "an unknown word", name, "yes"));
    rows.push_back(with(request, "an empty word", name, ""));
    rows.push_back(with(request, "a number", name, 1));
  }
}

}  // namespace

RefusalRows setting_rows() {
  RefusalRows rows;
  for (const RoomKey& key : plugin::room_keys()) {
    const bool opens_the_door = key.confidential == Confidential::yes;
    if (!opens_the_door) {
      add(rows, "create", key);
    }
    if (plugin::editable(key)) {
      add(rows, "edit", key);
    } else if (!opens_the_door) {
      const std::string name(key.name);
      rows.push_back(
          with("edit", "though it is fixed", name, is_number(key) ? Json(key.range.lowest) : "sfu"));
    }
  }
  rows.push_back(with("create", "empty", "secret", ""));
  rows.push_back(with("create", "too long", "secret", std::string(257, 's')));
  rows.push_back(with("create", "a number", "secret", 5));
  // What does not go together.
  rows.push_back(
      {"more viewers than a p2p room can serve", ErrorCode::element_invalid, [](Stage& stage) {
         return stage.stranger.ask(
             verb("create").set("admin_key", "operator").set("mode", "p2p").set("max_viewers", 26));
       }});
  rows.push_back(
      {"presence that is over before a heartbeat is due", ErrorCode::element_invalid, [](Stage& stage) {
         return stage.stranger.ask(verb("create")
                                       .set("admin_key", "operator")
                                       .set("heartbeat_interval_ms", 5000)
                                       .set("presence_timeout_ms", 5000));
       }});
  return rows;
}

}  // namespace baton::testing
