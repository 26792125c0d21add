// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "tests/sim/room_model.hpp"

namespace baton::sim {

/// One call into a room, as the checker sees it: what went in, and what it was known to mean before it did.
struct Step {
  /// Nothing: time passed.
  const core::Command* command = nullptr;
  /// Who sends an authenticated request.
  std::optional<core::UserId> actor;
  Origin origin;
  /// Whether time alone made something happen before the command. What the command meets is then not known
  /// beforehand, so only what must hold in any case is checked.
  enum class Due { nothing, something };
  Due due = Due::nothing;
  /// The refusal that is expected if nothing was due.
  std::optional<core::ErrorCode> expected;
  /// The room before the step.
  core::RoomSnapshot before;
  /// Whether the actor was offline before.
  bool actor_was_offline = false;
  /// Whose signalling connection this step reports lost.
  std::optional<core::UserId> lost;
  std::optional<core::RequestId> request;
  unsigned answers = 0;
  std::optional<core::ErrorCode> refusal;
  std::optional<core::RoomSnapshot> told_joiner;
  std::optional<core::CloseReason> closed;
  /// How far a client said that it has received its signals.
  struct Confirmation {
    core::UserId user;
    core::SignalSequence received;
  };
  std::optional<Confirmation> confirmation;
  /// The signal of this step was accepted, and not before.
  const core::SendSignal* accepted_signal = nullptr;
  /// The actor said that its handlers exist.
  bool readied = false;
  struct Delivery {
    core::UserId to;
    core::SignalDelivered event;
  };
  std::vector<Delivery> deliveries;
  /// What the actor was told to be on its way.
  std::optional<core::SignalSequence> signals_sent;
  /// What the actor was told of its own signals.
  std::optional<core::SignalLineState> own_signals;
  std::optional<core::AudienceChanged> told_audience;
  core::UserId audience_told_to;
  /// A change of the activity while it is being told: one version, in several effects.
  struct ActivityNews {
    core::RoomVersion version;
    core::ActivityNewsRef news;
    std::vector<core::ConnectionId> audience;
    std::vector<core::ConnectionId> told;
  };
  std::optional<ActivityNews> activity_news;
  /// What an answer says that everybody is told next.
  core::ActivityNewsRef activity_owed;
  /// The same where there is no activity any more.
  bool activity_end_owed = false;
  /// Whose votes the activity forgot.
  std::set<core::UserId> forgotten;
  /// Something changed that nobody was there to be told of.
  bool unseen = false;
  /// How a join was answered.
  std::optional<core::JoinKind> joined_as;
  std::optional<core::Duration> told_within;
  /// Presence was told to all because somebody joins.
  bool flushed = false;

  /// The participant's request, if it is one of this kind.
  template <class Kind>
  [[nodiscard]] const Kind* asks() const {
    const auto* participant = command != nullptr ? std::get_if<core::ParticipantCommand>(command) : nullptr;
    return participant != nullptr ? std::get_if<Kind>(&participant->request) : nullptr;
  }
  /// The administrator's request, if it is one of this kind.
  template <class Kind>
  [[nodiscard]] const Kind* administers() const {
    const auto* administrator =
        command != nullptr ? std::get_if<core::AdministratorCommand>(command) : nullptr;
    return administrator != nullptr ? std::get_if<Kind>(&administrator->request) : nullptr;
  }
  [[nodiscard]] const core::ConnectionReport* reports() const {
    return command != nullptr ? std::get_if<core::ConnectionReport>(command) : nullptr;
  }
  /// Whether time passes, so that silence may be found.
  [[nodiscard]] bool is_tick() const { return command == nullptr; }
  /// Whether what is due happens in this step: a report of activity speaks of the past, and comes before.
  [[nodiscard]] bool lets_time_pass() const {
    if (const core::ConnectionReport* report = reports()) {
      return !std::holds_alternative<core::ConnectionActivity>(report->fact);
    }
    const auto* feed = command != nullptr ? std::get_if<core::FeedReport>(command) : nullptr;
    return feed == nullptr || !std::holds_alternative<core::MediaActivity>(*feed);
  }
  /// The host's or an administrator's request of this kind; null if neither asks for it.
  template <class Kind>
  [[nodiscard]] const Kind* may_ask(const RoomModel& model) const {
    const auto* by_host = asks<Kind>();
    return by_host != nullptr && actor && model.is_host(*actor) ? by_host : administers<Kind>();
  }
  [[nodiscard]] bool joins(const core::UserId& user) const {
    const auto* join = asks<core::Join>();
    return join != nullptr && join->user == user;
  }
};

/// Checks that the event may happen now: that its cause is there and that it says what is true. `model` is
/// the room before the event.
void check_cause(const RoomModel& model, const Step& step, const core::EventBody& event);
/// The same for events that have a file of their own.
void check_cause_of(const RoomModel& model, const Step& step, const core::PresenceChanged& event);
void check_cause_of(const RoomModel& model, const Step& step, const core::ReadinessKnown& event);
void check_cause_of(const RoomModel& model, const Step& step, const core::ControlChanged& event);
void check_cause_of(const RoomModel& model, const Step& step, const core::MuteChanged& event);
void check_cause_of(const RoomModel& model, const Step& step, const core::LockChanged& event);
void check_cause_of(const RoomModel& model, const Step& step, const core::ChatAdded& event);
/// Whether the role changes because control was given or taken in this step.
[[nodiscard]] bool check_control_given_or_taken(const RoomModel& model, const Step& step,
                                                const core::RoleChanged& event);
/// Whether this step takes the user out of the room on purpose.
[[nodiscard]] bool goes_now(const RoomModel& model, const Step& step, const core::UserId& user);
/// Checks that the room may close for this reason now.
void check_close(const RoomModel& model, const Step& step, core::CloseReason reason);
/// The same while nobody was there to be told, so that the model has not seen what led to it.
void check_unobserved_close(const RoomModel& model, const Step& step, core::CloseReason reason);
/// Checks that one may be removed for its absence now.
void check_removed(const RoomModel& model, const Step& step, const core::UserId& user);
/// Checks what changed while nobody was there to be told: `after` against the model.
void check_unobserved(const RoomModel& model, const Step& step, const core::RoomSnapshot& after);

/// Carries an event into the model.
void apply_to(RoomModel& model, core::RoomVersion version, const core::EventBody& event);
/// Carries what nobody was told into the model. Who is there is told by the room itself.
void apply_unobserved(RoomModel& model, const Step& step, const core::RoomSnapshot& after,
                      const core::SessionTable& sessions);
/// Somebody is in the room from now on, or begins afresh in it.
/// Who holds the lease came in, in this role.
void note_lease(RoomModel& model, const core::UserId& joiner, core::Role role);
void appear(RoomModel& model, const core::UserId& user, core::JoinKind kind);

}  // namespace baton::sim
