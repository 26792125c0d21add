// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/room_model.hpp"

#include <algorithm>

#include "tests/sim/picture.hpp"

namespace baton::sim {

using namespace core;

namespace {

using Departure = RoomModel::Departure;

bool holds(const std::deque<Departure>& list, const UserId& user, const SecretHash& token, Instant now) {
  return std::ranges::any_of(list, [&](const Departure& one) {
    return one.user == user && one.token.bytes() == token.bytes() && one.at + limits::kDepartureMemory > now;
  });
}

void put(std::deque<Departure>& list, const Departure& news) {
  std::erase_if(list, [&](const Departure& one) {
    return one.user == news.user && one.token.bytes() == news.token.bytes();
  });
  list.push_back(news);
  if (list.size() > limits::kDepartures) {
    list.pop_front();
  }
}

}  // namespace

RoomModel::RoomModel(const RoomId& id, const RoomSettings& settings, Instant created) : now(created) {
  picture.room = id;
  picture.state = RoomState::waiting;
  picture.settings = settings;
  picture.created = created;
  note_capacity();
}

ModelPerson* RoomModel::find(const UserId& user) {
  const auto found = people.find(user);
  return found == people.end() ? nullptr : &found->second;
}

const ModelPerson* RoomModel::find(const UserId& user) const {
  const auto found = people.find(user);
  return found == people.end() ? nullptr : &found->second;
}

std::optional<UserId> RoomModel::owner(ConnectionId connection) const {
  for (const auto& [user, person] : people) {
    if (person.session.connections.contains(connection)) {
      return user;
    }
  }
  return std::nullopt;
}

std::optional<UserId> RoomModel::owner(FeedId feed) const {
  for (const auto& [user, person] : people) {
    if (person.session.feed && person.session.feed->id == feed) {
      return user;
    }
  }
  return std::nullopt;
}

bool RoomModel::holds_lease(const UserId& user) const {
  return picture.host && picture.host->user == user;
}

bool RoomModel::is_host(const UserId& user) const {
  return holds_lease(user) && !laid_down;
}

const ModelPerson* RoomModel::host() const {
  return picture.host && !laid_down ? find(picture.host->user) : nullptr;
}

bool RoomModel::comes_as_host(const Join& join, JoinKind kind) const {
  const bool asks = (join.role == Role::host || join.role_from == RoleSource::user) && !join.barred;
  return holds_lease(join.user) && (asks || (kind == JoinKind::rejoined && !laid_down));
}

bool RoomModel::is_present(const UserId& user) const {
  const ModelPerson* person = find(user);
  return person != nullptr && !person->offline;
}

bool RoomModel::may_be_present(const UserId& user) const {
  const ModelPerson* person = find(user);
  return person != nullptr && (!person->offline || person->in_doubt);
}

bool RoomModel::may_be_absent(const UserId& user) const {
  const ModelPerson* person = find(user);
  return person == nullptr || person->offline || person->in_doubt;
}

Duration RoomModel::patience(Role role, const std::optional<RoleName>& further) const {
  const RoomSettings& settings = picture.settings;
  if (role == Role::host) {
    return settings.host_presence_timeout ? *settings.host_presence_timeout : settings.presence_timeout;
  }
  for (const RoleDefinition& one : settings.further_roles) {
    if (further && one.name == *further) {
      return one.presence_timeout;
    }
  }
  const bool differs = role == Role::controller && settings.controller_presence_timeout;
  return differs ? *settings.controller_presence_timeout : settings.presence_timeout;
}

Duration RoomModel::patience(const UserId& user) const {
  const ParticipantView* view = find_view(picture, user);
  return view != nullptr ? patience(view->role, view->further_role) : picture.settings.presence_timeout;
}

Duration RoomModel::heartbeat_within(const UserId& user) const {
  const Duration interval = std::min(picture.settings.heartbeat_interval, patience(user) / 2);
  return std::min(interval, activity.heartbeat_interval().value_or(interval));
}

bool RoomModel::has_right(const UserId& user, Right right) const {
  const ParticipantView* view = find_view(picture, user);
  if (view == nullptr) {
    return false;
  }
  if (view->role != Role::viewer) {
    return true;
  }
  for (const RoleDefinition& one : picture.settings.further_roles) {
    if (view->further_role == one.name) {
      return one.rights.has(right);
    }
  }
  return right != Right::publish;
}

std::vector<UserId> RoomModel::not_ready() const {
  std::vector<UserId> users;
  for (const auto& [user, person] : people) {
    if (!person.offline && !person.session.ready && !is_host(user)) {
      users.push_back(user);
    }
  }
  return users;
}

std::size_t RoomModel::signal_bytes() const {
  std::size_t sum = 0;
  for (const auto& [user, person] : people) {
    sum += person.signals.bytes();
  }
  return sum;
}

Role RoomModel::role_of(const UserId& user) const {
  const ParticipantView* view = find_view(picture, user);
  return view != nullptr ? view->role : Role::viewer;
}

std::vector<ConnectionId> RoomModel::audience() const {
  std::vector<ConnectionId> all;
  for (const auto& [user, person] : people) {
    if (person.session.signalling) {
      all.push_back(*person.session.signalling);
    }
  }
  std::ranges::sort(all);
  return all;
}

std::optional<UserId> RoomModel::user_of(const SessionClaim& claim) const {
  for (const auto& [user, person] : people) {
    if (person.session.claim.id == claim.id) {
      return user;
    }
  }
  return std::nullopt;
}

std::optional<ErrorCode> RoomModel::fence(const Sender& sender) const {
  if (!sender.claim) {
    return ErrorCode::not_joined;
  }
  const auto user = user_of(*sender.claim);
  const SessionVersion current = user ? find(*user)->session.claim.version : last_session;
  if (!user || current != sender.claim->version) {
    const bool older = user ? sender.claim->version < current : sender.claim->version <= current;
    return older ? ErrorCode::session_stale : ErrorCode::session_unknown;
  }
  const auto holder = owner(sender.connection);
  return holder && *holder != *user ? std::optional(ErrorCode::session_not_yours) : std::nullopt;
}

bool RoomModel::host_in_trouble() const {
  if (!picture.host) {
    return false;
  }
  const ModelPerson* present = host();
  return present == nullptr || present->offline || present->in_doubt || present->session.media_lost ||
         (present->session.feed && present->session.feed->silent);
}

bool RoomModel::something_due() const {
  if ((picture.grace && picture.grace->deadline <= now) ||
      (picture.promotion && picture.promotion->deadline <= now)) {
    return true;
  }
  const Duration life = picture.settings.time_to_live;
  if (life > Duration::zero() && picture.created + life <= now) {
    return true;
  }
  if ((awaited && awaited->deadline <= now) || activity.is_due(now)) {
    return true;
  }
  const bool news_due = std::ranges::any_of(news.pending, [&](const auto& entry) {
    return news.unknown(entry.second.kind, now) || !news.must_wait(entry.second.kind, now);
  });
  return news_due || std::ranges::any_of(people, [&](const auto& entry) {
           return (due_for_removal(entry.first) && !is_host(entry.first)) ||
                  std::ranges::any_of(entry.second.signals.inbox, [&](const ModelEntry& one) {
                    return one.stage == SignalQueue::Stage::waiting && one.payload &&
                           one.since + limits::kSignalPatience <= now;
                  });
         });
}

bool RoomModel::due_for_removal(const UserId& user) const {
  const ModelPerson* person = find(user);
  return person != nullptr && person->offline && person->last_sign + patience(user) <= now;
}

std::optional<UserId> RoomModel::next_candidate(Doubtful doubtful) const {
  std::optional<UserId> next;
  for (const auto& [user, person] : people) {
    const bool there = doubtful == Doubtful::present ? !person.offline || person.in_doubt
                                                     : !person.offline && !person.in_doubt;
    const bool eligible =
        there && role_of(user) == Role::controller && !holds_lease(user) && !asked.contains(user);
    if (eligible && (!next || person.joined < find(*next)->joined)) {
      next = user;
    }
  }
  if (asked.size() >= limits::kQuestionsPerSuccession) {
    return std::nullopt;
  }
  return next;
}

bool RoomModel::backup_could_take_over() const {
  return picture.backup && !is_host(*picture.backup) && !may_be_absent(*picture.backup);
}

bool RoomModel::stopped_since(const UserId& user, const SecretHash& token, Instant since) const {
  const auto recent = [&](const Departure& one) {
    return one.user == user && one.token.bytes() == token.bytes() && one.at >= since;
  };
  return std::ranges::any_of(departures, recent) || std::ranges::any_of(unproved_departures, recent);
}

bool RoomModel::spent(const UserId& user, const SecretHash& token) const {
  return holds(departures, user, token, now) || holds(unproved_departures, user, token, now);
}

bool RoomModel::keeps_place(const UserId& user, const SecretHash& token) const {
  const ModelPerson* person = find(user);
  if (person == nullptr) {
    return false;
  }
  const ModelSession& session = person->session;
  return session.token.bytes() == token.bytes() ||
         (!session.confirmed && session.joined_with && session.joined_with->token.bytes() == token.bytes());
}

std::size_t RoomModel::count(Role role) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(people, [&](const auto& entry) { return role_of(entry.first) == role; }));
}

