// SPDX-License-Identifier: GPL-3.0-or-later
// Who comes in, in which role and over which earlier session, and who goes.
#include <utility>

#include "core/marks.hpp"
#include "core/planted_faults.hpp"
#include "core/room.hpp"

namespace baton::core {

bool Room::comes_as_host(const Join& join, const SessionTable::Admission& admission) const {
  const bool goes_on = admission.kind == JoinKind::rejoined && lease_.is_host(join.user);
  // Where no token says less, whoever holds the lease comes back to it, by whatever page.
  const bool may_come_as_less = join.role_from == RoleSource::token && join.role != Role::host;
  const bool asks = !may_come_as_less && !join.barred;
  return lease_.holds(join.user) && (goes_on || asks);
}

std::variant<Role, ErrorCode> Room::role_for(const Join& join,
                                             const SessionTable::Admission& admission) const {
  const Participant* existing = admission.existing;
  if (comes_as_host(join, admission)) {
    return Role::host;
  }
  // Hosts who come and go leave controllers behind, so their number alone bounds nothing.
  const std::size_t capacity = 1 + settings_.max_controllers + limits::kFormerHosts + settings_.max_viewers;
  if (existing == nullptr && table_.all().size() >= capacity) {
    BATON_MARK(join_capacity_full);
    return ErrorCode::room_full;
  }
  Role role = wanted_role(join);
  if (role == Role::host && lease_.vacant() && !join.barred) {
    return Role::host;
  }
  if (role == Role::host && join.barred == ErrorCode::rate_limited &&
      (lease_.vacant() || lease_.holds(join.user))) {
    // Let in with the role that it had it would not know that it had better try again.
    BATON_MARK(join_as_host_later);
    return ErrorCode::rate_limited;
  }
  if (admission.kind == JoinKind::rejoined) {
    return existing->role;
  }
  if (role == Role::host) {
    if (!lease_.was_host(join.user)) {
      BATON_MARK(join_host_taken);
      return ErrorCode::host_taken;
    }
    // A former host always has a place, beyond the controllers that the room admits.
    BATON_MARK(join_former_host_as_controller);
    return Role::controller;
  }
  const bool keeps_its_place = existing != nullptr && existing->role == role;
  if (keeps_its_place) {
    return role;
  }
  if (role == Role::controller && table_.count(role) >= settings_.max_controllers) {
    BATON_MARK(join_controllers_full);
    return ErrorCode::controllers_full;
  }
  if (role == Role::viewer && table_.count(role) >= settings_.max_viewers) {
    BATON_MARK(join_room_full);
    return ErrorCode::room_full;
  }
  return role;
}

void Room::on(const Sender& sender, const Join& join) {
  if (table_.knows(sender.connection)) {
    refuse(sender.request, ErrorCode::already_joined);
    return;
  }
  const auto admitted = table_.admit(join, now_);
  if (const auto* error = std::get_if<ErrorCode>(&admitted)) {
    refuse(sender.request, *error);
    return;
  }
  const auto& admission = std::get<SessionTable::Admission>(admitted);
  BATON_MARK_IF(join_barred_goes_on, join.barred.has_value());
  if (locking_ == Locking::locked && admission.existing == nullptr && !comes_as_host(join, admission)) {
    BATON_MARK(join_locked);
    refuse(sender.request, ErrorCode::room_locked);
    return;
  }
  if (join.further_role && find_role(settings_, *join.further_role) == nullptr) {
    BATON_MARK(join_role_unknown);
    refuse(sender.request, ErrorCode::role_unknown);
    return;
  }
  const auto role = role_for(join, admission);
  if (const auto* error = std::get_if<ErrorCode>(&role)) {
    refuse(sender.request, *error);
    return;
  }
  // Whoever joins is shown who is there, so everybody else may know it as well.
  tell_presence(TellPresence::everything);
  Signalling signalling = signalling_for(join, admission);
  if (admission.existing != nullptr) {
    BATON_MARK_IF(join_replaces_live_session, admission.existing->present());
    release_connections(*admission.existing, ReleaseReason::replaced);
  }
  if (admission.kind == JoinKind::fresh) {
    BATON_MARK(join_fresh);
  }
  const bool goes_on = signalling.line != SignalLine();
  joining_ = JoinInProgress{sender, admission.kind, join.user,
                            goes_on ? Continuity::continued : Continuity::restarted};
  const Role granted = std::get<Role>(role);
  const bool takes_lease = granted == Role::host && !lease_.holds(join.user);
  if (lease_.holds(join.user)) {
    take_up_or_lay_down(granted);
  }
  // Until the lease is granted below, nobody but its holder is shown as host.
  Participant& participant = table_.open_session(
      join, sender.connection, takes_lease ? Role::controller : granted, admission.kind, now_);
  participant.signalling = std::move(signalling);
  if (!goes_on) {
    participant.signalling.line = SignalLine(participant.session.version.value());
  }
  if (const auto expiry = participant.signalling.inbox.next_expiry()) {
    signal_watch_.expect(join.user, *expiry);
  }
  silence_watch_.expect(join.user, now_ + presence_steps(participant).inactive);
  broadcast(ParticipantJoined{participant.view(), admission.kind});
  if (admission.existing != nullptr && admission.kind == JoinKind::fresh) {
    // Nothing proves that this is who was here before.
    forget_in_activity(join.user);
  }
  if (takes_lease) {
    const bool first = lease_.room_state() == RoomState::waiting;
    grant(join.user, first ? HostChange::first : HostChange::claim);
  }
  const bool came_as_former_host = join.role == Role::host && participant.role == Role::controller;
  if (came_as_former_host) {
    if (const UserId* host = lease_.host()) {
      if (const Participant* holder = table_.find(*host)) {
        tell(*holder, FormerHostReturned{join.user});
      }
    }
  }
}

void Room::take_up_or_lay_down(Role granted) {
  if (granted == Role::host) {
    lease_.take_up();
    return;
  }
  BATON_MARK(join_lays_lease_down);
  lease_.lay_down();
}

void Room::on(const Sender& sender, const LeaveByToken& leave) {
  BATON_MARK(leave_by_token);
  reply(sender.request, Done{});
  if (table_.find_by_token(leave.user, leave.resumption.token) != nullptr) {
    depart(leave.user, DepartureReason::left);
  } else {
    table_.remember_departure(leave.user, leave.resumption.token, now_);
  }
}

void Room::on(const Sender& sender, Participant& who, const Leave& /*leave*/) {
  reply(sender.request, Done{});
  depart(UserId(who.user), DepartureReason::left);
}

void Room::depart(const UserId& user, DepartureReason reason) {
  Participant* participant = table_.find(user);
  if (participant == nullptr) {
    return;
  }
  const auto release = [&] {
    switch (reason) {
      case DepartureReason::left:
        return ReleaseReason::left;
      case DepartureReason::kicked:
        return ReleaseReason::kicked;
      case DepartureReason::absent_too_long:
        return ReleaseReason::absent_too_long;
      case DepartureReason::room_closed:
        break;
    }
    return ReleaseReason::room_closed;
  }();
  release_connections(*participant, release);
  forget_signals_from(user);
  signal_bytes_ -= participant->signalling.inbox.bytes();
  const auto undelivered = participant->signalling.inbox.take_all();
  BATON_MARK_IF(signals_of_gone_receiver, !undelivered.empty());
  silence_watch_.forget(user);
  removal_watch_.forget(user);
  signal_watch_.forget(user);
  recount_audience_ = true;
  if (awaited_readiness_ && awaited_readiness_->host == user) {
    // The lease may stay its own while controllers are asked, but nobody is left to be told.
    awaited_readiness_.reset();
  }
  const bool removed = reason == DepartureReason::absent_too_long;
  const ParticipantView last_seen_as = participant->view();
  table_.remove(user, removed ? SessionTable::TokenFate::forgotten : SessionTable::TokenFate::spent, now_);
  fail_signals(user, undelivered, SignalFailure::receiver_left);
  if (removed) {
    // A storm of removals is told like the storm of silence that it follows.
    presence_news_.note_removal(last_seen_as);
  } else {
    presence_news_.forget(user);
    broadcast(ParticipantLeft{user, reason});
  }
  forget_in_activity(user);
  // Whoever leaves on purpose does not come back: there is nothing to wait for. If a controller is being
  // asked already, the question stands. Who has laid the role down may still take it up, unless kicked.
  if (lease_.is_host(user) || (reason == DepartureReason::kicked && lease_.holds(user))) {
    if (lease_.room_state() == RoomState::promoting) {
      BATON_MARK(host_left_while_promoting);
    } else {
      BATON_MARK(host_left);
      succeed();
    }
  }
  if (planted_faults::kCloseWhenEmpty && table_.all().empty()) {
    close(CloseReason::host_timeout);
  }
}

}  // namespace baton::core
