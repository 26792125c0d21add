// SPDX-License-Identifier: GPL-3.0-or-later
// Which requests are to be refused, and with which error: written from the protocol, as a second opinion.
#include <algorithm>
#include <variant>

#include "tests/sim/picture.hpp"
#include "tests/sim/room_model.hpp"

namespace baton::sim {

using namespace core;

namespace {

using MaybeError = std::optional<ErrorCode>;

/// A join's way in: who is refused at the door, and who keeps a place.
/// What becomes of the wish to come back: nothing to prove, proved, or why not.
std::variant<JoinKind, ErrorCode> judge_resumption(const RoomModel& model, const Join& join) {
  const ModelPerson* existing = model.find(join.user);
  if (!join.resumption) {
    return JoinKind::fresh;
  }
  if (model.spent(join.user, join.resumption->token)) {
    return ErrorCode::join_stopped;
  }
  if (existing == nullptr) {
    return JoinKind::fresh;
  }
  const ModelSession& session = existing->session;
  const bool current = session.token.bytes() == join.resumption->token.bytes();
  const bool earlier =
      session.joined_with && session.joined_with->token.bytes() == join.resumption->token.bytes();
  if (join.barred && !current && !earlier) {
    return *join.barred;
  }
  if (!current &&
      (!earlier || session.confirmed || join.resumption->attempt <= session.joined_with->attempt)) {
    return ErrorCode::join_superseded;
  }
  return JoinKind::rejoined;
}

MaybeError refuse_join(const RoomModel& model, const Join& join) {
  const ModelPerson* existing = model.find(join.user);
  const auto kind = judge_resumption(model, join);
  if (const auto* error = std::get_if<ErrorCode>(&kind)) {
    return *error;
  }
  const bool rejoins = std::get<JoinKind>(kind) == JoinKind::rejoined;
  if (join.barred && !rejoins) {
    return join.barred;
  }
  const bool comes_as_host = model.comes_as_host(join, std::get<JoinKind>(kind));
  if (model.picture.locked && existing == nullptr && !comes_as_host) {
    return ErrorCode::room_locked;
  }
  const auto& roles = model.picture.settings.further_roles;
  if (join.further_role &&
      std::ranges::find(roles, *join.further_role, &RoleDefinition::name) == roles.end()) {
    return ErrorCode::role_unknown;
  }
  const bool vacant = !model.picture.host;
  const Role wanted = model.revoked.contains(join.user) ? Role::viewer : join.role;
  const bool takes_over = wanted == Role::host && vacant && !join.barred;
  const bool becomes_host = comes_as_host || takes_over;
  if (existing == nullptr && !comes_as_host && model.people.size() >= model.capacity()) {
    return ErrorCode::room_full;
  }
  const bool could_be_host = wanted == Role::host && (vacant || model.holds_lease(join.user));
  if (!comes_as_host && could_be_host && join.barred == ErrorCode::rate_limited) {
    return join.barred;
  }
  if (becomes_host || rejoins) {
    return std::nullopt;
  }
  if (wanted == Role::host) {
    return std::ranges::find(model.former, join.user) != model.former.end()
               ? std::nullopt
               : MaybeError(ErrorCode::host_taken);
  }
  if (existing != nullptr && model.role_of(join.user) == wanted) {
    return std::nullopt;
  }
  if (wanted == Role::controller) {
    return model.count(Role::controller) >= model.picture.settings.max_controllers
               ? MaybeError(ErrorCode::controllers_full)
               : std::nullopt;
  }
  return model.count(Role::viewer) >= model.picture.settings.max_viewers ? MaybeError(ErrorCode::room_full)
                                                                         : std::nullopt;
}

/// A browser serves only so many by itself, whoever asks.
MaybeError refuse_edit(const RoomModel& model, const Edit& edit) {
  const auto& viewers = edit.edit.max_viewers;
  const bool too_many =
      model.picture.settings.mode == RoomMode::p2p && viewers && *viewers > limits::kViewersPeerToPeer;
  return too_many ? MaybeError(ErrorCode::element_invalid) : std::nullopt;
}

MaybeError refuse_grant(const RoomModel& model, const UserId& target) {
  if (model.role_of(target) != Role::viewer || !model.has_right(target, Right::control)) {
    return ErrorCode::user_not_eligible;
  }
  return model.count(Role::controller) >= model.picture.settings.max_controllers
             ? MaybeError(ErrorCode::controllers_full)
             : std::nullopt;
}

MaybeError refuse_control(const RoomModel& model, const UserId& user, const Control& control) {
  const auto requested = [&](const UserId& one) {
    return find_view(model.picture, one)->control_request ? std::nullopt
                                                          : MaybeError(ErrorCode::control_not_requested);
  };
  const Role role = model.role_of(user);
  switch (control.action) {
    case ControlAction::request:
      if (role != Role::viewer) {
        return ErrorCode::control_held;
      }
      return model.has_right(user, Right::control) ? std::nullopt : MaybeError(ErrorCode::not_permitted);
    case ControlAction::withdraw:
      return requested(user);
    case ControlAction::release:
      return role == Role::controller ? std::nullopt : MaybeError(ErrorCode::not_permitted);
    case ControlAction::grant:
    case ControlAction::deny:
    case ControlAction::revoke:
      break;
  }
  if (!model.is_host(user)) {
    return ErrorCode::not_permitted;
  }
  if (!control.user || model.find(*control.user) == nullptr) {
    return ErrorCode::user_unknown;
  }
  if (control.action == ControlAction::grant) {
    return refuse_grant(model, *control.user);
  }
  if (control.action == ControlAction::deny) {
    return requested(*control.user);
  }
  return model.role_of(*control.user) == Role::controller ? std::nullopt
                                                          : MaybeError(ErrorCode::user_not_eligible);
}

/// Bytes that the request itself frees: its sender says how far it has received its own signals.
std::size_t freed_by(const ModelPerson& person, const Sender& sender) {
  std::size_t freed = 0;
  for (const ModelEntry& entry : person.signals.inbox) {
    const bool received =
        sender.signals_received && entry.sequence && *entry.sequence <= *sender.signals_received;
    freed += received && entry.payload ? entry.payload->size() : 0;
  }
  return freed;
}

MaybeError refuse_signal(const RoomModel& model, const Sender& sender, const UserId& user,
                         const SendSignal& signal) {
  const ModelPerson& from = *model.find(user);
  switch (from.signals.accepted.judge(signal.number)) {
    case ModelAccepted::Verdict::repeated:
      return std::nullopt;
    case ModelAccepted::Verdict::passed_over:
      return ErrorCode::signal_passed_over;
    case ModelAccepted::Verdict::unseen:
      break;
  }
  if (!model.has_right(user, Right::signal)) {
    return ErrorCode::not_permitted;
  }
  const ModelPerson* to = model.find(signal.to);
  if (to == nullptr) {
    return ErrorCode::user_unknown;
  }
  if (signal.to == user || !model.has_right(signal.to, Right::signal)) {
    return ErrorCode::user_not_eligible;
  }
  const Role mine = model.role_of(user);
  const Role theirs = model.role_of(signal.to);
  const bool between_viewers = mine == Role::viewer && theirs == Role::viewer;
  const bool steers = mine == Role::controller && theirs == Role::host;
  if (signal.kind == SignalKind::input ? !steers : between_viewers) {
    return ErrorCode::not_permitted;
  }
  if (signal.kind == SignalKind::input && !to->session.ready) {
    return ErrorCode::user_absent;
  }
  if (from.signals.broken) {
    return ErrorCode::signals_broken;
  }
  const std::size_t bytes = signal.payload->size();
  const bool full = to->signals.inbox.size() + 1 > limits::kSignalsQueued ||
                    to->signals.bytes() + bytes > limits::kSignalBytesQueued ||
                    model.signal_bytes() - freed_by(from, sender) + bytes > limits::kSignalBytesInRoom;
  return full ? MaybeError(ErrorCode::signals_full) : std::nullopt;
}

/// Requests of one who proved a session.
struct Authenticated {
  const RoomModel& model;
  const Sender& sender;
  const UserId& user;
  const ModelSession& session;

