// SPDX-License-Identifier: GPL-3.0-or-later
// What events mean for the model.
#include "tests/sim/picture.hpp"
#include "tests/sim/step.hpp"

namespace baton::sim {

using namespace core;

namespace {

void become_host(RoomModel& model, const UserId& user) {
  model.asked.clear();
  model.revoked.erase(user);
  if (ModelPerson* person = model.find(user)) {
    person->session.media_lost = false;
    if (auto& feed = person->session.feed) {
      feed->silent = false;
      if (feed->last_arrival) {
        feed->last_arrival = model.now;
      }
    }
  }
}

}  // namespace

void appear(RoomModel& model, const UserId& user, JoinKind kind) {
  const bool known = model.find(user) != nullptr;
  ModelPerson& person = model.people[user];
  if (!known || kind == JoinKind::fresh) {
    person.joined = model.now;
  }
  person.last_sign = model.now;
  person.offline = false;
  person.in_doubt = false;
  person.session.media_lost = false;
  model.known.insert(user);
  model.untold_removals.erase(user);
}

void note_lease(RoomModel& model, const UserId& joiner, Role role) {
  if (model.holds_lease(joiner)) {
    model.laid_down = role != Role::host;
  }
}

void apply_to(RoomModel& model, RoomVersion version, const EventBody& event) {
  if (const auto* changed = std::get_if<HostChanged>(&event)) {
    if (changed->previous) {
      model.remember_former(*changed->previous);
    }
    model.lease = changed->host.lease;
    model.laid_down = false;
    become_host(model, changed->host.user);
    if (model.question && model.question->candidate == changed->host.user) {
      model.question.reset();
    }
  } else if (std::holds_alternative<RoomPaused>(event)) {
    model.remember_former(model.picture.host->user);
    model.laid_down = false;
    model.asked.clear();
  } else if (std::holds_alternative<HostReturned>(event)) {
    model.asked.clear();
  } else if (const auto* started = std::get_if<PromotionStarted>(&event)) {
    model.asked.insert(started->promotion.candidate);
    model.question = started->promotion;
  } else if (const auto* ended = std::get_if<PromotionEnded>(&event)) {
    if (model.question && model.question->promotion == ended->promotion) {
      model.question.reset();
    }
  } else if (const auto* joined = std::get_if<ParticipantJoined>(&event)) {
    appear(model, joined->participant.user, joined->kind);
    note_lease(model, joined->participant.user, joined->participant.role);
  } else if (const auto* left = std::get_if<ParticipantLeft>(&event)) {
    model.take_out(left->user, left->reason);
  } else if (const auto* presence = std::get_if<PresenceChanged>(&event)) {
    for (const PresenceChange& change : presence->changes) {
      if (change.kind == PresenceChange::Kind::removed) {
        model.take_out(change.user, DepartureReason::absent_too_long);
        model.untold_removals.erase(change.user);
      }
    }
  } else if (const auto* role = std::get_if<RoleChanged>(&event)) {
    if (ModelPerson* person = model.find(role->user)) {
      person->role_since = model.now;
    }
  } else if (const auto* control = std::get_if<ControlChanged>(&event)) {
    model.last_control_request = control->request.value_or(model.last_control_request);
  } else if (const auto* chat = std::get_if<ChatAdded>(&event)) {
    model.last_chat = chat->entry->number;
  } else if (std::holds_alternative<ReadinessKnown>(event)) {
    model.awaited.reset();
  }
  apply_event(model.picture, version, event);
  if (std::holds_alternative<RoomEdited>(event)) {
    model.note_capacity();
  }
}

void apply_unobserved(RoomModel& model, const Step& step, const RoomSnapshot& after,
                      const SessionTable& sessions) {
  std::vector<UserId> gone;
  for (const auto& [user, person] : model.people) {
    // What was asked and carried out happened to somebody who was still there. A token may be given up at any
    // time, so there the one whose time was over may have gone before.
    const bool carried_out = step.asks<LeaveByToken>() == nullptr && !step.refusal;
    const bool on_purpose = goes_now(model, step, user) && (carried_out || !model.due_for_removal(user));
    if (sessions.find(user) == nullptr && on_purpose) {
      gone.push_back(user);
    }
  }
  for (const UserId& user : gone) {
    model.take_out(user, DepartureReason::left);
  }
  const std::optional<HostView> before = model.picture.host;
  if (before && (!after.host || after.host->lease != before->lease)) {
    model.remember_former(before->user);
    model.laid_down = false;
  }
  for (auto& [user, person] : model.people) {
    const ParticipantView* view = find_view(after, user);
    if (view == nullptr || view->role != model.role_of(user)) {
      person.role_since = model.now;
    }
  }
  model.picture = after;
  model.note_capacity();
  model.news.unheard(model.now);
  std::erase_if(model.untold_removals, [&](const UserId& user) { return find_view(after, user) == nullptr; });
  for (const ParticipantView& view : after.participants) {
    model.last_control_request =
        std::max(model.last_control_request, view.control_request.value_or(ControlRequestNumber()));
  }
  if (!after.chat.empty()) {
    model.last_chat = after.chat.back()->number;
  }
  if (after.state != RoomState::promoting) {
    model.asked.clear();
    model.question.reset();
  }
  if (after.host && after.host->lease != model.lease) {
    model.lease = after.host->lease;
    become_host(model, after.host->user);
  }
}

}  // namespace baton::sim