std::size_t RoomModel::capacity() const {
  return 1 + picture.settings.max_controllers + limits::kFormerHosts + picture.settings.max_viewers;
}

void RoomModel::note_capacity() {
  highest_capacity = std::max(highest_capacity, capacity());
}

void RoomModel::detach(ConnectionId connection) {
  for (auto& [user, person] : people) {
    if (person.session.connections.erase(connection) > 0 && person.session.signalling == connection) {
      person.session.signalling.reset();
      person.session.ready = false;
    }
  }
}

void RoomModel::hang_up(ConnectionId connection) {
  for (auto& [user, person] : people) {
    const auto found = person.session.connections.find(connection);
    if (found != person.session.connections.end()) {
      found->second = ConnectionUse::signalling_only;
    }
  }
}

void RoomModel::remember_former(const UserId& user) {
  std::erase(former, user);
  former.push_back(user);
  if (former.size() > limits::kFormerHosts) {
    former.pop_front();
  }
}

void RoomModel::remember_departure(const UserId& user, const SecretHash& token) {
  forget_old_departures();
  put(departures, {user, token, now});
}

void RoomModel::remember_stop(const UserId& user, const SecretHash& token) {
  forget_old_departures();
  const bool departed_by_this = std::ranges::any_of(departures, [&](const Departure& one) {
    return one.user == user && one.token.bytes() == token.bytes() && one.at == now;
  });
  if (departed_by_this) {
    return;
  }
  put(holds(departures, user, token, now) ? departures : unproved_departures, {user, token, now});
}

