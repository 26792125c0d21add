// SPDX-License-Identifier: GPL-3.0-or-later
// Invariant 6, as a law of conservation: of every signal that was accepted it is known after every step where
// it is, and one that is nowhere any more was received, or its sender was told, or its sender is over.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/room.hpp"
#include "tests/sim/checker.hpp"
#include "tests/sim/scenario_marks.hpp"
#include "tests/sim/signal_notices.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

using CoreEntry = SignalQueue::Entry;
using Stage = SignalQueue::Stage;

/// A receiver's handlers that come so much later than what was sent to them: the race that the issue names.
constexpr Duration kLateHandlers = 2s;

bool same(const FailedSignals& left, const FailedSignals& right) {
  return left.to == right.to && left.numbers == right.numbers && left.reason == right.reason;
}

bool same(const CoreEntry& real, const ModelEntry& entry) {
  if (const auto* relayed = std::get_if<SignalQueue::Relayed>(&real.body)) {
    return relayed->signal.payload == entry.payload;
  }
  return !entry.payload && same(std::get<FailedSignals>(real.body), entry.notice);
}

bool same(const std::variant<RelayedSignal, FailedSignals>& told, const ModelEntry& entry) {
  if (const auto* relayed = std::get_if<RelayedSignal>(&told)) {
    return relayed->payload == entry.payload && relayed->from == entry.from &&
           relayed->number == entry.number;
  }
  return !entry.payload && same(std::get<FailedSignals>(told), entry.notice);
}

class SignalAudit {
public:
  SignalAudit(RoomModel& model, const Step& step, const Room& room)
      : model_(model), step_(step), room_(room), notices_(model, step) {}

  void run() {
    for (const auto& [user, ended] : model_.ended_lines) {
      if (!ended.carried_over) {
        account_ended(user, ended);
      }
    }
    for (auto& [user, person] : model_.people) {
      const Participant& real = *room_.sessions().find(user);
      const auto& entries = real.signalling.inbox.entries();
      deliveries_ = deliveries_of(user);
      person.signals.inbox_before = person.signals.inbox.size();
      const SignalSequence last_before = person.signals.last;
      if (!person.signals.inbox.empty() || !entries.empty() || !deliveries_.empty()) {
        follow(user, person, entries);
      }
      // Confirming what was not sent before confirms nothing.
      confirm(user, person.signals, order_is_unknown(step_) ? person.signals.last : last_before);
      total_ += person.signals.bytes();
      require(real.signalling.inbox.bytes() == person.signals.bytes(), Rule::bounds,
              "bytes of signals are counted wrongly");
    }
    const SendSignal* accepted = step_.accepted_signal;
    if (accepted != nullptr && !found_accepted_ && room_.sessions().find(accepted->to) == nullptr) {
      // Its receiver lost its place by what followed in the same step.
      notices_.owe({*step_.actor, accepted->to, accepted->number, SignalFailure::receiver_left});
      found_accepted_ = true;
    }
    require(accepted == nullptr || found_accepted_, Rule::signals, "a signal was accepted and is nowhere");
    require(total_ <= limits::kSignalBytesInRoom, Rule::bounds, "more bytes of signals than a room holds");
    notices_.settle();
    check_signals_sent();
  }

private:
  [[nodiscard]] std::vector<const SignalDelivered*> deliveries_of(const UserId& user) const {
    std::vector<const SignalDelivered*> all;
    for (const Step::Delivery& one : step_.deliveries) {
      if (one.to == user) {
        all.push_back(&one.event);
      }
    }
    return all;
  }

  /// Somebody left or began anew: what was meant for it is accounted for.
  void account_ended(const UserId& user, const EndedLine& ended) {
    const bool left = ended.why == EndedLine::Why::left;
    deliveries_ = deliveries_of(user);
    for (const ModelEntry& entry : ended.signals.inbox) {
      if (!entry.payload) {
        continue;
      }
      if (confirms(user) && was_received(entry)) {
        // Unless what was due came before its client could say so.
        notices_.may_be_told({entry.from, user, entry.number, SignalFailure::receiver_left});
        continue;
      }
      const SignalFailure reason = left ? SignalFailure::receiver_left : SignalFailure::receiver_restarted;
      notices_.owe(entry, user, reason);
      if (sender_is_over(model_, entry)) {
        reached(Scenario::sender_that_dies_in_between);
      }
    }
  }

  /// What an inbox was and what it is.
  void follow(const UserId& user, ModelPerson& person, const std::vector<CoreEntry>& entries) {
    ModelSignals& signals = person.signals;
    require(entries.size() <= limits::kSignalsQueued, Rule::bounds, "more signals wait than may");
    std::vector<ModelEntry> now;
    now.reserve(entries.size());
    auto real = entries.begin();
    dropped_.clear();
    for (ModelEntry& entry : signals.inbox) {
      if (real != entries.end() && same(*real, entry)) {
        now.push_back(survive(user, person, std::move(entry), *real));
        ++real;
      } else {
        drop(user, entry);
        dropped_.push_back(std::move(entry));
      }
    }
    for (; real != entries.end(); ++real) {
      now.push_back(add(user, *real));
    }
    signals.inbox = std::move(now);
    require(signals.bytes() <= limits::kSignalBytesQueued, Rule::bounds,
            "more bytes of signals wait than may");
    check_stages(person);
    check_deliveries(user, person);
  }

