// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/command.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "core/room_settings.hpp"
#include "core/time.hpp"

/// What the room machine asks the world to do. An effect is a value; the caller carries effects out in their
/// order.
namespace baton::core {

enum class Presence : std::uint8_t { active, offline };

enum class RoomState : std::uint8_t {
  waiting,       ///< nobody has been host yet
  live,          ///< a host is present
  host_offline,  ///< the host is silent; grace runs
  promoting,     ///< grace is over; controllers are asked one after the other
  paused,        ///< no host, and nobody is being asked
  closed,
};

enum class CloseReason : std::uint8_t { ended_by_host, ended_by_administrator, time_to_live, host_timeout };

enum class OfflineReason : std::uint8_t {
  connection_lost,   ///< the signalling connection is gone
  media_hangup,      ///< the PeerConnection went down, signalling lives
  media_silence,     ///< nothing arrived for `media_silence`
  heartbeat_missed,  ///< no sign of life for `presence_timeout`
};

enum class HostChange : std::uint8_t {
  first,      ///< the room had no host before
  transfer,   ///< the host gave the role away
  backup,     ///< grace was over and the backup host was present
  promotion,  ///< a controller accepted
  claim,      ///< somebody took the role in a paused room
};

enum class DepartureReason : std::uint8_t { left, kicked, absent_too_long, room_closed };

/// Why a connection no longer belongs to a session.
enum class ReleaseReason : std::uint8_t {
  left,
  replaced,  ///< a newer session of the same participant took its place
  kicked,
  absent_too_long,
  room_closed,
};

/// Which way a joiner came in.
enum class JoinKind : std::uint8_t {
  fresh,    ///< nothing of an earlier session is kept
  rejoined  ///< role and state of the earlier session are kept
};

struct ParticipantView {
  UserId user;
  std::string display_name;
  Role role;
  Presence presence;
  bool publishing;
};

/// The host as everybody may see it.
struct HostView {
  UserId user;
  LeaseVersion lease;
};

/// While the host is silent.
struct GraceView {
  OfflineReason reason;
  Instant since;
  Instant deadline;
};

/// While a controller is asked.
struct PromotionView {
  PromotionId promotion;
  UserId candidate;
  Instant deadline;
};

/// Everything a participant may know about a room at one version. It holds no session id and no secret.
struct RoomSnapshot {
  RoomId room;
  RoomVersion version;
  RoomState state;
  RoomSettings settings;
  Instant created;
  std::optional<HostView> host;
  std::optional<GraceView> grace;
  std::optional<PromotionView> promotion;
  std::optional<UserId> backup;
  /// Whose feed the program follows, if the host publishes.
  std::optional<FeedId> program_feed;
  std::vector<ParticipantView> participants;
};

// --- events: what participants are told unasked
// --------------------------------------------------------------------

struct ParticipantJoined {
  ParticipantView participant;
  JoinKind kind;
};
struct ParticipantLeft {
  UserId user;
  DepartureReason reason;
};
struct PresenceChanged {
  UserId user;
  Presence presence;
};
struct RoleChanged {
  UserId user;
  Role role;
};
struct HostWentOffline {
  UserId user;
  GraceView grace;
};
struct HostReturned {
  UserId user;
};
struct HostChanged {
  HostView host;
  std::optional<UserId> previous;
  HostChange change;
};
/// To everybody: somebody is being asked.
struct PromotionStarted {
  PromotionView promotion;
};
/// To the one who was asked: the question is withdrawn.
struct PromotionEnded {
  PromotionId promotion;
};
struct RoomPaused {};
struct RoomEdited {
  RoomSettings settings;
};
struct RoomClosed {
  CloseReason reason;
};
struct BackupChanged {
  std::optional<UserId> user;
};
/// To the host: somebody who was host before is back, and may be given the role by `transfer`.
struct FormerHostReturned {
  UserId user;
};
/// To the participant itself: this connection no longer belongs to its session.
struct Released {
  ReleaseReason reason;
};
struct PublishingChanged {
  UserId user;
  bool publishing;
};

using EventBody =
    std::variant<ParticipantJoined, ParticipantLeft, PresenceChanged, RoleChanged, HostWentOffline,
                 HostReturned, HostChanged, PromotionStarted, PromotionEnded, RoomPaused, RoomEdited,
                 RoomClosed, BackupChanged, FormerHostReturned, Released, PublishingChanged>;

// --- effects
// -------------------------------------------------------------------------------------------------------

struct JoinAccepted {
  UserId user;
  Role role;
  JoinKind kind;
  SessionId session;
  SessionVersion version;
  RoomSnapshot snapshot;
};
/// The request was carried out; nothing more is to be said.
struct Done {};
struct HeartbeatAnswer {
  RoomVersion room_version;
  Duration next_within;
};
/// The room agrees that this connection publishes as `feed`; the caller answers the SDP.
struct PublishAccepted {
  FeedId feed;
  UserId user;
};
/// The room agrees that this connection receives the program; the caller makes the offer.
struct SubscribeAccepted {
  UserId user;
};

using ReplyBody = std::variant<JoinAccepted, Done, HeartbeatAnswer, PublishAccepted, SubscribeAccepted>;

struct Reply {
  RequestId request;
  ReplyBody body;
};
struct Refusal {
  RequestId request;
  ErrorCode error;
};
/// One event to each of these connections, which are signalling connections of present sessions.
struct Notify {
  std::vector<ConnectionId> to;
  RoomVersion version;
  EventBody event;
};
/// The program follows this feed from now on; nothing: the last picture stays.
struct FollowFeed {
  std::optional<FeedId> feed;
};
/// The feed is over: its connection hung up, unpublished or went away.
struct EndFeed {
  FeedId feed;
};
/// The feed was declared silent: report `MediaResumed` when something arrives.
struct WatchFeed {
  FeedId feed;
};
/// The connection belongs to no session any more: end its media, and forget it.
struct ReleaseConnection {
  ConnectionId connection;
  ReleaseReason reason;
};
/// The room is over; nothing follows this effect but the refusal of a command that came too late.
struct CloseRoom {
  CloseReason reason;
};

using Effect =
    std::variant<Reply, Refusal, Notify, FollowFeed, EndFeed, WatchFeed, ReleaseConnection, CloseRoom>;
using Effects = std::vector<Effect>;

}  // namespace baton::core
