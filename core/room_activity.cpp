// SPDX-License-Identifier: GPL-3.0-or-later
// The activity that a room carries beside its picture: who may use it, and who is told what.
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
  auto view = activity_.view();
  const auto version = view ? std::optional(view->version) : std::nullopt;
  broadcast(ActivityChanged{std::move(view)});
  for (auto& [user, participant] : table_.all()) {
    auto own = activity_.own_state(user);
    if (participant.told_activity_own == own) {
      continue;
    }
    // Whoever cannot be told now is told when it joins.
    participant.told_activity_own = std::move(own);
    if (version) {
      BATON_MARK(activity_own_told);
      tell(participant, ActivityOwn{*version, *participant.told_activity_own});
    }
  }
}

}  // namespace baton::core
