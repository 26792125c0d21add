// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/media/keyframe_cache.hpp"
#include "core/media/replay_plan.hpp"
#include "core/media/video_codec.hpp"
#include "core/rate_limit.hpp"
#include "core/room_settings.hpp"
#include "core/time.hpp"
#include "plugin/direct_settings.hpp"
#include "plugin/join_token.hpp"
#include "plugin/rate_limits.hpp"

/// The one table of everything that can be set. The configuration file, `create` and `edit` are read with it,
/// and the table of the README is printed from it, so that names, units, ranges and defaults agree
/// everywhere.
///
/// Pure and without state: any thread.
namespace baton::plugin {

/// Who may come into a room.
enum class JoinAuth : std::uint8_t {
  none,  ///< who knows the room's id, and its pin if it has one
  pin,   ///< the same, and every room has a pin
  jwt,   ///< who has a join token for it, and knows its pin if it has one
};

/// What an operator decides about the whole server. Every member has its default.
struct ServerSettings : RateLimits, DirectSettings {
  std::size_t max_rooms = 1000;
  /// Who presents it may administer every room and create rooms. None: anybody may create rooms. Plain text.
  std::optional<std::string> admin_key;
  JoinAuth join_auth = JoinAuth::none;
  /// What join tokens may be signed with. Never to be shown or logged.
  std::vector<TokenKey> join_keys;
  /// Shared with TURN servers, and where those are: given together or not at all. Plain text.
  std::optional<std::string> turn_secret;
  std::vector<std::string> turn_urls;
  core::Duration turn_lifetime = std::chrono::hours(24);
  /// Threads that deliver replies and events.
  std::size_t event_threads = 4;
  /// Requests that may wait for the control thread; beyond it they are refused with `server_busy`.
  std::size_t request_queue = 4096;
  /// A host is asked for a key frame at most this often.
  core::Duration keyframe_interval = std::chrono::milliseconds(1000);
  /// How long packets of a frame may wait for the others of it.
  core::Duration batch_window = std::chrono::milliseconds(1);

