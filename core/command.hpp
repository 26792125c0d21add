// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/ids.hpp"
#include "core/room_settings.hpp"
#include "core/time.hpp"

/// What goes into the room machine. A command is a value: it can be logged, replayed and thrown by the
/// simulator.
namespace baton::core {

enum class Role : std::uint8_t { host, controller, viewer };

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
};

/// What a client offers when it proves that it continues an earlier session.
struct Resumption {
  SecretHash token;
  JoinAttempt attempt;
};

// --- requests of participants
// -------------------------------------------------------------------------------------

struct Join {
  UserId user;
  std::string display_name;
  Role role = Role::viewer;
  /// Fresh and random, made by the caller; used if the join is accepted.
  SessionId new_session;
  /// Hash of the fresh resume token that goes with it.
  SecretHash new_token;
  std::optional<Resumption> resumption;
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

/// The connection wants to send media. The caller has already checked that the SDP holds the room's codec.
struct Publish {};
struct Unpublish {};
/// The connection wants to receive the program.
struct Subscribe {};

/// The client answered the offer of its subscription.
struct Start {};
/// The client changes its subscription, or asks for a key frame.
struct Configure {};

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

// --- requests that participants and administrators may send
// --------------------------------------------------------

struct Edit {
  RoomEdit edit;
};
struct End {};
struct Kick {
  UserId user;
};

// --- what the world reports
// ----------------------------------------------------------------------------------------

/// The connection is gone: detached, timed out, or its transport died.
struct ConnectionLost {};

/// The media of a connection went down while the connection itself lives.
struct MediaHangup {};

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
using Request = std::variant<Join, Leave, LeaveByToken, Heartbeat, Publish, Unpublish, Subscribe, Start,
                             Configure, SetBackup, Transfer, AnswerPromotion, ClaimHost, Edit, End, Kick>;

/// A request of somebody on a connection.
struct ParticipantCommand {
  Sender sender;
  Request request;
};

/// A request of somebody who presented the room's secret, or of the operator.
struct AdministratorCommand {
  RequestId request_id;
  std::variant<Edit, End, Kick> request;
};

/// A fact about a connection. It cannot be refused and has no reply.
struct ConnectionReport {
  ConnectionId connection;
  std::variant<ConnectionLost, MediaHangup> fact;
};

/// A fact about a feed.
using FeedReport = std::variant<MediaActivity, MediaResumed>;

using Command = std::variant<ParticipantCommand, AdministratorCommand, ConnectionReport, FeedReport>;

}  // namespace baton::core
