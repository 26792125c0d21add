// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/activities/activity.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "core/roles.hpp"
#include "core/room_settings.hpp"
#include "core/signal.hpp"
#include "core/time.hpp"

/// What goes into the room machine. A command is a value: it can be logged, replayed and thrown by the
/// simulator.
namespace baton::core {

/// The session that the sender of a request says it is.
struct SessionClaim {
  SessionId id;
  SessionVersion version;
};

/// What the caller knows of a connection's PeerConnection. It belongs to the connection and not to a session:
/// one that was released, and joined anew on the same connection, waits for the same hangup.
enum class PeerConnection : std::uint8_t {
  usable,   ///< there is none, or what the connection carries is on it
  closing,  ///< a room ended the media on it, and it is not down yet: its `MediaHangup` is still to come, and
            ///< would be taken for the end of media that began meanwhile
};

/// Where a request came from, and where its reply goes.
struct Sender {
  ConnectionId connection;
  RequestId request;
  /// Absent while the connection has not joined.
  std::optional<SessionClaim> claim;
  PeerConnection peer_connection = PeerConnection::usable;
  /// The client has received its signals up to here. Any request may say so.
  std::optional<SignalSequence> signals_received = std::nullopt;
};

/// What a client offers when it proves that it continues an earlier session.
struct Resumption {
  SecretHash token;
  JoinAttempt attempt;
};

// --- requests of participants
// -------------------------------------------------------------------------------------

/// Who says in which role a user comes.
enum class RoleSource : std::uint8_t {
  user,   ///< it does itself, by the page that it opened
  token,  ///< a token of the application, which means it
};

struct Join {
  UserId user;
  std::string display_name;
  Role role = Role::viewer;
  /// One of the roles that the room defines further; `role` is then `viewer`.
  std::optional<RoleName> further_role = std::nullopt;
  /// Fresh and random, made by the caller; used if the join is accepted.
  SessionId new_session;
  /// Hash of the fresh resume token that goes with it.
  SecretHash new_token;
  std::optional<Resumption> resumption;
  /// The client goes on where it was, and has received its signals up to here. Absent: it begins anew, and
  /// nothing that was meant for it before may reach it. Counts only for a rejoin.
  std::optional<SignalSequence> continues_after = std::nullopt;
  /// Why the caller would not let this user in afresh, or not in this role. A rejoin was let in before and
  /// goes on all the same, with the role that it had.
  std::optional<ErrorCode> barred = std::nullopt;
  /// By `token`, a holder of the host lease who comes as less lays its role down; else it is host again.
  RoleSource role_from = RoleSource::user;
};

/// The participant goes for good; its resume token is spent.
struct Leave {};

/// The same for a client that has no session at the moment (its reconnect is under way): the token is the
/// proof. Later joins with this token and an attempt number not above this one are refused.
struct LeaveByToken {
  UserId user;
  Resumption resumption;
};

struct Heartbeat {};
/// The client has missed something: it wants the room as it is.
struct Synchronize {};
/// The client's handlers exist: what waits for it may be delivered. Again: deliver again what it has not
/// received.
struct Ready {};
/// The host wants to know when everybody present is ready, or who is not when the time is over.
struct AwaitReady {
  Duration timeout;
};
struct SendSignal {
  UserId to;
  SignalNumber number;
  SignalKind kind = SignalKind::message;
  SignalPayload payload;
};
struct SendChat {
  std::string text;
};

/// The connection wants to send media. The caller has already checked that the SDP holds the room's codec.
struct Publish {};
struct Unpublish {};
/// The connection wants to receive the program.
struct Subscribe {};

/// The client answered the offer of its subscription.
struct Start {};
/// The client changes how its connection carries what it carries, or asks for a key frame.
struct Configure {
  /// What the connection must carry.
  enum class Carried : std::uint8_t { subscription, publication } carried = Carried::subscription;
};

/// Names, or takes back, who becomes host by itself when grace is over.
struct SetBackup {
  std::optional<UserId> user;
};
struct Transfer {
  UserId to;
};
enum class PromotionAnswer : std::uint8_t { accept, decline };
struct AnswerPromotion {
  PromotionId promotion;
  PromotionAnswer answer;
};
/// A controller takes the role in a room that waits for a host.
struct ClaimHost {};

enum class ControlAction : std::uint8_t {
  request,   ///< a participant asks for control
  withdraw,  ///< it takes its request back
  release,   ///< a controller gives control back
  grant,     ///< the host gives control to `user`
  deny,      ///< the host declines the request of `user`
  revoke,    ///< the host takes control back from `user`
};
struct Control {
  ControlAction action = ControlAction::request;
  /// For the host's actions.
  std::optional<UserId> user = std::nullopt;
};

/// The host opens an activity in a room that has none.
struct OpenActivity {
  /// One of the server's `ActivityCatalogue`.
  std::string kind;
  /// The caller bounds its size and depth.
  Value options;
};
struct CloseActivity {};
/// A participant wants something of the room's activity. Needs `Right::participate`.
struct UseActivity {
  /// The activity as the sender saw it when it decided.
  ActivityVersion seen;
  /// The caller bounds its size and depth.
  ActivityCommand command;
};

// --- requests that participants and administrators may send
// --------------------------------------------------------

struct Edit {
  RoomEdit edit;
};
struct End {};
struct Kick {
  UserId user;
};
enum class Muting : std::uint8_t { unmuted, muted };
/// A muted participant is not heard: neither its chat nor its audio is carried.
struct Mute {
  UserId user;
  Muting muting = Muting::muted;
};
enum class Locking : std::uint8_t { unlocked, locked };
/// Nobody new comes into a locked room; whoever has a place keeps it.
struct Lock {
  Locking locking = Locking::locked;
};

// --- what the world reports
// ----------------------------------------------------------------------------------------

/// The connection is gone: detached, timed out, or its transport died.
struct ConnectionLost {};

/// The media of a connection went down while the connection itself lives.
struct MediaHangup {};

/// When something last arrived on a connection that the room cannot see: RTP, RTCP. Sent by the caller about
/// `Room::connections_due` before each `advance`. It speaks of the past, so it counts before anything that is
/// due.
struct ConnectionActivity {
  Instant last_arrival;
};

/// When something (RTP or RTCP) last arrived from a feed. Sent by the caller about the feed that is followed
/// before each `advance`: an old report would look like silence.
struct MediaActivity {
  FeedId feed;
  Instant last_arrival;
};

/// Something arrived from a feed that the room had declared silent.
struct MediaResumed {
  FeedId feed;
};

/// What a participant or administrator asks for.
using Request =
    std::variant<Join, Leave, LeaveByToken, Heartbeat, Synchronize, Ready, AwaitReady, SendSignal, SendChat,
                 Publish, Unpublish, Subscribe, Start, Configure, SetBackup, Transfer, AnswerPromotion,
                 ClaimHost, Control, OpenActivity, CloseActivity, UseActivity, Edit, End, Kick, Mute, Lock>;

/// What an administrator may ask.
using AdministratorRequest = std::variant<Edit, End, Kick, Mute, Lock>;

/// A request of somebody on a connection.
struct ParticipantCommand {
  Sender sender;
  Request request;
};

/// A request of somebody who presented the room's secret, or of the operator.
struct AdministratorCommand {
  RequestId request_id;
  AdministratorRequest request;
};

using ConnectionFact = std::variant<ConnectionLost, MediaHangup, ConnectionActivity>;

/// A fact about a connection. It cannot be refused and has no reply.
struct ConnectionReport {
  ConnectionId connection;
  ConnectionFact fact;
};

/// A fact about a feed.
using FeedReport = std::variant<MediaActivity, MediaResumed>;

using Command = std::variant<ParticipantCommand, AdministratorCommand, ConnectionReport, FeedReport>;

}  // namespace baton::core
