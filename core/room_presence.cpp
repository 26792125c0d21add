// SPDX-License-Identifier: GPL-3.0-or-later
// Who is there: the heartbeat detector, and what the room is told of it.
#include <algorithm>

#include "core/marks.hpp"
#include "core/room.hpp"

namespace baton::core {

PresenceSteps Room::presence_steps(const Participant& participant) const {
  return PresenceSteps::of(presence_timeout_of(settings_, participant.role, participant.further_role));
}

Duration Room::heartbeat_within(const Participant& participant) const {
  // One whose time-out is short must beat faster than the room's interval, or it would be called inactive.
  const Duration patience = presence_timeout_of(settings_, participant.role, participant.further_role) / 2;
  const Duration interval = std::min(settings_.heartbeat_interval, patience);
  return std::min(interval, activity_.heartbeat_interval().value_or(interval));
}

void Room::sign_of_life(Participant& participant) {
  if (participant.presence == Presence::offline) {
    if (!participant.session.signalling) {
      // A further connection of one that is cut off. Its place is kept from now on, as if it were cut off
      // now.
      participant.last_seen = now_;
      return;
    }
    BATON_MARK(participant_back);
  }
  participant.last_seen = now_;
  if (participant.presence != Presence::active) {
    participant.presence = Presence::active;
    silence_watch_.expect(participant.user, now_ + presence_steps(participant).inactive);
    note_presence(participant);
  }
}

void Room::note_activity(Participant& participant, Instant at) {
  if (!participant.present()) {
    return;
  }
  participant.last_seen = std::max(participant.last_seen, at);
  if (participant.presence == Presence::inactive &&
      now_ - participant.last_seen < presence_steps(participant).inactive) {
    participant.presence = Presence::active;
    silence_watch_.expect(participant.user, participant.last_seen + presence_steps(participant).inactive);
  }
}

void Room::go_offline(Participant& participant, OfflineReason reason) {
  if (participant.presence == Presence::offline) {
    return;
  }
  BATON_MARK(participant_offline);
  participant.presence = Presence::offline;
  participant.offline_reason = reason;
  participant.last_seen = now_;
  removal_watch_.expect(participant.user, now_ + presence_steps(participant).removed);
  note_presence(participant);
}

std::optional<Instant> Room::check_silence(const UserId& user) {
  Participant* participant = table_.find(user);
  if (participant == nullptr || !participant->present()) {
    return std::nullopt;
  }
  const PresenceSteps steps = presence_steps(*participant);
  const Duration silent = now_ - participant->last_seen;
  if (silent >= steps.offline) {
    go_offline(*participant, OfflineReason::heartbeat_missed);
    return std::nullopt;
  }
  if (silent >= steps.inactive) {
    BATON_MARK(participant_inactive);
    participant->presence = Presence::inactive;
    return participant->last_seen + steps.offline;
  }
  return participant->last_seen + steps.inactive;
}

std::optional<Instant> Room::check_removal(const UserId& user) {
  const Participant* participant = table_.find(user);
  if (participant == nullptr || participant->present()) {
    return std::nullopt;
  }
  const Instant over = participant->last_seen + presence_steps(*participant).removed;
  if (now_ < over) {
    return over;
  }
  // A silent host is kept as long as the lease is its own: grace decides, not presence.
  if (!lease_.is_host(user)) {
    BATON_MARK(participant_removed);
    depart(user, DepartureReason::absent_too_long);
  }
  return std::nullopt;
}

void Room::note_role(Participant& participant) {
  const PresenceSteps steps = presence_steps(participant);
  if (!participant.present()) {
    removal_watch_.expect(participant.user, participant.last_seen + steps.removed);
    return;
  }
  note_activity(participant, participant.last_seen);
  // Silence is found no sooner than by the next tick: before that the caller reports what has arrived.
  silence_watch_.expect(participant.user,
                        std::max(participant.last_seen + steps.inactive, now_ + Duration(1)));
}

std::vector<ConnectionId> Room::connections_due(Instant now) const {
  std::vector<ConnectionId> connections;
  // Time that steps back is held here as well, or somebody would be judged who was not asked about.
  silence_watch_.for_each_due(std::max(now, now_), [&](const UserId& user) {
    const Participant* participant = table_.find(user);
    if (participant != nullptr && participant->present()) {
      for (const SessionConnection& connection : participant->session.connections) {
        connections.push_back(connection.id);
      }
    }
  });
  return connections;
}

void Room::note_presence(Participant& participant) {
  recount_audience_ = true;
  const bool offline = !participant.present();
  if (offline == (participant.told_presence == Presence::offline)) {
    BATON_MARK(presence_news_undone);
    presence_news_.forget(participant.user);
    return;
  }
  presence_news_.note(participant.user,
                      offline ? PresenceChange::Kind::offline : PresenceChange::Kind::active);
}

void Room::tell_presence(TellPresence what) {
  std::vector<PresenceChange> changes =
      what == TellPresence::everything ? presence_news_.take_all() : presence_news_.take_due(now_);
  if (changes.empty()) {
    return;
  }
  BATON_MARK_IF(presence_news_coalesced, changes.size() > 1);
  for (const PresenceChange& change : changes) {
    if (Participant* participant = table_.find(change.user)) {
      participant->told_presence =
          change.kind == PresenceChange::Kind::active ? Presence::active : Presence::offline;
    }
  }
  broadcast(PresenceChanged{std::move(changes)});
}

void Room::tell_audience() {
  if (!recount_audience_) {
    return;
  }
  recount_audience_ = false;
  const UserId* user = lease_.host();
  const Participant* host = user != nullptr ? table_.find(*user) : nullptr;
  if (host == nullptr || !host->session.signalling) {
    return;
  }
  if (told_audience_.session != host->session.version || told_audience_.lease != lease_.version()) {
    told_audience_ = {.session = host->session.version, .lease = lease_.version()};
  }
  const auto others = std::ranges::count_if(
      table_.all(), [&](const auto& entry) { return entry.second.present() && &entry.second != host; });
  const std::size_t viewers = table_.count(Role::viewer);
  const AudienceThresholds thresholds = audience_thresholds_of(settings_);
  const auto reached = [&](const std::optional<std::size_t>& threshold) {
    return threshold && viewers >= *threshold;
  };
  const AudienceLevel level = viewers >= settings_.max_viewers  ? AudienceLevel::full
                              : reached(thresholds.suggest_sfu) ? AudienceLevel::suggest_sfu
                              : reached(thresholds.warn)        ? AudienceLevel::warn
                                                                : AudienceLevel::normal;
  const bool anybody = others > 0;
  if (anybody == told_audience_.anybody && level == told_audience_.level) {
    return;
  }
  BATON_MARK_IF(audience_gone, !anybody && told_audience_.anybody);
  BATON_MARK_IF(audience_back, anybody && !told_audience_.anybody);
  BATON_MARK_IF(audience_level_changed, level != told_audience_.level);
  told_audience_.anybody = anybody;
  told_audience_.level = level;
  tell(*host, AudienceChanged{static_cast<std::size_t>(others), viewers, level});
}

}  // namespace baton::core
