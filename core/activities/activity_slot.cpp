// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/activity_slot.hpp"

#include <algorithm>
#include <utility>

#include "core/marks.hpp"

namespace baton::core {

std::optional<ActivityView> ActivitySlot::view() const {
  if (activity_ == nullptr) {
    return std::nullopt;
  }
  return ActivityView{kind_, std::string(activity_->phase()), version_, activity_->public_state()};
}

std::optional<Value> ActivitySlot::own_state(const UserId& user) const {
  return activity_ == nullptr ? std::nullopt : std::optional(activity_->own_state(user));
}

std::optional<ActivityOutline> ActivitySlot::outline() const {
  if (activity_ == nullptr) {
    return std::nullopt;
  }
  return ActivityOutline{kind_, std::string(activity_->phase()), version_};
}

std::optional<Duration> ActivitySlot::heartbeat_interval() const {
  return activity_ == nullptr ? std::nullopt : activity_->heartbeat_interval();
}

std::optional<Instant> ActivitySlot::next_deadline() const {
  auto deadline = activity_ == nullptr ? std::nullopt : activity_->next_deadline();
  if (deadline && advanced_) {
    deadline = std::max(*deadline, *advanced_ + Duration(1));
  }
  return deadline;
}

void ActivitySlot::open(std::string kind, std::unique_ptr<Activity> activity) {
  kind_ = std::move(kind);
  activity_ = std::move(activity);
  version_ = version_.next();
  advanced_.reset();
}

void ActivitySlot::close() {
  activity_.reset();
}

std::variant<Activity::Change, ErrorCode> ActivitySlot::handle(const UserId& user, ActivityPart part,
                                                               ActivityVersion seen,
                                                               const ActivityCommand& command, Instant now) {
  if (activity_ == nullptr) {
    return ErrorCode::activity_none;
  }
  if (seen != version_) {
    BATON_MARK(activity_stale);
    return ErrorCode::activity_stale;
  }
  auto outcome = activity_->handle(user, part, command, now);
  if (auto* change = std::get_if<Activity::Change>(&outcome)) {
    *change = settle(*change);
  }
  return outcome;
}

Activity::Change ActivitySlot::forget(const UserId& user) {
  return activity_ == nullptr ? Activity::Change::nothing : settle(activity_->forget(user));
}

Activity::Change ActivitySlot::advance(Instant now) {
  if (activity_ == nullptr) {
    return Activity::Change::nothing;
  }
  advanced_ = now;
  return settle(activity_->advance(now));
}

std::optional<std::string> ActivitySlot::inconsistency() const {
  return activity_ == nullptr ? std::nullopt : activity_->inconsistency();
}

Activity::Change ActivitySlot::settle(Activity::Change change) {
  if (change == Activity::Change::nothing) {
    return change;
  }
  if (activity_->inconsistency()) {
    BATON_MARK(activity_repaired);
    activity_->repair();
    change = Activity::Change::phase;
  }
  if (change == Activity::Change::phase) {
    version_ = version_.next();
  }
  return change;
}

}  // namespace baton::core
