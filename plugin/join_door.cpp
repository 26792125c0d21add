// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/join_door.hpp"

#include <variant>

#include "plugin/secrets.hpp"
#include "plugin/wire_words.hpp"

namespace baton::plugin {

using core::ErrorCode;

namespace {

std::string_view role_word(const JoinRoom& join) {
  return join.further_role ? std::string_view(join.further_role->value()) : word(join.role);
}

}  // namespace

std::optional<ErrorCode> JoinDoor::refusal_of_join(const JoinRoom& join,
                                                   const std::optional<core::SecretHash>& room_pin,
                                                   TokenTime now) const {
  if (auth_ == JoinAuth::jwt) {
    if (!join.token) {
      return ErrorCode::token_missing;
    }
    const auto opened = tokens_.open(*join.token, now);
    if (const auto* error = std::get_if<ErrorCode>(&opened)) {
      return *error;
    }
    if (const auto error = refusal_of(std::get<TokenClaims>(opened), join.room, join.user, role_word(join))) {
      return error;
    }
  }
  if (room_pin && !(join.pin && same_secret(*room_pin, hash_secret(*join.pin)))) {
    return ErrorCode::pin_wrong;
  }
  return std::nullopt;
}

std::optional<ErrorCode> JoinDoor::refusal_of_create(const CreateRoom& create, TokenTime now) const {
  if (auth_ != JoinAuth::jwt) {
    return std::nullopt;
  }
  if (!create.token) {
    return ErrorCode::token_missing;
  }
  const auto opened = tokens_.open(*create.token, now);
  if (const auto* error = std::get_if<ErrorCode>(&opened)) {
    return *error;
  }
  const auto& claims = std::get<TokenClaims>(opened);
  if (!create.room || claims.room != *create.room) {
    return ErrorCode::token_other_room;
  }
  return claims.role == word(core::Role::host) ? std::nullopt : std::optional(ErrorCode::token_other_role);
}

}  // namespace baton::plugin
