// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/request_decoder.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "plugin/secrets.hpp"

namespace baton::plugin {

namespace {

using core::ErrorCode;
using framework::Jsep;
using framework::JsepType;
using framework::JsonView;

/// Thrown within this file only, so that a decoder reads its elements one line each.
using Refused = RequestError;

[[noreturn]] void refuse(ErrorCode code, std::string detail = {}) {
  throw Refused{code, std::move(detail)};  // NOLINT(misc-throw-by-value-catch-by-reference)
}

[[noreturn]] void refuse_element(const char* name, std::string_view expected) {
  refuse(ErrorCode::element_invalid, std::string("\"") + name + "\" must be " + std::string(expected) + ".");
}

void check_size(JsonView message) {
  if (message.size() > message_limits::kMembers) {
    refuse(ErrorCode::message_too_large,
           "A message has at most " + std::to_string(message_limits::kMembers) + " elements.");
  }
  message.for_each_member([](std::string_view name, JsonView member) {
    const auto text = member.as_string();
    if (name.size() > message_limits::kStringBytes || (text && text->size() > message_limits::kStringBytes)) {
      refuse(ErrorCode::message_too_large,
             "A string has at most " + std::to_string(message_limits::kStringBytes) + " bytes.");
    }
    if ((member.is_array() || member.is_object()) && member.size() > message_limits::kElements) {
      refuse(ErrorCode::message_too_large,
             "A list or object has at most " + std::to_string(message_limits::kElements) + " elements.");
    }
  });
}

/// Absent and JSON null are the same to clients.
bool is_absent(JsonView value) {
  return !value || value.is_null();
}

std::optional<std::string> optional_string(JsonView message, const char* name) {
  const JsonView element = message.get(name);
  if (is_absent(element)) {
    return std::nullopt;
  }
  const auto text = element.as_string();
  if (!text) {
    refuse_element(name, "a string");
  }
  return std::string(*text);
}

std::string required_string(JsonView message, const char* name) {
  auto text = optional_string(message, name);
  if (!text) {
    refuse(ErrorCode::element_missing, std::string("\"") + name + "\" is missing.");
  }
  return *std::move(text);
}

template <class Id>
Id checked_id(const char* name, std::string text) {
  if (!core::is_valid_name_id(text)) {
    refuse_element(name, "1 to 64 letters, digits or ._~@+:=-");
  }
  return Id(std::move(text));
}

template <class Id>
Id required_id(JsonView message, const char* name) {
  return checked_id<Id>(name, required_string(message, name));
}

template <class Id>
std::optional<Id> optional_id(JsonView message, const char* name) {
  auto text = optional_string(message, name);
  if (!text) {
    return std::nullopt;
  }
  return checked_id<Id>(name, *std::move(text));
}

template <class Id>
Id required_number(JsonView message, const char* name) {
  const JsonView element = message.get(name);
  if (is_absent(element)) {
    refuse(ErrorCode::element_missing, std::string("\"") + name + "\" is missing.");
  }
  const auto number = element.as_integer();
  if (!number || *number < 0) {
    refuse_element(name, "a whole number, not negative");
  }
  return Id(static_cast<std::uint64_t>(*number));
}

bool optional_flag(JsonView message, const char* name) {
  const JsonView element = message.get(name);
  if (is_absent(element)) {
    return false;
  }
  const auto value = element.as_boolean();
  if (!value) {
    refuse_element(name, "true or false");
  }
  return *value;
}

bool names_session(JsonView message) {
  return !is_absent(message.get("session"));
}

core::SessionClaim required_claim(JsonView message) {
  const std::string id = required_string(message, "session");
  return {session_id_from_wire(id), required_number<core::SessionVersion>(message, "session_version")};
}

SettingValue setting_value(JsonView value) {
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
  return OtherValue{value.is_array() ? "a list" : "an object"};
}

[[noreturn]] void refuse_setting(const RoomKey& key) {
  refuse(ErrorCode::element_invalid,
         "\"" + std::string(key.name) + "\" " + allowed(key, RoomOrigin::request) + ".");
}

CreateRoom decode_create(JsonView message, const RoomDraft& defaults) {
  CreateRoom create{optional_id<core::RoomId>(message, "room"), defaults,
                    optional_string(message, "admin_key")};
  Choice max_viewers = Choice::by_default;
  for (const RoomKey& key : room_keys()) {
    const std::string name(key.name);
    const JsonView value = message.get(name.c_str());
    if (is_absent(value)) {
      continue;
    }
    if (apply(key, setting_value(value), RoomOrigin::request, create.settings) == Applied::refused) {
      refuse_setting(key);
    }
    if (key.name == "max_viewers") {
      max_viewers = Choice::explicit_value;
    }
  }
  if (const auto conflict = complete(create.settings, max_viewers)) {
    refuse(ErrorCode::element_invalid, "\"" + std::string(conflict->key) + "\" " + conflict->problem + ".");
  }
  return create;
}

core::Edit decode_edit(JsonView message) {
  core::Edit edit;
  for (const RoomKey& key : room_keys()) {
    const std::string name(key.name);
    const JsonView value = message.get(name.c_str());
    // The secret is the door here, not a setting.
    if (is_absent(value) || key.confidential == Confidential::yes) {
      continue;
    }
    if (!editable(key)) {
      refuse(ErrorCode::element_invalid, "\"" + name + "\" is fixed when a room is created.");
    }
    if (apply(key, setting_value(value), edit.edit) == Applied::refused) {
      refuse_setting(key);
    }
  }
  return edit;
}

core::Role decode_role(JsonView message) {
  const auto role = optional_string(message, "role");
  if (!role || *role == "viewer") {
    return core::Role::viewer;
  }
  if (*role == "controller") {
    return core::Role::controller;
  }
  if (*role == "host") {
    return core::Role::host;
  }
  refuse_element("role", R"("host", "controller" or "viewer")");
}

core::Resumption required_resumption(JsonView message) {
  return {hash_secret(required_string(message, "resume_token")),
          required_number<core::JoinAttempt>(message, "attempt")};
}

JoinRoom decode_join(JsonView message) {
  JoinRoom join;
  join.room = required_id<core::RoomId>(message, "room");
  join.user = required_id<core::UserId>(message, "user");
  join.display_name = optional_string(message, "display_name").value_or(join.user.value());
  if (!core::is_valid_text(join.display_name)) {
    refuse_element("display_name", "up to 256 bytes of UTF-8 without control characters");
  }
  join.role = decode_role(message);
  if (!is_absent(message.get("resume_token"))) {
    join.resumption = required_resumption(message);
  }
  join.subscribe = optional_flag(message, "subscribe") ? SubscribeAtOnce::yes : SubscribeAtOnce::no;
  return join;
}

core::Request decode_promotion(JsonView message) {
  const std::string action = required_string(message, "action");
  if (action == "claim") {
    return core::ClaimHost{};
  }
  if (action != "accept" && action != "decline") {
    refuse_element("action", R"("accept", "decline" or "claim")");
  }
  return core::AnswerPromotion{
      required_number<core::PromotionId>(message, "promotion"),
      action == "accept" ? core::PromotionAnswer::accept : core::PromotionAnswer::decline};
}

core::Request decode_backup(JsonView message) {
  if (!message.contains("user")) {
    refuse(ErrorCode::element_missing, "\"user\" is missing; null takes the backup host back.");
  }
  return core::SetBackup{optional_id<core::UserId>(message, "user")};
}

SessionRequest in_session(JsonView message, core::Request request) {
  return {optional_id<core::RoomId>(message, "room"), required_claim(message), std::move(request), {}};
}

SessionRequest in_session_with_sdp(JsonView message, core::Request request, const std::optional<Jsep>& jsep,
                                   JsepType type) {
  if (!jsep) {
    refuse(ErrorCode::jsep_missing);
  }
  if (jsep->type != type) {
    refuse(ErrorCode::jsep_unexpected,
           type == JsepType::offer ? "An offer is wanted here." : "An answer is wanted here.");
  }
  SessionRequest decoded = in_session(message, std::move(request));
  decoded.sdp = jsep->sdp;
  return decoded;
}

/// A request that the host sends in its session, and others send with the room's secret.
template <class Request>
decltype(ClientRequest::body) by_host_or_administrator(JsonView message, Request request) {
  if (names_session(message)) {
    return in_session(message, std::move(request));
  }
  return AdministerRoom{required_id<core::RoomId>(message, "room"), optional_string(message, "secret"),
                        std::move(request)};
}

decltype(ClientRequest::body) decode_leave(JsonView message) {
  if (names_session(message)) {
    return in_session(message, core::Leave{});
  }
  if (is_absent(message.get("resume_token"))) {
    refuse(ErrorCode::element_missing, R"("session" is missing, or else "resume_token".)");
  }
  return LeaveRoomByToken{required_id<core::RoomId>(message, "room"),
                          {required_id<core::UserId>(message, "user"), required_resumption(message)}};
}

constexpr std::array<std::pair<std::string_view, Verb>, 18> kVerbs{{
    {"create", Verb::create},
    {"edit", Verb::edit},
    {"end", Verb::end},
    {"exists", Verb::exists},
    {"list", Verb::list},
    {"status", Verb::status},
    {"kick", Verb::kick},
    {"join", Verb::join},
    {"leave", Verb::leave},
    {"heartbeat", Verb::heartbeat},
    {"publish", Verb::publish},
    {"unpublish", Verb::unpublish},
    {"subscribe", Verb::subscribe},
    {"start", Verb::start},
    {"configure", Verb::configure},
    {"backup", Verb::backup},
    {"transfer", Verb::transfer},
    {"promotion", Verb::promotion},
}};

Verb decode_verb(JsonView message) {
  const std::string name = required_string(message, "request");
  const auto* const found = std::ranges::find(kVerbs, name, &std::pair<std::string_view, Verb>::first);
  if (found == kVerbs.end()) {
    refuse(ErrorCode::request_unknown);
  }
  return found->second;
}

decltype(ClientRequest::body) decode_body(Verb verb, JsonView message, const std::optional<Jsep>& jsep,
                                          const RoomDraft& defaults) {
  if (jsep && verb != Verb::publish && verb != Verb::start) {
    refuse(ErrorCode::jsep_unexpected);
  }
  switch (verb) {
    case Verb::create:
      return decode_create(message, defaults);
    case Verb::edit:
      return by_host_or_administrator(message, decode_edit(message));
    case Verb::end:
      return by_host_or_administrator(message, core::End{});
    case Verb::exists:
      return RoomExists{required_id<core::RoomId>(message, "room")};
    case Verb::list:
      return ListRooms{};
    case Verb::status:
      return AdministerRoom{required_id<core::RoomId>(message, "room"), optional_string(message, "secret"),
                            StatusRequest{}};
    case Verb::kick:
      return by_host_or_administrator(message, core::Kick{required_id<core::UserId>(message, "user")});
    case Verb::join:
      return decode_join(message);
    case Verb::leave:
      return decode_leave(message);
    case Verb::heartbeat:
      return in_session(message, core::Heartbeat{});
    case Verb::publish:
      return in_session_with_sdp(message, core::Publish{}, jsep, JsepType::offer);
    case Verb::unpublish:
      return in_session(message, core::Unpublish{});
    case Verb::subscribe:
      return in_session(message, core::Subscribe{});
    case Verb::start:
      return in_session_with_sdp(message, core::Start{}, jsep, JsepType::answer);
    case Verb::configure:
      if (!optional_flag(message, "keyframe")) {
        refuse(ErrorCode::element_missing, R"("keyframe": true is the one thing to configure.)");
      }
      return in_session(message, core::Configure{});
    case Verb::backup:
      return in_session(message, decode_backup(message));
    case Verb::transfer:
      return in_session(message, core::Transfer{required_id<core::UserId>(message, "user")});
    case Verb::promotion:
      return in_session(message, decode_promotion(message));
  }
  refuse(ErrorCode::request_unknown);
}

}  // namespace

std::variant<ClientRequest, RequestError> RequestDecoder::decode(JsonView message,
                                                                 const std::optional<Jsep>& jsep) const {
  try {
    if (!message.is_object()) {
      refuse(ErrorCode::message_not_object);
    }
    check_size(message);
    const Verb verb = decode_verb(message);
    return ClientRequest{verb, decode_body(verb, message, jsep, room_defaults_)};
  } catch (Refused& refused) {
    return std::move(refused);
  }
}

AnswerBy answer_by(const ClientRequest& request) {
  struct Visitor {
    AnswerBy operator()(const CreateRoom&) const { return AnswerBy::reply; }
    AnswerBy operator()(const RoomExists&) const { return AnswerBy::reply; }
    AnswerBy operator()(const ListRooms&) const { return AnswerBy::reply; }
    AnswerBy operator()(const AdministerRoom&) const { return AnswerBy::reply; }
    AnswerBy operator()(const JoinRoom&) const { return AnswerBy::event; }
    AnswerBy operator()(const LeaveRoomByToken&) const { return AnswerBy::event; }
    AnswerBy operator()(const SessionRequest&) const { return AnswerBy::event; }
  };
  return std::visit(Visitor{}, request.body);
}

}  // namespace baton::plugin
