// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "core/effect.hpp"
#include "core/ids.hpp"
#include "core/throttle.hpp"
#include "core/time.hpp"

namespace baton::core {

/// Changes of presence that the room has not been told yet. A storm of them is told in few events: of each
/// participant only the last change counts, and each kind of change waits for its own throttle. Nothing is
/// dropped: what was noted is told in the end, unless a later change or a departure made it untrue.
class PresenceNews {
public:
  PresenceNews();

  /// One entry per participant; bounded by the number of participants and of those removed within one
  /// cool-down.
  void note(const UserId& user, PresenceChange::Kind kind);
  /// Something else that everybody is told says it already.
  void forget(const UserId& user);
  /// Keeps the view of one who is removed until everybody has been told.
  void note_removal(const ParticipantView& view);

  /// What may be told now, in the order of user ids; it counts as told.
  [[nodiscard]] std::vector<PresenceChange> take_due(Instant now);
  /// Everything, whatever the throttles say.
  [[nodiscard]] std::vector<PresenceChange> take_all();
  void drop_all();

  /// When `take_due` will next have something.
  [[nodiscard]] std::optional<Instant> next_due(Instant now) const;
  /// Those who are gone without the room having been told, as it last saw them.
  [[nodiscard]] const std::map<UserId, ParticipantView>& untold_removals() const { return removals_; }

private:
  void put(const UserId& user, PresenceChange::Kind kind);

  static constexpr std::size_t kKinds = 3;
  std::array<Throttle, kKinds> throttles_;
  std::map<UserId, PresenceChange::Kind> pending_;
  /// How many of `pending_` are of each kind, so that a deadline costs the same however many wait.
  std::array<std::size_t, kKinds> waiting_{};
  std::map<UserId, ParticipantView> removals_;
};

}  // namespace baton::core
