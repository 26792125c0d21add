// SPDX-License-Identifier: GPL-3.0-or-later
// What happens in a meeting; what is measured of it is in meeting_measures.cpp.
#include "tests/sim/meeting.hpp"

#include <algorithm>
#include <utility>

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kClients = 12;
constexpr std::size_t kControllers = 2;
constexpr unsigned kLostPerThousand = 20;
constexpr Duration kBetweenActions = 400ms;
/// Two a minute over the whole meeting, though none begins in its quiet moments.
constexpr Duration kBetweenReconnects = 26s;
constexpr Duration kBetweenQuietMoments = 2min;
/// A browser that died is opened again so much later, as a page that knows nothing.
constexpr Duration kHostComesBack = 3min;
constexpr Duration kLongestAbsence = 10s;
constexpr Duration kNoticedWithin = 3s;

RoomSettings settings_of_meeting() {
  RoomSettings settings;
  settings.grace = 30s;
  settings.heartbeat_interval = 15s;
  settings.warn_viewers = 8;
  return settings;
}

ExchangeOptions network_of_meeting(Checking checking) {
  return {kLostPerThousand, 10ms, 60ms, checking};
}

}  // namespace

Meeting::Meeting(Seed seed, Checking checking)
    : exchange_(seed, network_of_meeting(checking), settings_of_meeting()),
      with_backup_(exchange_.random().chance(500)) {
  for (std::size_t i = 0; i < kClients; ++i) {
    const Role role = i == 0 ? Role::host : i <= kControllers ? Role::controller : Role::viewer;
    clients_.emplace_back(exchange_, UserId("user" + std::to_string(i)), role);
  }
}

MeetingFigures Meeting::run() {
  gather();
  ends_ = exchange_.now() + kLength;
  schedule(kBetweenActions, &Meeting::act);
  schedule(kBetweenReconnects, &Meeting::lose_a_connection);
  schedule(kBetweenQuietMoments, &Meeting::grow_quiet);
  exchange_.after(20min + up_to(40min), [this] { crash_the_host(); });
  exchange_.run_until(ends_);
  // Nobody does anything any more, and every signal has its fate.
  quiet_ = true;
  exchange_.run_for(limits::kSignalPatience + kRegainWithin);
  count_signals();
  if (const auto activity = exchange_.room()->snapshot().activity) {
    figures_.rounds = static_cast<std::uint64_t>(*activity->state.member("round")->get<std::int64_t>());
  }
  figures_.messages = exchange_.sent();
  figures_.messages_lost = exchange_.lost();
  return figures_;
}

void Meeting::gather() {
  for (GoodClient& client : clients_) {
    client.join();
    exchange_.run_for(2s);
    client.get_ready();
  }
  exchange_.run_for(5s);
  if (with_backup_) {
    // Else a controller is asked, when the time comes.
    clients_.front().ask(SetBackup{clients_[1].user()});
  }
}

Duration Meeting::up_to(Duration most) {
  return Duration(
      static_cast<Duration::rep>(exchange_.random().below(static_cast<std::size_t>(most.count()))));
}

void Meeting::schedule(Duration mean, void (Meeting::*what)()) {
  exchange_.after(up_to(2 * mean), [this, mean, what] {
    if (exchange_.now() < ends_) {
      schedule(mean, what);
      if (!quiet_) {
        (this->*what)();
      }
    }
  });
}

std::optional<std::size_t> Meeting::host() const {
  for (std::size_t index = 0; index < clients_.size(); ++index) {
    if (clients_[index].in() && clients_[index].is_host()) {
      return index;
    }
  }
  return std::nullopt;
}

void Meeting::act() {
  const auto leader = host();
  if (leader && exchange_.random().chance(150)) {
    act_as_host(clients_[*leader]);
    return;
  }
  if (exchange_.random().chance(150)) {
    play();
    return;
  }
  const std::size_t index = any_client();
  if (clients_[index].in()) {
    act_as_participant(index);
  }
}

void Meeting::play() {
  const std::size_t index = any_client();
  GoodClient& client = clients_[index];
  if (!client.in()) {
    return;
  }
  const std::string phase = client.phase();
  const ParticipantView* view = view_of(*client.picture(), index);
  const bool leads = view != nullptr && view->role != Role::viewer;
  if (phase == "none") {
    if (client.is_host()) {
      client.ask(OpenActivity{"poker", {}});
    }
  } else if (phase == "voting" && !(leads && exchange_.random().chance(300))) {
    constexpr auto kCards = std::to_array<std::string_view>({"1", "5", "13", "☕", "∞"});
    client.act("vote", Value::Members{{"card", kCards[exchange_.random().below(kCards.size())]}});
  } else if (leads) {
    const bool again = exchange_.random().chance(200);
    client.act(phase == "waiting"    ? "start"
               : phase == "finished" ? "next"
               : phase == "voting"   ? (again ? "reset" : "reveal")
                                     : (again ? "reset" : "finish"));
  }
}