  [[nodiscard]] MaybeError unless_host(MaybeError error = std::nullopt) const {
    return model.is_host(user) ? error : ErrorCode::not_permitted;
  }
  [[nodiscard]] MaybeError free_connection(ConnectionUse wanted) const {
    if (model.picture.settings.mode == RoomMode::p2p) {
      return ErrorCode::mode_forbids;
    }
    if (sender.peer_connection == PeerConnection::closing) {
      return ErrorCode::handle_busy;
    }
    const auto use = session.connections.find(sender.connection);
    if (use == session.connections.end()) {
      return session.connections.size() >= limits::kConnectionsPerSession
                 ? MaybeError(ErrorCode::connections_full)
                 : std::nullopt;
    }
    switch (use->second) {
      case ConnectionUse::subscribed:
        return wanted == ConnectionUse::subscribed ? ErrorCode::already_subscribed : ErrorCode::handle_busy;
      case ConnectionUse::publishing:
        return ErrorCode::handle_busy;
      case ConnectionUse::signalling_only:
        break;
    }
    return std::nullopt;
  }
  [[nodiscard]] MaybeError subscriber() const {
    return session.connections.at(sender.connection) == ConnectionUse::subscribed
               ? std::nullopt
               : MaybeError(ErrorCode::not_subscribed);
  }

