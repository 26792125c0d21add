// SPDX-License-Identifier: GPL-3.0-or-later
// What participants and administrators ask of a room. Who may ask is decided here; what follows for the role
// of host is decided in room_succession.cpp.
#include <algorithm>
#include <utility>

#include "core/marks.hpp"
#include "core/planted_faults.hpp"
#include "core/room.hpp"

namespace baton::core {

std::variant<Role, ErrorCode> Room::role_for(const Join& join,
                                             const SessionTable::Admission& admission) const {
  const Participant* existing = admission.existing;
  if (lease_.is_host(join.user)) {
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
  if (join.barred && admission.kind == JoinKind::fresh) {
    refuse(sender.request, *join.barred);
    return;
  }
  if (locking_ == Locking::locked && admission.existing == nullptr && !lease_.is_host(join.user)) {
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
  const bool takes_lease = granted == Role::host && !lease_.is_host(join.user);
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

void Room::on(const Sender& sender, Participant& who, const Heartbeat& /*heartbeat*/) {
  reply(sender.request, HeartbeatAnswer{version_, heartbeat_within(who),
                                        who.signalling.inbox.last_under_way(), who.signalling.state});
}

void Room::on(const Sender& sender, Participant& who, const Synchronize& /*synchronize*/) {
  reply(sender.request,
        Synchronized{snapshot(), who.signalling.inbox.last_under_way(), show_activity_own(who)});
}

void Room::on(const Sender& sender, Participant& who, const SendChat& chat) {
  if (!rights_of(settings_, who.role, who.further_role).has(Right::chat)) {
    BATON_MARK(chat_not_for_role);
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  if (who.muted) {
    BATON_MARK(chat_muted);
    refuse(sender.request, ErrorCode::muted);
    return;
  }
  BATON_MARK(chat_added);
  reply(sender.request, Done{});
  broadcast(ChatAdded{chat_.add(who.user, who.display_name, chat.text, now_)});
}

bool Room::take_connection_for(ConnectionUse use, const Sender& sender, Participant& who) {
  if (settings_.mode == RoomMode::p2p) {
    refuse(sender.request, ErrorCode::mode_forbids);
    return false;
  }
  if (sender.peer_connection == PeerConnection::closing) {
    BATON_MARK(media_before_hangup);
    refuse(sender.request, ErrorCode::handle_busy);
    return false;
  }
  if (!table_.attach(who, sender.connection)) {
    refuse(sender.request, ErrorCode::connections_full);
    return false;
  }
  SessionConnection* connection = who.connection(sender.connection);
  if (connection->use != ConnectionUse::signalling_only) {
    // The same use is a subscription: a session that publishes already was refused before.
    refuse(sender.request, connection->use == use ? ErrorCode::already_subscribed : ErrorCode::handle_busy);
    return false;
  }
  connection->use = use;
  return true;
}

void Room::on(const Sender& sender, Participant& who, const Publish& /*publish*/) {
  if (!rights_of(settings_, who.role, who.further_role).has(Right::publish)) {
    BATON_MARK(publish_refused_viewer);
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  if (who.session.publication) {
    refuse(sender.request, ErrorCode::already_publishing);
    return;
  }
  if (!take_connection_for(ConnectionUse::publishing, sender, who)) {
    return;
  }
  BATON_MARK(publish);
  last_feed_ = last_feed_.next();
  who.session.publication = Publication{last_feed_, sender.connection, std::nullopt, false};
  reply(sender.request, PublishAccepted{last_feed_, who.user});
  if (who.muted) {
    effects_.emplace_back(MuteFeed{last_feed_, Muting::muted});
  }
  broadcast(PublishingChanged{who.user, true});
}

void Room::on(const Sender& sender, Participant& who, const Unpublish& /*unpublish*/) {
  const bool publishes_here =
      who.session.publication && who.session.publication->connection == sender.connection;
  // One whose media were lost may say, on any of its handles, that it does not mean to bring them back.
  const bool gives_up = !who.session.publication && who.session.media_lost;
  if (!publishes_here && !gives_up) {
    refuse(sender.request, ErrorCode::not_publishing);
    return;
  }
  BATON_MARK(unpublish);
  reply(sender.request, Done{});
  end_publication(who);
  // Whoever stops on purpose is there, and shows nothing.
  who.session.media_lost = false;
}

void Room::on(const Sender& sender, Participant& who, const Subscribe& /*subscribe*/) {
  if (!take_connection_for(ConnectionUse::subscribed, sender, who)) {
    return;
  }
  BATON_MARK(subscribe);
  reply(sender.request, SubscribeAccepted{who.user});
}

void Room::acknowledge_subscriber(const Sender& sender, Participant& who) {
  if (who.connection(sender.connection)->use != ConnectionUse::subscribed) {
    refuse(sender.request, ErrorCode::not_subscribed);
    return;
  }
  reply(sender.request, Done{});
}

void Room::on(const Sender& sender, Participant& who, const Start& /*start*/) {
  acknowledge_subscriber(sender, who);
}

void Room::on(const Sender& sender, Participant& who, const Configure& /*configure*/) {
  acknowledge_subscriber(sender, who);
}

void Room::on(const Sender& sender, Participant& who, const SetBackup& request) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  if (request.user == who.user) {
    refuse(sender.request, ErrorCode::user_not_eligible);
    return;
  }
  reply(sender.request, Done{});
  if (backup_ != request.user) {
    backup_ = request.user;
    broadcast(BackupChanged{backup_});
  }
}

void Room::on(const Sender& sender, Participant& who, const Transfer& transfer) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  const Participant* target = table_.find(transfer.to);
  if (target == nullptr) {
    refuse(sender.request, ErrorCode::user_unknown);
    return;
  }
  if (target == &who) {
    refuse(sender.request, ErrorCode::user_not_eligible);
    return;
  }
  if (!target->present()) {
    BATON_MARK(transfer_to_absent);
    refuse(sender.request, ErrorCode::user_absent);
    return;
  }
  BATON_MARK(transfer);
  reply(sender.request, Done{});
  grant(transfer.to, HostChange::transfer);
}

void Room::on(const Sender& sender, Participant& who, const AnswerPromotion& answer) {
  const auto* promoting = std::get_if<HostLease::Promoting>(&lease_.state());
  if (promoting == nullptr || promoting->promotion.promotion != answer.promotion ||
      promoting->promotion.candidate != who.user) {
    BATON_MARK(promotion_answer_too_late);
    refuse(sender.request, ErrorCode::promotion_over);
    return;
  }
  reply(sender.request, Done{});
  if (answer.answer == PromotionAnswer::accept) {
    BATON_MARK(promotion_accepted);
    grant(UserId(who.user), HostChange::promotion);
    return;
  }
  BATON_MARK(promotion_declined);
  if (!ask_next_controller()) {
    no_successor();
  }
}

void Room::on(const Sender& sender, Participant& who, const ClaimHost& /*claim*/) {
  if (who.role == Role::viewer) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  if (!lease_.vacant()) {
    refuse(sender.request, ErrorCode::host_present);
    return;
  }
  if (!who.present()) {
    // It acts on a further connection while its signalling is gone: it would be offline as host at once.
    BATON_MARK(claim_by_absent);
    refuse(sender.request, ErrorCode::user_absent);
    return;
  }
  BATON_MARK(claim_in_pause);
  reply(sender.request, Done{});
  const bool first = lease_.room_state() == RoomState::waiting;
  grant(UserId(who.user), first ? HostChange::first : HostChange::claim);
}

void Room::on(const Sender& sender, Participant& who, const Edit& edit) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  this->edit(sender.request, edit.edit);
}

void Room::on(const Sender& sender, Participant& who, const End& /*end*/) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  end(sender.request, CloseReason::ended_by_host);
}

void Room::on(const Sender& sender, Participant& who, const Kick& kick) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  if (kick.user == who.user) {
    refuse(sender.request, ErrorCode::user_not_eligible);
    return;
  }
  this->kick(sender.request, kick.user);
}

void Room::on(const Sender& sender, Participant& who, const Mute& mute) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  this->mute(sender.request, mute);
}

