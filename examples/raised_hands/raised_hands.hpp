// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/activities/activity.hpp"

namespace baton::examples {

/// Raised hands: whoever wants to speak waits for a turn, the one who raised a hand first in front.
///
/// Everybody sends `raise`, with a `note` if it likes, which nobody else sees before its turn; and `lower`,
/// also for the turn itself. Leaders send `next`, which gives the turn to the first, or ends it if nobody
/// waits. Phases: `quiet`, and `speaking`, which begins anew with each turn.
class RaisedHands final : public core::Activity {
public:
  /// It takes no options.
  [[nodiscard]] static std::variant<std::unique_ptr<core::Activity>, core::ErrorCode> make(
      const core::Value& options);

  [[nodiscard]] std::string_view phase() const override { return speaker_ ? "speaking" : "quiet"; }
  [[nodiscard]] core::Value public_state() const override;
  [[nodiscard]] core::Value own_state(const core::UserId& user) const override;
  [[nodiscard]] std::variant<Change, core::ErrorCode> handle(const core::UserId& user,
                                                             core::ActivityPart part,
                                                             const core::ActivityCommand& command,
                                                             core::Instant now) override;
  [[nodiscard]] Change forget(const core::UserId& user) override;
  [[nodiscard]] std::optional<std::string> inconsistency() const override;
  void repair() override;

private:
  /// Grows with every hand that is raised, and is never used again.
  using Place = core::NumericId<struct PlaceTag>;

  struct Hand {
    core::UserId user;
    std::string note;
    Place place;
  };

  [[nodiscard]] std::variant<Change, core::ErrorCode> raise(const core::UserId& user,
                                                            const core::Value& arguments);
  Change give_turn();

  Place last_place_;
  /// At most one for each participant, and none for who speaks, in the order of their places.
  std::deque<Hand> waiting_;
  std::optional<Hand> speaker_;
};

}  // namespace baton::examples
