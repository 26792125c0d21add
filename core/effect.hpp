// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/activities/activity_slot.hpp"
#include "core/activities/told_activity.hpp"
#include "core/chat_history.hpp"
#include "core/command.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "core/presence.hpp"
#include "core/room_settings.hpp"
#include "core/signal.hpp"
#include "core/time.hpp"

/// What the room machine asks the world to do. An effect is a value; the caller carries effects out in their
/// order.
namespace baton::core {

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

/// Whether a client's signals go on from its earlier session.
enum class Continuity : std::uint8_t { restarted, continued };

/// Orders requests for control: who asked first has the lowest.
using ControlRequestNumber = NumericId<struct ControlRequestNumberTag>;

/// A participant as everybody may see it.
struct ParticipantView {
  UserId user;
  std::string display_name;
  Role role = Role::viewer;
  /// The role that the application gave it, if the room defines further ones.
  std::optional<RoleName> further_role = std::nullopt;
  /// As everybody was told: `active` or `offline`.
  Presence presence = Presence::active;
  bool publishing = false;
  bool muted = false;
  /// Its place among those who wait for control, if it asked.
  std::optional<ControlRequestNumber> control_request = std::nullopt;

  friend bool operator==(const ParticipantView&, const ParticipantView&) = default;
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
  /// Whether nobody new may come in.
  bool locked = false;
  std::vector<ParticipantView> participants;
  /// The latest chat, oldest first.
  std::vector<ChatEntryRef> chat;
  /// As everybody was told; what is a participant's own comes beside the snapshot.
  std::optional<ActivityView> activity;
};

/// How near the room is to what its host can carry.
enum class AudienceLevel : std::uint8_t {
  normal,
  warn,         ///< `RoomSettings::warn_viewers` is reached
  suggest_sfu,  ///< `RoomSettings::suggest_sfu_viewers` is reached: the next room had better be an `sfu`
  full,         ///< no further viewer is admitted
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
/// One participant's presence, in an event that may tell of many.
struct PresenceChange {
  enum class Kind : std::uint8_t {
    active,
    offline,
    removed,  ///< it was offline for too long and has lost its place
  };
  UserId user;
  Kind kind;
};
/// At least one change; each user at most once.
struct PresenceChanged {
  std::vector<PresenceChange> changes;
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
enum class ControlChange : std::uint8_t { requested, withdrawn, granted, denied, revoked, released };
/// Somebody's request for control, or control itself, changed. `RoleChanged` follows where the role does.
struct ControlChanged {
  UserId user;
  ControlChange change;
  /// With `requested`.
  std::optional<ControlRequestNumber> request = std::nullopt;
};
struct MuteChanged {
  UserId user;
  Muting muting;
};
struct LockChanged {
  Locking locking;
};
struct ChatAdded {
  ChatEntryRef entry;
};
/// To the host: how many are there to see, whenever nobody is or somebody is again, and whenever the level
/// changes.
struct AudienceChanged {
  /// Participants who are present, the host aside.
  std::size_t present;
  std::size_t viewers;
  AudienceLevel level;
};
/// To a participant: a signal, or what became of its own. The one before in what it receives is `previous`.
struct SignalDelivered {
  SignalSequence sequence;
  SignalSequence previous;
  std::variant<RelayedSignal, FailedSignals> body;
};
/// To the host who waits: everybody is ready, or these were not when the time was over.
struct ReadinessKnown {
  std::vector<UserId> not_ready;
};

/// The activity changed; null: it was closed, and what was anybody's own in it is gone. One event of one
/// version, told in several `Notify` with the same news where somebody's own part is further news.
struct ActivityChanged {
  ActivityNewsRef news;
  /// The receiver's own part, if that changed by something else than its own command, whose answer tells it.
  std::optional<Value> own = std::nullopt;
};

using EventBody = std::variant<ParticipantJoined, ParticipantLeft, PresenceChanged, RoleChanged,
                               HostWentOffline, HostReturned, HostChanged, PromotionStarted, PromotionEnded,
                               RoomPaused, RoomEdited, RoomClosed, BackupChanged, FormerHostReturned,
                               Released, PublishingChanged, ControlChanged, MuteChanged, LockChanged,
                               ChatAdded, AudienceChanged, SignalDelivered, ReadinessKnown, ActivityChanged>;

// --- effects
// -------------------------------------------------------------------------------------------------------

struct JoinAccepted {
  UserId user;
  Role role;
  JoinKind kind;
  SessionId session;
  SessionVersion version;
  RoomSnapshot snapshot;
  /// What became of the wish to go on (`Join::continues_after`).
  Continuity continuity = Continuity::restarted;
  /// The last of the client's own signals that was accepted; it sends later ones again.
  SignalNumber signals_accepted;
  /// The first heartbeat is due within this time.
  Duration next_within{};
  /// The joiner's own part of the activity, if there is one.
  std::optional<Value> activity_own = std::nullopt;
};
/// The request was carried out; nothing more is to be said.
struct Done {};
struct HeartbeatAnswer {
  RoomVersion room_version;
  Duration next_within;
  /// The last signal that is on its way to the client; if it has not received that, it says `Ready` again.
  SignalSequence signals_sent;
  /// Of its own signals: one who sends nothing more would not hear otherwise that some are lost.
  SignalLineState own_signals;
  /// Who asked.
  UserId user;
};
struct Synchronized {
  RoomSnapshot snapshot;
  SignalSequence signals_sent;
  /// The sender's own part of the activity, if there is one.
  std::optional<Value> activity_own = std::nullopt;
};
/// What waited has been sent, up to here.
struct ReadyAccepted {
  SignalSequence signals_sent;
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

/// An activity was opened, closed or used.
struct ActivityAccepted {
  /// The room's version of which this speaks: with `news`, that by which everybody is told.
  RoomVersion room_version;
  /// Nothing: there is none any more.
  std::optional<ActivityOutline> activity = std::nullopt;
  /// The sender's own part.
  Value own = {};
  /// What everybody is told of it by the event that follows; null if nothing is, or later.
  ActivityNewsRef news = nullptr;
};

using ReplyBody = std::variant<JoinAccepted, Done, HeartbeatAnswer, Synchronized, ReadyAccepted,
                               PublishAccepted, SubscribeAccepted, ActivityAccepted>;

struct Reply {
  RequestId request;
  ReplyBody body;
};
struct Refusal {
  RequestId request;
  ErrorCode error;
  /// With `activity_stale`: how the activity is, as everybody was told by `room_version` and the sender may
  /// see it.
  std::optional<ActivityState> activity = std::nullopt;
  RoomVersion room_version = {};
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
  /// The last arrival that the room knows of: one after it, even before this is carried out, ends the
  /// silence.
  std::optional<Instant> last_arrival;
};
/// Whether the feed's audio is to be heard.
struct MuteFeed {
  FeedId feed;
  Muting muting;
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

using Effect = std::variant<Reply, Refusal, Notify, FollowFeed, EndFeed, WatchFeed, MuteFeed,
                            ReleaseConnection, CloseRoom>;
using Effects = std::vector<Effect>;

}  // namespace baton::core
