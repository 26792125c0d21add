// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/rate_limit.hpp"

/// How much the server takes in how short a time. Far more than people and their pages do, so that only
/// floods are met.
namespace baton::plugin {

/// What is limited and counted apart.
enum class Metered : std::uint8_t {
  messages,
  heartbeats,
  joins,
  signals,
  chat,
  wrong_secrets,
  wrong_pins,
  creates,
  lists,
  wrong_tokens,
};
inline constexpr std::size_t kMeteredCount = 10;

/// Of one handle.
struct SessionRateLimits {
  /// All requests but heartbeats; those below count here, too.
  core::RateLimit session_messages{400, 150};
  /// Apart, so that a client that floods is not taken for one that is gone.
  core::RateLimit session_heartbeats{60, 40};
  /// Joins, and what else is answered with much: `sync`, `status`, `list`.
  /// And whatever comes over a handle that is not in the room and proves nothing.
  core::RateLimit session_joins{60, 5};
  core::RateLimit session_signals{300, 120};
  /// What one says and everybody hears: `chat`, requests for control, and what is done in an activity.
  core::RateLimit session_chat{20, 2};
  /// Wrong pins, secrets and keys. While there are more, none from this handle is compared, so that one
  /// handle alone does not fill the meters of a room.
  core::RateLimit session_wrong_secrets{5, 1};
};

/// Of one room.
struct RoomRateLimits {
  /// All requests but heartbeats of its participants, and of whoever proves to be one, or an administrator;
  /// signals and chat count here, too.
  core::RateLimit room_messages{8000, 2000};
  /// Requests of strangers: joins without a right resume token, and whatever else comes from a handle that is
  /// not in the room, without proof that it may. Apart, so that strangers do not use up what participants and
  /// administrators may send.
  core::RateLimit room_joins{2000, 200};
  core::RateLimit room_signals{4000, 1000};
  core::RateLimit room_chat{100, 20};
  /// Wrong pins, and apart from them wrong secrets. While there are more of one kind, none of that kind is
  /// compared.
  core::RateLimit wrong_secrets{50, 5};
};

/// Of all handles together.
struct ServerRateLimits {
  /// Each `create` that needs no key and no token, since the server lets anybody.
  core::RateLimit server_creates{1000, 200};
  /// Each `list`, which counts the more the more rooms it shows.
  core::RateLimit server_lists{1000, 200};
  /// Shared secrets that refused join tokens were tried with, and public keys, which count ten times each.
  /// While there are more, no token is looked at. So many that only what would take most of the control
  /// thread is refused.
  core::RateLimit server_wrong_tokens{40'000, 20'000};
};

struct RateLimits : SessionRateLimits, RoomRateLimits, ServerRateLimits {};

}  // namespace baton::plugin
