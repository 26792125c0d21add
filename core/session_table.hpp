// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/accepted_signals.hpp"
#include "core/command.hpp"
#include "core/departures.hpp"
#include "core/effect.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "core/signal_queue.hpp"
#include "core/time.hpp"

namespace baton::core {

/// What a connection of a session carries. One PeerConnection does one thing.
enum class ConnectionUse : std::uint8_t { signalling_only, publishing, subscribed };

struct SessionConnection {
  ConnectionId id;
  ConnectionUse use = ConnectionUse::signalling_only;
};

/// The media that a session sends.
struct Publication {
  FeedId feed;
  ConnectionId connection;
  /// When something last arrived; absent until the PeerConnection is up, so that a slow handshake is not
  /// silence.
  std::optional<Instant> last_arrival;
  /// Declared silent; ends when something arrives.
  bool silent = false;
};

/// One connection of a participant, in the sense of DESIGN's words: from a join to its loss or replacement.
struct Session {
  SessionId id;
  SessionVersion version;
  SecretHash token;
  /// The token and attempt that this session was joined with. They count until its client shows, by a first
  /// request, that it received the new token; until then a newer attempt with the old token may still replace
  /// it.
  std::optional<Resumption> joined_with;
  bool confirmed = false;
  /// Where its events go; absent while the participant is cut off.
  std::optional<ConnectionId> signalling;
  /// All connections, the signalling one included. At most `limits::kConnectionsPerSession`.
  std::vector<SessionConnection> connections;
  std::optional<Publication> publication;
  /// What was published went away without an `unpublish`, and nothing has arrived since. Publishing anew does
  /// not end this, only media do: else a host whose packets go nowhere could hold its role for ever by trying
  /// again.
  bool media_lost = false;
  /// The client has said that its handlers exist.
  bool ready = false;
};

/// What goes between a participant and others by `signal`, over all sessions of one client that goes on.
struct Signalling {
  /// Begins anew with a client that begins anew.
  SignalLine line;
  /// Its own signals that were accepted.
  AcceptedSignals accepted;
  /// Whether a client of this line was ever ready; until then nothing that waits was meant for another.
  bool was_ready = false;
  /// `broken`: a notice for this client found no room; going on, it would not know what it has lost.
  SignalLineState state = SignalLineState::whole;
  /// What it is to receive.
  SignalQueue inbox;
};

/// A user in the room.
struct Participant {
  UserId user;
  std::string display_name;
  Role role = Role::viewer;
  /// See `RoomSettings::further_roles`.
  std::optional<RoleName> further_role;
  Presence presence = Presence::active;
  /// What everybody was last told: `active` or `offline`.
  Presence told_presence = Presence::active;
  /// Means something only while offline.
  OfflineReason offline_reason = OfflineReason::connection_lost;
  /// Orders controllers for promotion: who came first is asked first.
  Instant joined;
  /// The last sign of life while not offline; the moment it went offline after that.
  Instant last_seen;
  bool muted = false;
  /// It waits for the host to give it control.
  std::optional<ControlRequestNumber> control_request;
  Session session;
  Signalling signalling;
  /// Its own part of the room's activity as it was last told.
  std::optional<Value> told_activity_own;

  /// As everybody was told.
  [[nodiscard]] ParticipantView view() const;
  [[nodiscard]] bool present() const { return presence != Presence::offline; }
  [[nodiscard]] SessionConnection* connection(ConnectionId id);
};

/// Who is in the room, by which session, over which connections. It fences (invariants 2 and 7) and knows
/// nothing of hosts. Pointers to participants stay valid until that participant is removed.
class SessionTable {
public:
  explicit SessionTable(SecretComparison same_secret)
      : same_secret_(same_secret), departed_(same_secret), unproved_(same_secret) {}
  SessionTable(const SessionTable&) = delete;  // Its indices point into it.
  SessionTable& operator=(const SessionTable&) = delete;
  SessionTable(SessionTable&&) = default;
  SessionTable& operator=(SessionTable&&) = default;
  ~SessionTable() = default;

  /// The participant whom this claim proves, or why it proves nobody.
  [[nodiscard]] std::variant<Participant*, ErrorCode> authenticate(const Sender& sender);

  /// How a join relates to what the table holds.
  struct Admission {
    JoinKind kind = JoinKind::fresh;
    /// The participant that exists already under this user id, if any.
    Participant* existing = nullptr;
  };
  /// Refuses a newcomer who is barred; one who proves that it comes back goes on.
  [[nodiscard]] std::variant<Admission, ErrorCode> admit(const Join& join, Instant now);

  /// Gives `join` a new session. The caller has released the connections of an existing session before.
  Participant& open_session(const Join& join, ConnectionId connection, Role role, JoinKind kind, Instant now);

  /// Whether this is what proves a session of the table now; over which connection it came is not judged.
  [[nodiscard]] bool holds(const SessionClaim& claim) const;
  /// Whether this token is what keeps `user`'s place now.
  [[nodiscard]] bool holds(const UserId& user, const SecretHash& token) const;
  /// Whether this is the token that the session was given, not the one that it was joined with.
  [[nodiscard]] bool is_token_of(const Session& session, const SecretHash& token) const {
    return same_secret_(session.token, token);
  }
  /// Whose place this token keeps, if it keeps `user`'s; used by `LeaveByToken`.
  [[nodiscard]] Participant* find_by_token(const UserId& user, const SecretHash& token);

  /// Adds a connection to a session. False when the session has as many as it may.
  [[nodiscard]] bool attach(Participant& participant, ConnectionId connection);
  /// Forgets one connection, together with what it carried.
  void detach(Participant& participant, ConnectionId connection);
  /// Forgets all connections of the session.
  void detach_all(Participant& participant);

  /// What becomes of the resume token of one who is removed.
  enum class TokenFate : std::uint8_t {
    forgotten,  ///< a join with it is a fresh one
    spent,      ///< a join with it, still on its way, is refused: stop beats a reconnect
  };
  void remove(const UserId& user, TokenFate fate, Instant now);
  /// Remembers that this token was given up, though it keeps nobody's place now: a join with it may be on its
  /// way.
  void remember_departure(const UserId& user, const SecretHash& token, Instant now);

  [[nodiscard]] Participant* find(const UserId& user);
  [[nodiscard]] const Participant* find(const UserId& user) const;
  [[nodiscard]] Participant* find_by_connection(ConnectionId connection);
  [[nodiscard]] Participant* find_by_feed(FeedId feed);
  [[nodiscard]] bool knows(ConnectionId connection) const { return by_connection_.contains(connection); }

  [[nodiscard]] std::size_t count(Role role) const;
  [[nodiscard]] std::map<UserId, Participant>& all() { return participants_; }
  [[nodiscard]] const std::map<UserId, Participant>& all() const { return participants_; }

private:
  SecretComparison same_secret_;
  // Ordered, so that a run does not depend on a hash function.
  std::map<UserId, Participant> participants_;
  // The map's elements stay where they are.
  std::unordered_map<ConnectionId, Participant*> by_connection_;
  std::unordered_map<SessionId, Participant*> by_session_;
  /// Tokens of participants who left or were kicked.
  Departures departed_;
  /// Tokens that kept nobody's place when they were given up. Whoever knows a user id can send any number of
  /// those, so they have room of their own.
  Departures unproved_;
  SessionVersion last_version_;
};

}  // namespace baton::core
