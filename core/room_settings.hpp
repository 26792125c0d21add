// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/media/video_codec.hpp"
#include "core/roles.hpp"
#include "core/throttle.hpp"
#include "core/time.hpp"

namespace baton::core {

/// How media travels in a room. Fixed at creation: a room never changes under people's feet.
enum class RoomMode : std::uint8_t {
  sfu,  ///< through this server, by the program
  p2p,  ///< between the browsers; the server carries signalling only
};

/// What becomes of a room whose grace is over and that found no new host.
enum class OnHostTimeout : std::uint8_t {
  pause,  ///< it waits for a host until its time to live is over
  close,  ///< it closes with `CloseReason::host_timeout`
};

/// All that an operator or an application decides about one room. Every member has the default of a new room.
struct RoomSettings {
  std::string description;
  RoomMode mode = RoomMode::sfu;
  /// One codec per room, so that a handover never changes it. Fixed at creation.
  media::VideoCodec video_codec = media::VideoCodec::vp8;

  /// How long a silent host may still return and find the role untouched.
  Duration grace = std::chrono::seconds(300);
  /// How long each controller in turn is asked to become host.
  Duration promotion_timeout = std::chrono::seconds(15);
  OnHostTimeout on_host_timeout = OnHostTimeout::pause;
  /// From creation to the room's end. Zero: never, for rooms that the configuration predefines.
  Duration time_to_live = std::chrono::hours(24);

  /// How long nothing at all may arrive from a publishing host (no RTP, no RTCP) before it counts as dead.
  Duration media_silence = std::chrono::milliseconds(3000);
  /// How often clients are asked to send a heartbeat.
  Duration heartbeat_interval = std::chrono::seconds(30);
  /// How long a participant may be silent before it is offline. After as long again it is removed.
  Duration presence_timeout = std::chrono::seconds(60);
  /// The same for the host and for controllers, where it differs.
  std::optional<Duration> host_presence_timeout;
  std::optional<Duration> controller_presence_timeout;
  /// Roles further to the three, at most `limits::kFurtherRoles`, names all different.
  std::vector<RoleDefinition> further_roles;

  std::size_t max_controllers = 3;
  std::size_t max_viewers = 100;
  /// From so many viewers on the host is warned, or advised to use an `sfu` room; 0: never. Absent: what
  /// follows from the mode and `max_viewers`, see `audience_thresholds_of`.
  std::optional<std::size_t> warn_viewers;
  std::optional<std::size_t> suggest_sfu_viewers;

