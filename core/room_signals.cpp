// SPDX-License-Identifier: GPL-3.0-or-later
// Signals between participants: accepted ones are delivered once and in order, or their sender is told.
#include <algorithm>
#include <utility>

#include "core/marks.hpp"
#include "core/planted_faults.hpp"
#include "core/room.hpp"

namespace baton::core {

std::optional<ErrorCode> Room::refusal_of(const Participant& who, const SendSignal& signal) const {
  if (!rights_of(settings_, who.role, who.further_role).has(Right::signal)) {
    return ErrorCode::not_permitted;
  }
  const Participant* to = table_.find(signal.to);
  if (to == nullptr) {
    return ErrorCode::user_unknown;
  }
  if (to == &who || !rights_of(settings_, to->role, to->further_role).has(Right::signal)) {
    return ErrorCode::user_not_eligible;
  }
  // Viewers have nothing to say to one another here, and only those in control move the host's pointer.
  const bool permitted = signal.kind == SignalKind::input
                             ? who.role == Role::controller && to->role == Role::host
                             : who.role != Role::viewer || to->role != Role::viewer;
  if (!permitted) {
    BATON_MARK(signal_not_permitted);
    return ErrorCode::not_permitted;
  }
  if (signal.kind == SignalKind::input && !to->session.ready) {
    // Input means what the host sees now: it does not wait, and control may be gone by then.
    return ErrorCode::user_absent;
  }
  if (who.signalling.state == SignalLineState::broken) {
    return ErrorCode::signals_broken;
  }
  const std::size_t bytes = signal.payload->size();
  if (!to->signalling.inbox.admits(bytes) || signal_bytes_ + bytes > limits::kSignalBytesInRoom) {
    BATON_MARK(signals_full);
    return ErrorCode::signals_full;
  }
  return std::nullopt;
}

void Room::on(const Sender& sender, Participant& who, const SendSignal& signal) {
  const AcceptedSignals::Verdict verdict = who.signalling.accepted.judge(signal.number);
  if (verdict == AcceptedSignals::Verdict::repeated) {
    // It was accepted, and the answer was lost.
    BATON_MARK(signal_sent_again);
    reply(sender.request, Done{});
    return;
  }
  if (verdict == AcceptedSignals::Verdict::passed_over) {
    BATON_MARK(signal_passed_over);
    refuse(sender.request, ErrorCode::signal_passed_over);
    return;
  }
  if (const auto error = refusal_of(who, signal)) {
    refuse(sender.request, *error);
    return;
  }
  Participant& to = *table_.find(signal.to);
  who.signalling.accepted.accept(signal.number);
  signal_bytes_ += signal.payload->size();
  to.signalling.inbox.push(
      SignalQueue::Relayed{{who.user, signal.number, signal.kind, signal.payload}, who.signalling.line},
      now_);
  reply(sender.request, Done{});
  deliver_signals(to);
}

void Room::on(const Sender& sender, Participant& who, const Ready& /*ready*/) {
  if (!who.session.signalling) {
    refuse(sender.request, ErrorCode::user_absent);
    return;
  }
  BATON_MARK_IF(ready_again, who.session.ready);
  who.session.ready = true;
  who.signalling.was_ready = true;
  who.signalling.inbox.wait_again(now_);
  deliver_signals(who);
  reply(sender.request, ReadyAccepted{who.signalling.inbox.last_under_way()});
}

void Room::on(const Sender& sender, Participant& who, const AwaitReady& await) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  reply(sender.request, Done{});
  awaited_readiness_ = AwaitedReadiness{who.user, now_ + await.timeout};
}

bool Room::is_waited_for(const Participant& participant) const {
  return participant.present() && !participant.session.ready && !lease_.is_host(participant.user);
}

std::vector<UserId> Room::present_but_not_ready() const {
  std::vector<UserId> users;
  for (const auto& [user, participant] : table_.all()) {
    if (is_waited_for(participant)) {
      users.push_back(user);
    }
  }
  return users;
}

void Room::check_readiness() {
  if (!awaited_readiness_) {
    return;
  }
  // A host who leaves while a controller is asked is gone, and host in name until that is settled.
  const Participant* host = table_.find(awaited_readiness_->host);
  if (host == nullptr || !lease_.is_host(host->user)) {
    awaited_readiness_.reset();
    return;
  }
  const bool can_be_told = host->session.signalling && !(joining_ && joining_->user == host->user);
  const auto waited_for = [this](const auto& entry) { return is_waited_for(entry.second); };
  if (can_be_told && std::ranges::none_of(table_.all(), waited_for)) {
    BATON_MARK(readiness_reached);
    tell(*host, ReadinessKnown{});
    awaited_readiness_.reset();
  }
}

void Room::confirm_signals(Participant& receiver, SignalSequence received) {
  SignalQueue& inbox = receiver.signalling.inbox;
  const std::size_t before = inbox.bytes();
  inbox.confirm(received);
  signal_bytes_ -= before - inbox.bytes();
}

