// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "plugin/client_request.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/join_token.hpp"

namespace baton::plugin {

/// What the door says to a request.
struct DoorAnswer {
  /// Why it is not let through; absent if it is.
  std::optional<core::ErrorCode> refusal;
  /// What its token has cost (see OpenedToken), if it is refused for its token.
  std::uint32_t wrong_token_cost = 0;
};

/// Decides who may come into a room afresh: by join token, by pin, or by both. Whoever comes back with a
/// resume token has been through here before; core alone knows whether that token is good. Immutable.
class JoinDoor {
public:
  JoinDoor(JoinAuth auth, std::vector<TokenKey> keys) : auth_(auth), tokens_(std::move(keys)) {}

  /// Why this join is not to be let in, if it is not: `token_missing` and what TokenDoor and `refusal_of` say
  /// of a token; then `pin_wrong`, also for none. `room_pin`: the room's, if it has one.
  [[nodiscard]] DoorAnswer judge_join(const JoinRoom& join, const std::optional<core::SecretHash>& room_pin,
                                      TokenTime now) const;

  /// The same for who would create a room without the server's `admin_key`: under `jwt` it takes a token that
  /// names this room and the role of host.
  [[nodiscard]] DoorAnswer judge_create(const CreateRoom& create, TokenTime now) const;

  /// Whether tokens say in which role somebody comes.
  [[nodiscard]] core::RoleSource role_source() const {
    return auth_ == JoinAuth::jwt ? core::RoleSource::token : core::RoleSource::user;
  }

  /// Whether a room with this pin, or without one, is closed to strangers.
  [[nodiscard]] bool guards(const std::optional<core::SecretHash>& room_pin) const {
    return auth_ == JoinAuth::jwt || room_pin.has_value();
  }

private:
  JoinAuth auth_;
  TokenDoor tokens_;
};

}  // namespace baton::plugin
