// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/signal_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/room_settings.hpp"

namespace baton::core {

std::size_t size_in_bytes(const SignalQueue::Body& body) {
  const auto* relayed = std::get_if<SignalQueue::Relayed>(&body);
  return relayed != nullptr ? relayed->signal.payload->size() : 0;
}

bool SignalQueue::admits(std::size_t bytes) const {
  return entries_.size() < limits::kSignalsQueued && bytes_ + bytes <= limits::kSignalBytesQueued;
}

void SignalQueue::push(Body body, Instant now) {
  bytes_ += size_in_bytes(body);
  entries_.push_back({std::nullopt, Stage::waiting, now, std::move(body)});
}

void SignalQueue::erase_first(std::size_t count) {
  const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto one = entries_.begin(); one != end; ++one) {
    bytes_ -= size_in_bytes(one->body);
  }
  entries_.erase(entries_.begin(), end);
}

void SignalQueue::confirm(SignalSequence received) {
  const auto unconfirmed = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return !entry.sequence || *entry.sequence > received; });
  erase_first(static_cast<std::size_t>(unconfirmed - entries_.begin()));
  confirmed_ = std::max(confirmed_, std::min(received, last_));
}

std::vector<SignalQueue::Delivery> SignalQueue::deliver_waiting() {
  std::vector<Delivery> deliveries;
  SignalSequence previous = confirmed_;
  for (Entry& entry : entries_) {
    if (entry.stage == Stage::waiting) {
      if (!entry.sequence) {
        last_ = last_.next();
        entry.sequence = last_;
      }
      entry.stage = Stage::under_way;
      deliveries.push_back({*entry.sequence, previous, &entry.body});
    }
    previous = *entry.sequence;
  }
  return deliveries;
}

void SignalQueue::wait_again(Instant now) {
  for (Entry& entry : entries_) {
    if (entry.stage == Stage::under_way) {
      entry.stage = Stage::waiting;
      entry.waiting_since = now;
    }
  }
}

std::vector<SignalQueue::Body> SignalQueue::take_expired(Instant now) {
  std::vector<Body> expired;
  std::erase_if(entries_, [&](Entry& entry) {
    // A notice is for a client that goes on: it waits as long as its receiver keeps its place.
    const bool over = entry.stage == Stage::waiting && std::holds_alternative<Relayed>(entry.body) &&
                      entry.waiting_since + limits::kSignalPatience <= now;
    if (over) {
      bytes_ -= size_in_bytes(entry.body);
      expired.push_back(std::move(entry.body));
    }
    return over;
  });
  return expired;
}

std::vector<SignalQueue::Body> SignalQueue::take_all() {
  std::vector<Body> all;
  all.reserve(entries_.size());
  for (Entry& entry : entries_) {
    all.push_back(std::move(entry.body));
  }
  entries_.clear();
  bytes_ = 0;
  return all;
}

void SignalQueue::forget_from(const UserId& sender) {
  std::erase_if(entries_, [&](const Entry& entry) {
    const auto* relayed = std::get_if<Relayed>(&entry.body);
    const bool forgotten = relayed != nullptr && relayed->signal.from == sender;
    if (forgotten) {
      bytes_ -= size_in_bytes(entry.body);
    }
    return forgotten;
  });
}

void SignalQueue::forget_notices() {
  std::erase_if(entries_,
                [](const Entry& entry) { return std::holds_alternative<FailedSignals>(entry.body); });
}

std::optional<Instant> SignalQueue::next_expiry() const {
  std::optional<Instant> first;
  for (const Entry& entry : entries_) {
    if (entry.stage == Stage::waiting && std::holds_alternative<Relayed>(entry.body)) {
      const Instant at = entry.waiting_since + limits::kSignalPatience;
      first = std::min(first.value_or(at), at);
    }
  }
  return first;
}

SignalSequence SignalQueue::last_under_way() const {
  SignalSequence last = confirmed_;
  for (const Entry& entry : entries_) {
    if (entry.stage == Stage::under_way) {
      last = *entry.sequence;
    }
  }
  return last;
}

}  // namespace baton::core