  /// Who presents its secret may edit, end, kick, mute and lock. None: only the host may, and the operator.
  std::optional<SecretHash> administrator_secret;
  /// Who comes in afresh must know it; the caller asks for it (`Join::barred`).
  std::optional<SecretHash> pin;
};

/// From how many viewers on the host hears that they are many. Absent: never.
struct AudienceThresholds {
  std::optional<std::size_t> warn;
  std::optional<std::size_t> suggest_sfu;
};
[[nodiscard]] AudienceThresholds audience_thresholds_of(const RoomSettings& settings);

/// The further role of this name; null if the room defines none.
[[nodiscard]] const RoleDefinition* find_role(const RoomSettings& settings, const RoleName& name);
/// How long one with this role may be silent.
[[nodiscard]] Duration presence_timeout_of(const RoomSettings& settings, Role role,
                                           const std::optional<RoleName>& further_role);
/// What one with this role may do.
[[nodiscard]] Rights rights_of(const RoomSettings& settings, Role role,
                               const std::optional<RoleName>& further_role);

/// The settings that `edit` may change; an absent member stays as it is.
struct RoomEdit {
  std::optional<std::string> description;
  std::optional<Duration> grace;
  std::optional<Duration> promotion_timeout;
  std::optional<OnHostTimeout> on_host_timeout;
  std::optional<Duration> media_silence;
  std::optional<Duration> heartbeat_interval;
  std::optional<std::size_t> max_controllers;
  std::optional<std::size_t> max_viewers;
};

/// Range of one setting, for messages that name both ends.
struct DurationRange {
  Duration lowest;
  Duration highest;
  [[nodiscard]] constexpr bool contains(Duration value) const { return value >= lowest && value <= highest; }
};
struct CountRange {
  std::size_t lowest;
  std::size_t highest;
  [[nodiscard]] constexpr bool contains(std::size_t value) const {
    return value >= lowest && value <= highest;
  }
};

/// What each setting may be; the configuration, `create` and `edit` all refuse what lies outside.
namespace limits {
inline constexpr DurationRange kGrace{std::chrono::seconds(0), std::chrono::hours(24)};
inline constexpr DurationRange kPromotionTimeout{std::chrono::seconds(1), std::chrono::minutes(10)};
inline constexpr DurationRange kTimeToLive{std::chrono::seconds(1), std::chrono::hours(24 * 30)};
inline constexpr DurationRange kMediaSilence{std::chrono::milliseconds(500), std::chrono::minutes(10)};
inline constexpr DurationRange kHeartbeatInterval{std::chrono::seconds(1), std::chrono::minutes(5)};
inline constexpr DurationRange kPresenceTimeout{std::chrono::seconds(2), std::chrono::hours(24)};
inline constexpr CountRange kControllers{0, 100};
inline constexpr CountRange kViewers{1, 10'000};

/// Viewers a peer-to-peer host can serve; also the default of `max_viewers` there.
inline constexpr std::size_t kViewersPeerToPeer = 25;
/// Connections of one session: the one that joined and those that carry more media.
inline constexpr std::size_t kConnectionsPerSession = 4;
/// Earlier hosts that a room remembers, so that they may come back as controllers.
inline constexpr std::size_t kFormerHosts = 8;
/// Users whose control a host took back that a room remembers, so that they do not give it to themselves.
inline constexpr std::size_t kRevokedUsers = 64;
/// Controllers that are asked, one after the other, before a room gives up finding a new host.
inline constexpr std::size_t kQuestionsPerSuccession = 128;
/// Departures a room remembers, so that a late join of one who has left is refused; and as many leaves with
/// tokens that kept nobody's place.
inline constexpr std::size_t kDepartures = 64;
/// How long a departure is remembered.
inline constexpr Duration kDepartureMemory = std::chrono::minutes(5);

/// Roles that a room defines further to the three.
inline constexpr std::size_t kFurtherRoles = 16;
/// How often everybody is told of changes of presence, for each kind of change.
inline constexpr ThrottleLimits kPresenceNews{std::chrono::seconds(2), 3, std::chrono::seconds(10)};
/// Changes of an activity within one phase that come no later than this after the last that was told are
/// gathered, and told together then.
inline constexpr Duration kActivityNews = std::chrono::milliseconds(100);

/// Bytes of one signal's payload.
inline constexpr std::size_t kSignalBytes = 32 * 1024;
/// Signals that one participant has not confirmed, and their bytes.
inline constexpr std::size_t kSignalsQueued = 128;
inline constexpr std::size_t kSignalBytesQueued = 256 * 1024;
/// Bytes of all signals that a room holds.
inline constexpr std::size_t kSignalBytesInRoom = 4 * 1024 * 1024;
/// How long a signal waits for a receiver that is not ready.
inline constexpr Duration kSignalPatience = std::chrono::seconds(30);
/// How long a host may wait for everybody to be ready.
inline constexpr DurationRange kReadyTimeout{std::chrono::milliseconds(100), std::chrono::minutes(2)};

/// Bytes of one line of chat; lines and bytes of chat that a room keeps.
inline constexpr std::size_t kChatTextBytes = 2000;
inline constexpr std::size_t kChatEntries = 100;
inline constexpr std::size_t kChatBytes = 64 * 1024;
}  // namespace limits

}  // namespace baton::core
