// SPDX-License-Identifier: GPL-3.0-or-later
// Who is host, and what happens when the host is silent (the lifecycle of a room).
#include "core/marks.hpp"
#include "core/planted_faults.hpp"
#include "core/room.hpp"

namespace baton::core {

std::optional<OfflineReason> Room::host_trouble() const {
  const UserId* host = lease_.host();
  const Participant* participant = host != nullptr ? table_.find(*host) : nullptr;
  if (participant == nullptr) {
    return OfflineReason::connection_lost;
  }
  if (participant->presence == Presence::offline) {
    return participant->offline_reason;
  }
  if (participant->session.media_lost) {
    return OfflineReason::media_hangup;
  }
  if (participant->session.publication && participant->session.publication->silent) {
    return OfflineReason::media_silence;
  }
  return std::nullopt;
}

void Room::reconcile() {
  const auto state = [this] { return lease_.room_state(); };
  if (state() == RoomState::live) {
    if (const auto trouble = host_trouble()) {
      begin_grace(*trouble);
    }
  }
  if (const auto* offline = std::get_if<HostLease::Offline>(&lease_.state())) {
    // One death has several signs, and the first to arrive is not always the one that explains it: of a
    // killed browser the PeerConnection may be missed before its signalling is.
    if (const auto trouble = host_trouble(); trouble && *trouble != offline->grace.reason) {
      BATON_MARK(grace_reason_learned);
      lease_.correct_reason(*trouble);
      broadcast(HostWentOffline{offline->host, offline->grace});
    }
  }
  if ((state() == RoomState::host_offline || state() == RoomState::promoting) && !host_trouble()) {
    BATON_MARK_IF(host_returned_in_grace, state() == RoomState::host_offline);
    BATON_MARK_IF(host_returned_while_promoting, state() == RoomState::promoting);
    withdraw_question();
    lease_.host_returned();
    broadcast(HostReturned{*lease_.host()});
  }
  if (state() == RoomState::promoting || state() == RoomState::paused) {
    if (promote_backup_if_present()) {
      BATON_MARK(backup_arrives_late);
    }
  }
  if (const auto* promoting = std::get_if<HostLease::Promoting>(&lease_.state())) {
    const Participant* candidate = table_.find(promoting->promotion.candidate);
    const bool still_there =
        candidate != nullptr && candidate->present() && candidate->role == Role::controller;
    if (!still_there) {
      BATON_MARK(promotion_candidate_left);
      if (!ask_next_controller()) {
        no_successor();
      }
    }
  }
  if (!closed()) {
    follow_host_feed();
    check_readiness();
    tell_presence(TellPresence::what_is_due);
  }
}

void Room::begin_grace(OfflineReason reason) {
  BATON_MARK_IF(host_silent_by_connection, reason == OfflineReason::connection_lost);
  BATON_MARK_IF(host_silent_by_hangup, reason == OfflineReason::media_hangup);
  BATON_MARK_IF(host_silent_by_media, reason == OfflineReason::media_silence);
  BATON_MARK_IF(host_silent_by_heartbeat, reason == OfflineReason::heartbeat_missed);
  const GraceView grace{reason, now_, now_ + settings_.grace};
  lease_.go_offline(grace);
  broadcast(HostWentOffline{*lease_.holder(), grace});
}

void Room::grant(const UserId& user, HostChange change) {
  std::optional<UserId> previous;
  if (const UserId* holder = lease_.holder(); holder != nullptr && *holder != user) {
    previous = *holder;
  }
  if (change != HostChange::promotion) {
    withdraw_question();
  }
  lease_.grant(user);
  forget_revoked(user);
  Participant& host = *table_.find(user);
  host.session.media_lost = false;
  if (std::optional<Publication>& publication = host.session.publication) {
    // Nobody watched this feed while it was not on air, so its silence begins to count now.
    publication->silent = false;
    if (publication->last_arrival) {
      publication->last_arrival = now_;
    }
  }
  broadcast(HostChanged{HostView{user, lease_.version()}, previous, change});
  if (previous && !planted_faults::kTwoHosts) {
    step_down(*previous);
  }
  set_role(host, Role::host);
  if (change == HostChange::first) {
    BATON_MARK(host_first);
  }
  if (backup_ == user) {
    backup_.reset();
    broadcast(BackupChanged{std::nullopt});
  }
}

void Room::succeed() {
  if (promote_backup_if_present()) {
    BATON_MARK(grace_over_backup);
    return;
  }
  if (backup_) {
    BATON_MARK(backup_absent_at_grace_end);
  }
  if (ask_next_controller()) {
    BATON_MARK(grace_over_promotion);
    return;
  }
  no_successor();
}

bool Room::promote_backup_if_present() {
  if (!backup_ || lease_.is_host(*backup_)) {
    return false;
  }
  const Participant* backup = table_.find(*backup_);
  if (backup == nullptr || !backup->present()) {
    return false;
  }
  grant(UserId(*backup_), HostChange::backup);
  return true;
}

bool Room::ask_next_controller() {
  const auto* promoting = std::get_if<HostLease::Promoting>(&lease_.state());
  const Participant* next = nullptr;
  for (const auto& [user, participant] : table_.all()) {
    const bool eligible = participant.role == Role::controller && participant.present() &&
                          !lease_.holds(user) && (promoting == nullptr || !promoting->asked.contains(user));
    if (eligible && (next == nullptr || participant.joined < next->joined)) {
      next = &participant;
    }
  }
  withdraw_question();
  if (promoting != nullptr && promoting->asked.size() >= limits::kQuestionsPerSuccession) {
    // Newcomers could otherwise keep a succession going, and its list growing, for ever.
    return false;
  }
  if (next == nullptr) {
    return false;
  }
  const PromotionView promotion = lease_.ask(next->user, now_ + settings_.promotion_timeout);
  broadcast(PromotionStarted{promotion});
  return true;
}

void Room::withdraw_question() {
  if (const auto* promoting = std::get_if<HostLease::Promoting>(&lease_.state())) {
    if (const Participant* asked = table_.find(promoting->promotion.candidate)) {
      tell(*asked, PromotionEnded{promoting->promotion.promotion});
    }
  }
}

void Room::no_successor() {
  if (lease_.room_state() == RoomState::promoting) {
    BATON_MARK(promotion_exhausted);
  }
  if (settings_.on_host_timeout == OnHostTimeout::close) {
    BATON_MARK(grace_over_close);
    close(CloseReason::host_timeout);
    return;
  }
  BATON_MARK(grace_over_pause);
  const UserId previous = *lease_.holder();
  lease_.pause();
  broadcast(RoomPaused{});
  step_down(previous);
}

void Room::step_down(const UserId& previous) {
  Participant* participant = table_.find(previous);
  // One who laid the role down has another already.
  if (participant != nullptr && participant->role == Role::host) {
    set_role(*participant, Role::controller);
  }
}

void Room::set_role(Participant& participant, Role role) {
  if (participant.role == role) {
    return;
  }
  participant.role = role;
  broadcast(RoleChanged{participant.user, role});
  if (role != Role::viewer) {
    settle_control(participant, ControlChange::granted);
  }
  // A silent host that is host no longer is removed like anybody.
  note_role(participant);
}

void Room::close(CloseReason reason) {
  lease_.close(reason);
  broadcast(RoomClosed{reason});
  for (auto& [user, participant] : table_.all()) {
    release_connections(participant, ReleaseReason::room_closed);
  }
  backup_.reset();
  followed_.reset();
  awaited_readiness_.reset();
  activity_.close();
  told_activity_.forget();
  presence_news_.drop_all();
  effects_.emplace_back(CloseRoom{reason});
}

}  // namespace baton::core
