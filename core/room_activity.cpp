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
  reply(sender.request, ActivityAccepted{show_activity(who)});
  tell_activity(Activity::Change::phase);
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
  reply(sender.request, ActivityAccepted{std::nullopt});
  tell_activity(Activity::Change::phase);
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
    effects_.emplace_back(Refusal{sender.request, *error, stale ? show_activity(who) : std::nullopt});
    return;
  }
  reply(sender.request, ActivityAccepted{show_activity(who)});
  tell_activity(std::get<Activity::Change>(outcome));
}

std::optional<ActivityState> Room::show_activity(Participant& participant) const {
  auto state = activity_.state_for(participant.user);
  participant.told_activity_own = state ? std::optional(state->own) : std::nullopt;
  return state;
}

std::optional<Value> Room::show_activity_own(Participant& participant) const {
  participant.told_activity_own = activity_.own_state(participant.user);
  return participant.told_activity_own;
}

void Room::forget_in_activity(const UserId& user) {
  const Activity::Change change = activity_.forget(user);
  BATON_MARK_IF(activity_forgets, change != Activity::Change::nothing);
  tell_activity(change);
}

void Room::tell_activity(Activity::Change change) {
  if (change == Activity::Change::nothing) {
    return;
  }
  version_ = version_.next();
  const auto view = activity_.view();
  Notify to_all{{}, version_, ActivityChanged{view}};
  Effects to_one;
  for (auto& [user, participant] : table_.all()) {
    auto own = activity_.own_state(user);
    const bool own_is_news = own && participant.told_activity_own != own;
    // Whoever cannot be told now is told when it joins.
    participant.told_activity_own = own;
    const auto ear = ear_of(participant);
    if (!ear) {
      continue;
    }
    if (own_is_news) {
      BATON_MARK(activity_own_told);
      to_one.emplace_back(Notify{{*ear}, version_, ActivityChanged{view, std::move(own)}});
    } else {
      to_all.to.push_back(*ear);
    }
  }
  if (!to_all.to.empty()) {
    effects_.emplace_back(std::move(to_all));
  }
  std::ranges::move(to_one, std::back_inserter(effects_));
}

}  // namespace baton::core
