// SPDX-License-Identifier: GPL-3.0-or-later
// Which requests are to be refused, and with which error: written from the protocol, as a second opinion.
#include <algorithm>

#include "tests/sim/picture.hpp"
#include "tests/sim/room_model.hpp"

namespace baton::sim {

using namespace core;

namespace {

using MaybeError = std::optional<ErrorCode>;

/// A join's way in: who is refused at the door, and who keeps a place.
MaybeError refuse_join(const RoomModel& model, const Join& join) {
  const ModelPerson* existing = model.find(join.user);
  bool rejoins = false;
  if (join.resumption) {
    if (model.spent(join.user, join.resumption->token)) {
      return ErrorCode::join_stopped;
    }
    if (existing != nullptr) {
      const ModelSession& session = existing->session;
      const bool current = session.token.bytes() == join.resumption->token.bytes();
      const bool earlier =
          session.joined_with && session.joined_with->token.bytes() == join.resumption->token.bytes();
      if (!current &&
          (!earlier || session.confirmed || join.resumption->attempt <= session.joined_with->attempt)) {
        return ErrorCode::join_superseded;
      }
      rejoins = true;
    }
  }
  const bool vacant = !model.picture.host;
  const bool becomes_host = model.is_host(join.user) || (join.role == Role::host && vacant);
  if (existing == nullptr && !model.is_host(join.user) && model.people.size() >= model.capacity()) {
    return ErrorCode::room_full;
  }
  if (becomes_host || rejoins) {
    return std::nullopt;
  }
  if (join.role == Role::host) {
    return std::ranges::find(model.former, join.user) != model.former.end()
               ? std::nullopt
               : MaybeError(ErrorCode::host_taken);
  }
  if (existing != nullptr && model.role_of(join.user) == join.role) {
    return std::nullopt;
  }
  if (join.role == Role::controller) {
    return model.count(Role::controller) >= model.picture.settings.max_controllers
               ? MaybeError(ErrorCode::controllers_full)
               : std::nullopt;
  }
  return model.count(Role::viewer) >= model.picture.settings.max_viewers ? MaybeError(ErrorCode::room_full)
                                                                         : std::nullopt;
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
    if (model.role_of(user) == Role::viewer) {
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
  MaybeError operator()(const Edit& /*one*/) const { return unless_host(); }
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
  const auto* kick = std::get_if<Kick>(&command.request);
  return kick != nullptr && model.find(kick->user) == nullptr ? MaybeError(ErrorCode::user_unknown)
                                                              : std::nullopt;
}

}  // namespace baton::sim
