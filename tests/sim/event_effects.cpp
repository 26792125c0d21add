// SPDX-License-Identifier: GPL-3.0-or-later
// What events mean for the model.
#include "tests/sim/picture.hpp"
#include "tests/sim/step.hpp"

namespace baton::sim {

using namespace core;

namespace {

void become_host(RoomModel& model, const UserId& user) {
  model.asked.clear();
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

void go_offline(RoomModel& model, const UserId& user) {
  if (ModelPerson* person = model.find(user)) {
    person->offline_since = model.now;
    person->last_sign = model.now;
  }
}

bool due_for_removal(const RoomModel& model, const ParticipantView& view) {
  const ModelPerson* person = model.find(view.user);
  return view.presence == Presence::offline && person != nullptr &&
         person->last_sign + model.picture.settings.presence_timeout <= model.now;
}

}  // namespace

void appear(RoomModel& model, const UserId& user, JoinKind kind) {
  const bool known = model.find(user) != nullptr;
  ModelPerson& person = model.people[user];
  if (!known || kind == JoinKind::fresh) {
    person.joined = model.now;
  }
  person.last_sign = model.now;
  person.session.media_lost = false;
  model.known.insert(user);
}

void apply_to(RoomModel& model, RoomVersion version, const EventBody& event) {
  if (const auto* changed = std::get_if<HostChanged>(&event)) {
    if (changed->previous) {
      model.remember_former(*changed->previous);
    }
    model.lease = changed->host.lease;
    become_host(model, changed->host.user);
    if (model.question && model.question->candidate == changed->host.user) {
      model.question.reset();
    }
  } else if (std::holds_alternative<RoomPaused>(event)) {
    model.remember_former(model.picture.host->user);
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
  } else if (const auto* left = std::get_if<ParticipantLeft>(&event)) {
    model.take_out(left->user, left->reason);
  } else if (const auto* presence = std::get_if<PresenceChanged>(&event)) {
    if (presence->presence == Presence::offline) {
      go_offline(model, presence->user);
    } else {
      model.sign_of_life(presence->user);
    }
  }
  apply_event(model.picture, version, event);
  if (std::holds_alternative<RoomEdited>(event)) {
    model.note_capacity();
  }
}

void apply_unobserved(RoomModel& model, const Step& step, const RoomSnapshot& after) {
  for (const ParticipantView& view : model.picture.participants) {
    if (find_view(after, view.user) == nullptr) {
      // What was asked and carried out happened to somebody who was still there. A token may be given up at
      // any time, so there the one whose time was over may have gone before.
      const bool carried_out = step.asks<LeaveByToken>() == nullptr && !step.refusal;
      const bool on_purpose =
          goes_now(model, step, view.user) &&
          (carried_out || step.due == Step::Due::nothing || !due_for_removal(model, view));
      model.take_out(view.user, on_purpose ? DepartureReason::left : DepartureReason::absent_too_long);
    }
  }
  const std::optional<HostView> before = model.picture.host;
  if (before && (!after.host || after.host->lease != before->lease)) {
    model.remember_former(before->user);
  }
  for (const ParticipantView& view : after.participants) {
    if (view.presence == Presence::offline && model.is_present(view.user)) {
      go_offline(model, view.user);
    }
  }
  model.picture = after;
  model.note_capacity();
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