void RoomModel::forget_old_departures() {
  const auto is_old = [&](const Departure& one) { return one.at + limits::kDepartureMemory <= now; };
  std::erase_if(departures, is_old);
  std::erase_if(unproved_departures, is_old);
}

void RoomModel::take_out(const UserId& user, DepartureReason reason) {
  const ModelPerson* person = find(user);
  if (person == nullptr) {
    return;
  }
  if (reason != DepartureReason::absent_too_long) {
    remember_departure(user, person->session.token);
    if (!person->session.confirmed && person->session.joined_with) {
      remember_departure(user, person->session.joined_with->token);
    }
  }
  ended_lines.insert_or_assign(user, EndedLine{EndedLine::Why::left, std::move(find(user)->signals)});
  people.erase(user);
}

void RoomModel::sign_of_life(const UserId& user) {
  if (ModelPerson* person = find(user)) {
    person->last_sign = now;
    person->session.confirmed = true;
    if (person->session.signalling) {
      person->offline = false;
    }
  }
}

void RoomModel::go_offline(const UserId& user) {
  ModelPerson* person = find(user);
  if (person != nullptr && !person->offline) {
    person->offline = true;
    person->last_sign = now;
  }
}

void RoomModel::report_activity(ConnectionId connection, Instant at) {
  if (const auto user = owner(connection)) {
    ModelPerson& person = *find(*user);
    if (!person.offline) {
      person.last_sign = std::max(person.last_sign, std::min(at, now));
    }
  }
}

void RoomModel::report(const FeedReport& report) {
  const FeedId id = std::visit([](const auto& one) { return one.feed; }, report);
  const auto user = owner(id);
  if (!user) {
    return;
  }
  ModelPerson& person = *find(*user);
  ModelFeed& feed = *person.session.feed;
  const auto* arrived = std::get_if<MediaActivity>(&report);
  const Instant arrival = arrived != nullptr ? std::min(arrived->last_arrival, now) : now;
  feed.last_arrival = std::max(feed.last_arrival.value_or(arrival), arrival);
  if (now - *feed.last_arrival < picture.settings.media_silence) {
    feed.silent = false;
  }
  person.session.media_lost = false;
  if (!person.offline) {
    person.last_sign = std::max(person.last_sign, *feed.last_arrival);
  }
}

}  // namespace baton::sim
