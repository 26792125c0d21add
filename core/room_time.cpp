// SPDX-License-Identifier: GPL-3.0-or-later
// What happens in a room by itself, as time passes.
#include <algorithm>

#include "core/marks.hpp"
#include "core/planted_faults.hpp"
#include "core/room.hpp"

namespace baton::core {

Effects Room::advance(Instant now) {
  advance_clock(now);
  happen_what_is_due(SilenceCheck::include);
  tell_audience();
  return std::exchange(effects_, {});
}

void Room::advance_clock(Instant now) {
  if (now < now_) {
    BATON_MARK(time_stepped_back);
  }
  now_ = std::max(now_, now);
}

std::optional<Deadline> Room::next_deadline() const {
  return earliest(SilenceCheck::include);
}

std::optional<Instant> Room::silence_deadline() const {
  const UserId* host = lease_.host();
  const Participant* participant = host != nullptr ? table_.find(*host) : nullptr;
  if (participant == nullptr || !participant->session.publication) {
    return std::nullopt;
  }
  const Publication& publication = *participant->session.publication;
  if (publication.silent || !publication.last_arrival) {
    return std::nullopt;
  }
  return *publication.last_arrival + settings_.media_silence;
}

std::optional<Deadline> Room::earliest(SilenceCheck silence) const {
  if (closed()) {
    return std::nullopt;
  }
  std::optional<Deadline> first;
  const auto consider = [&](Instant at, DeadlineKind why) {
    if (!first || at < first->at) {
      first = Deadline{at, why};
    }
  };
  // Of deadlines at the same instant the first one considered wins: a lease is settled before anybody is
  // removed.
  const bool forgets_grace = planted_faults::kGraceWithoutOutcome && backup_.has_value();
  if (const auto* offline = std::get_if<HostLease::Offline>(&lease_.state()); offline && !forgets_grace) {
    consider(offline->grace.deadline, DeadlineKind::grace);
  }
  if (const auto* promoting = std::get_if<HostLease::Promoting>(&lease_.state())) {
    consider(promoting->promotion.deadline, DeadlineKind::promotion);
  }
  if (silence == SilenceCheck::include) {
    if (const auto at = silence_deadline()) {
      consider(*at, DeadlineKind::media_silence);
    }
    if (const auto at = silence_watch_.first()) {
      consider(*at, DeadlineKind::presence);
    }
  }
  if (const auto at = removal_watch_.first()) {
    consider(*at, DeadlineKind::presence);
  }
  if (const auto at = presence_news_.next_due(now_)) {
    consider(*at, DeadlineKind::presence_news);
  }
  if (const auto at = signal_watch_.first()) {
    consider(*at, DeadlineKind::signals);
  }
  if (awaited_readiness_) {
    consider(awaited_readiness_->deadline, DeadlineKind::readiness);
  }
  if (const auto at = activity_.next_deadline()) {
    consider(*at, DeadlineKind::activity);
  }
  if (const auto at = told_activity_.next_due()) {
    consider(*at, DeadlineKind::activity_news);
  }
  if (settings_.time_to_live > Duration::zero()) {
    consider(created_ + settings_.time_to_live, DeadlineKind::time_to_live);
  }
  return first;
}

void Room::happen_what_is_due(SilenceCheck silence) {
  for (auto due = earliest(silence); due && due->at <= now_; due = earliest(silence)) {
    switch (due->why) {
      case DeadlineKind::grace:
        succeed();
        break;
      case DeadlineKind::promotion:
        BATON_MARK(promotion_timed_out);
        if (!ask_next_controller()) {
          no_successor();
        }
        break;
      case DeadlineKind::media_silence: {
        Publication& publication = *table_.find(*lease_.host())->session.publication;
        publication.silent = true;
        effects_.emplace_back(WatchFeed{publication.feed, publication.last_arrival});
        break;
      }
      case DeadlineKind::presence:
        removal_watch_.look_at_due(now_, [this](const UserId& user) { return check_removal(user); });
        if (silence == SilenceCheck::include) {
          silence_watch_.look_at_due(now_, [this](const UserId& user) { return check_silence(user); });
        }
        break;
      case DeadlineKind::presence_news:
        tell_presence(TellPresence::what_is_due);
        break;
      case DeadlineKind::signals:
        signal_watch_.look_at_due(now_, [this](const UserId& user) { return expire_signals(user); });
        break;
      case DeadlineKind::readiness:
        BATON_MARK(readiness_timed_out);
        tell(*table_.find(awaited_readiness_->host), ReadinessKnown{present_but_not_ready()});
        awaited_readiness_.reset();
        break;
      case DeadlineKind::activity:
        BATON_MARK(activity_moved_by_time);
        tell_activity(activity_.advance(now_));
        break;
      case DeadlineKind::activity_news:
        tell_activity_now();
        break;
      case DeadlineKind::time_to_live:
        BATON_MARK(time_to_live_over);
        close(CloseReason::time_to_live);
        break;
    }
    reconcile();
  }
}

}  // namespace baton::core