  ModelEntry survive(const UserId& user, const ModelPerson& person, ModelEntry entry, const CoreEntry& real) {
    require(!entry.sequence || entry.sequence == real.sequence, Rule::signals, "a sequence changed");
    const bool confirmed = step_.confirmation && step_.confirmation->user == user && entry.sequence &&
                           *entry.sequence <= step_.confirmation->received;
    require(!confirmed || order_is_unknown(step_), Rule::signals,
            "what " + user.value() + " has received is kept, to be delivered again");
    const bool waits = real.stage == Stage::waiting;
    if (waits && entry.stage == Stage::under_way) {
      entry.since = model_.now;
    }
    const bool first = real.sequence && !entry.sequence;
    const bool again = !waits && (entry.stage == Stage::waiting || (step_.readied && step_.actor == user));
    if (again) {
      expected_.push_back(*real.sequence);
    }
    note_scenarios(user, person, entry, first);
    entry.sequence = real.sequence;
    entry.stage = real.stage;
    require(!entry.payload || entry.stage != Stage::waiting || !step_.lets_time_pass() ||
                !is_overdue(model_, entry),
            Rule::signals, "a signal waits for longer than it may");
    return entry;
  }

  void note_scenarios(const UserId& user, const ModelPerson& person, ModelEntry& entry, bool first) const {
    const auto* join = step_.asks<Join>();
    const bool rejoins = join != nullptr && !step_.refusal;
    entry.receiver_reconnected |= rejoins && join->user == user;
    entry.sender_reconnected |= rejoins && join->user == entry.from;
    const ModelPerson* sender = model_.find(entry.from);
    entry.both_away |= !person.session.signalling && sender != nullptr && !sender->session.signalling;
    if (!first || !entry.payload) {
      return;
    }
    if (model_.now - entry.accepted_at >= kLateHandlers) {
      const bool reconnected = entry.receiver_reconnected || entry.sender_reconnected;
      reached(reconnected ? Scenario::signalling_race_with_reconnect
                          : Scenario::signalling_race_without_reconnect);
    }
    if (entry.both_away && entry.receiver_reconnected && entry.sender_reconnected) {
      reached(Scenario::both_ends_reconnect_at_once);
    }
  }

  void drop(const UserId& user, const ModelEntry& entry) {
    if (confirms(user) && was_received(entry)) {
      notices_.may_be_told({entry.from, user, entry.number, SignalFailure::not_ready_in_time});
      return;
    }
    require(entry.payload != nullptr, Rule::signals, "a notice that was not received is gone");
    if (sender_is_over(model_, entry)) {
      reached(Scenario::sender_that_dies_in_between);
      return;
    }
    require(is_overdue(model_, entry), Rule::signals,
            "a signal to " + user.value() + " is gone without cause");
    if (!model_.find(user)->signals.was_ready) {
      reached(Scenario::receiver_that_never_becomes_ready);
    }
    notices_.owe(entry, user, SignalFailure::not_ready_in_time);
  }

  [[nodiscard]] bool was_received(const ModelEntry& entry) const {
    if (entry.sequence) {
      return *entry.sequence <= step_.confirmation->received;
    }
    // What was due before the command delivered it, and the client is ahead of itself.
    return std::ranges::any_of(deliveries_, [&](const SignalDelivered* one) {
      return same(one->body, entry) && one->sequence <= step_.confirmation->received;
    });
  }

  ModelEntry add(const UserId& user, const CoreEntry& real) {
    ModelEntry entry;
    entry.sequence = real.sequence;
    entry.stage = real.stage;
    entry.since = model_.now;
    entry.accepted_at = model_.now;
    if (real.stage == Stage::under_way) {
      expected_.push_back(*real.sequence);
    }
    if (const auto* notice = std::get_if<FailedSignals>(&real.body)) {
      entry.notice = *notice;
      notices_.tell(user, *notice);
      return entry;
    }
    const auto& relayed = std::get<SignalQueue::Relayed>(real.body);
    const SendSignal* sent = step_.accepted_signal;
    require(sent != nullptr && !found_accepted_ && sent->to == user &&
                sent->number == relayed.signal.number && sent->kind == relayed.signal.kind &&
                sent->payload == relayed.signal.payload && step_.actor == relayed.signal.from,
            Rule::signals, "a signal that nobody sent, or twice");
    require(model_.find(*step_.actor)->signals.line == relayed.sender_line, Rule::signals,
            "a signal of another line than its sender's");
    found_accepted_ = true;
    entry.payload = relayed.signal.payload;
    entry.from = relayed.signal.from;
    entry.number = relayed.signal.number;
    entry.sender_line = relayed.sender_line;
    return entry;
  }

