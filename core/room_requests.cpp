// SPDX-License-Identifier: GPL-3.0-or-later
// Signs of life, chat, and the role of host as participants ask for it.
#include "core/marks.hpp"
#include "core/room.hpp"

namespace baton::core {

void Room::on(const Sender& sender, Participant& who, const Heartbeat& /*heartbeat*/) {
  reply(sender.request,
        HeartbeatAnswer{version_, heartbeat_within(who), who.signalling.inbox.last_under_way(),
                        who.signalling.state, who.user});
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

}  // namespace baton::core
