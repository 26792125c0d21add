// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "core/effect.hpp"
#include "core/signal.hpp"
#include "core/signal_queue.hpp"
#include "core/time.hpp"

namespace baton::sim {

/// One thing that a participant is to receive, as the checker last saw it.
struct ModelEntry {
  /// Null for a notice. Every signal of the simulator has a payload of its own, so this names it.
  core::SignalPayload payload;
  core::UserId from;
  core::SignalNumber number;
  core::SignalLine sender_line;
  /// For a notice.
  core::FailedSignals notice;

  std::optional<core::SignalSequence> sequence;
  core::SignalQueue::Stage stage = core::SignalQueue::Stage::waiting;
  /// Since when it waits, if it does.
  core::Instant since;
  core::Instant accepted_at;
  /// Who reconnected while it was here, for the scenarios.
  bool receiver_reconnected = false;
  bool sender_reconnected = false;
  /// Both ends were cut off at the same time.
  bool both_away = false;
};

/// Which of a client's own signals were accepted: a second opinion, that keeps them by their numbers.
class ModelAccepted {
public:
  enum class Verdict { unseen, repeated, passed_over };

  [[nodiscard]] Verdict judge(core::SignalNumber number) const {
    if (numbers_.empty() || number.value() > *numbers_.rbegin()) {
      return Verdict::unseen;
    }
    const bool remembered =
        numbers_.contains(number.value()) && number.value() + kRemembered >= last().value();
    return remembered ? Verdict::repeated : Verdict::passed_over;
  }
  void accept(core::SignalNumber number) {
    numbers_.insert(number.value());
    if (numbers_.size() > kRemembered + 1) {
      numbers_.erase(numbers_.begin());
    }
  }
  [[nodiscard]] core::SignalNumber last() const {
    return core::SignalNumber(numbers_.empty() ? 0 : *numbers_.rbegin());
  }

private:
  static constexpr std::uint64_t kRemembered = 64;
  std::set<std::uint64_t> numbers_;
};

/// The signals of one client that goes on.
struct ModelSignals {
  core::SignalLine line;
  ModelAccepted accepted;
  bool was_ready = false;
  /// A notice that it was owed found no room.
  bool broken = false;
  core::SignalSequence confirmed;
  /// The highest sequence it was ever sent.
  core::SignalSequence last;
  std::vector<ModelEntry> inbox;
  /// How many there were before this step.
  std::size_t inbox_before = 0;

  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const ModelEntry& entry : inbox) {
      sum += entry.payload ? entry.payload->size() : 0;
    }
    return sum;
  }
};

/// A client's line that ended in this step, and why.
struct EndedLine {
  enum class Why { left, restarted };
  Why why;
  ModelSignals signals;
  /// Nobody was ready before it began anew, so what waited waits on.
  bool carried_over = false;
};

}  // namespace baton::sim
