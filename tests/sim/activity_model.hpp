// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "core/activities/activity.hpp"
#include "core/activities/activity_slot.hpp"
#include "core/command.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::sim {

/// A second opinion of the activity in a room, written from the rules of the game. It knows what everybody
/// chose, so that it can say what nobody else may see.
struct ActivityModel {
  /// Empty: there is none.
  std::string kind;
  std::string phase;
  core::ActivityVersion version;
  core::Duration reveal{};
  core::Duration reset{};
  std::optional<core::Instant> deadline;
  /// When time last moved it: it is not asked again at the same instant.
  std::optional<core::Instant> advanced;
  std::int64_t round = 0;
  std::string topic;
  std::optional<std::string> estimate;
  std::map<core::UserId, std::string> votes;
  struct Finished {
    std::int64_t round = 0;
    std::string topic;
    std::optional<std::string> estimate;
  };
  std::deque<Finished> finished;
  /// Of the fragile activity: how often it was repaired.
  std::int64_t repairs = 0;

  [[nodiscard]] bool is_poker() const { return kind == "poker"; }
  [[nodiscard]] bool cards_are_open() const { return phase == "revealed" || phase == "finished"; }
  /// As everybody is to see it, by and by.
  [[nodiscard]] std::optional<core::ActivityView> view() const;
  /// What this user alone is to see.
  [[nodiscard]] std::optional<core::Value> own(const core::UserId& user) const;
  [[nodiscard]] std::optional<core::Duration> heartbeat_interval() const;

  // Each carries it out, or says why not and changes nothing.
  [[nodiscard]] std::optional<core::ErrorCode> open(const core::OpenActivity& request);
  [[nodiscard]] std::optional<core::ErrorCode> close();
  [[nodiscard]] std::optional<core::ErrorCode> use(const core::UserId& user, core::ActivityPart part,
                                                   const core::UseActivity& request, core::Instant now);
  /// Whether it moves by itself at `now`.
  [[nodiscard]] bool is_due(core::Instant now) const { return deadline && *deadline <= now; }
  void pass(core::Instant now);
  /// This user's place is lost.
  void forget(const core::UserId& user);

private:
  [[nodiscard]] std::optional<core::ErrorCode> play(const core::UserId& user, core::ActivityPart part,
                                                    const core::ActivityCommand& command, core::Instant now);
  [[nodiscard]] std::optional<core::ErrorCode> vote(const core::UserId& user, const core::Value& arguments);
  void enter(const std::string& next);
  void enter(const std::string& next, core::Instant until);
  [[nodiscard]] core::Value statistics() const;
};

/// The face of a card, if this is one.
[[nodiscard]] std::optional<std::string> card_of(const core::Value& value);
/// What a card counts, if it counts.
[[nodiscard]] std::optional<std::int64_t> points_of(const std::string& card);

}  // namespace baton::sim
