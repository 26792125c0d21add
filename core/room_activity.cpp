// SPDX-License-Identifier: GPL-3.0-or-later
// The activity that a room carries beside its picture: who may use it, and who is told what.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/marks.hpp"
#include "core/room.hpp"

namespace baton::core {

void Room::on(const Sender& sender, Participant& who, const OpenActivity& open) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  if (!activity_.empty()) {
    refuse(sender.request, ErrorCode::activity_exists);
    return;
  }
  const ActivityCatalogue::Make* make = activities_->find(open.kind);
  if (make == nullptr) {
    refuse(sender.request, ErrorCode::activity_unknown);
    return;
  }
  auto made = (*make)(open.options);
  if (const auto* error = std::get_if<ErrorCode>(&made)) {
    refuse(sender.request, *error);
    return;
  }
  BATON_MARK(activity_opened);
  activity_.open(open.kind, std::get<std::unique_ptr<Activity>>(std::move(made)));
  accept_activity(sender, who, Activity::Change::phase);
}

void Room::on(const Sender& sender, Participant& who, const CloseActivity& /*close*/) {
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  if (activity_.empty()) {
    refuse(sender.request, ErrorCode::activity_none);
    return;
  }
  BATON_MARK(activity_closed);
  activity_.close();
  accept_activity(sender, who, Activity::Change::phase);
}

void Room::on(const Sender& sender, Participant& who, const UseActivity& use) {
  if (!rights_of(settings_, who.role, who.further_role).has(Right::participate)) {
    BATON_MARK(activity_not_for_role);
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  const ActivityPart part = who.role == Role::viewer ? ActivityPart::participant : ActivityPart::leader;
  const auto outcome = activity_.handle(who.user, part, use.seen, use.command, now_);
  if (const auto* error = std::get_if<ErrorCode>(&outcome)) {
    const bool stale = *error == ErrorCode::activity_stale;
    effects_.emplace_back(
        Refusal{sender.request, *error, stale ? show_activity(who) : std::nullopt, version_});
    return;
  }
  accept_activity(sender, who, std::get<Activity::Change>(outcome));
}

std::optional<Value> Room::show_activity_own(Participant& participant) const {
  participant.told_activity_own = activity_.own_state(participant.user);
  return participant.told_activity_own;
}

std::optional<ActivityState> Room::show_activity(Participant& participant) const {
  auto own = show_activity_own(participant);
  return own ? std::optional(ActivityState{*told_activity_.view(), *std::move(own)}) : std::nullopt;
}

void Room::accept_activity(const Sender& sender, Participant& who, Activity::Change change) {
  ActivityAccepted accepted{version_, activity_.outline(), show_activity_own(who).value_or(Value())};
  const auto answer_at = static_cast<std::ptrdiff_t>(effects_.size());
  if (change != Activity::Change::nothing && told_activity_.takes(change, now_)) {
    accepted.news = tell_activity_now();
    accepted.room_version = version_;
  }
  // Whoever asked has its answer first, as for every request; it says what the event behind it says.
  effects_.insert(effects_.begin() + answer_at, Reply{sender.request, std::move(accepted)});
}

void Room::forget_in_activity(const UserId& user) {
  const Activity::Change change = activity_.forget(user);
  BATON_MARK_IF(activity_forgets, change != Activity::Change::nothing);
  tell_activity(change);
}

void Room::tell_activity(Activity::Change change) {
  if (change != Activity::Change::nothing && told_activity_.takes(change, now_)) {
    tell_activity_now();
  }
}

ActivityNewsRef Room::tell_activity_now() {
  std::vector<ConnectionId> to_all;
  std::vector<std::pair<ConnectionId, Value>> to_one;
  for (auto& [user, participant] : table_.all()) {
    auto own = activity_.own_state(user);
    const bool own_is_news = own && participant.told_activity_own != own;
    // Whoever cannot be told now is told when it joins.
    participant.told_activity_own = own;
    const auto ear = ear_of(participant);
    if (ear && own_is_news) {
      to_one.emplace_back(*ear, *std::move(own));
    } else if (ear) {
      to_all.push_back(*ear);
    }
  }
  auto view = activity_.view();
  if (to_one.empty() && view == told_activity_.view()) {
    BATON_MARK(activity_news_undone);
    told_activity_.nothing_to_tell();
    return nullptr;
  }
  version_ = version_.next();
  ActivityNewsRef news = told_activity_.tell(std::move(view), version_, now_);
  if (!to_all.empty()) {
    effects_.emplace_back(Notify{std::move(to_all), version_, ActivityChanged{news}});
  }
  for (auto& [connection, own] : to_one) {
    BATON_MARK(activity_own_told);
    effects_.emplace_back(Notify{{connection}, version_, ActivityChanged{news, std::move(own)}});
  }
  return news;
}

}  // namespace baton::core
