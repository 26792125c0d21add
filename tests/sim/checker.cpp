// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/checker.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "tests/sim/describe.hpp"
#include "tests/sim/picture.hpp"
#include "tests/sim/scenario_marks.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

/// Nobody is called offline sooner than this after a sign of life, whatever the role.
constexpr Duration kShortestPatience = limits::kPresenceTimeout.lowest;

}  // namespace

Checker::Checker(const RoomDirectory& directory, Truth truth)
    : directory_(directory), truth_(std::move(truth)) {}

void Checker::created(const RoomId& id, const RoomSettings& settings, Instant now) {
  RoomSettings visible = settings;
  visible.administrator_secret.reset();
  models_.insert_or_assign(id, RoomModel(id, visible, now));
}

const RoomId* Checker::room_of(ConnectionId connection) const {
  const auto found = attached_.find(connection);
  return found == attached_.end() ? nullptr : &found->second;
}

const RoomModel* Checker::model(const RoomId& id) const {
  const auto found = models_.find(id);
  return found == models_.end() ? nullptr : &found->second;
}

void Checker::before(const RoomId& id, const Command* command, Instant now, const Origin& origin) {
  room_ = id;
  model_ = &models_.at(id);
  step_ = Step{};
  if (!refused_at_the_door(command)) {
    model_->now = std::max(model_->now, now);
  }
  step_.command = command;
  step_.origin = origin;
  step_.due = model_->something_due() || activity_news_due() ? Step::Due::something : Step::Due::nothing;
  step_.before = model_->picture;
  model_->ended_lines.clear();
  if (command == nullptr) {
    for (auto& [user, person] : model_->people) {
      person.in_doubt = !person.offline && person.last_sign + kShortestPatience <= model_->now;
    }
    return;
  }
  if (const auto* participant = std::get_if<ParticipantCommand>(command)) {
    prepare(*participant);
  } else if (const auto* administrator = std::get_if<AdministratorCommand>(command)) {
    step_.request = administrator->request_id;
    step_.expected = expected_refusal(*model_, *administrator);
  } else if (const auto* report = std::get_if<ConnectionReport>(command)) {
    if (const auto* activity = std::get_if<ConnectionActivity>(&report->fact)) {
      model_->report_activity(report->connection, activity->last_arrival);
    } else if (std::holds_alternative<ConnectionLost>(report->fact)) {
      lose(report->connection);
    } else {
      model_->hang_up(report->connection);
    }
  } else if (step_.due == Step::Due::nothing) {
    model_->report(std::get<FeedReport>(*command));
  }
}

bool Checker::activity_news_due() const {
  // By when is checked where it is told; here it only says what may come before the command.
  const Room* room = directory_.find(room_);
  const auto at = room != nullptr ? room->told_activity().next_due() : std::nullopt;
  return at && *at <= model_->now;
}

void Checker::lose(ConnectionId connection) {
  const auto owner = model_->owner(connection);
  const bool signalled = owner && model_->find(*owner)->session.signalling == connection;
  // From here on nothing may be sent to it.
  model_->detach(connection);
  attached_.erase(connection);
  if (signalled) {
    step_.lost = owner;
    ModelPerson& person = *model_->find(*owner);
    person.in_doubt = step_.due == Step::Due::something && !person.offline;
    model_->go_offline(*owner);
  }
}

bool Checker::refused_at_the_door(const Command* command) const {
  const auto* participant = command != nullptr ? std::get_if<ParticipantCommand>(command) : nullptr;
  if (participant == nullptr || !brings_connection(participant->request)) {
    return false;
  }
  const RoomId* place = room_of(participant->sender.connection);
  return place != nullptr && *place != room_;
}

void Checker::prepare(const ParticipantCommand& command) {
  step_.request = command.sender.request;
  if (refused_at_the_door(step_.command)) {
    step_.expected = ErrorCode::already_joined;
    return;
  }
  const bool proves = !std::holds_alternative<Join>(command.request) &&
                      !std::holds_alternative<LeaveByToken>(command.request);
  if (proves && !model_->fence(command.sender)) {
    step_.actor = model_->user_of(*command.sender.claim);
  } else if (proves && step_.due == Step::Due::something && command.sender.claim) {
    // Whoever holds the connection now may be gone by the time the command is met.
    const auto user = model_->user_of(*command.sender.claim);
    if (user && model_->find(*user)->session.claim.version == command.sender.claim->version) {
      step_.actor = user;
    }
  }
  if (std::holds_alternative<Join>(command.request)) {
    model_->forget_old_departures();
  }
  if (step_.actor) {
    step_.actor_was_offline = model_->find(*step_.actor)->offline;
    if (command.sender.signals_received &&
        (step_.due == Step::Due::something || !model_->fence(command.sender))) {
      step_.confirmation = {*step_.actor, *command.sender.signals_received};
    }
  }
  step_.expected = expected_refusal(*model_, command);
  note_race_with_stop();
}