void Room::on(const Sender& sender, Participant& who, const Lock& lock) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  this->lock(sender.request, lock);
}

void Room::edit(RequestId request, const RoomEdit& edit) {
  const bool beyond_a_browser =
      settings_.mode == RoomMode::p2p && edit.max_viewers > limits::kViewersPeerToPeer;
  if (beyond_a_browser) {
    refuse(request, ErrorCode::element_invalid);
    return;
  }
  const auto apply = [](const auto& change, auto& setting) {
    if (change) {
      setting = *change;
    }
  };
  apply(edit.description, settings_.description);
  apply(edit.grace, settings_.grace);
  apply(edit.promotion_timeout, settings_.promotion_timeout);
  apply(edit.on_host_timeout, settings_.on_host_timeout);
  apply(edit.media_silence, settings_.media_silence);
  apply(edit.heartbeat_interval, settings_.heartbeat_interval);
  apply(edit.max_controllers, settings_.max_controllers);
  apply(edit.max_viewers, settings_.max_viewers);
  reply(request, Done{});
  broadcast(RoomEdited{visible_settings()});
}

void Room::end(RequestId request, CloseReason reason) {
  BATON_MARK_IF(ended_by_host, reason == CloseReason::ended_by_host);
  BATON_MARK_IF(ended_by_administrator, reason == CloseReason::ended_by_administrator);
  reply(request, Done{});
  close(reason);
}

void Room::kick(RequestId request, const UserId& user) {
  if (table_.find(user) == nullptr) {
    refuse(request, ErrorCode::user_unknown);
    return;
  }
  BATON_MARK(kicked);
  reply(request, Done{});
  depart(UserId(user), DepartureReason::kicked);
}

void Room::mute(RequestId request, const Mute& mute) {
  Participant* participant = table_.find(mute.user);
  if (participant == nullptr) {
    refuse(request, ErrorCode::user_unknown);
    return;
  }
  reply(request, Done{});
  const bool muted = mute.muting == Muting::muted;
  if (participant->muted == muted) {
    return;
  }
  BATON_MARK_IF(participant_muted, muted);
  BATON_MARK_IF(participant_unmuted, !muted);
  participant->muted = muted;
  if (const auto& publication = participant->session.publication) {
    effects_.emplace_back(MuteFeed{publication->feed, mute.muting});
  }
  broadcast(MuteChanged{mute.user, mute.muting});
}

void Room::lock(RequestId request, const Lock& lock) {
  reply(request, Done{});
  if (locking_ != lock.locking) {
    BATON_MARK(lock_changed);
    locking_ = lock.locking;
    broadcast(LockChanged{locking_});
  }
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
  // asked already, the question stands.
  if (lease_.is_host(user)) {
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