  static void check_stages(const ModelPerson& person) {
    SignalSequence last = person.signals.confirmed;
    bool unsent = false;
    for (const ModelEntry& entry : person.signals.inbox) {
      require(entry.stage == (person.session.ready ? Stage::under_way : Stage::waiting), Rule::signals,
              person.session.ready ? "a signal waits for one who is ready"
                                   : "a signal is under way to one who is not ready");
      require(!entry.sequence || (!unsent && *entry.sequence > last), Rule::signals,
              "signals out of order, or what was confirmed");
      unsent = !entry.sequence;
      last = entry.sequence.value_or(last);
    }
  }

  void check_deliveries(const UserId& user, ModelPerson& person) {
    ModelSignals& signals = person.signals;
    std::size_t next = 0;
    for (const SignalDelivered* delivered : deliveries_) {
      const auto entry =
          std::ranges::find(signals.inbox, std::optional(delivered->sequence), &ModelEntry::sequence);
      signals.last = std::max(signals.last, delivered->sequence);
      if (entry == signals.inbox.end()) {
        // What followed in the same step may have taken its sender out of the room.
        const bool then_dropped =
            std::ranges::any_of(dropped_, [&](const ModelEntry& one) { return same(delivered->body, one); });
        require(order_is_unknown(step_) || (step_.is_tick() && !dropped_.empty()) || then_dropped,
                Rule::signals, "something was delivered from nowhere");
        if (then_dropped && step_.actor == user) {
          then_dropped_ = std::max(then_dropped_, delivered->sequence);
        }
        if (const auto* notice = std::get_if<FailedSignals>(&delivered->body)) {
          notices_.tell(user, *notice);
        }
        continue;
      }
      require(same(delivered->body, *entry), Rule::signals, "something else was delivered than was sent");
      const bool in_turn = next < expected_.size() && expected_[next] == delivered->sequence;
      require(in_turn || order_is_unknown(step_), Rule::signals,
              "a signal was delivered to " + user.value() + " twice, or out of turn");
      next += in_turn ? 1 : 0;
      const SignalSequence previous =
          entry == signals.inbox.begin() ? signals.confirmed : *std::prev(entry)->sequence;
      require(
          delivered->previous == previous || order_is_unknown(step_) || !dropped_.empty() || confirms(user),
          Rule::signals, "a delivery names another as the one before");
    }
    require(next == expected_.size(), Rule::signals,
            "a signal for " + user.value() + " was not sent on its way");
    expected_.clear();
  }

  [[nodiscard]] bool confirms(const UserId& user) const {
    return step_.confirmation && step_.confirmation->user == user;
  }

  void confirm(const UserId& user, ModelSignals& signals, SignalSequence sent) const {
    if (confirms(user)) {
      signals.confirmed = std::max(signals.confirmed, std::min(step_.confirmation->received, sent));
    }
  }

  void check_signals_sent() const {
    if (!step_.signals_sent || order_is_unknown(step_) || !step_.actor ||
        model_.find(*step_.actor) == nullptr) {
      return;
    }
    const ModelPerson& person = *model_.find(*step_.actor);
    const bool told_broken = step_.own_signals == SignalLineState::broken;
    require(!step_.own_signals || told_broken == person.signals.broken, Rule::signals,
            "a client is told wrongly whether it knows what became of its signals");
    const auto& inbox = person.signals.inbox;
    const SignalSequence expected =
        person.session.ready && !inbox.empty() ? *inbox.back().sequence : person.signals.confirmed;
    require(*step_.signals_sent == std::max(expected, then_dropped_), Rule::signals,
            "a client is told wrongly what is on its way");
  }

  RoomModel& model_;
  const Step& step_;
  const Room& room_;
  SignalNotices notices_;
  /// Of the participant that is looked at.
  std::vector<const SignalDelivered*> deliveries_;
  /// What was in its inbox, and is not any more.
  std::vector<ModelEntry> dropped_;
  /// The last that the actor was sent in this step, before its sender lost its place.
  SignalSequence then_dropped_;
  /// Sequences that are to be delivered to it in this step.
  std::vector<SignalSequence> expected_;
  std::size_t total_ = 0;
  bool found_accepted_ = false;
};

bool anything_to_follow(const RoomModel& model, const Step& step, const Room& room) {
  if (!step.deliveries.empty() || step.accepted_signal != nullptr || step.signals_sent || step.confirmation) {
    return true;
  }
  const auto holds_any = [](const auto& one) { return !one.second.signals.inbox.empty(); };
  return std::ranges::any_of(model.people, holds_any) || std::ranges::any_of(model.ended_lines, holds_any) ||
         std::ranges::any_of(room.sessions().all(),
                             [](const auto& one) { return one.second.signalling.inbox.size() > 0; });
}

}  // namespace

void check_signals(RoomModel& model, const Step& step, const Room& room) {
  if (anything_to_follow(model, step, room)) {
    SignalAudit(model, step, room).run();
  }
}

}  // namespace baton::sim