void Checker::check_fenced(const Effects& effects) const {
  const bool fenced = step_.expected == ErrorCode::session_stale ||
                      step_.expected == ErrorCode::session_unknown ||
                      step_.expected == ErrorCode::session_not_yours;
  if (!fenced || step_.due == Step::Due::something) {
    return;
  }
  const bool refused = effects.size() == 1 && std::holds_alternative<Refusal>(effects.front()) &&
                       std::get<Refusal>(effects.front()).error == step_.expected;
  if (!refused) {
    broken(Rule::fencing, "expected " + std::string(error_row(*step_.expected).name) + " and nothing else");
  }
}

void Checker::after(const Effects& effects) {
  check_fenced(effects);
  for (const Effect& effect : effects) {
    const auto* refusal = std::get_if<Refusal>(&effect);
    // A join may itself be what leaves the room without anybody to ask.
    const bool may_come_too_late = step_.due == Step::Due::something || step_.asks<Join>() != nullptr;
    const bool came_too_late =
        may_come_too_late && refusal != nullptr && refusal->error == ErrorCode::room_closed;
    if (step_.closed && !came_too_late) {
      broken(Rule::closing, "after the room closed came: " + describe(effect));
    }
    check(effect);
  }
  finish_activity_news();
  check_answered();
  if (step_.closed) {
    check_closed();
    return;
  }
  if (step_.command != nullptr && step_.due == Step::Due::something) {
    if (const auto* report = std::get_if<FeedReport>(step_.command)) {
      model_->report(*report);
    }
  }
  const Room* room = directory_.find(room_);
  if (room == nullptr) {
    broken(Rule::closing, "the room is gone, but said nothing");
  }
  check_picture(*room);
  settle_presence(*room);
  check_activity(*room);
  check_news();
  check_signals(*model_, step_, *room);
  check_audience();
  check_readiness();
  check_refusal();
  check_stopped();
  check_room(*model_, step_, *room);
  const auto deadline = room->next_deadline();
  if (deadline && deadline->at <= model_->now && step_.lets_time_pass() &&
      (step_.command == nullptr ||
       (deadline->why != DeadlineKind::media_silence && deadline->why != DeadlineKind::presence))) {
    broken(Rule::deadlines, "something is due and did not happen");
  }
}

void Checker::check(const Effect& effect) {
  const auto* notify = std::get_if<Notify>(&effect);
  const bool goes_on = notify != nullptr && step_.activity_news &&
                       notify->version == step_.activity_news->version &&
                       std::holds_alternative<ActivityChanged>(notify->event);
  if (!goes_on) {
    finish_activity_news();
  }
  check_secrets(effect);
  std::visit([this](const auto& one) { on(one); }, effect);
}

void Checker::count_answer(RequestId request) {
  if (step_.request != request) {
    broken(Rule::answers, "an answer to another request than the one that was made");
  }
  if (++step_.answers > 1) {
    broken(Rule::answers, "two answers to one request");
  }
}

void Checker::check_answered() {
  if (step_.request && step_.answers != 1) {
    broken(Rule::answers, "no answer to a request");
  }
  const bool closed_by_join = step_.closed && step_.asks<Join>() != nullptr;
  if (step_.request && step_.due == Step::Due::nothing && step_.expected != step_.refusal &&
      !closed_by_join) {
    const auto name = [](const std::optional<ErrorCode>& error) {
      return error ? std::string(error_row(*error).name) : std::string("accepted");
    };
    broken(Rule::refusals, "expected " + name(step_.expected) + ", got " + name(step_.refusal));
  }
}

void Checker::check_question_over() {
  if (!model_->question) {
    return;
  }
  const UserId& candidate = model_->question->candidate;
  const ModelPerson* person = model_->find(candidate);
  if (person != nullptr && person->session.signalling && !step_.joins(candidate)) {
    broken(Rule::grace, candidate.value() + " was not told that the question to become host is over");
  }
  model_->question.reset();
}

