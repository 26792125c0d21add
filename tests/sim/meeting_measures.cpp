// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured of a meeting.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/room.hpp"
#include "tests/sim/meeting.hpp"
#include "tests/sim/picture.hpp"

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

/// How often it is looked whether something has come about.
constexpr Duration kLook = 20ms;
constexpr Duration kAskedAgainWithin = 3s;

bool same_but_publishing(const ParticipantView& left, const ParticipantView& right) {
  ParticipantView one = left;
  one.publishing = right.publishing;
  one.presence = right.presence;
  return one == right;
}

}  // namespace

void MeetingFigures::add(const MeetingFigures& other) {
  reconnects += other.reconnects;
  regained += other.regained;
  regained_at_worst = std::max(regained_at_worst, other.regained_at_worst);
  regained_in_all += other.regained_in_all;
  quiet_moments += other.quiet_moments;
  compared += other.compared;
  differed += other.differed;
  hosts_crashed += other.hosts_crashed;
  hosts_followed += other.hosts_followed;
  hosts_nobody_could_follow += other.hosts_nobody_could_follow;
  signals += other.signals;
  signals_taken += other.signals_taken;
  signals_not_delivered += other.signals_not_delivered;
  signals_lost += other.signals_lost;
  signals_twice += other.signals_twice;
  signals_out_of_order += other.signals_out_of_order;
  rounds += other.rounds;
  messages += other.messages;
  messages_lost += other.messages_lost;
  std::ranges::copy(other.complaints, std::back_inserter(complaints));
}

const ParticipantView* Meeting::view_of(const RoomSnapshot& snapshot, std::size_t index) const {
  return find_view(snapshot, clients_[index].user());
}

std::optional<std::string> Meeting::missing_state(std::size_t index) const {
  const GoodClient& client = clients_[index];
  if (!client.in()) {
    return "it is not in the room";
  }
  if (client.joined()->kind != JoinKind::rejoined || client.joined()->continuity != Continuity::continued) {
    return "it had to begin anew";
  }
  const RoomSnapshot now = exchange_.room()->snapshot();
  const Away& away = away_.at(index);
  const bool other_host = !now.host || now.host->lease != away.lease;
  const ParticipantView* view = view_of(now, index);
  // What the host decided meanwhile, or who became host, is not the reconnect's doing.
  const bool kept =
      view != nullptr && (other_host || was_decided_on(index) || same_but_publishing(away.before, *view));
  return kept ? difference_of(client, now) : "its place is not as it was";
}

std::optional<std::string> Meeting::difference_of(const GoodClient& client, const RoomSnapshot& now) const {
  if (auto what = difference(*client.picture(), now)) {
    return what;
  }
  const bool same_own = client.own() == exchange_.room()->activity().own_state(client.user());
  return same_own ? std::nullopt : std::optional<std::string>("its own part of the activity");
}

void Meeting::follow_return(std::size_t index) {
  const Duration since = exchange_.now() - away_.at(index).joined;
  const auto missing = missing_state(index);
  if (!missing) {
    ++figures_.regained;
    figures_.regained_at_worst = std::max(figures_.regained_at_worst, since);
    figures_.regained_in_all += since;
    away_.erase(index);
  } else if (since > kRegainWithin) {
    figures_.complaints.push_back(clients_[index].user().value() + " did not regain its state: " + *missing);
    away_.erase(index);
  } else {
    exchange_.after(kLook, [this, index] { follow_return(index); });
  }
}

bool Meeting::was_decided_on(std::size_t index) const {
  const auto decided = decided_on_.find(clients_[index].user());
  // What was asked shortly before may have been lost, and asked again.
  return decided != decided_on_.end() && decided->second + kAskedAgainWithin > away_.at(index).left;
}

bool Meeting::owes_news() const {
  const RoomSnapshot told = exchange_.room()->snapshot();
  const auto& all = exchange_.room()->sessions().all();
  return told.participants.size() != all.size() ||
         std::ranges::any_of(told.participants, [&](const ParticipantView& view) {
           return all.at(view.user).present() != (view.presence != Presence::offline);
         });
}

void Meeting::grow_quiet() {
  quiet_ = true;
  wait_for_quiet(exchange_.now());
}

void Meeting::wait_for_quiet(Instant quiet_since) {
  const RoomVersion version = exchange_.room()->version();
  // Who is back counts from the moment its join was sent: that is the last that anybody did.
  const bool somebody_away =
      std::ranges::any_of(away_, [](const auto& entry) { return entry.second.joined == Instant(); });
  if (somebody_away || owes_news() || version != last_version_) {
    quiet_since = exchange_.now();
    last_version_ = version;
  }
  if (exchange_.now() - quiet_since >= kEqualWithin) {
    compare_all();
    quiet_ = false;
    return;
  }
  exchange_.after(kLook, [this, quiet_since] { wait_for_quiet(quiet_since); });
}

void Meeting::compare_all() {
  ++figures_.quiet_moments;
  const RoomSnapshot now = exchange_.room()->snapshot();
  for (const GoodClient& client : clients_) {
    const Participant* real = exchange_.room()->sessions().find(client.user());
    if (&client == &clients_[crashed_.value_or(0)] && crashed_ && !client.in()) {
      continue;
    }
    ++figures_.compared;
    std::optional<std::string> what = "is not in the room";
    if (client.in() && real != nullptr) {
      what = difference_of(client, now);
      if (!what && real->signalling.inbox.last_under_way() > client.received()) {
        what = "has not received its signals";
      }
    }
    if (what) {
      ++figures_.differed;
      figures_.complaints.push_back(client.user().value() + " at a quiet moment: " + *what);
    }
  }
}

void Meeting::count_signals() {
  std::set<std::string> taken;
  for (const GoodClient& client : clients_) {
    std::map<std::size_t, std::uint64_t> last;
    for (const auto& [from, text] : client.taken()) {
      const Sent& sent = sent_.at(text);
      figures_.signals_twice += taken.insert(text).second ? 0 : 1;
      figures_.signals_out_of_order += sent.order > last[sent.from] ? 0 : 1;
      last[sent.from] = sent.order;
    }
  }
  figures_.signals = sent_.size();
  figures_.signals_taken = taken.size();
  for (const auto& [text, sent] : sent_) {
    const bool known = clients_[sent.from].not_delivered().contains(text);
    figures_.signals_not_delivered += known ? 1 : 0;
    if (!taken.contains(text) && !known) {
      ++figures_.signals_lost;
      figures_.complaints.push_back(text + " is lost");
    }
  }
}

}  // namespace baton::sim