  MaybeError operator()(const Join& /*one*/) const { return std::nullopt; }
  MaybeError operator()(const LeaveByToken& /*one*/) const { return std::nullopt; }
  MaybeError operator()(const Leave& /*one*/) const { return std::nullopt; }
  MaybeError operator()(const Heartbeat& /*one*/) const { return std::nullopt; }
  MaybeError operator()(const Publish& /*one*/) const {
    if (!model.has_right(user, Right::publish)) {
      return ErrorCode::not_permitted;
    }
    return session.feed ? MaybeError(ErrorCode::already_publishing)
                        : free_connection(ConnectionUse::publishing);
  }
  MaybeError operator()(const Unpublish& /*one*/) const {
    const bool publishes_here = session.feed && session.feed->connection == sender.connection;
    const bool gives_up = !session.feed && session.media_lost;
    return publishes_here || gives_up ? std::nullopt : MaybeError(ErrorCode::not_publishing);
  }
  MaybeError operator()(const Subscribe& /*one*/) const { return free_connection(ConnectionUse::subscribed); }
  MaybeError operator()(const Start& /*one*/) const { return subscriber(); }
  MaybeError operator()(const Configure& /*one*/) const { return subscriber(); }
  MaybeError operator()(const SetBackup& one) const {
    return unless_host(one.user == user ? MaybeError(ErrorCode::user_not_eligible) : std::nullopt);
  }
  MaybeError operator()(const Transfer& one) const {
    MaybeError error;
    if (model.find(one.to) == nullptr) {
      error = ErrorCode::user_unknown;
    } else if (one.to == user) {
      error = ErrorCode::user_not_eligible;
    } else if (!model.is_present(one.to)) {
      error = ErrorCode::user_absent;
    }
    return unless_host(error);
  }
  MaybeError operator()(const AnswerPromotion& one) const {
    const auto& asked = model.picture.promotion;
    const bool open = asked && asked->promotion == one.promotion && asked->candidate == user;
    return open ? std::nullopt : MaybeError(ErrorCode::promotion_over);
  }
  MaybeError operator()(const ClaimHost& /*one*/) const {
    if (model.role_of(user) == Role::viewer) {
      return ErrorCode::not_permitted;
    }
    if (model.picture.host) {
      return ErrorCode::host_present;
    }
    return session.signalling ? std::nullopt : MaybeError(ErrorCode::user_absent);
  }
  MaybeError operator()(const Edit& one) const { return unless_host(refuse_edit(model, one)); }
  MaybeError operator()(const Mute& one) const {
    return unless_host(model.find(one.user) == nullptr ? MaybeError(ErrorCode::user_unknown) : std::nullopt);
  }
  MaybeError operator()(const Lock& /*one*/) const { return unless_host(); }
  MaybeError operator()(const Synchronize& /*one*/) const { return std::nullopt; }
  MaybeError operator()(const Ready& /*one*/) const {
    return session.signalling ? std::nullopt : MaybeError(ErrorCode::user_absent);
  }
  MaybeError operator()(const AwaitReady& /*one*/) const { return unless_host(); }
  MaybeError operator()(const SendChat& /*one*/) const {
    if (!model.has_right(user, Right::chat)) {
      return ErrorCode::not_permitted;
    }
    return find_view(model.picture, user)->muted ? MaybeError(ErrorCode::muted) : std::nullopt;
  }
  MaybeError operator()(const OpenActivity& one) const {
    ActivityModel activity = model.activity;
    return unless_host(activity.open(one));
  }
  MaybeError operator()(const CloseActivity& /*one*/) const {
    ActivityModel activity = model.activity;
    return unless_host(activity.close());
  }
  MaybeError operator()(const UseActivity& one) const {
    if (!model.has_right(user, Right::participate)) {
      return ErrorCode::not_permitted;
    }
    ActivityModel activity = model.activity;
    const bool leads = model.role_of(user) != Role::viewer;
    return activity.use(user, leads ? ActivityPart::leader : ActivityPart::participant, one, model.now);
  }
  MaybeError operator()(const Control& one) const { return refuse_control(model, user, one); }
  MaybeError operator()(const SendSignal& one) const { return refuse_signal(model, sender, user, one); }
  MaybeError operator()(const End& /*one*/) const { return unless_host(); }
  MaybeError operator()(const Kick& one) const {
    if (one.user == user) {
      return unless_host(ErrorCode::user_not_eligible);
    }
    return unless_host(model.find(one.user) == nullptr ? MaybeError(ErrorCode::user_unknown) : std::nullopt);
  }
};

}  // namespace

bool brings_connection(const Request& request) {
  return std::holds_alternative<Join>(request) || std::holds_alternative<Publish>(request) ||
         std::holds_alternative<Subscribe>(request);
}

std::optional<ErrorCode> expected_refusal(const RoomModel& model, const ParticipantCommand& command) {
  const Request& request = command.request;
  if (const auto* join = std::get_if<Join>(&request)) {
    return model.owner(command.sender.connection) ? ErrorCode::already_joined : refuse_join(model, *join);
  }
  if (std::holds_alternative<LeaveByToken>(request)) {
    return std::nullopt;
  }
  if (const auto error = model.fence(command.sender)) {
    return error;
  }
  const UserId user = *model.user_of(*command.sender.claim);
  if (!brings_connection(request) && model.owner(command.sender.connection) != user) {
    return ErrorCode::not_joined;
  }
  return std::visit(Authenticated{model, command.sender, user, model.find(user)->session}, request);
}

std::optional<ErrorCode> expected_refusal(const RoomModel& model, const AdministratorCommand& command) {
  if (const auto* edit = std::get_if<Edit>(&command.request)) {
    return refuse_edit(model, *edit);
  }
  const auto* kick = std::get_if<Kick>(&command.request);
  const auto* mute = std::get_if<Mute>(&command.request);
  const UserId* user = kick != nullptr ? &kick->user : mute != nullptr ? &mute->user : nullptr;
  return user != nullptr && model.find(*user) == nullptr ? MaybeError(ErrorCode::user_unknown) : std::nullopt;
}

}  // namespace baton::sim
