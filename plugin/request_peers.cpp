// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/request_peers.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/room_settings.hpp"
#include "plugin/request_elements.hpp"
#include "plugin/request_payload.hpp"
#include "plugin/wire_words.hpp"

namespace baton::plugin {

namespace {

using core::ErrorCode;
using framework::JsonView;

core::SignalPayload read_payload(JsonView message) {
  const JsonView payload = message.get("payload");
  if (!payload) {
    refuse(ErrorCode::element_missing, "\"payload\" is missing; it may be any JSON, null included.");
  }
  return std::make_shared<const std::string>(
      payload_text(payload, "payload", {core::limits::kSignalBytes, kSignalDepth}));
}

/// The enumerator of a word; the first one if the element is absent.
template <class T, std::size_t kCount>
T read_word(JsonView message, const char* name, const std::array<T, kCount>& values) {
  const auto text = optional_string(message, name);
  if (!text) {
    return values.front();
  }
  std::string known;
  for (const T value : values) {
    if (word(value) == *text) {
      return value;
    }
    known.append(known.empty() ? "\"" : ", \"").append(word(value)).append("\"");
  }
  refuse_element(name, "one of " + known);
}

}  // namespace

core::SendSignal decode_signal(JsonView message) {
  constexpr auto kKinds =
      std::to_array({core::SignalKind::message, core::SignalKind::offer, core::SignalKind::answer,
                     core::SignalKind::candidate, core::SignalKind::input});
  core::SendSignal signal;
  signal.to = required_id<core::UserId>(message, "user");
  signal.number = required_number<core::SignalNumber>(message, "number");
  if (signal.number == core::SignalNumber()) {
    refuse_element("number", "a whole number from 1 on");
  }
  signal.kind = read_word(message, "kind", kKinds);
  signal.payload = read_payload(message);
  return signal;
}

core::SendChat decode_chat(JsonView message) {
  core::SendChat chat{required_string(message, "text")};
  const bool fits = !chat.text.empty() && chat.text.size() <= core::limits::kChatTextBytes;
  if (!fits || !core::is_valid_lines(chat.text)) {
    refuse_element("text", "1 to " + std::to_string(core::limits::kChatTextBytes) +
                               " bytes of UTF-8 without control characters but line feeds and tabs");
  }
  return chat;
}

core::Control decode_control(JsonView message) {
  constexpr auto kActions = std::to_array({core::ControlAction::request, core::ControlAction::withdraw,
                                           core::ControlAction::release, core::ControlAction::grant,
                                           core::ControlAction::deny, core::ControlAction::revoke});
  if (is_absent(message.get("action"))) {
    refuse_missing("action");
  }
  core::Control control;
  control.action = read_word(message, "action", kActions);
  const bool about_another = control.action == core::ControlAction::grant ||
                             control.action == core::ControlAction::deny ||
                             control.action == core::ControlAction::revoke;
  if (about_another) {
    control.user = required_id<core::UserId>(message, "user");
  } else if (!is_absent(message.get("user"))) {
    refuse(ErrorCode::element_invalid, "\"user\" must be absent: this action is about whoever sends it.");
  }
  return control;
}

}  // namespace baton::plugin