  /// Bounds of the last picture that a program keeps for viewers who join late.
  std::size_t last_picture_max_bytes = std::size_t{4} * 1024 * 1024;
  core::Duration last_picture_max_age = std::chrono::milliseconds(10'000);
  std::size_t last_picture_max_packets = 8192;
  /// Bounds of what is replayed to a late viewer while the host's picture moves.
  std::size_t replay_max_frames = 30;
  std::size_t replay_max_bytes = std::size_t{256} * 1024;

  [[nodiscard]] media::KeyframeCacheLimits keyframe_cache_limits() const;
  [[nodiscard]] media::ReplayPolicy replay_policy() const;
};

/// Limits that fit a kind of meeting. In each mode a word stands for a number of viewers and of controllers.
enum class RoomSize : std::uint8_t { small, medium, large, event };

/// A room to be, as its settings are collected one by one: those of the core, and what the core never sees.
/// `warn_viewers` and `suggest_sfu_viewers` hold what was chosen, 0 for never, until `complete` settles them.
struct RoomDraft : core::RoomSettings {
  /// The administrator's secret in plain text; whoever creates the room hashes it. Never to be shown or
  /// logged.
  std::optional<std::string> secret;
  /// What joiners must know, in plain text; hashed likewise. Never to be shown or logged.
  std::optional<std::string> pin;
  /// What `max_viewers` and `max_controllers` follow where they are not chosen themselves.
  std::optional<RoomSize> size;
};

struct SettingList;
struct SettingGroup;
/// A value as somebody wrote it, before anything is known about it.
using SettingValue = std::variant<std::int64_t, std::string, bool, double, SettingList, SettingGroup>;
struct SettingList {
  std::string_view type;  ///< How to call it in a message, such as "a list".
  std::vector<SettingValue> elements;
};
struct SettingGroup {
  std::string_view type;  ///< How to call it in a message, such as "an object".
  std::vector<std::pair<std::string, SettingValue>> members;
};

/// As it crosses the wire and stands in the file; fractions are cut off.
[[nodiscard]] constexpr std::int64_t whole_milliseconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// What a whole number counts.
enum class Unit : std::uint8_t { none, milliseconds, bytes };

/// Where a key may stand.
enum class KeyPlace : std::uint8_t {
  server,             ///< `general` only: it is about the server.
  room_with_default,  ///< A room, `create`; in `general` it is the default of rooms.
  room_only,          ///< A room, `create`; a default for all rooms would make no sense.
};

/// Where a room comes from: some values are for operators only.
enum class RoomOrigin : std::uint8_t {
  predefined,  ///< The configuration file.
  request,     ///< A `create` or `edit`, and the defaults for those.
};

/// A secret is set like a text and never shown.
enum class Confidential : std::uint8_t { no, yes };

/// What 0 means where the range does not hold it.
enum class Zero : std::uint8_t {
  as_range_says,
  never_if_predefined,  ///< "Never", for operators only.
};

/// Both ends are allowed. In the key's unit; for texts, in bytes.
struct ValueRange {
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
};

/// Which member of `Target` a key sets.
template <class Target>
using Member =
    std::variant<core::Duration Target::*, std::optional<core::Duration> Target::*, std::size_t Target::*,
                 std::optional<std::size_t> Target::*, std::string Target::*,
                 std::optional<std::string> Target::*, core::RoomMode Target::*, media::VideoCodec Target::*,
                 core::OnHostTimeout Target::*, std::optional<RoomSize> Target::*,
                 std::vector<core::RoleDefinition> Target::*, JoinAuth Target::*,
                 std::vector<TokenKey> Target::*, std::vector<std::string> Target::*,
                 std::vector<IpAddress> Target::*, core::RateLimit Target::*>;

/// Which member of a RoomEdit the same key sets; nothing for what is fixed at creation.
using EditMember =
    std::variant<std::monostate, std::optional<core::Duration> core::RoomEdit::*,
                 std::optional<std::size_t> core::RoomEdit::*, std::optional<std::string> core::RoomEdit::*,
                 std::optional<core::OnHostTimeout> core::RoomEdit::*>;

/// One row. `Target` is ServerSettings or RoomDraft.
template <class Target>
struct SettingKey {
  std::string_view name;  ///< In the file and on the wire.
  Member<Target> member;
  ValueRange range{};  ///< Unused for words out of a list.
  Unit unit = Unit::none;
  KeyPlace place = KeyPlace::server;
  Confidential confidential = Confidential::no;
  Zero zero = Zero::as_range_says;
  EditMember edit{};
  std::string_view example{};  ///< As it may stand in the file; for keys without a default.
  std::string_view sentence;   ///< For people: what it decides.
};
using ServerKey = SettingKey<ServerSettings>;
using RoomKey = SettingKey<RoomDraft>;

/// Whether 0 stands for "never" here, beside the range.
[[nodiscard]] constexpr bool may_be_never(const RoomKey& key, RoomOrigin origin) {
  return origin == RoomOrigin::predefined && key.zero == Zero::never_if_predefined;
}

/// All keys of the server, in the order in which they are documented.
[[nodiscard]] std::span<const ServerKey> server_keys();
/// All keys of a room. The defaults of some depend on others: see complete().
[[nodiscard]] std::span<const RoomKey> room_keys();

/// The row of this name, or null.
[[nodiscard]] const ServerKey* find_server_key(std::string_view name);
[[nodiscard]] const RoomKey* find_room_key(std::string_view name);

/// Sets the member of the row. A wrong type or a value out of range is refused and changes nothing. Then the
/// result says why, as the end of a sentence: what the row allows, or where inside of a list the value is
/// wrong. It repeats nothing that is confidential.
[[nodiscard]] std::optional<std::string> apply(const ServerKey& key, const SettingValue& value,
                                               ServerSettings& target);
[[nodiscard]] std::optional<std::string> apply(const RoomKey& key, const SettingValue& value,
                                               RoomOrigin origin, RoomDraft& target);
/// The same for `edit`: refuses a key that is fixed at creation, too (`editable` tells which).
[[nodiscard]] std::optional<std::string> apply(const RoomKey& key, const SettingValue& value,
                                               core::RoomEdit& target);
[[nodiscard]] bool editable(const RoomKey& key);

/// What the row allows, as the end of a sentence: "must be a whole number of milliseconds from 0 to
/// 86400000".
[[nodiscard]] std::string allowed(const ServerKey& key);
[[nodiscard]] std::string allowed(const RoomKey& key, RoomOrigin origin);

/// A value as it would stand in the file: `300000`, `"vp8"`. Long or unprintable text is shortened and
/// escaped.
[[nodiscard]] std::string to_text(const SettingValue& value);

/// The row's default as it would stand in the file; empty where there is none.
[[nodiscard]] std::string default_text(const ServerKey& key);
[[nodiscard]] std::string default_text(const RoomKey& key);

/// Settings that forbid each other, as found by complete().
struct Conflict {
  std::string_view key;  ///< The key to blame.
  std::string problem;   ///< "must be ...", as allowed() says it.
};

/// Which of the limits that follow others a room's own group or request chose itself. The rest are defaults
/// that may adapt.
class ChosenLimits {
public:
  /// Takes note of a key that was given.
  void note(const RoomKey& key);
  [[nodiscard]] bool max_viewers() const { return max_viewers_; }
  [[nodiscard]] bool max_controllers() const { return max_controllers_; }

private:
  bool max_viewers_ = false;
  bool max_controllers_ = false;
};

/// The last step after all keys of a room are applied: gives the limits that were not chosen what `size` and
/// `mode` ask for, and says what does not go together. On a conflict the draft is not to be used.
[[nodiscard]] std::optional<Conflict> complete(RoomDraft& draft, const ChosenLimits& chosen);

/// The same for what the server's own settings say together.
[[nodiscard]] std::optional<Conflict> conflict_in(const ServerSettings& settings);
/// The same for a room on a server where this decides who may come in.
[[nodiscard]] std::optional<Conflict> conflict_in(const RoomDraft& draft, JoinAuth join_auth);

/// The known name that was probably meant by a mistyped one; empty when none is near.
[[nodiscard]] std::string_view nearest_name(std::string_view mistyped,
                                            std::span<const std::string_view> known);

}  // namespace baton::plugin
