// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/presence_news.hpp"

#include <algorithm>
#include <utility>

#include "core/planted_faults.hpp"
#include "core/room_settings.hpp"

namespace baton::core {

namespace {

std::size_t index(PresenceChange::Kind kind) {
  return static_cast<std::size_t>(kind);
}

}  // namespace

PresenceNews::PresenceNews()
    : throttles_{Throttle(limits::kPresenceNews), Throttle(limits::kPresenceNews),
                 Throttle(limits::kPresenceNews)} {}

void PresenceNews::put(const UserId& user, PresenceChange::Kind kind) {
  const auto [place, is_new] = pending_.emplace(user, kind);
  if (!is_new) {
    --waiting_.at(index(place->second));
    place->second = kind;
  }
  ++waiting_.at(index(kind));
}

void PresenceNews::note(const UserId& user, PresenceChange::Kind kind) {
  put(user, kind);
}

void PresenceNews::note_removal(const ParticipantView& view) {
  put(view.user, PresenceChange::Kind::removed);
  removals_.insert_or_assign(view.user, view);
}

void PresenceNews::forget(const UserId& user) {
  if (const auto place = pending_.find(user); place != pending_.end()) {
    --waiting_.at(index(place->second));
    pending_.erase(place);
    removals_.erase(user);
  }
}

std::vector<PresenceChange> PresenceNews::take_due(Instant now) {
  std::array<bool, kKinds> open{};
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    open.at(kind) = waiting_.at(kind) > 0 && throttles_.at(kind).allows(now);
  }
  std::vector<PresenceChange> due;
  if (std::ranges::none_of(open, std::identity())) {
    if (planted_faults::kDropsNews) {
      drop_all();
    }
    return due;
  }
  for (auto one = pending_.begin(); one != pending_.end();) {
    const auto& [user, kind] = *one;
    if (!open.at(index(kind))) {
      ++one;
      continue;
    }
    due.push_back({user, kind});
    removals_.erase(user);
    one = pending_.erase(one);
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (open.at(kind)) {
      throttles_.at(kind).said(now);
      waiting_.at(kind) = 0;
    }
  }
  return due;
}

std::vector<PresenceChange> PresenceNews::take_all() {
  std::vector<PresenceChange> all;
  all.reserve(pending_.size());
  for (const auto& [user, kind] : pending_) {
    all.push_back({user, kind});
  }
  drop_all();
  return all;
}

void PresenceNews::drop_all() {
  pending_.clear();
  removals_.clear();
  waiting_.fill(0);
}

std::optional<Instant> PresenceNews::next_due(Instant now) const {
  std::optional<Instant> first;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (waiting_.at(kind) > 0) {
      const Instant at = std::max(throttles_.at(kind).next_allowed(), now);
      first = std::min(first.value_or(at), at);
    }
  }
  return first;
}

}  // namespace baton::core
