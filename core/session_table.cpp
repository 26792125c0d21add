// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session_table.hpp"

#include <algorithm>

#include "core/marks.hpp"
#include "core/planted_faults.hpp"

namespace baton::core {

ParticipantView Participant::view() const {
  return {.user = user,
          .display_name = display_name,
          .role = role,
          .further_role = further_role,
          .presence = told_presence,
          .publishing = session.publication.has_value(),
          .muted = muted,
          .control_request = control_request};
}

SessionConnection* Participant::connection(ConnectionId id) {
  const auto found = std::ranges::find(session.connections, id, &SessionConnection::id);
  return found == session.connections.end() ? nullptr : &*found;
}

std::variant<Participant*, ErrorCode> SessionTable::authenticate(const Sender& sender) {
  if (!sender.claim) {
    return ErrorCode::not_joined;
  }
  const auto known = by_session_.find(sender.claim->id);
  if (known == by_session_.end()) {
    BATON_MARK(claim_unknown);
    return sender.claim->version <= last_version_ ? ErrorCode::session_stale : ErrorCode::session_unknown;
  }
  Participant& participant = *known->second;
  if (sender.claim->version != participant.session.version && !planted_faults::kNoFencing) {
    BATON_MARK(claim_stale);
    return sender.claim->version < participant.session.version ? ErrorCode::session_stale
                                                               : ErrorCode::session_unknown;
  }
  const auto owner = by_connection_.find(sender.connection);
  if (owner != by_connection_.end() && owner->second != &participant) {
    BATON_MARK(claim_of_another);
    return ErrorCode::session_not_yours;
  }
  return &participant;
}

std::variant<SessionTable::Admission, ErrorCode> SessionTable::admit(const Join& join, Instant now) {
  departed_.forget_old(now);
  unproved_.forget_old(now);
  Participant* existing = find(join.user);
  const auto as_newcomer = [&]() -> std::variant<Admission, ErrorCode> {
    BATON_MARK_IF(join_barred, join.barred.has_value());
    if (join.barred) {
      return *join.barred;
    }
    return Admission{JoinKind::fresh, existing};
  };
  if (!join.resumption) {
    return as_newcomer();
  }
  const Resumption& presented = *join.resumption;
  if (departed_.contains(join.user, presented.token) || unproved_.contains(join.user, presented.token)) {
    BATON_MARK(join_stopped);
    return ErrorCode::join_stopped;
  }
  if (existing == nullptr) {
    return as_newcomer();
  }
  const Session& session = existing->session;
  if (is_token_of(session, presented.token)) {
    BATON_MARK(join_by_token);
    return Admission{JoinKind::rejoined, existing};
  }
  const bool joined_with_it =
      session.joined_with && same_secret_(session.joined_with->token, presented.token);
  if (joined_with_it && !session.confirmed && presented.attempt > session.joined_with->attempt) {
    BATON_MARK(join_by_token_again);
    return Admission{JoinKind::rejoined, existing};
  }
  if (join.barred && !joined_with_it) {
    // At the door nobody learns who is inside. Whoever shows a token that it was given knows that already.
    BATON_MARK(join_barred_with_unknown_token);
    return *join.barred;
  }
  // The token's session was replaced, by a newer attempt of the same client or from another device. A late
  // join with it must not push the newer session out.
  BATON_MARK(join_superseded);
  return ErrorCode::join_superseded;
}

Participant& SessionTable::open_session(const Join& join, ConnectionId connection, Role role, JoinKind kind,
                                        Instant now) {
  Participant& participant = participants_[join.user];
  if (!planted_faults::kNoFencing) {
    by_session_.erase(participant.session.id);
  }
  if (kind == JoinKind::fresh) {
    // Beginning afresh is no way to be heard again.
    const bool muted = participant.muted;
    participant = Participant();
    participant.muted = muted;
    participant.joined = now;
    participant.further_role = join.further_role;
  }
  participant.user = join.user;
  participant.display_name = join.display_name;
  participant.role = role;
  if (role == Role::host) {
    // Who takes up the lease that it laid down has what it asked for meanwhile.
    participant.control_request.reset();
  }
  participant.presence = Presence::active;
  participant.told_presence = Presence::active;
  participant.last_seen = now;

  last_version_ = last_version_.next();
  Session session;
  session.id = join.new_session;
  session.version = last_version_;
  session.token = join.new_token;
  session.joined_with = join.resumption;
  session.signalling = connection;
  session.connections.push_back({connection, ConnectionUse::signalling_only});
  participant.session = std::move(session);

  by_session_[join.new_session] = &participant;
  by_connection_[connection] = &participant;
  return participant;
}

bool SessionTable::holds(const SessionClaim& claim) const {
  const auto known = by_session_.find(claim.id);
  return known != by_session_.end() && known->second->session.version == claim.version;
}

bool SessionTable::holds(const UserId& user, const SecretHash& token) const {
  const Participant* participant = find(user);
  if (participant == nullptr) {
    return false;
  }
  const Session& session = participant->session;
  const bool current = is_token_of(session, token);
  const bool previous =
      !session.confirmed && session.joined_with && same_secret_(session.joined_with->token, token);
  return current || previous;
}

Participant* SessionTable::find_by_token(const UserId& user, const SecretHash& token) {
  return holds(user, token) ? find(user) : nullptr;
}

bool SessionTable::attach(Participant& participant, ConnectionId connection) {
  if (participant.connection(connection) != nullptr) {
    return true;
  }
  if (participant.session.connections.size() >= limits::kConnectionsPerSession) {
    BATON_MARK(connections_full);
    return false;
  }
  BATON_MARK(connection_attached);
  participant.session.connections.push_back({connection, ConnectionUse::signalling_only});
  by_connection_[connection] = &participant;
  return true;
}

void SessionTable::detach(Participant& participant, ConnectionId connection) {
  Session& session = participant.session;
  std::erase_if(session.connections, [&](const SessionConnection& one) { return one.id == connection; });
  by_connection_.erase(connection);
  if (session.signalling == connection) {
    session.signalling.reset();
  }
  if (session.publication && session.publication->connection == connection) {
    session.publication.reset();
    session.media_lost = true;
  }
}

void SessionTable::detach_all(Participant& participant) {
  for (const SessionConnection& connection : participant.session.connections) {
    by_connection_.erase(connection.id);
  }
  participant.session.connections.clear();
  participant.session.signalling.reset();
  participant.session.publication.reset();
}

void SessionTable::remove(const UserId& user, TokenFate fate, Instant now) {
  const auto found = participants_.find(user);
  if (found == participants_.end()) {
    return;
  }
  Participant& participant = found->second;
  if (fate == TokenFate::spent) {
    departed_.remember(user, participant.session.token, now);
    if (!participant.session.confirmed && participant.session.joined_with) {
      departed_.remember(user, participant.session.joined_with->token, now);
    }
  }
  detach_all(participant);
  by_session_.erase(participant.session.id);
  if (planted_faults::kNoFencing) {
    // Claims of its earlier sessions were kept.
    std::erase_if(by_session_, [&](const auto& known) { return known.second == &participant; });
  }
  participants_.erase(found);
}

void SessionTable::remember_departure(const UserId& user, const SecretHash& token, Instant now) {
  departed_.forget_old(now);
  // The same leave, sent again, needs no second place.
  (departed_.contains(user, token) ? departed_ : unproved_).remember(user, token, now);
}

Participant* SessionTable::find(const UserId& user) {
  const auto found = participants_.find(user);
  return found == participants_.end() ? nullptr : &found->second;
}

const Participant* SessionTable::find(const UserId& user) const {
  const auto found = participants_.find(user);
  return found == participants_.end() ? nullptr : &found->second;
}

Participant* SessionTable::find_by_connection(ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? nullptr : found->second;
}

Participant* SessionTable::find_by_feed(FeedId feed) {
  for (auto& [user, participant] : participants_) {
    if (participant.session.publication && participant.session.publication->feed == feed) {
      return &participant;
    }
  }
  return nullptr;
}

std::size_t SessionTable::count(Role role) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(participants_, [&](const auto& entry) { return entry.second.role == role; }));
}

}  // namespace baton::core
