// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_keys.hpp"

#include <algorithm>
#include <array>

namespace baton::plugin {

namespace {

using core::Duration;
using core::RoomEdit;

/// The longest secret. It is hashed at once, so the bound only keeps nonsense out.
constexpr std::int64_t kMaxSecretBytes = 256;
/// People type pins; shorter ones are soon guessed.
constexpr ValueRange kPinBytes{4, 64};
/// Of a rate limit, both of its numbers.
constexpr ValueRange kRates{1, 1'000'000};

constexpr ValueRange range_of(const core::DurationRange& range) {
  return {whole_milliseconds(range.lowest), whole_milliseconds(range.highest)};
}

constexpr ValueRange range_of(const core::CountRange& range) {
  return {static_cast<std::int64_t>(range.lowest), static_cast<std::int64_t>(range.highest)};
}

constexpr std::int64_t operator""_KiB(unsigned long long value) {
  return static_cast<std::int64_t>(value) * 1024;
}

const auto kServerKeys = std::to_array<ServerKey>({
    {.name = "max_rooms",
     .member = &ServerSettings::max_rooms,
     .range = {1, 100'000},
     .sentence = "Rooms that may exist at a time; a `create` beyond it is refused."},
    {.name = "admin_key",
     .member = &ServerSettings::admin_key,
     .range = {1, kMaxSecretBytes},
     .confidential = Confidential::yes,
     .example = "\"choose-a-long-random-one\"",
     .sentence = "Who presents it may create rooms and administer all of them. Without it anybody may create "
                 "rooms."},
    {.name = "join_auth",
     .member = &ServerSettings::join_auth,
     .sentence = "Who may come into a room: `none`, who knows its id; `pin`, every room has a pin; `jwt`, "
                 "who has a join token. A room's pin is asked for in each case."},
    {.name = "join_keys",
     .member = &ServerSettings::join_keys,
     .confidential = Confidential::yes,
     .sentence =
         "What join tokens may be signed with, for `join_auth = \"jwt\"`; several at once let an "
         "application change them. A list of two: `( { id = \"new\"; algorithm = \"HS256\"; secret = "
         "\"at least 32 bytes, only you and your application know them\" }, { id = \"old\"; algorithm "
         "= \"RS256\"; public_key_file = \"/etc/janus/old.pem\" } )`."},
    {.name = "turn_secret",
     .member = &ServerSettings::turn_secret,
     .range = {1, kMaxSecretBytes},
     .confidential = Confidential::yes,
     .example = "\"as-in-static-auth-secret-of-coturn\"",
     .sentence = "The secret shared with TURN servers. With it everybody who joins is given a name and "
                 "password for them that are good for a while."},
    {.name = "turn_urls",
     .member = &ServerSettings::turn_urls,
     .range = {1, 8},
     .example = "[\"turn:turn.example.org:3478\", \"turns:turn.example.org:443?transport=tcp\"]",
     .sentence = "Where the TURN servers are that share `turn_secret`."},
    {.name = "turn_ttl_ms",
     .member = &ServerSettings::turn_lifetime,
     .range = {1000, 7LL * 86'400'000},
     .unit = Unit::milliseconds,
     .sentence = "How long such a name and password are good; each join brings fresh ones, and a heartbeat "
                 "that asks."},
    {.name = "direct_port",
     .member = &ServerSettings::direct_port,
     .range = {1, 65'535},
     .example = "20000",
     .sentence = "The UDP port on which browsers reach the direct transport: one port for all of them. "
                 "Without it there is none, and all media go through the gateway's own PeerConnections."},
    {.name = "direct_addresses",
     .member = &ServerSettings::direct_addresses,
     .range = {1, 16},
     .example = "[\"192.0.2.10\", \"2001:db8::10\"]",
     .sentence =
         "The addresses of this host that browsers are told for it. Without it all that the host has, "
         "but loopback and link-local ones."},
    {.name = "direct_public_addresses",
     .member = &ServerSettings::direct_public_addresses,
     .range = {1, 16},
     .example = "[\"203.0.113.7\"]",
     .sentence = "Behind a 1:1 NAT: the addresses that it shows to the outside, told instead of the host's "
                 "own."},
    {.name = "direct_workers",
     .member = &ServerSettings::direct_workers,
     .range = {0, 64},
     .sentence = "Threads that move the media of the direct transport. 0: one for each core."},
    {.name = "event_threads",
     .member = &ServerSettings::event_threads,
     .range = {1, 64},
     .sentence = "Threads that hand replies and events to the gateway, which may hold one up for seconds."},
    {.name = "request_queue",
     .member = &ServerSettings::request_queue,
     .range = {16, 1'000'000},
     .sentence = "Requests that may wait their turn; one more is refused with `server_busy`."},
    {.name = "keyframe_interval_ms",
     .member = &ServerSettings::keyframe_interval,
     .range = {100, 60'000},
     .unit = Unit::milliseconds,
     .sentence = "A host is asked for a key frame at most once in this time, however many viewers join."},
    {.name = "batch_ms",
     .member = &ServerSettings::batch_window,
     .range = {0, 20},
     .unit = Unit::milliseconds,
     .sentence =
         "How long the first packets of a frame may wait for the others, so that what goes to a viewer "
         "leaves together, which costs less. They leave sooner when the frame is whole, or when nothing has "
         "come for a quarter of this; a direct transport that is busy waits up to four times as long. 0: "
         "nothing ever waits. By the gateway it counts only without Janus's `event_loops`."},
    {.name = "last_picture_max_bytes",
     .member = &ServerSettings::last_picture_max_bytes,
     .range = {64_KiB, 64 * 1024_KiB},
     .unit = Unit::bytes,
     .sentence =
         "What a room keeps of its latest picture for those who join late. While the picture changes, "
         "it takes up to twice this."},
    {.name = "last_picture_max_ms",
     .member = &ServerSettings::last_picture_max_age,
     .range = {1000, 600'000},
     .unit = Unit::milliseconds,
     .sentence = "The time from a key frame on in which packets are added to the kept picture."},
    {.name = "last_picture_max_packets",
     .member = &ServerSettings::last_picture_max_packets,
     .range = {64, 16'384},
     .sentence = "Packets of the kept picture."},
    {.name = "replay_max_frames",
     .member = &ServerSettings::replay_max_frames,
     .range = {1, 1000},
     .sentence = "Frames that are played to who joins while the picture moves; beyond it the host is "
                 "asked for a key frame."},
    {.name = "replay_max_bytes",
     .member = &ServerSettings::replay_max_bytes,
     .range = {16_KiB, 16 * 1024_KiB},
     .unit = Unit::bytes,
     .sentence = "The same bound in bytes."},
    {.name = "session_messages",
     .member = &ServerSettings::session_messages,
     .range = kRates,
     .sentence = "Requests of one handle: so many at once, and so many a second in the long run. One more is "
                 "refused with `rate_limited`. Heartbeats do not count here, all others do."},
    {.name = "session_heartbeats",
     .member = &ServerSettings::session_heartbeats,
     .range = kRates,
     .sentence = "Its heartbeats, which no flood of other requests uses up."},
    {.name = "session_joins",
     .member = &ServerSettings::session_joins,
     .range = kRates,
     .sentence =
         "Its joins, taken or refused, what else is answered with much (`sync`, `status`, `list`), and "
         "whatever else it asks of a room that it is not in, without proof that it may, and each `create` "
         "where anybody may."},
    {.name = "session_signals",
     .member = &ServerSettings::session_signals,
     .range = kRates,
     .sentence = "Its signals."},
    {.name = "session_chat",
     .member = &ServerSettings::session_chat,
     .range = kRates,
     .sentence =
         "Its lines of chat, requests for control and moves in an activity, which everybody is told."},
    {.name = "session_wrong_secrets",
     .member = &ServerSettings::session_wrong_secrets,
     .range = kRates,
     .sentence = "Its wrong pins, secrets and `admin_key`s. After that many none that it presents is looked "
                 "at for a while."},
    {.name = "room_messages",
     .member = &ServerSettings::room_messages,
     .range = kRates,
     .sentence = "Requests of all participants and administrators of one room, without heartbeats."},
    {.name = "room_joins",
     .member = &ServerSettings::room_joins,
     .range = kRates,
     .sentence = "Joins into one room without a right resume token, and whatever else strangers ask of it."},
    {.name = "room_signals",
     .member = &ServerSettings::room_signals,
     .range = kRates,
     .sentence = "Signals in one room."},
    {.name = "room_chat",
     .member = &ServerSettings::room_chat,
     .range = kRates,
     .sentence = "Lines of chat, requests for control and moves in an activity, in one room."},
    {.name = "wrong_secrets",
     .member = &ServerSettings::wrong_secrets,
     .range = kRates,
     .sentence =
         "Wrong pins for one room, and apart from them wrong secrets. After that many of one kind, none of "
         "that kind is looked at for a while; the `admin_key` is always."},
    {.name = "server_creates",
     .member = &ServerSettings::server_creates,
     .range = kRates,
     .sentence = "Each `create` where anybody may, without `admin_key` and join token, over all handles."},
    {.name = "server_lists",
     .member = &ServerSettings::server_lists,
     .range = kRates,
     .sentence = "Each `list` over all handles; one counts once more for every 100 rooms."},
    {.name = "server_wrong_tokens",
     .member = &ServerSettings::server_wrong_tokens,
     .range = kRates,
     .sentence =
         "Join tokens that are refused for their signature or for what they say, over all handles; each "
         "counts once for every shared secret that it was tried with, and ten times for every public key. "
         "After that many none is looked at for a while; resume tokens are, and who comes back with one is "
         "not counted."},
});

const auto kRoomKeys = std::to_array<RoomKey>({
    {.name = "description",
     .member = &RoomDraft::description,
     .range = {0, static_cast<std::int64_t>(core::kMaxTextBytes)},
     .place = KeyPlace::room_only,
     .edit = &RoomEdit::description,
     .sentence = "What people read about the room."},
    {.name = "secret",
     .member = &RoomDraft::secret,
     .range = {1, kMaxSecretBytes},
     .place = KeyPlace::room_only,
     .confidential = Confidential::yes,
     .example = "\"choose-a-long-random-one\"",
     .sentence =
         "Who presents it may edit, lock and end the room, and mute and remove people, as its host may. "
         "Without it, only the host and the operator may."},
    {.name = "pin",
     .member = &RoomDraft::pin,
     .range = kPinBytes,
     .place = KeyPlace::room_only,
     .confidential = Confidential::yes,
     .example = "\"482913\"",
     .sentence = "Who joins must know it. Fixed at creation."},
    {.name = "mode",
     .member = &RoomDraft::mode,
     .place = KeyPlace::room_with_default,
     .sentence = "How media travels: `sfu` through this server, `p2p` between the browsers. Fixed at "
                 "creation."},
    {.name = "video_codec",
     .member = &RoomDraft::video_codec,
     .place = KeyPlace::room_with_default,
     .sentence = "The one video codec of the room, so that a handover never changes it. Fixed at creation."},
    {.name = "grace_ms",
     .member = &RoomDraft::grace,
     .range = range_of(core::limits::kGrace),
     .unit = Unit::milliseconds,
     .place = KeyPlace::room_with_default,
     .edit = &RoomEdit::grace,
     .sentence = "How long a host who has gone silent may come back and find the role untouched."},
    {.name = "promotion_timeout_ms",
     .member = &RoomDraft::promotion_timeout,
     .range = range_of(core::limits::kPromotionTimeout),
     .unit = Unit::milliseconds,
     .place = KeyPlace::room_with_default,
     .edit = &RoomEdit::promotion_timeout,
     .sentence = "How long each controller in turn is asked to become host when grace is over."},
    {.name = "on_host_timeout",
     .member = &RoomDraft::on_host_timeout,
     .place = KeyPlace::room_with_default,
     .edit = &RoomEdit::on_host_timeout,
     .sentence = "What becomes of a room that finds no new host: it waits (`pause`) or ends (`close`)."},
    {.name = "time_to_live_ms",
     .member = &RoomDraft::time_to_live,
     .range = range_of(core::limits::kTimeToLive),
     .unit = Unit::milliseconds,
     .place = KeyPlace::room_with_default,
     .zero = Zero::never_if_predefined,
     .sentence = "From creation to the room's end. Rooms in this file live for ever unless they have their "
                 "own value; 0 says so expressly."},
    {.name = "media_silence_ms",
     .member = &RoomDraft::media_silence,
     .range = range_of(core::limits::kMediaSilence),
     .unit = Unit::milliseconds,
     .place = KeyPlace::room_with_default,
     .edit = &RoomEdit::media_silence,
     .sentence = "How long nothing at all may arrive from a publishing host before it counts as gone."},
    {.name = "heartbeat_interval_ms",
     .member = &RoomDraft::heartbeat_interval,
     .range = range_of(core::limits::kHeartbeatInterval),
     .unit = Unit::milliseconds,
     .place = KeyPlace::room_with_default,
     .edit = &RoomEdit::heartbeat_interval,
     .sentence = "How often clients are asked to say that they are there."},
    {.name = "presence_timeout_ms",
     .member = &RoomDraft::presence_timeout,
     .range = range_of(core::limits::kPresenceTimeout),
     .unit = Unit::milliseconds,
     .place = KeyPlace::room_with_default,
     .sentence = "How long somebody may be silent before counting as offline, and then again before being "
                 "removed. Longer than `heartbeat_interval_ms`."},
    {.name = "host_presence_timeout_ms",
     .member = &RoomDraft::host_presence_timeout,
     .range = range_of(core::limits::kPresenceTimeout),
     .unit = Unit::milliseconds,
     .place = KeyPlace::room_with_default,
     .example = "60000",
     .sentence = "The same for the host. Without it `presence_timeout_ms` counts."},
    {.name = "controller_presence_timeout_ms",
     .member = &RoomDraft::controller_presence_timeout,
     .range = range_of(core::limits::kPresenceTimeout),
     .unit = Unit::milliseconds,
     .place = KeyPlace::room_with_default,
     .example = "60000",
     .sentence = "The same for controllers. Without it `presence_timeout_ms` counts."},
    {.name = "roles",
     .member = &RoomDraft::further_roles,
     .place = KeyPlace::room_only,
     .sentence = "Roles further to host, controller and viewer, each with its own time-out of presence and "
                 "its own rights, without `rights` those of a viewer. Fixed at creation. A list of one: "
                 "`( { name = \"dev\"; presence_timeout_ms = 2700000; rights = [\"chat\", \"signal\"] } )`."},
    {.name = "size",
     .member = &RoomDraft::size,
     .place = KeyPlace::room_only,
     .example = "\"large\"",
     .sentence =
         "Sets `max_viewers` and `max_controllers`, where they are not given: `small` 10 and 1, "
         "`medium` 25 and 3, `large` 100 and 5, `event` 1000 and 10. Mode `p2p` knows the first two."},
    {.name = "max_controllers",
     .member = &RoomDraft::max_controllers,
     .range = range_of(core::limits::kControllers),
     .place = KeyPlace::room_with_default,
     .edit = &RoomEdit::max_controllers,
     .sentence = "Controllers that a room admits."},
    {.name = "max_viewers",
     .member = &RoomDraft::max_viewers,
     .range = range_of(core::limits::kViewers),
     .place = KeyPlace::room_with_default,
     .edit = &RoomEdit::max_viewers,
     .sentence = "Viewers that a room admits. Rooms of mode `p2p` admit at most 25, which is also their "
                 "default."},
    {.name = "warn_viewers",
     .member = &RoomDraft::warn_viewers,
     .range = {0, static_cast<std::int64_t>(core::limits::kViewers.highest)},
     .place = KeyPlace::room_only,
     .example = "80",
     .sentence = "From so many viewers on the host is warned; 0 for never. Without it 80 % of `max_viewers`; "
                 "in mode `p2p` 10."},
    {.name = "suggest_sfu_viewers",
     .member = &RoomDraft::suggest_sfu_viewers,
     .range = {0, static_cast<std::int64_t>(core::limits::kViewers.highest)},
     .place = KeyPlace::room_only,
     .example = "0",
     .sentence = "From so many viewers on the host of a room of mode `p2p` is advised to use mode `sfu` "
                 "instead; 0 for never. Without it 15."},
});

template <class Key>
const Key* find_key(std::span<const Key> keys, std::string_view name) {
  const auto found = std::ranges::find(keys, name, &Key::name);
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace

media::KeyframeCacheLimits ServerSettings::keyframe_cache_limits() const {
  return {.max_bytes = last_picture_max_bytes,
          .max_packets = last_picture_max_packets,
          .max_age = last_picture_max_age};
}

media::ReplayPolicy ServerSettings::replay_policy() const {
  media::ReplayPolicy policy;
  policy.max_catch_up_frames = replay_max_frames;
  policy.max_catch_up_bytes = replay_max_bytes;
  return policy;
}

std::span<const ServerKey> server_keys() {
  return kServerKeys;
}

std::span<const RoomKey> room_keys() {
  return kRoomKeys;
}

const ServerKey* find_server_key(std::string_view name) {
  return find_key(server_keys(), name);
}

const RoomKey* find_room_key(std::string_view name) {
  return find_key(room_keys(), name);
}

}  // namespace baton::plugin
