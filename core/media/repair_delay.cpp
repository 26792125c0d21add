// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/repair_delay.hpp"

#include <algorithm>
#include <utility>

namespace baton::media {

namespace {

/// None when the viewer is near.
core::Duration needed(core::Duration round_trip) {
  if (round_trip < RepairDelay::kNear) {
    return core::Duration(0);
  }
  const core::Duration up = round_trip + RepairDelay::kMargin + RepairDelay::kStep - core::Duration(1);
  return std::min(up - up % RepairDelay::kStep, RepairDelay::kMost);
}

}  // namespace

void RepairDelay::repeated(SequenceNumber number, std::optional<core::Duration> round_trip,
                           core::Instant now) {
  const bool was_asked_for =
      lost_at_ && now - *lost_at_ <= kAgainWithin && !number.is_newer_than(newest_repeated_);
  if (!round_trip || was_asked_for) {
    return;
  }
  newest_repeated_ = number;
  // Whatever is lost within a round trip is one stand-still.
  if (lost_at_ && now - *lost_at_ < *round_trip) {
    return;
  }
  const auto before = std::exchange(lost_at_, now);
  if (state_ != State::delays && (!before || now - *before > kAgainWithin)) {
    return;
  }
  const core::Duration delay = needed(*round_trip);
  if (state_ == State::delays ? delay < delay_ : delay == core::Duration(0)) {
    less_ = std::max(less_, delay);
    return;
  }
  state_ = State::delays;
  delay_ = delay;
  less_ = core::Duration(0);
  since_ = now;
}

void RepairDelay::lower(core::Instant now) {
  delay_ = std::exchange(less_, core::Duration(0));
  since_ = now;
  state_ = delay_ == core::Duration(0) ? State::retracts : State::delays;
}

PlayoutDelay RepairDelay::told(core::Instant now) {
  if (state_ == State::delays && now - since_ >= kStays) {
    lower(now);
  } else if (state_ == State::retracts && now - since_ >= kRetractedFor) {
    state_ = State::silent;
  }
  return state_ == State::delays ? PlayoutDelay{delay_, kNoMaximum} : kRetracted;
}

}  // namespace baton::media
