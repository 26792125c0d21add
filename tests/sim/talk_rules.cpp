// SPDX-License-Identifier: GPL-3.0-or-later
// Control, mute, lock and chat: who may cause their events, and what they must say.
#include <algorithm>
#include <string>

#include "tests/sim/picture.hpp"
#include "tests/sim/step.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

/// The participant's own request about control.
bool asks_for_itself(const Step& step, const UserId& user, ControlAction action) {
  const auto* control = step.asks<Control>();
  return control != nullptr && control->action == action && step.actor == user;
}

/// The host's request about somebody's control.
bool host_asks(const RoomModel& model, const Step& step, const UserId& user, ControlAction action) {
  const auto* control = step.asks<Control>();
  return control != nullptr && control->action == action && control->user == user && step.actor &&
         model.is_host(*step.actor);
}

void check_grant(const RoomModel& model, const Step& step, const ParticipantView& view) {
  if (view.role != Role::viewer) {
    require(view.control_request.has_value(), Rule::control, "control was granted to one who has it");
    return;
  }
  require(host_asks(model, step, view.user, ControlAction::grant), Rule::control,
          "control was granted, and not by the host");
  require(model.has_right(view.user, Right::control), Rule::control, "control for a role without that right");
  require(model.count(Role::controller) < model.picture.settings.max_controllers, Rule::control,
          "more controllers by grant than the room admits");
}

}  // namespace

void check_cause_of(const RoomModel& model, const Step& step, const ControlChanged& event) {
  const ParticipantView* view = find_view(model.picture, event.user);
  require(view != nullptr && model.find(event.user) != nullptr, Rule::control,
          "control of one who is not there");
  require(event.request.has_value() == (event.change == ControlChange::requested), Rule::control,
          "a request's number belongs to a request");
  switch (event.change) {
    case ControlChange::requested:
      require(asks_for_itself(step, event.user, ControlAction::request) && view->role == Role::viewer &&
                  !view->control_request && model.has_right(event.user, Right::control),
              Rule::control, "a request for control without cause");
      require(*event.request > model.last_control_request, Rule::control, "a request that pushes in");
      break;
    case ControlChange::withdrawn:
      require(asks_for_itself(step, event.user, ControlAction::withdraw) && view->control_request,
              Rule::control, "a request was withdrawn without cause");
      break;
    case ControlChange::granted:
      check_grant(model, step, *view);
      break;
    case ControlChange::denied:
      require(host_asks(model, step, event.user, ControlAction::deny) && view->control_request, Rule::control,
              "a request was denied without cause");
      break;
    case ControlChange::revoked:
      require(host_asks(model, step, event.user, ControlAction::revoke) && view->role == Role::controller,
              Rule::control, "control was revoked without cause");
      break;
    case ControlChange::released:
      require(asks_for_itself(step, event.user, ControlAction::release) && view->role == Role::controller,
              Rule::control, "control was released without cause");
      break;
  }
}

bool check_control_given_or_taken(const RoomModel& model, const Step& step, const RoleChanged& event) {
  const Role before = model.role_of(event.user);
  if (event.role == Role::controller && before == Role::viewer) {
    return host_asks(model, step, event.user, ControlAction::grant);
  }
  return event.role == Role::viewer && before == Role::controller &&
         (host_asks(model, step, event.user, ControlAction::revoke) ||
          asks_for_itself(step, event.user, ControlAction::release));
}

void check_cause_of(const RoomModel& model, const Step& step, const MuteChanged& event) {
  const Mute* mute = step.may_ask<Mute>(model);
  require(mute != nullptr && mute->user == event.user && mute->muting == event.muting, Rule::talk,
          "somebody was muted without cause");
  const ParticipantView* view = find_view(model.picture, event.user);
  require(view != nullptr && view->muted != (event.muting == Muting::muted), Rule::talk,
          "a mute that changes nothing is told");
}

void check_cause_of(const RoomModel& model, const Step& step, const LockChanged& event) {
  const Lock* lock = step.may_ask<Lock>(model);
  require(lock != nullptr && lock->locking == event.locking, Rule::talk, "the room was locked without cause");
  require(model.picture.locked != (event.locking == Locking::locked), Rule::talk,
          "a lock that changes nothing is told");
}

void check_cause_of(const RoomModel& model, const Step& step, const ChatAdded& event) {
  const ChatEntry& entry = *event.entry;
  const auto* chat = step.asks<SendChat>();
  require(chat != nullptr && step.actor == entry.from && chat->text == entry.text, Rule::talk,
          "chat that its author did not write");
  const ParticipantView* view = find_view(model.picture, entry.from);
  require(view != nullptr && !view->muted && model.has_right(entry.from, Right::chat), Rule::talk,
          "chat of one who may not");
  require(entry.number == model.last_chat.next() && entry.display_name == view->display_name &&
              entry.at == model.now,
          Rule::talk, "chat that says something else than what is so");
}

void check_cause_of(const RoomModel& model, const Step& /*step*/, const ReadinessKnown& event) {
  require(model.awaited && model.is_host(model.awaited->host), Rule::readiness,
          "an outcome nobody waits for");
  const auto& listed = event.not_ready;
  for (const UserId& user : listed) {
    const ModelPerson* person = model.find(user);
    require(person != nullptr && !person->session.ready && model.may_be_present(user) && !model.is_host(user),
            Rule::readiness, user.value() + " is listed as not ready, and is, or is not there");
  }
  require(listed.empty() || model.awaited->deadline <= model.now, Rule::readiness,
          "a list before the host's time was over");
  for (const UserId& user : model.not_ready()) {
    const bool certain = !model.may_be_absent(user);
    require(!certain || std::ranges::find(listed, user) != listed.end(), Rule::readiness,
            user.value() + " is not ready and is not listed");
  }
}

}  // namespace baton::sim
