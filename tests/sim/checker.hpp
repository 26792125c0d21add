// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/room_directory.hpp"
#include "tests/sim/room_model.hpp"
#include "tests/sim/step.hpp"

namespace baton::sim {

/// Watches every call into the directory and holds it against a model of its own. Throws `Violation`.
class Checker {
public:
  /// When something really arrived last; nothing if nothing ever did.
  struct Truth {
    std::function<std::optional<core::Instant>(const core::RoomId&, core::FeedId)> feed;
    std::function<std::optional<core::Instant>(core::ConnectionId)> connection;
  };

  Checker(const core::RoomDirectory& directory, Truth truth);

  void created(const core::RoomId& id, const core::RoomSettings& settings, core::Instant now);

  /// Call before and after each call into a room that exists. `command` is absent when time passes; it must
  /// live until `after`.
  void before(const core::RoomId& id, const core::Command* command, core::Instant now, const Origin& origin);
  void after(const core::Effects& effects);

  /// After all deadlines up to `now` were served: nothing that is due is left.
  void after_tick(core::Instant now) const;

  /// Who the directory should say has this connection.
  [[nodiscard]] const core::RoomId* room_of(core::ConnectionId connection) const;
  [[nodiscard]] const RoomModel* model(const core::RoomId& id) const;

private:
  /// The connection is in another room, so that the command does not even reach this one, nor does time.
  [[nodiscard]] bool refused_at_the_door(const core::Command* command) const;
  void prepare(const core::ParticipantCommand& command);
  /// The connection is gone, and what it carried with it.
  void lose(core::ConnectionId connection);
  void check(const core::Effect& effect);
  void on(const core::Reply& reply);
  void on(const core::Refusal& refusal);
  void on(const core::Notify& notify);
  void on(const core::FollowFeed& follow);
  void on(const core::EndFeed& end);
  void on(const core::WatchFeed& watch);
  void on(const core::MuteFeed& mute);
  void on(const core::ReleaseConnection& release);
  void on(const core::CloseRoom& close);
  void on_join(const core::JoinAccepted& joined);
  void on_synchronized(const core::Synchronized& synchronized);
  void on_signal_accepted(const core::SendSignal& signal);
  void on_done(const core::ParticipantCommand& command, const core::ReplyBody& body);
  void count_answer(core::RequestId request);
  void check_addressee(const core::Notify& notify);
  /// A request that is to be fenced is refused, and does nothing else.
  void check_fenced(const core::Effects& effects) const;
  void check_answered();
  void check_refusal() const;
  void check_stopped();
  void note_race_with_stop() const;
  /// The question before, if any, is over: its candidate knows, or is not there to know.
  void check_question_over();
  void check_picture(const core::Room& room);
  /// Who went offline or was removed in this step, and whether that was right.
  void settle_presence(const core::Room& room);
  void check_silence(const core::UserId& user, const ModelPerson& person) const;
  /// Counts what was told against the throttle.
  void account_news(const core::PresenceChanged& event);
  void check_news();
  /// What the host knows of its audience.
  void check_audience();
  void check_readiness();
  // The activity, in activity_rules.cpp.
  /// Nobody is shown a card before it is open, but its owner.
  void check_secrets(const core::Effect& effect) const;
  void adopt_activity(ActivityModel next);
  /// Who has voted, and has no place at the end of the step.
  [[nodiscard]] std::set<core::UserId> gone_voters() const;
  void on_activity_changed(const core::Notify& notify, const core::ActivityChanged& changed);
  /// All of one change has been told, to everybody.
  void finish_activity_news();
  /// `view` is what the news makes of what everybody was told before.
  void follow_activity(const core::ActivityNewsRef& news, const std::optional<core::ActivityView>& view);
  void check_answer_to_all(const core::ActivityAccepted& accepted);
  void check_told_activity();
  [[nodiscard]] bool activity_news_due() const;
  void on_activity_accepted(const core::ParticipantCommand& command, const core::ActivityAccepted& accepted);
  void on_activity_refused(const core::Refusal& refusal);
  void note_late_press(const core::UserId& actor, const core::UseActivity& use) const;
  void note_activity_scenarios(const core::Notify& notify) const;
  void check_activity(const core::Room& room);
  void check_activity_people(const core::Room& room) const;
  void note_continuity(const core::Join& join, const core::JoinAccepted& joined);
  void check_closed();
  void attach(core::ConnectionId connection);

  const core::RoomDirectory& directory_;
  Truth truth_;
  std::map<core::RoomId, RoomModel> models_;
  std::unordered_map<core::ConnectionId, core::RoomId> attached_;
  core::RoomId room_;
  RoomModel* model_ = nullptr;
  Step step_;
};

/// Follows every signal: what went in, what is held, what was delivered, and who was told.
void check_signals(RoomModel& model, const Step& step, const core::Room& room);
/// What must hold of a room between any two calls: `room` against the model, and the model in itself.
void check_room(const RoomModel& model, const Step& step, const core::Room& room);

}  // namespace baton::sim
