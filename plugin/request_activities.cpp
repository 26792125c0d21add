// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/request_activities.hpp"

#include <string>
#include <utility>

#include "plugin/request_elements.hpp"
#include "plugin/value_json.hpp"

namespace baton::plugin {

namespace {

using framework::JsonView;

/// A word of the activity's own, such as a command. Formed like an id.
std::string required_word(JsonView message, const char* name) {
  std::string text = required_string(message, name);
  require_name_id(name, text);
  return text;
}

/// Nothing if the element is absent.
core::Value optional_object(JsonView message, const char* name) {
  const JsonView element = message.get(name);
  if (is_absent(element)) {
    return {};
  }
  if (!element.is_object()) {
    refuse_element(name, "an object");
  }
  static_cast<void>(payload_text(element, name, kActivityLimits));
  return value_of(element, kActivityLimits.depth).value_or(core::Value());
}

}  // namespace

core::OpenActivity decode_open_activity(JsonView message) {
  return {required_word(message, "kind"), optional_object(message, "options")};
}

core::CloseActivity decode_close_activity(JsonView /*message*/) {
  return {};
}

core::UseActivity decode_use_activity(JsonView message) {
  return {required_number<core::ActivityVersion>(message, "version"),
          {required_word(message, "command"), optional_object(message, "arguments")}};
}

}  // namespace baton::plugin
