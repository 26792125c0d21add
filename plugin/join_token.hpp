// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error_table.hpp"
#include "core/ids.hpp"

/// Join tokens: JSON Web Tokens (RFC 7519) by which an application says who may come into which room, as
/// what.
namespace baton::plugin {

/// How a token is signed. Fixed for each key, so that a public key is never taken for a shared secret.
enum class TokenAlgorithm : std::uint8_t { hs256, rs256 };

/// One of the keys that the configuration accepts; several at once let an application change them.
struct TokenKey {
  /// The `kid` of tokens that are signed with it (RFC 7515, section 4.1.4).
  std::string id;
  TokenAlgorithm algorithm = TokenAlgorithm::hs256;
  /// The shared secret, or the public key in PEM.
  std::string key;
};

/// Seconds since 1970, as tokens count them.
using TokenTime = std::chrono::sys_seconds;

/// What a token that was accepted says.
struct TokenClaims {
  /// `sub`
  core::UserId user;
  /// `room`
  core::RoomId room;
  /// `role`: the one role that its bearer may ask for; absent: viewer.
  std::optional<std::string> role;
  /// `exp`
  TokenTime expires;
};

/// What became of a token.
struct OpenedToken {
  std::variant<TokenClaims, core::ErrorCode> outcome;
  /// What it took to compute its signature: one for each shared secret that it was tried with, ten for each
  /// public key.
  std::uint32_t cost = 0;
};

/// Checks tokens against the configured keys. Immutable; any thread.
class TokenDoor {
public:
  explicit TokenDoor(std::vector<TokenKey> keys) : keys_(std::move(keys)) {}

  /// What the token says, or why it is not accepted: `token_malformed`, `token_algorithm`,
  /// `token_key_unknown`, `token_signature`, `token_expired`, `token_not_yet_valid`.
  [[nodiscard]] OpenedToken open(std::string_view token, TokenTime now) const;

private:
  std::vector<TokenKey> keys_;
};

/// Whether these claims admit this user into this room in this role, as it is called on the wire. Nothing if
/// they do; else `token_other_room`, `token_other_user` or `token_other_role`.
[[nodiscard]] std::optional<core::ErrorCode> refusal_of(const TokenClaims& claims, const core::RoomId& room,
                                                        const core::UserId& user, std::string_view role);

}  // namespace baton::plugin
