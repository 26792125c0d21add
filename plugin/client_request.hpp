// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/command.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "framework/handle.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/media_transport.hpp"

/// A client's message after decoding: checked for form, not yet for right.
namespace baton::plugin {

/// Every verb of the protocol.
enum class Verb : std::uint8_t {
  create,
  edit,
  end,
  exists,
  list,
  status,
  kick,
  join,
  leave,
  heartbeat,
  sync,
  publish,
  unpublish,
  subscribe,
  start,
  configure,
  backup,
  transfer,
  promotion,
  ready,
  await_ready,
  signal,
  chat,
  control,
  mute,
  lock,
  open_activity,
  close_activity,
  activity,
};

/// Requests about rooms that need no session.
struct CreateRoom {
  std::optional<core::RoomId> room;
  RoomDraft settings;
  std::optional<std::string> admin_key;
  /// A join token, where no `admin_key` is at hand.
  std::optional<std::string> token;
};
struct RoomExists {
  core::RoomId room;
};
struct ListRooms {};
/// Look into a room or change it, by right of its secret or of the operator's key.
enum class WantsPeers : std::uint8_t { no, yes };
struct StatusRequest {
  WantsPeers peers = WantsPeers::no;
};
struct AdministerRoom {
  core::RoomId room;
  std::optional<std::string> secret;
  std::variant<core::Edit, core::End, core::Kick, core::Mute, core::Lock, StatusRequest> request;
};

enum class SubscribeAtOnce : std::uint8_t { no, yes };

/// A join; the plugin adds the fresh session and token.
struct JoinRoom {
  core::RoomId room;
  core::UserId user;
  std::string display_name;
  core::Role role = core::Role::viewer;
  /// One of the roles that the room defines further; `role` is then `viewer`.
  std::optional<core::RoleName> further_role;
  /// What opens the door: a join token, and the room's pin, in plain text. Never to be shown or logged.
  std::optional<std::string> token;
  std::optional<std::string> pin;
  std::optional<core::Resumption> resumption;
  /// See core::Join.
  std::optional<core::SignalSequence> continues_after;
  SubscribeAtOnce subscribe = SubscribeAtOnce::no;
  /// Of that subscription; nothing: the one that the server prefers.
  std::optional<MediaTransport> transport = MediaTransport::gateway;
};

/// `leave` without a session: the resume token proves whose place is given up.
struct LeaveRoomByToken {
  core::RoomId room;
  core::LeaveByToken leave;
};

/// Whether a heartbeat is to bring a fresh name and password for the TURN servers.
enum class WantsTurn : std::uint8_t { no, yes };

/// Whether `configure` asks for the offer of an ICE restart.
enum class WantsRestart : std::uint8_t { no, yes };

/// Anything that a participant asks in its session.
struct SessionRequest {
  /// Needed on a handle that has not joined.
  std::optional<core::RoomId> room;
  core::SessionClaim claim;
  /// See core::Sender.
  std::optional<core::SignalSequence> signals_received;
  core::Request request;
  /// The SDP that came with `publish` or `start`, or with a `configure` that restarts ICE.
  std::string sdp;
  /// Of `publish`, `subscribe`, `start`, and a `configure` that restarts ICE. Nothing, of a `subscribe`: the
  /// one that the server prefers.
  std::optional<MediaTransport> transport = MediaTransport::gateway;
  /// Of a heartbeat.
  WantsTurn turn = WantsTurn::no;
  WantsRestart restart = WantsRestart::no;
};

/// Who asks: a client over its handle, or the operator over Janus's Admin API, which has a secret of its own.
enum class Origin : std::uint8_t { client, operators_api };

struct ClientRequest {
  Verb verb;
  std::variant<CreateRoom, RoomExists, ListRooms, AdministerRoom, JoinRoom, LeaveRoomByToken, SessionRequest>
      body;
  /// The PeerConnection that Janus has made for the offer that came with it, if one did.
  std::optional<framework::PeerConnectionNumber> offered = std::nullopt;
};

/// Why a message was refused; `detail` says which element and what is wrong with it, and may be empty.
struct RequestError {
  core::ErrorCode code;
  std::string detail;
};

/// Whether the answer is due at once, in Janus's own reply, or by an event.
enum class AnswerBy : std::uint8_t { reply, event };
[[nodiscard]] AnswerBy answer_by(const ClientRequest& request);

}  // namespace baton::plugin