void Meeting::act_as_host(GoodClient& host) {
  const auto& people = host.picture()->participants;
  const ParticipantView& view = people[exchange_.random().below(people.size())];
  if (view.user == host.user()) {
    return;
  }
  decided_on_[view.user] = exchange_.now();
  if (view.control_request) {
    const bool grants = exchange_.random().chance(600);
    host.ask(Control{grants ? ControlAction::grant : ControlAction::deny, view.user});
  } else if (view.role == Role::controller && exchange_.random().chance(300)) {
    host.ask(Control{ControlAction::revoke, view.user});
  } else if (exchange_.random().chance(200)) {
    host.ask(Mute{view.user, view.muted ? Muting::unmuted : Muting::muted});
  }
}

void Meeting::act_as_participant(std::size_t index) {
  GoodClient& client = clients_[index];
  const std::size_t what = exchange_.random().below(10);
  if (what < 4) {
    client.ask(SendChat{"It is " + std::to_string(exchange_.now().time_since_epoch().count())});
  } else if (what < 5) {
    decided_on_[client.user()] = exchange_.now();
    client.ask(Control{ControlAction::request});
  } else {
    send_signal(index);
  }
}

void Meeting::send_signal(std::size_t from) {
  const std::size_t to = any_client();
  const auto is_viewer = [&](std::size_t index) {
    const ParticipantView* view = view_of(*clients_[from].picture(), index);
    return view == nullptr || view->role == Role::viewer;
  };
  if (from == to || (is_viewer(from) && is_viewer(to))) {
    return;
  }
  const std::uint64_t order = ++last_signal_;
  std::string text = "signal " + std::to_string(order);
  sent_.emplace(text, Sent{from, to, order});
  clients_[from].signal(clients_[to].user(), SignalKind::message, std::move(text));
}

void Meeting::lose_a_connection() {
  const std::size_t index = any_client();
  GoodClient& client = clients_[index];
  if (crashed_ == index || away_.contains(index) || !client.in()) {
    return;
  }
  const RoomSnapshot snapshot = exchange_.room()->snapshot();
  const ParticipantView* view = view_of(snapshot, index);
  if (view == nullptr) {
    return;
  }
  away_.emplace(
      index, Away{*view, snapshot.host ? snapshot.host->lease : LeaseVersion(), exchange_.now(), Instant()});
  const ConnectionId link = *client.link();
  client.drop();
  exchange_.after(up_to(kNoticedWithin), [this, link] { exchange_.notice(link); });
  exchange_.after(200ms + up_to(kLongestAbsence), [this, index] { come_back(index); });
}

void Meeting::come_back(std::size_t index) {
  ++figures_.reconnects;
  away_.at(index).joined = exchange_.now();
  clients_[index].join();
  follow_return(index);
}

void Meeting::crash_the_host() {
  const auto leader = host();
  if (!leader || away_.contains(*leader) || quiet_) {
    exchange_.after(1s, [this] { crash_the_host(); });
    return;
  }
  crashed_ = leader;
  ++figures_.hosts_crashed;
  const ConnectionId link = *clients_[*leader].link();
  clients_[*leader].reload();
  exchange_.after(up_to(kNoticedWithin), [this, link] { exchange_.notice(link); });
  exchange_.after(kHostComesBack, [this] {
    note_who_followed();
    clients_[*crashed_].join();
    clients_[*crashed_].get_ready();
  });
}

void Meeting::note_who_followed() {
  const RoomSnapshot now = exchange_.room()->snapshot();
  figures_.hosts_followed += now.host && now.host->user != clients_[*crashed_].user() ? 1 : 0;
  // Without a host nobody's control comes or goes, so who has it now had it when the grace was over.
  const bool nobody_could =
      !now.backup && std::ranges::none_of(now.participants, [](const ParticipantView& view) {
        return view.role == Role::controller;
      });
  figures_.hosts_nobody_could_follow += now.state == RoomState::paused && nobody_could ? 1 : 0;
}

}  // namespace baton::sim
