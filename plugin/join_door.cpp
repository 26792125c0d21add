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

/// Why a token that is good says nothing for this request, if it does not.
std::optional<ErrorCode> refusal_of(const TokenClaims& claims, const CreateRoom& create) {
  if (!create.room || claims.room != *create.room) {
    return ErrorCode::token_other_room;
  }
  return claims.role == word(core::Role::host) ? std::nullopt : std::optional(ErrorCode::token_other_role);
}

/// `fits` says of claims why they do not fit, if so.
template <class Fits>
DoorAnswer judge_token(const TokenDoor& tokens, const std::optional<std::string>& token, TokenTime now,
                       const Fits& fits) {
  if (!token) {
    return {ErrorCode::token_missing};
  }
  const OpenedToken opened = tokens.open(*token, now);
  const auto* claims = std::get_if<TokenClaims>(&opened.outcome);
  const auto refusal = claims != nullptr ? fits(*claims) : std::optional(std::get<ErrorCode>(opened.outcome));
  return {refusal, refusal ? opened.cost : 0};
}

}  // namespace

DoorAnswer JoinDoor::judge_join(const JoinRoom& join, const std::optional<core::SecretHash>& room_pin,
                                TokenTime now) const {
  if (auth_ == JoinAuth::jwt) {
    const DoorAnswer answer = judge_token(tokens_, join.token, now, [&](const TokenClaims& claims) {
      return refusal_of(claims, join.room, join.user, role_word(join));
    });
    if (answer.refusal) {
      return answer;
    }
  }
  if (room_pin && !(join.pin && same_secret(*room_pin, hash_secret(*join.pin)))) {
    return {ErrorCode::pin_wrong};
  }
  return {};
}

DoorAnswer JoinDoor::judge_create(const CreateRoom& create, TokenTime now) const {
  if (auth_ != JoinAuth::jwt) {
    return {};
  }
  return judge_token(tokens_, create.token, now,
                     [&](const TokenClaims& claims) { return refusal_of(claims, create); });
}

}  // namespace baton::plugin
