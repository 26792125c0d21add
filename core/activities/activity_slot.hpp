// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/activities/activity.hpp"

namespace baton::core {

/// What an activity is and where it stands.
struct ActivityOutline {
  std::string kind;
  std::string phase;
  ActivityVersion version;

  friend bool operator==(const ActivityOutline&, const ActivityOutline&) = default;
};

/// An activity as everybody in the room may see it.
struct ActivityView {
  std::string kind;
  std::string phase;
  ActivityVersion version;
  Value state;

  [[nodiscard]] ActivityOutline outline() const { return {kind, phase, version}; }

  friend bool operator==(const ActivityView&, const ActivityView&) = default;
};

/// An activity as one participant may see it.
struct ActivityState {
  ActivityView view;
  Value own;

  friend bool operator==(const ActivityState&, const ActivityState&) = default;
};

/// The activity that a room carries, if it does. It keeps the version, refuses commands that speak of a phase
/// that is over, and sees to it that the state holds together.
class ActivitySlot {
public:
  [[nodiscard]] bool empty() const { return activity_ == nullptr; }
  /// As it is now, which is not what everybody was told: see `ToldActivity`.
  [[nodiscard]] std::optional<ActivityView> view() const;
  [[nodiscard]] std::optional<ActivityOutline> outline() const;
  /// What one participant alone may see. Nothing while there is no activity.
  [[nodiscard]] std::optional<Value> own_state(const UserId& user) const;
  [[nodiscard]] std::optional<Duration> heartbeat_interval() const;
  /// Always after the last `advance`: an activity that asks for the past again is asked again, and holds
  /// nobody up.
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  /// Versions grow over all activities of the room, so that a command for an earlier one is never taken for
  /// this.
  void open(std::string kind, std::unique_ptr<Activity> activity);
  void close();

  /// `seen` is the version that the sender saw. Refuses with `activity_none`, `activity_stale`, or as the
  /// activity does.
  [[nodiscard]] std::variant<Activity::Change, ErrorCode> handle(const UserId& user, ActivityPart part,
                                                                 ActivityVersion seen,
                                                                 const ActivityCommand& command, Instant now);
  [[nodiscard]] Activity::Change forget(const UserId& user);
  [[nodiscard]] Activity::Change advance(Instant now);

  /// For the simulator: what is wrong with the state, if anything.
  [[nodiscard]] std::optional<std::string> inconsistency() const;

private:
  Activity::Change settle(Activity::Change change);

  std::string kind_;
  std::unique_ptr<Activity> activity_;
  ActivityVersion version_;
  std::optional<Instant> advanced_;
};

}  // namespace baton::core
