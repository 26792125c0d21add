// SPDX-License-Identifier: GPL-3.0-or-later
// What the host, or whoever presented the room's secret, may do to the room and to those in it.
#include "core/marks.hpp"
#include "core/room.hpp"

namespace baton::core {

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

}  // namespace baton::core
