// SPDX-License-Identifier: GPL-3.0-or-later
// What clients make of what they receive.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/sim/picture.hpp"
#include "tests/sim/violation.hpp"
#include "tests/sim/world.hpp"

namespace baton::sim {

using namespace core;

namespace {

constexpr std::size_t kOldThings = 4;

template <class Value>
void remember(std::deque<Value>& old, const Value& value) {
  old.push_back(value);
  if (old.size() > kOldThings) {
    old.pop_front();
  }
}

}  // namespace

void World::drop_session(Device& device) {
  if (device.claim) {
    remember(device.old_claims, *device.claim);
  }
  if (device.question) {
    remember(device.old_questions, *device.question);
  }
  device.claim.reset();
  device.question.reset();
  device.picture.reset();
  device.own.reset();
  device.ready = false;
  device.phase = Device::Phase::out;
}

void World::cut(Device& device) {
  const auto leave = [this](ConnectionId connection) {
    if (Link* link = find_link(connection)) {
      link->at_client = Link::End::gone;
      link->inbound.clear();
    }
  };
  if (device.link) {
    leave(*device.link);
    device.link.reset();
  }
  for (const ConnectionId connection : device.extra) {
    leave(connection);
  }
  device.extra.clear();
  drop_session(device);
}

void World::read(ConnectionId connection) {
  Link* link = find_link(connection);
  if (link == nullptr || link->at_client == Link::End::gone) {
    return;
  }
  // What a client does about one message may cut the link.
  std::deque<Downstream> messages = std::exchange(link->inbound, {});
  const std::size_t device = link->device;
  const bool nested = std::exchange(reading_, true);
  for (const Downstream& message : messages) {
    receive(device, connection, message);
  }
  reading_ = nested;
}

void World::receive(std::size_t index, ConnectionId connection, const Downstream& message) {
  const Link* link = find_link(connection);
  if (link == nullptr || link->at_client == Link::End::gone) {
    return;
  }
  if (const auto* event = std::get_if<std::shared_ptr<const Notify>>(&message)) {
    receive_event(index, connection, **event);
  } else {
    receive_answer(index, connection, std::get<Answer>(message));
  }
}

void World::receive_event(std::size_t index, ConnectionId connection, const Notify& notify) {
  Device& device = devices[index];
  if (device.link != connection) {
    return;
  }
  if (const auto* delivered = std::get_if<SignalDelivered>(&notify.event)) {
    receive_signal(index, *delivered);
    return;
  }
  if (const auto* audience = std::get_if<AudienceChanged>(&notify.event)) {
    device.audience = {audience->present > 0, audience->level};
    return;
  }
  if (const auto* ended = std::get_if<PromotionEnded>(&notify.event)) {
    if (device.question == ended->promotion) {
      remember(device.old_questions, *device.question);
      device.question.reset();
    }
    return;
  }
  if (const auto* released = std::get_if<Released>(&notify.event)) {
    drop_session(device);
    if (released->reason != ReleaseReason::absent_too_long) {
      device.token.reset();
    }
    return;
  }
  if (!device.picture) {
    return;
  }
  const bool news = notify.version > device.picture->version;
  const auto* changed = std::get_if<HostChanged>(&notify.event);
  if (changed != nullptr && changed->host.user == device.user) {
    device.audience = {};
    if (device.question) {
      remember(device.old_questions, *std::exchange(device.question, std::nullopt));
    }
  }
  if (const auto* activity = std::get_if<ActivityChanged>(&notify.event); news && activity != nullptr) {
    device.own = activity->news == nullptr ? std::nullopt : activity->own ? activity->own : device.own;
    if (activity->news != nullptr) {
      remember(device.old_activities, activity->news->outline.version);
    }
    if (!can_follow(*device.picture, activity->news) && device.link) {
      send(index, *device.link, Synchronize{});
    }
  }
  apply_event(*device.picture, notify.version, notify.event);
  const auto* started = std::get_if<PromotionStarted>(&notify.event);
  if (news && started != nullptr && started->promotion.candidate == device.user) {
    device.question = started->promotion.promotion;
  }
}

void World::receive_activity(Device& device, const ActivityAccepted& accepted) {
  if (!device.picture) {
    return;
  }
  device.own = accepted.activity ? std::optional(accepted.own) : std::nullopt;
  // The event behind it says the same again.
  const bool is_news = accepted.news != nullptr || !accepted.activity;
  if (is_news && can_follow(*device.picture, accepted.news)) {
    apply_news(*device.picture, accepted.news);
  }
}

void World::receive_activity(Device& device, const ActivityState& activity) {
  if (device.picture) {
    device.picture->activity = activity.view;
    device.own = activity.own;
  }
}

void World::receive_answer(std::size_t index, ConnectionId connection, const Answer& answer) {
  const auto* body = std::get_if<ReplyBody>(&answer.outcome);
  if (body == nullptr) {
    receive_refusal(index, connection, answer, std::get<ErrorCode>(answer.outcome));
  } else if (const auto* joined = std::get_if<JoinAccepted>(body)) {
    receive_join(index, connection, *joined, answer.token);
  } else if (answer.to == Answer::To::signal && answer.line == devices[index].signals.line()) {
    devices[index].signals.answered(answer.number);
  } else if (devices[index].link == connection) {
    check_behind(index, *body);
  } else if (std::holds_alternative<ActivityAccepted>(*body)) {
    devices[index].own_in_doubt = true;
  }
}

void World::check_behind(std::size_t index, const ReplyBody& body) {
  Device& device = devices[index];
  if (const auto* synchronized = std::get_if<Synchronized>(&body);
      synchronized != nullptr && device.picture &&
      synchronized->snapshot.version >= device.picture->version) {
    device.picture = synchronized->snapshot;
    device.own = synchronized->activity_own;
    device.own_in_doubt = false;
  }
  if (const auto* accepted = std::get_if<ActivityAccepted>(&body)) {
    receive_activity(device, *accepted);
  }
  const auto* beat = std::get_if<HeartbeatAnswer>(&body);
  if (std::holds_alternative<ReadyAccepted>(body)) {
    device.asked_again = false;
  }
  if (beat != nullptr && device.ready && beat->signals_sent > device.signals.received()) {
    send(index, *device.link, Ready{});
  }
}

void World::receive_refusal(std::size_t index, ConnectionId connection, const Answer& answer,
                            ErrorCode error) {
  Device& device = devices[index];
  if (answer.to == Answer::To::signal && answer.line == device.signals.line()) {
    if (error != ErrorCode::signal_passed_over) {
      device.signals.answered(answer.number);
    } else if (const auto again = device.signals.renumber(answer.number); again && device.claim) {
      send_again(index, *again);
    }
  }
  if (device.link != connection) {
    device.own_in_doubt = device.own_in_doubt || answer.activity.has_value();
    return;
  }
  if (answer.activity) {
    receive_activity(device, *answer.activity);
  }
  if (answer.to == Answer::To::join) {
    if (device.phase == Device::Phase::joining) {
      device.phase = Device::Phase::out;
      if (error == ErrorCode::join_superseded || error == ErrorCode::join_stopped) {
        device.token.reset();
      }
    }
    return;
  }
  const bool over = error == ErrorCode::session_stale || error == ErrorCode::session_unknown;
  if (over && device.phase == Device::Phase::in && random.chance(500)) {
    // Told to rejoin; but the refusal may be one of an older session, so some wait for `released`.
    cut(device);
  }
}

void World::receive_join(std::size_t index, ConnectionId connection, const JoinAccepted& joined,
                         const SecretHash& token) {
  Device& device = devices[index];
  if (device.link != connection || device.user != joined.user) {
    return;
  }
  if (device.phase == Device::Phase::out) {
    // It was stopped meanwhile: the session is given back.
    send(Upstream{connection,
                  joined.snapshot.room,
                  SessionClaim{joined.session, joined.version},
                  Leave{},
                  {index, device.attempt}});
    return;
  }
  if (device.claim) {
    remember(device.old_claims, *device.claim);
  }
  device.phase = Device::Phase::in;
  device.claim = SessionClaim{joined.session, joined.version};
  device.token = token;
  device.picture = joined.snapshot;
  device.own = joined.activity_own;
  device.own_in_doubt = false;
  device.room = joined.snapshot.room;
  device.question.reset();
  device.audience = {};
  device.ready = false;
  device.asked_again = false;
  if (joined.continuity == Continuity::restarted) {
    reload(device);
  }
  device.signals.joined();
  rely_on(device, *find_link(connection));
  if (joined.continuity == Continuity::continued) {
    for (const SignalClient::Outgoing& signal : device.signals.unanswered()) {
      send_again(index, signal);
    }
  }
  if (joined.snapshot.promotion && joined.snapshot.promotion->candidate == device.user) {
    device.question = joined.snapshot.promotion->promotion;
  }
}

void World::check_convergence() {
  // What a client does about a message may lead to further ones, so this goes on until nobody has any.
  const auto unread = [this] {
    return std::ranges::find_if(links, [](const auto& entry) {
      return entry.second.at_client == Link::End::open && !entry.second.inbound.empty();
    });
  };
  for (auto next = unread(); next != links.end(); next = unread()) {
    read(next->first);
  }
  for (const Device& device : devices) {
    check_client(device);
  }
}

void World::check_client(const Device& device) {
  if (!device.link || !device.claim || !device.picture) {
    return;
  }
  const Link* link = find_link(*device.link);
  if (link == nullptr || link->at_gateway == Link::End::gone || link->delivery == Link::Delivery::faulty) {
    return;
  }
  const std::string who = device.user.value() + " on connection " + std::to_string(device.link->value());
  const Room* room = gateway.directory().find(device.room);
  const RoomModel* model = gateway.checker().model(device.room);
  if (room == nullptr || model == nullptr) {
    broken(Rule::convergence, who + " was not told that its room closed");
  }
  const ModelPerson* person = model->find(device.user);
  if (person == nullptr || person->session.claim.id != device.claim->id) {
    broken(Rule::convergence, who + " was not told that its session is over");
  }
  if (person->session.signalling != device.link) {
    broken(Rule::convergence, who + " signals where the room does not listen");
  }
  if (const auto what = difference(*device.picture, room->snapshot())) {
    broken(Rule::convergence, who + " sees another room: " + *what);
  }
  if (!device.own_in_doubt && device.own != room->activity().own_state(device.user)) {
    broken(Rule::convergence, who + " sees something else as its own in the activity");
  }
  const auto& promotion = model->picture.promotion;
  const bool asked = promotion && promotion->candidate == device.user;
  const RoomModel::HostKnowledge& knowledge = model->knowledge;
  if (model->is_host(device.user) &&
      (device.audience.anybody != knowledge.anybody || device.audience.level != knowledge.level)) {
    broken(Rule::convergence, who + " is host and sees another audience");
  }
  if (device.question && (!asked || promotion->promotion != *device.question)) {
    broken(Rule::convergence, who + " still shows a question that is over");
  }
}

}  // namespace baton::sim
