// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/signal_notices.hpp"

#include <algorithm>
#include <string>

#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

bool same_signal(const SignalFate& left, const SignalFate& right) {
  return std::get<0>(left) == std::get<0>(right) && std::get<1>(left) == std::get<1>(right) &&
         std::get<2>(left) == std::get<2>(right);
}

}  // namespace

bool order_is_unknown(const Step& step) {
  return step.command != nullptr && step.due == Step::Due::something;
}

bool sender_is_over(const RoomModel& model, const ModelEntry& entry) {
  const ModelPerson* sender = model.find(entry.from);
  return sender == nullptr || sender->signals.line != entry.sender_line;
}

bool is_overdue(const RoomModel& model, const ModelEntry& entry) {
  return entry.stage == SignalQueue::Stage::waiting && entry.since + limits::kSignalPatience <= model.now;
}

void SignalNotices::owe(const ModelEntry& entry, const UserId& to, SignalFailure reason) {
  if (!sender_is_over(model_, entry)) {
    // One whose time was over as well may have been told of that instead.
    owed_.push_back({{entry.from, to, entry.number, reason},
                     {entry.from, to, entry.number,
                      is_overdue(model_, entry) ? SignalFailure::not_ready_in_time : reason}});
  }
}

void SignalNotices::tell(const UserId& sender, const FailedSignals& notice) {
  ++notices_[sender];
  for (const SignalNumber number : notice.numbers) {
    told_.emplace_back(sender, notice.to, number, notice.reason);
  }
}

void SignalNotices::settle() {
  for (const auto& [fate, other] : owed_) {
    const auto found = std::ranges::find_if(told_, [&](const SignalFate& one) {
      // Where more happens in one step it is not known which of several reasons came first.
      return one == fate || one == other || (order_is_unknown(step_) && same_signal(one, fate));
    });
    if (found != told_.end()) {
      told_.erase(found);
      continue;
    }
    ModelSignals& sender = model_.find(std::get<0>(fate))->signals;
    // It was full when the notice was due: others came in this step, and some may have gone since.
    const std::size_t most = sender.inbox_before + notices_[std::get<0>(fate)];
    const bool full = std::max(sender.inbox.size(), most) >= limits::kSignalsQueued;
    require(full || order_is_unknown(step_), Rule::signals,
            std::get<0>(fate).value() + " was not told what became of its signal " +
                std::to_string(std::get<2>(fate).value()) + " to " + std::get<1>(fate).value());
    sender.broken = true;
  }
  std::erase_if(told_, [&](const SignalFate& fate) {
    return order_is_unknown(step_) &&
           std::ranges::any_of(may_be_told_, [&](const SignalFate& one) { return same_signal(one, fate); });
  });
  // One that began anew in this step was owed nothing in the end, but what was due before it was told.
  std::erase_if(told_,
                [&](const SignalFate& fate) { return model_.ended_lines.contains(std::get<0>(fate)); });
  require(told_.empty(), Rule::signals, "a sender is told of what did not happen");
}

}  // namespace baton::sim
