// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/ids.hpp"
#include "core/room_settings.hpp"
#include "framework/handle.hpp"
#include "framework/json.hpp"
#include "plugin/request_activities.hpp"
#include "plugin/request_decoder.hpp"
#include "plugin/value_json.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace core = baton::core;
namespace framework = baton::framework;
namespace plugin = baton::plugin;

namespace {

void check(const core::SendSignal& signal, framework::JsonView message) {
  expect(core::is_valid_name_id(signal.to.value()));
  expect(signal.number.value() >= 1);
  expect(signal.payload && signal.payload->size() <= core::limits::kSignalBytes);
  // The receiver gets what the sender sent.
  expect(framework::Json::parse(*signal.payload).equals(message.get("payload")));
}

void check(const core::SendChat& chat, framework::JsonView /*message*/) {
  expect(!chat.text.empty() && chat.text.size() <= core::limits::kChatTextBytes);
  expect(core::is_valid_lines(chat.text));
}

void check(const core::Control& control, framework::JsonView /*message*/) {
  const bool about_another = control.action == core::ControlAction::grant ||
                             control.action == core::ControlAction::deny ||
                             control.action == core::ControlAction::revoke;
  expect(control.user.has_value() == about_another);
}

/// What the activity gets is what the client sent.
void check_arguments(const core::Value& value, framework::JsonView json) {
  if (value.is_nothing()) {
    expect(!json || json.is_null());
    return;
  }
  expect(plugin::json_of(value).equals(json));
  expect(json.dump().size() <= plugin::kActivityLimits.bytes);
  expect(plugin::value_of(json, plugin::kActivityLimits.depth) == value);
}

void check(const core::OpenActivity& open, framework::JsonView message) {
  expect(core::is_valid_name_id(open.kind));
  check_arguments(open.options, message.get("options"));
}

void check(const core::UseActivity& use, framework::JsonView message) {
  expect(core::is_valid_name_id(use.command.name));
  check_arguments(use.command.arguments, message.get("arguments"));
}

void check(const core::AwaitReady& await, framework::JsonView /*message*/) {
  expect(core::limits::kReadyTimeout.contains(await.timeout));
}

template <class Other>
void check(const Other& /*other*/, framework::JsonView /*message*/) {}

void check_body(const plugin::SessionRequest& request, framework::JsonView message) {
  std::visit([&](const auto& one) { check(one, message); }, request.request);
}

void check_body(const plugin::CreateRoom& create, framework::JsonView /*message*/) {
  const plugin::RoomDraft& room = create.settings;
  expect(core::is_valid_text(room.description));
  expect(room.further_roles.size() <= core::limits::kFurtherRoles);
  expect(core::limits::kViewers.contains(room.max_viewers));
  expect(room.mode == core::RoomMode::sfu || room.max_viewers <= core::limits::kViewersPeerToPeer);
  expect(room.mode == core::RoomMode::p2p || room.suggest_sfu_viewers.value_or(0) == 0);
  for (const core::RoleDefinition& role : room.further_roles) {
    expect(core::is_valid_name_id(role.name.value()));
    expect(core::find_role(room, role.name) == &role);
    expect(core::limits::kPresenceTimeout.contains(role.presence_timeout));
  }
}

void check_body(const plugin::JoinRoom& join, framework::JsonView /*message*/) {
  expect(core::is_valid_text(join.display_name));
  expect(!join.further_role || join.role == core::Role::viewer);
}

template <class Other>
void check_body(const Other& /*other*/, framework::JsonView /*message*/) {}

}  // namespace

// Whatever a client sends as its message is refused by a row of the error table, or decoded to what the room
// may take without another look.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = framework::Json::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!message) {
    return 0;
  }
  const plugin::RequestDecoder decoder{plugin::RoomDraft{}};
  for (const auto type : {framework::JsepType::offer, framework::JsepType::answer}) {
    for (const auto& jsep :
         {std::optional<framework::Jsep>(), std::optional(framework::Jsep{.type = type, .sdp = "v=0\r\n"})}) {
      const auto decoded = decoder.decode(message, jsep);
      if (const auto* error = std::get_if<plugin::RequestError>(&decoded)) {
        expect(core::error_row(error->code).code == error->code);
        continue;
      }
      std::visit([&](const auto& body) { check_body(body, message); },
                 std::get<plugin::ClientRequest>(decoded).body);
    }
  }
  return 0;
}