void Checker::check_picture(const Room& room) {
  const RoomSnapshot now = room.snapshot();
  if (now.settings.administrator_secret) {
    broken(Rule::secrets, "a snapshot carries the room's secret");
  }
  if (now.version > model_->picture.version) {
    std::vector<ConnectionId> audience = model_->audience();
    if (step_.told_joiner) {
      std::erase(audience, std::get<ParticipantCommand>(*step_.command).sender.connection);
    }
    if (!audience.empty()) {
      broken(Rule::audience, "the room changed and somebody who is there was not told");
    }
    step_.unseen = true;
    check_unobserved(*model_, step_, now);
    apply_unobserved(*model_, step_, now, room.sessions());
  }
  if (const auto what = difference(model_->picture, now)) {
    broken(Rule::picture, "by the events and by the snapshot differs: " + *what);
  }
  if (model_->picture.program_feed != now.program_feed) {
    broken(Rule::media, "the snapshot names another feed than the program was told to follow");
  }
  if (step_.told_joiner && difference(*step_.told_joiner, now)) {
    broken(Rule::picture, "a joiner was given another snapshot than that of the room");
  }
  if (model_->picture.state != RoomState::promoting) {
    check_question_over();
  }
}

void Checker::check_refusal() const {
  if (!step_.refusal || step_.due == Step::Due::something) {
    return;
  }
  const RoomSnapshot& now = model_->picture;
  if (step_.actor) {
    if (step_.actor_was_offline && model_->is_present(*step_.actor)) {
      // The request shows that its sender is back, which may end a grace. What may follow is checked event by
      // event.
      return;
    }
  }
  if (const auto what = difference(step_.before, now)) {
    broken(Rule::refusals, "a refused request changed something: " + *what);
  }
  if (step_.before.program_feed != now.program_feed) {
    broken(Rule::refusals, "a refused request changed the program");
  }
}

void Checker::note_race_with_stop() const {
  // The join came first, and the token that stops it is the one that it was made with; or the stop came
  // first.
  const auto* leave = step_.asks<LeaveByToken>();
  const ModelPerson* person = leave != nullptr ? model_->find(leave->user) : nullptr;
  const bool stops_a_join = person != nullptr && !person->session.confirmed && person->session.joined_with &&
                            person->session.joined_with->token.bytes() == leave->resumption.token.bytes();
  const auto* join = step_.asks<Join>();
  const bool is_stopped =
      join != nullptr && step_.expected == ErrorCode::join_stopped &&
      model_->stopped_since(join->user, join->resumption->token, model_->now - kSameMoment);
  if (stops_a_join || is_stopped) {
    reached(Scenario::reconnect_and_stop_at_the_same_moment);
  }
}

void Checker::check_stopped() {
  const auto* leave = step_.asks<LeaveByToken>();
  if (leave == nullptr || step_.refusal) {
    return;
  }
  if (model_->keeps_place(leave->user, leave->resumption.token)) {
    broken(Rule::one_session, "one who stopped a reconnect is still in the room");
  }
  // A token that kept no place is spent all the same: the join with it may still be on its way.
  model_->remember_stop(leave->user, leave->resumption.token);
}

void Checker::after_tick(Instant now) const {
  const auto next = directory_.next_deadline();
  if (next && next->deadline.at <= now) {
    broken(Rule::deadlines, "a room waits for what is due");
  }
  for (const auto& [id, model] : models_) {
    const ModelPerson* host = model.host();
    if (model.now > now || host == nullptr || !host->session.feed || !host->session.feed->last_arrival ||
        host->session.feed->silent) {
      continue;
    }
    // A new host's silence begins to count when it becomes host.
    const Instant counted = *host->session.feed->last_arrival;
    const auto arrival = truth_.feed(id, host->session.feed->id);
    if (arrival && std::max(*arrival, counted) + model.picture.settings.media_silence <= now) {
      broken(Rule::media, "a silent host was not found");
    }
  }
}

void Checker::check_closed() {
  for (const auto& [connection, room] : attached_) {
    if (room == room_) {
      broken(Rule::connections, "a connection outlived its room");
    }
  }
  for (const auto& [user, person] : model_->people) {
    if (person.session.feed) {
      broken(Rule::media, "a feed outlived its room");
    }
  }
  if (directory_.find(room_) != nullptr) {
    broken(Rule::closing, "a closed room is still listed");
  }
  models_.erase(room_);
  model_ = nullptr;
}

}  // namespace baton::sim
