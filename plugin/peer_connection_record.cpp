// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/peer_connection_record.hpp"

#include <utility>

namespace baton::plugin {

using core::PeerConnection;

void PeerConnectionRecord::offered(Number number) {
  const std::lock_guard lock(mutex_);
  if (!offered_ || *offered_ < number) {
    offered_ = number;
  }
}

bool PeerConnectionRecord::refused(Number number) {
  const std::lock_guard lock(mutex_);
  const bool none_waits = !refused_;
  // An earlier one is down already: there is a later one.
  if (none_waits || *refused_ < number) {
    refused_ = number;
  }
  return none_waits;
}

std::optional<PeerConnectionRecord::Number> PeerConnectionRecord::take_refused() {
  const std::lock_guard lock(mutex_);
  return std::exchange(refused_, std::nullopt);
}

void PeerConnectionRecord::carry(Number number) {
  const std::lock_guard lock(mutex_);
  carrying_ = number;
  closing_.reset();
}

std::optional<PeerConnectionRecord::Number> PeerConnectionRecord::end_media() {
  const std::lock_guard lock(mutex_);
  const auto ends = std::exchange(carrying_, std::nullopt);
  if (ends) {
    // An end is sure to be told: a publisher's PeerConnection came with its offer; a subscriber's comes with
    // ours, before the courier gets to close it; and where the gateway refuses either, that is told instead.
    closing_ = Closing{*ends, std::nullopt};
  }
  return ends;
}

bool PeerConnectionRecord::close_unused(Number number, Number current, core::Instant now) {
  const std::lock_guard lock(mutex_);
  const bool is_being_closed = closing_ && closing_->number == number && !closing_->until;
  if (number != current || carrying_ == number || is_being_closed) {
    return false;
  }
  closing_ = Closing{number, now + kLongestClosing};
  return true;
}

PeerConnectionRecord::End PeerConnectionRecord::ended(Number number) {
  const std::lock_guard lock(mutex_);
  if (closing_ && closing_->number <= number) {
    closing_.reset();
  }
  if (offered_ && *offered_ <= number) {
    offered_.reset();
  }
  if (carrying_ && *carrying_ > number) {
    return End::of_an_earlier_one;
  }
  carrying_.reset();
  return End::of_the_latest;
}

PeerConnection PeerConnectionRecord::for_offer(Number offered, Number current, core::Instant now) const {
  const std::lock_guard lock(mutex_);
  const bool is_being_closed = closing_ && closing_->number == offered && closing_->is_awaited(now);
  return offered != current || is_being_closed ? PeerConnection::closing : PeerConnection::usable;
}

PeerConnection PeerConnectionRecord::for_own_offer(Number current, core::Instant now) const {
  const std::lock_guard lock(mutex_);
  if (carrying_) {
    // Whether that is in the way, the room knows.
    return PeerConnection::usable;
  }
  if (closing_ && closing_->number == current) {
    return closing_->is_awaited(now) ? PeerConnection::closing : PeerConnection::usable;
  }
  return offered_ == current ? PeerConnection::closing : PeerConnection::usable;
}

}  // namespace baton::plugin
