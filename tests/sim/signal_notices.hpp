// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/sim/room_model.hpp"
#include "tests/sim/step.hpp"

namespace baton::sim {

/// That a sender is to know of one of its signals: sender, receiver, number, why it does not arrive.
using SignalFate = std::tuple<core::UserId, core::UserId, core::SignalNumber, core::SignalFailure>;

/// Whether something was due in the step of a command, so that it is not known in which order things
/// happened.
bool order_is_unknown(const Step& step);

/// Whether nobody is there any more who could be told what became of a signal.
bool sender_is_over(const RoomModel& model, const ModelEntry& entry);

/// Whether a signal has waited for as long as it may.
bool is_overdue(const RoomModel& model, const ModelEntry& entry);

/// What senders are owed and what they are told of their signals that do not arrive, in one step.
class SignalNotices {
public:
  SignalNotices(RoomModel& model, const Step& step) : model_(model), step_(step) {}

  /// The sender of this signal to `to` is to know, if it is still there.
  void owe(const ModelEntry& entry, const core::UserId& to, core::SignalFailure reason);
  void owe(const SignalFate& fate) { owed_.emplace_back(fate, fate); }
  /// A notice that is right, but need not come.
  void may_be_told(const SignalFate& fate) { may_be_told_.push_back(fate); }
  /// The sender was told.
  void tell(const core::UserId& sender, const core::FailedSignals& notice);
  /// Who is owed a notice has one, and there is no other.
  void settle();

private:
  RoomModel& model_;
  const Step& step_;
  /// Each with the other reason that may be told instead.
  std::vector<std::pair<SignalFate, SignalFate>> owed_;
  std::vector<SignalFate> told_;
  std::vector<SignalFate> may_be_told_;
  /// How many notices each sender was given in this step.
  std::map<core::UserId, std::size_t> notices_;
};

}  // namespace baton::sim
