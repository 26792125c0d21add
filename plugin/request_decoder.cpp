// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/request_decoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "plugin/request_activities.hpp"
#include "plugin/request_elements.hpp"
#include "plugin/request_peers.hpp"
#include "plugin/request_settings.hpp"
#include "plugin/secrets.hpp"
#include "plugin/wire_words.hpp"

namespace baton::plugin {

namespace {

using core::ErrorCode;
using framework::Jsep;
using framework::JsepType;
using framework::JsonView;
using Body = decltype(ClientRequest::body);

/// The client has received its signals up to here; any request of a session may say so.
constexpr const char* kSignalsReceived = "signals_received";

/// The one member of a request whose size its own decoder checks.
std::optional<std::string_view> unbounded_member(JsonView message) {
  const auto request = message.string("request");
  if (request == "signal") {
    return "payload";
  }
  // As it is with a description in jsep: kMaxSdpBytes.
  return request == "publish" || request == "start" || request == "configure"
             ? std::optional<std::string_view>("sdp")
             : std::nullopt;
}

void check_size(JsonView message) {
  const auto unbounded = unbounded_member(message);
  if (message.size() > message_limits::kMembers) {
    refuse(ErrorCode::message_too_large,
           "A message has at most " + std::to_string(message_limits::kMembers) + " elements.");
  }
  message.for_each_member([&](std::string_view name, JsonView member) {
    if (name == unbounded) {
      return;
    }
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

bool names_session(JsonView message) {
  return !is_absent(message.get("session"));
}

core::SessionClaim required_claim(JsonView message) {
  const std::string id = required_string(message, "session");
  return {session_id_from_wire(id), required_number<core::SessionVersion>(message, "session_version")};
}

/// Other words than the three may be roles that the room defines: it knows.
void decode_role(JsonView message, JoinRoom& join) {
  auto role = optional_id<core::RoleName>(message, "role");
  if (!role || role->value() == word(core::Role::viewer)) {
    join.role = core::Role::viewer;
  } else if (role->value() == word(core::Role::controller)) {
    join.role = core::Role::controller;
  } else if (role->value() == word(core::Role::host)) {
    join.role = core::Role::host;
  } else {
    join.further_role = std::move(role);
  }
}

core::Resumption required_resumption(JsonView message) {
  return {hash_secret(required_string(message, "resume_token")),
          required_number<core::JoinAttempt>(message, "attempt")};
}

MediaTransport optional_transport(JsonView message) {
  const std::string name = optional_string(message, "transport").value_or("gateway");
  if (name != "gateway" && name != "direct") {
    refuse_element("transport", R"("gateway" or "direct")");
  }
  return name == "direct" ? MediaTransport::direct : MediaTransport::gateway;
}

/// The same where the server may choose: nothing.
std::optional<MediaTransport> optional_choice_of_transport(JsonView message) {
  if (message.string("transport") == "auto") {
    return std::nullopt;
  }
  return optional_transport(message);
}

JoinRoom decode_join(JsonView message) {
  JoinRoom join;
  join.room = required_id<core::RoomId>(message, "room");
  join.user = required_id<core::UserId>(message, "user");
  join.display_name = optional_string(message, "display_name").value_or(join.user.value());
  if (!core::is_valid_text(join.display_name)) {
    refuse_element("display_name", "up to 256 bytes of UTF-8 without control characters");
  }
  decode_role(message, join);
  join.token = optional_string(message, "token");
  join.pin = optional_string(message, "pin");
  if (!is_absent(message.get("resume_token"))) {
    join.resumption = required_resumption(message);
  }
  join.continues_after = optional_number<core::SignalSequence>(message, kSignalsReceived);
  join.subscribe = optional_flag(message, "subscribe") ? SubscribeAtOnce::yes : SubscribeAtOnce::no;
  join.transport = optional_choice_of_transport(message);
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
  return {optional_id<core::RoomId>(message, "room"),
          required_claim(message),
          optional_number<core::SignalSequence>(message, kSignalsReceived),
          std::move(request),
          {},
          MediaTransport::gateway,
          WantsTurn::no,
          WantsRestart::no};
}

SessionRequest in_session_with_sdp(JsonView message, core::Request request, const std::optional<Jsep>& jsep,
                                   JsepType type) {
  if (optional_transport(message) == MediaTransport::direct) {
    if (jsep) {
      refuse(ErrorCode::jsep_unexpected, "By the direct transport the description stands in \"sdp\".");
    }
    SessionRequest decoded = in_session(message, std::move(request));
    decoded.sdp = required_string(message, "sdp");
    decoded.transport = MediaTransport::direct;
    return decoded;
  }
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

core::End decode_end(JsonView /*message*/) {
  return {};
}

core::Kick decode_kick(JsonView message) {
  return {required_id<core::UserId>(message, "user")};
}

core::Transfer decode_transfer(JsonView message) {
  return {required_id<core::UserId>(message, "user")};
}

core::Mute decode_mute(JsonView message) {
  return {required_id<core::UserId>(message, "user"),
          required_flag(message, "muted") ? core::Muting::muted : core::Muting::unmuted};
}

core::Lock decode_lock(JsonView message) {
  return {required_flag(message, "locked") ? core::Locking::locked : core::Locking::unlocked};
}

Body decode_leave(JsonView message) {
  if (names_session(message)) {
    return in_session(message, core::Leave{});
  }
  if (is_absent(message.get("resume_token"))) {
    refuse(ErrorCode::element_missing, R"("session" is missing, or else "resume_token".)");
  }
  return LeaveRoomByToken{required_id<core::RoomId>(message, "room"),
                          {required_id<core::UserId>(message, "user"), required_resumption(message)}};
}

/// What a request is decoded from.
struct Material {
  JsonView message;
  const std::optional<Jsep>& jsep;
  const RoomDraft& defaults;
};

/// For verbs of a session whose elements one function reads.
template <auto kDecode>
Body in_session_by(const Material& from) {
  return in_session(from.message, kDecode(from.message));
}

/// For what the host asks in its session, and others with the room's secret.
template <auto kDecode>
Body by_host_or_administrator(const Material& from) {
  auto request = kDecode(from.message);
  if (names_session(from.message)) {
    return in_session(from.message, std::move(request));
  }
  return AdministerRoom{required_id<core::RoomId>(from.message, "room"),
                        optional_string(from.message, "secret"), std::move(request)};
}

/// For verbs that have no elements but the session's.
template <class Request>
Body bare(const Material& from) {
  return in_session(from.message, Request{});
}

Body decode_heartbeat(const Material& from) {
  SessionRequest decoded = in_session(from.message, core::Heartbeat{});
  decoded.turn = optional_flag(from.message, "turn") ? WantsTurn::yes : WantsTurn::no;
  return decoded;
}

Body decode_subscribe(const Material& from) {
  SessionRequest decoded = in_session(from.message, core::Subscribe{});
  decoded.transport = optional_choice_of_transport(from.message);
  return decoded;
}

Body decode_status(const Material& from) {
  return AdministerRoom{
      required_id<core::RoomId>(from.message, "room"), optional_string(from.message, "secret"),
      StatusRequest{optional_flag(from.message, "peers") ? WantsPeers::yes : WantsPeers::no}};
}

/// One thing at a time: a key frame, or an ICE restart of the direct transport, which begins with an offer of
/// the server's to a viewer and with one of its own from a publisher.
Body decode_configure(const Material& from) {
  const bool keyframe = optional_flag(from.message, "keyframe");
  const bool restart = optional_flag(from.message, "restart");
  const auto sdp = optional_string(from.message, "sdp");
  const int things =
      static_cast<int>(keyframe) + static_cast<int>(restart) + static_cast<int>(sdp.has_value());
  if (things == 0) {
    refuse(ErrorCode::element_missing,
           R"("keyframe": true, "restart": true or "sdp" is missing: there is nothing else to configure.)");
  }
  if (things > 1) {
    refuse(ErrorCode::element_invalid, R"(One of "keyframe", "restart" and "sdp" at a time.)");
  }
  if (keyframe) {
    return in_session(from.message, core::Configure{});
  }
  if (optional_transport(from.message) != MediaTransport::direct) {
    refuse_element("transport", R"("direct", which alone restarts like this)");
  }
  using Carried = core::Configure::Carried;
  SessionRequest decoded =
      in_session(from.message, core::Configure{sdp ? Carried::publication : Carried::subscription});
  decoded.transport = MediaTransport::direct;
  decoded.restart = restart ? WantsRestart::yes : WantsRestart::no;
  decoded.sdp = sdp.value_or("");
  return decoded;
}

core::AwaitReady decode_await_ready(JsonView message) {
  return {required_duration(message, "timeout_ms", core::limits::kReadyTimeout)};
}

struct VerbRow {
  std::string_view name;
  Verb verb;
  Body (*decode)(const Material&);
};

constexpr auto kVerbs = std::to_array<VerbRow>({
    {"create", Verb::create,
     [](const Material& from) -> Body { return decode_create(from.message, from.defaults); }},
    {"edit", Verb::edit, by_host_or_administrator<decode_edit>},
    {"end", Verb::end, by_host_or_administrator<decode_end>},
    {"exists", Verb::exists,
     [](const Material& from) -> Body {
       return RoomExists{required_id<core::RoomId>(from.message, "room")};
     }},
    {"list", Verb::list, [](const Material& /*from*/) -> Body { return ListRooms{}; }},
    {"status", Verb::status, decode_status},
    {"kick", Verb::kick, by_host_or_administrator<decode_kick>},
    {"mute", Verb::mute, by_host_or_administrator<decode_mute>},
    {"lock", Verb::lock, by_host_or_administrator<decode_lock>},
    {"join", Verb::join, [](const Material& from) -> Body { return decode_join(from.message); }},
    {"leave", Verb::leave, [](const Material& from) { return decode_leave(from.message); }},
    {"heartbeat", Verb::heartbeat, decode_heartbeat},
    {"sync", Verb::sync, bare<core::Synchronize>},
    {"publish", Verb::publish,
     [](const Material& from) -> Body {
       return in_session_with_sdp(from.message, core::Publish{}, from.jsep, JsepType::offer);
     }},
    {"unpublish", Verb::unpublish, bare<core::Unpublish>},
    {"subscribe", Verb::subscribe, decode_subscribe},
    {"start", Verb::start,
     [](const Material& from) -> Body {
       return in_session_with_sdp(from.message, core::Start{}, from.jsep, JsepType::answer);
     }},
    {"configure", Verb::configure, decode_configure},
    {"ready", Verb::ready, bare<core::Ready>},
    {"await_ready", Verb::await_ready, in_session_by<decode_await_ready>},
    {"signal", Verb::signal, in_session_by<decode_signal>},
    {"chat", Verb::chat, in_session_by<decode_chat>},
    {"control", Verb::control, in_session_by<decode_control>},
    {"open_activity", Verb::open_activity, in_session_by<decode_open_activity>},
    {"close_activity", Verb::close_activity, in_session_by<decode_close_activity>},
    {"activity", Verb::activity, in_session_by<decode_use_activity>},
    {"backup", Verb::backup, in_session_by<decode_backup>},
    {"transfer", Verb::transfer, in_session_by<decode_transfer>},
    {"promotion", Verb::promotion, in_session_by<decode_promotion>},
});

const VerbRow* row_named(std::string_view name) {
  const auto* const found = std::ranges::find(kVerbs, name, &VerbRow::name);
  return found == kVerbs.end() ? nullptr : found;
}

const VerbRow& find_verb(JsonView message) {
  const VerbRow* found = row_named(required_string(message, "request"));
  if (found == nullptr) {
    refuse(ErrorCode::request_unknown);
  }
  return *found;
}

}  // namespace

std::optional<Verb> verb_named(std::string_view name) {
  const VerbRow* found = row_named(name);
  return found != nullptr ? std::optional(found->verb) : std::nullopt;
}

std::variant<ClientRequest, RequestError> RequestDecoder::decode(JsonView message,
                                                                 const std::optional<Jsep>& jsep) const {
  try {
    if (!message.is_object()) {
      refuse(ErrorCode::message_not_object);
    }
    check_size(message);
    const VerbRow& row = find_verb(message);
    if (jsep && row.verb != Verb::publish && row.verb != Verb::start) {
      refuse(ErrorCode::jsep_unexpected);
    }
    return ClientRequest{row.verb, row.decode({message, jsep, room_defaults_})};
  } catch (RequestError& refused) {
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
