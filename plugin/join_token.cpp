// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/join_token.hpp"

#include <jwt.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace baton::plugin {

namespace {

using core::ErrorCode;

/// Longer than any token that an application has a reason to make.
constexpr std::size_t kTokenBytes = 4096;
/// What a token without a role is good for: who forgot to say it gives the least away.
constexpr std::string_view kRoleOfPlainToken = "viewer";

/// A try with a public key takes about 0.3 ms, most of it for reading the PEM, so two thousand a second are
/// most of a thread. One with a shared secret takes less than the join around it.
constexpr std::uint32_t cost_of(TokenAlgorithm algorithm) {
  return algorithm == TokenAlgorithm::rs256 ? 10 : 1;
}

using Token = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

/// Parses, and verifies if there is a key. Null if the library refuses it.
Token decode(const std::string& text, const std::string* key) {
  jwt_t* parsed = nullptr;
  const auto* bytes = key != nullptr ? reinterpret_cast<const unsigned char*>(key->data()) : nullptr;
  const int size = key != nullptr ? static_cast<int>(key->size()) : 0;
  const int failed = jwt_decode(&parsed, text.c_str(), bytes, size);
  return {failed == 0 ? parsed : nullptr, &jwt_free};
}

/// What the header says (RFC 7515, section 4.1.1); the library's own answer is "none" until it has verified.
std::optional<TokenAlgorithm> algorithm_of(jwt_t* token) {
  const char* name = jwt_get_header(token, "alg");
  const std::string_view algorithm = name != nullptr ? name : "";
  if (algorithm == "HS256") {
    return TokenAlgorithm::hs256;
  }
  if (algorithm == "RS256") {
    return TokenAlgorithm::rs256;
  }
  return std::nullopt;
}

std::optional<std::string> text_claim(jwt_t* token, const char* name) {
  const char* text = jwt_get_grant(token, name);
  return text != nullptr ? std::optional<std::string>(text) : std::nullopt;
}

/// A time among the claims: absent, or a whole number of seconds; anything else is malformed.
struct TimeClaim {
  enum class State : std::uint8_t { absent, present, malformed } state = State::absent;
  TokenTime time;
};

TimeClaim time_claim(jwt_t* token, const char* name) {
  // As text, for the library takes what is no number for zero.
  const std::unique_ptr<char, decltype(&std::free)> json(jwt_get_grants_json(token, name), &std::free);
  if (json == nullptr) {
    return {};
  }
  const std::string_view text = json.get();
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) {
    return {TimeClaim::State::malformed, {}};
  }
  return {TimeClaim::State::present, TokenTime(std::chrono::seconds(seconds))};
}

/// What a token whose signature fits says, or why it is not accepted all the same.
std::variant<TokenClaims, ErrorCode> claims_of(jwt_t* verified, TokenTime now) {
  const TimeClaim expires = time_claim(verified, "exp");
  const TimeClaim begins = time_claim(verified, "nbf");
  const auto user = text_claim(verified, "sub");
  const auto room = text_claim(verified, "room");
  // A token that never ends could not be taken back, so one without an end is none.
  if (expires.state != TimeClaim::State::present || begins.state == TimeClaim::State::malformed || !user ||
      !room || !core::is_valid_name_id(*user) || !core::is_valid_name_id(*room)) {
    return ErrorCode::token_malformed;
  }
  if (now >= expires.time) {
    return ErrorCode::token_expired;
  }
  if (begins.state == TimeClaim::State::present && now < begins.time) {
    return ErrorCode::token_not_yet_valid;
  }
  return TokenClaims{core::UserId(*user), core::RoomId(*room), text_claim(verified, "role"), expires.time};
}

}  // namespace

OpenedToken TokenDoor::open(std::string_view token, TokenTime now) const {
  const std::string text(token);
  // A zero byte would hide what follows it from the library.
  if (text.size() > kTokenBytes || text.find('\0') != std::string::npos) {
    return {ErrorCode::token_malformed};
  }
  const Token unverified = decode(text, nullptr);
  if (unverified == nullptr) {
    return {ErrorCode::token_malformed};
  }
  const auto algorithm = algorithm_of(unverified.get());
  if (!algorithm) {
    return {ErrorCode::token_algorithm};
  }
  const char* named = jwt_get_header(unverified.get(), "kid");
  std::vector<const TokenKey*> candidates;
  for (const TokenKey& key : keys_) {
    if (named == nullptr || key.id == named) {
      candidates.push_back(&key);
    }
  }
  if (candidates.empty()) {
    return {ErrorCode::token_key_unknown};
  }
  std::erase_if(candidates, [&](const TokenKey* key) { return key->algorithm != *algorithm; });
  if (candidates.empty()) {
    return {ErrorCode::token_algorithm};
  }
  std::uint32_t cost = 0;
  for (const TokenKey* key : candidates) {
    cost += cost_of(key->algorithm);
    if (const Token verified = decode(text, &key->key)) {
      return {claims_of(verified.get(), now), cost};
    }
  }
  return {ErrorCode::token_signature, cost};
}

std::optional<ErrorCode> refusal_of(const TokenClaims& claims, const core::RoomId& room,
                                    const core::UserId& user, std::string_view role) {
  if (claims.room != room) {
    return ErrorCode::token_other_room;
  }
  if (claims.user != user) {
    return ErrorCode::token_other_user;
  }
  if ((claims.role ? std::string_view(*claims.role) : kRoleOfPlainToken) != role) {
    return ErrorCode::token_other_role;
  }
  return std::nullopt;
}

}  // namespace baton::plugin
