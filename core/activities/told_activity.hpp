// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "core/activities/activity.hpp"
#include "core/activities/activity_slot.hpp"
#include "core/activities/value.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::core {

/// What everybody is told of an activity that changed. It never changes, so that one serves all receivers.
struct ActivityNews {
  ActivityOutline outline;
  /// With it, `content` is what changed in the state since this version of the room, as a JSON Merge Patch
  /// (RFC 7396); without it, the state itself.
  std::optional<RoomVersion> from;
  Value content;

  friend bool operator==(const ActivityNews&, const ActivityNews&) = default;
};
using ActivityNewsRef = std::shared_ptr<const ActivityNews>;

/// A room's activity as everybody was told, which is what snapshots show: each difference starts from it. It
/// lags behind the activity itself by `limits::kActivityNews` at most, and never by a phase.
class ToldActivity {
public:
  /// Nothing while there is no activity.
  [[nodiscard]] const std::optional<ActivityView>& view() const { return view_; }

  /// Whether this change may be told now. If not, it waits with whatever comes until it may.
  [[nodiscard]] bool takes(Activity::Change change, Instant now);
  /// When what waits is to be told.
  [[nodiscard]] std::optional<Instant> next_due() const {
    return waits_ ? std::optional(quiet_until_) : std::nullopt;
  }

  /// Everybody is told now, by this version of the room, that the activity is so. Nothing waits any more.
  /// What to tell: null if there is no activity any more.
  [[nodiscard]] ActivityNewsRef tell(std::optional<ActivityView> view, RoomVersion version, Instant now);
  /// Nothing waits any more, since all that waited is as it was told.
  void nothing_to_tell() { waits_ = false; }
  /// The room is closed.
  void forget() { *this = {}; }

private:
  std::optional<ActivityView> view_;
  RoomVersion version_;
  Instant quiet_until_ = Instant::min();
  bool waits_ = false;
};

}  // namespace baton::core