void Room::deliver_signals(Participant& receiver) {
  SignalQueue& inbox = receiver.signalling.inbox;
  if (!receiver.session.ready) {
    BATON_MARK(signal_waits);
    if (const auto expiry = inbox.next_expiry()) {
      signal_watch_.expect(receiver.user, *expiry);
    }
    return;
  }
  for (const SignalQueue::Delivery& delivery : inbox.deliver_waiting()) {
    BATON_MARK(signal_delivered);
    std::variant<RelayedSignal, FailedSignals> body = FailedSignals();
    if (const auto* relayed = std::get_if<SignalQueue::Relayed>(delivery.body)) {
      body = relayed->signal;
    } else {
      body = std::get<FailedSignals>(*delivery.body);
    }
    tell(receiver, SignalDelivered{delivery.sequence, delivery.previous, std::move(body)});
  }
}

void Room::hold_signals(Participant& receiver) {
  receiver.session.ready = false;
  receiver.signalling.inbox.wait_again(now_);
  if (const auto expiry = receiver.signalling.inbox.next_expiry()) {
    signal_watch_.expect(receiver.user, *expiry);
  }
}

std::optional<Instant> Room::expire_signals(const UserId& user) {
  Participant* receiver = table_.find(user);
  if (receiver == nullptr) {
    return std::nullopt;
  }
  SignalQueue& inbox = receiver->signalling.inbox;
  const std::size_t before = inbox.bytes();
  const auto expired = inbox.take_expired(now_);
  signal_bytes_ -= before - inbox.bytes();
  BATON_MARK_IF(signal_expired, !expired.empty());
  fail_signals(user, expired, SignalFailure::not_ready_in_time);
  return inbox.next_expiry();
}

Signalling Room::signalling_for(const Join& join, const SessionTable::Admission& admission) {
  Participant* existing = admission.existing;
  if (existing == nullptr) {
    return {};
  }
  Signalling& before = existing->signalling;
  const bool rejoins = admission.kind == JoinKind::rejoined;
  // A client that was never told that its line began anew would take this line for the one before.
  const bool began_unheard = before.line == SignalLine(existing->session.version.value()) &&
                             join.resumption &&
                             !table_.is_token_of(existing->session, join.resumption->token);
  BATON_MARK_IF(signals_restart_unheard, rejoins && join.continues_after && began_unheard);
  const std::size_t bytes_before = before.inbox.bytes();
  if (rejoins && join.continues_after && before.state == SignalLineState::whole && !began_unheard) {
    BATON_MARK(signals_continued);
    if (!planted_faults::kForgetsConfirmation) {
      before.inbox.confirm(*join.continues_after);
    }
    before.inbox.wait_again(now_);
    signal_bytes_ -= bytes_before - before.inbox.bytes();
    return std::move(before);
  }
  forget_signals_from(join.user);
  Signalling anew;
  if (rejoins && !before.was_ready) {
    // Nothing of this reached anybody, so it was not meant for what the client was before: it had only begun.
    // What it is told about its own signals is another matter.
    BATON_MARK_IF(signals_carried_over, before.inbox.size() > 0);
    anew.inbox = std::move(before.inbox);
    anew.inbox.forget_notices();
    return anew;
  }
  BATON_MARK_IF(signals_of_restarted_receiver, before.inbox.size() > 0);
  signal_bytes_ -= bytes_before;
  fail_signals(join.user, before.inbox.take_all(), SignalFailure::receiver_restarted);
  return anew;
}

void Room::forget_signals_from(const UserId& sender) {
  const Participant* known = table_.find(sender);
  if (known != nullptr && known->signalling.accepted.last() == SignalNumber()) {
    // It never sent any; most viewers do not, and many may leave at once.
    return;
  }
  for (auto& [user, participant] : table_.all()) {
    SignalQueue& inbox = participant.signalling.inbox;
    const std::size_t before = inbox.bytes();
    inbox.forget_from(sender);
    BATON_MARK_IF(signals_of_gone_sender, inbox.bytes() < before);
    signal_bytes_ -= before - inbox.bytes();
  }
}

void Room::fail_signals(const UserId& to, const std::vector<SignalQueue::Body>& bodies,
                        SignalFailure reason) {
  std::map<UserId, std::vector<SignalNumber>> failed;
  for (const SignalQueue::Body& body : bodies) {
    const auto* relayed = std::get_if<SignalQueue::Relayed>(&body);
    if (relayed == nullptr) {
      continue;
    }
    const Participant* sender = table_.find(relayed->signal.from);
    if (sender != nullptr && sender->signalling.line == relayed->sender_line) {
      failed[sender->user].push_back(relayed->signal.number);
    }
  }
  for (auto& [user, numbers] : failed) {
    Participant& sender = *table_.find(user);
    if (!sender.signalling.inbox.admits(0)) {
      BATON_MARK(signal_line_broken);
      sender.signalling.state = SignalLineState::broken;
      continue;
    }
    sender.signalling.inbox.push(FailedSignals{to, std::move(numbers), reason}, now_);
    deliver_signals(sender);
  }
}

}  // namespace baton::core
