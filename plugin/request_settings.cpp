// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/request_settings.hpp"

#include <string>
#include <utility>

#include "plugin/request_decoder.hpp"
#include "plugin/request_elements.hpp"

namespace baton::plugin {

namespace {

using core::ErrorCode;
using framework::JsonView;

/// How deep lists and objects are followed: no setting is deeper, and what lies below is wrong anyway.
constexpr int kDepth = 3;

void check_size_of_list(JsonView value) {
  if (value.size() > message_limits::kElements) {
    refuse(ErrorCode::message_too_large,
           "A list or object has at most " + std::to_string(message_limits::kElements) + " elements.");
  }
}

SettingValue setting_value(JsonView value, int depth = kDepth) {
  if (const auto number = value.as_integer()) {
    return *number;
  }
  if (const auto text = value.as_string()) {
    return std::string(*text);
  }
  if (const auto flag = value.as_boolean()) {
    return *flag;
  }
  if (const auto real = value.as_number()) {
    return *real;
  }
  if (!value.is_array()) {
    SettingGroup group{"an object", {}};
    if (depth > 0) {
      check_size_of_list(value);
      value.for_each_member([&](std::string_view name, JsonView member) {
        group.members.emplace_back(name, setting_value(member, depth - 1));
      });
    }
    return group;
  }
  SettingList list{"a list", {}};
  if (depth > 0) {
    check_size_of_list(value);
    value.for_each_element(
        [&](JsonView element) { list.elements.push_back(setting_value(element, depth - 1)); });
  }
  return list;
}

[[noreturn]] void refuse_setting(const RoomKey& key, const std::string& problem) {
  refuse(ErrorCode::element_invalid, "\"" + std::string(key.name) + "\" " + problem + ".");
}

}  // namespace

CreateRoom decode_create(JsonView message, const RoomDraft& defaults) {
  CreateRoom create{optional_id<core::RoomId>(message, "room"), defaults,
                    optional_string(message, "admin_key"), optional_string(message, "token")};
  ChosenLimits chosen;
  for (const RoomKey& key : room_keys()) {
    const std::string name(key.name);
    const JsonView element = message.get(name.c_str());
    if (is_absent(element)) {
      continue;
    }
    if (const auto problem = apply(key, setting_value(element), RoomOrigin::request, create.settings)) {
      refuse_setting(key, *problem);
    }
    chosen.note(key);
  }
  if (const auto conflict = complete(create.settings, chosen)) {
    refuse(ErrorCode::element_invalid, "\"" + std::string(conflict->key) + "\" " + conflict->problem + ".");
  }
  return create;
}

core::Edit decode_edit(JsonView message) {
  core::Edit edit;
  for (const RoomKey& key : room_keys()) {
    const std::string name(key.name);
    const JsonView element = message.get(name.c_str());
    // The secret is the door here, not a setting.
    if (is_absent(element) || name == "secret") {
      continue;
    }
    if (const auto problem = apply(key, setting_value(element), edit.edit)) {
      refuse_setting(key, *problem);
    }
  }
  return edit;
}

}  // namespace baton::plugin
