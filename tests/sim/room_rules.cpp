// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold of a room between any two calls.
#include <algorithm>
#include <string>

#include "core/host_lease.hpp"
#include "core/room.hpp"
#include "tests/sim/checker.hpp"
#include "tests/sim/picture.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

void check_host(const RoomModel& model) {
  const RoomSnapshot& picture = model.picture;
  const auto hosts = std::ranges::count(picture.participants, Role::host, &ParticipantView::role);
  if (hosts > 1) {
    broken(Rule::one_host, "two participants are shown as host");
  }
  for (const ParticipantView& view : picture.participants) {
    if ((view.role == Role::host) != model.is_host(view.user)) {
      broken(Rule::one_host, view.user.value() + " is shown in another role than the lease says");
    }
  }
  const bool has_host = picture.state == RoomState::live || picture.state == RoomState::host_offline ||
                        picture.state == RoomState::promoting;
  if (picture.host.has_value() != has_host) {
    broken(Rule::one_host, "a host in a state without one, or none in a state with one");
  }
}

void check_grace(const RoomModel& model, const Step& step) {
  const RoomSnapshot& picture = model.picture;
  if (picture.grace.has_value() != (picture.state == RoomState::host_offline) ||
      picture.promotion.has_value() != (picture.state == RoomState::promoting)) {
    broken(Rule::grace, "a deadline without its state, or the reverse");
  }
  const bool late = step.lets_time_pass();
  if (late && picture.grace && picture.grace->deadline <= model.now) {
    broken(Rule::grace, "a grace is over and has no outcome");
  }
  if (late && picture.promotion && picture.promotion->deadline <= model.now) {
    broken(Rule::grace, "a question is over and has no outcome");
  }
  if (picture.state == RoomState::live && model.host_in_trouble()) {
    broken(Rule::grace, "the host is away and no grace runs");
  }
  if ((picture.grace || picture.promotion) && !model.host_in_trouble()) {
    broken(Rule::grace, "a grace runs for a host who is there");
  }
  if ((picture.state == RoomState::promoting || picture.state == RoomState::paused) &&
      model.backup_could_take_over()) {
    broken(Rule::grace, "the backup is present and the room has no host");
  }
}

void check_presence(const RoomModel& model, const Step& step) {
  for (const auto& [user, person] : model.people) {
    // Silence is found while time passes, and not while something else happens.
    const bool looked_at = person.offline ? step.lets_time_pass() && !model.is_host(user)
                                          : step.is_tick() && person.role_since < model.now;
    if (looked_at && person.last_sign + model.patience(user) <= model.now) {
      broken(Rule::presence, user.value() + " is silent and neither offline nor removed");
    }
    if (!person.offline && !person.session.signalling) {
      broken(Rule::presence, user.value() + " counts as present without a connection");
    }
  }
}

/// What roles and the host's word allow of media and requests.
void check_rights(const RoomModel& model) {
  for (const auto& [user, person] : model.people) {
    const ParticipantView* view = find_view(model.picture, user);
    const auto& feed = person.session.feed;
    require(!feed || model.has_right(user, Right::publish), Rule::control,
            user.value() + " publishes without the right");
    require(!feed || (feed->muting == Muting::muted) == view->muted, Rule::talk,
            user.value() + " is muted and heard, or the reverse");
    require(!view->control_request || view->role == Role::viewer, Rule::control,
            user.value() + " has control and asks for it");
  }
}

void check_session(const ModelPerson& person, const Participant& real) {
  const ModelSession& session = person.session;
  if (real.session.id != session.claim.id || real.session.version != session.claim.version) {
    broken(Rule::one_session, real.user.value() + " has another session than the one it was told");
  }
  if (real.session.signalling != session.signalling ||
      real.session.connections.size() != session.connections.size()) {
    broken(Rule::connections, real.user.value() + " has other connections than were attached");
  }
  for (const SessionConnection& one : real.session.connections) {
    const auto found = session.connections.find(one.id);
    if (found == session.connections.end() || found->second != one.use) {
      broken(Rule::connections, real.user.value() + " has a connection that carries something else");
    }
  }
  const auto& publication = real.session.publication;
  if (publication.has_value() != session.feed.has_value() ||
      (publication &&
       (publication->feed != session.feed->id || publication->connection != session.feed->connection))) {
    broken(Rule::media, real.user.value() + " publishes something else than was accepted");
  }
}

void check_sessions(const RoomModel& model, const Room& room) {
  const auto& all = room.sessions().all();
  if (all.size() != model.people.size() ||
      model.people.size() + model.untold_removals.size() != model.picture.participants.size()) {
    broken(Rule::one_session, "more or fewer sessions than joined");
  }
  for (const auto& [user, participant] : all) {
    const ModelPerson* person = model.find(user);
    const ParticipantView* view = find_view(model.picture, user);
    if (person == nullptr || view == nullptr) {
      broken(Rule::one_session, user.value() + " has a session that was never told");
    }
    check_session(*person, participant);
    if (view->publishing != person->session.feed.has_value()) {
      broken(Rule::media, user.value() + " is shown to publish, and does not, or the reverse");
    }
  }
}

void check_program(const RoomModel& model) {
  std::optional<FeedId> expected;
  const ModelPerson* host = model.host();
  if (host != nullptr && host->session.feed) {
    expected = host->session.feed->id;
  }
  if (expected != model.picture.program_feed) {
    broken(Rule::media, "the program does not follow the host's feed");
  }
}

void check_bounds(const RoomModel& model, const Room& room) {
  for (const auto& [user, person] : model.people) {
    if (person.session.connections.size() > limits::kConnectionsPerSession) {
      broken(Rule::bounds, user.value() + " has more connections than a session may");
    }
  }
  // Whoever holds the lease always gets in, even where edits have made the room smaller.
  if (model.people.size() > model.highest_capacity + 1) {
    broken(Rule::bounds, "more participants than any settings of this room admit");
  }
  if (model.asked.size() > limits::kQuestionsPerSuccession) {
    broken(Rule::bounds, "more controllers were asked than a succession may ask");
  }
  const auto& chat = model.picture.chat;
  std::size_t chat_bytes = 0;
  for (const ChatEntryRef& entry : chat) {
    chat_bytes += entry->text.size();
  }
  if (chat.size() > limits::kChatEntries || chat_bytes > limits::kChatBytes) {
    broken(Rule::bounds, "more chat than a room keeps");
  }
  for (const UserId& user : model.known) {
    const bool expected = std::ranges::find(model.former, user) != model.former.end();
    if (room.lease().was_host(user) != expected) {
      broken(Rule::bounds, user.value() + " is remembered as former host, or forgotten, wrongly");
    }
  }
}

}  // namespace

void check_room(const RoomModel& model, const Step& step, const Room& room) {
  check_host(model);
  check_grace(model, step);
  check_sessions(model, room);
  check_presence(model, step);
  check_rights(model);
  check_program(model);
  check_bounds(model, room);
}

}  // namespace baton::sim
