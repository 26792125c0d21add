// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/join_token.hpp"

#include <jwt.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/plugin/tokens.hpp"

using namespace baton;
using namespace baton::plugin;
using namespace std::chrono_literals;
using core::ErrorCode;

namespace {

constexpr TokenTime kNow{1'800'000'000s};
const std::string kSecret = "a shared secret of the application, long enough";
const std::string kOldSecret = "the secret that was used before this one";

const testing::KeyPair& rsa_keys() {
  static const testing::KeyPair made = testing::make_rsa_keys();
  return made;
}

TokenDoor door() {
  return TokenDoor({{"new", TokenAlgorithm::hs256, kSecret},
                    {"old", TokenAlgorithm::hs256, kOldSecret},
                    {"rsa", TokenAlgorithm::rs256, rsa_keys().public_pem}});
}

/// A token as an application makes it; each test changes what it is about.
struct Draft {
  jwt_alg_t algorithm = JWT_ALG_HS256;
  std::string key = kSecret;
  std::string kid = "new";
  std::function<void(jwt_t*)> change = [](jwt_t*) {};

  [[nodiscard]] std::string text() const {
    jwt_t* made = nullptr;
    REQUIRE(jwt_new(&made) == 0);
    const std::unique_ptr<jwt_t, decltype(&jwt_free)> token(made, &jwt_free);
    const auto now = static_cast<long>(kNow.time_since_epoch().count());
    jwt_add_grant(made, "sub", "ada");
    jwt_add_grant(made, "room", "demo");
    jwt_add_grant(made, "role", "host");
    jwt_add_grant_int(made, "exp", now + 60);
    if (!kid.empty()) {
      jwt_add_header(made, "kid", kid.c_str());
    }
    change(made);
    const auto* bytes =
        algorithm == JWT_ALG_NONE ? nullptr : reinterpret_cast<const unsigned char*>(key.data());
    REQUIRE(jwt_set_alg(made, algorithm, bytes,
                        algorithm == JWT_ALG_NONE ? 0 : static_cast<int>(key.size())) == 0);
    const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(made), &std::free);
    REQUIRE(text != nullptr);
    return text.get();
  }
};

std::optional<ErrorCode> refusal(const std::string& token, TokenTime now = kNow) {
  const auto opened = door().open(token, now).outcome;
  const auto* error = std::get_if<ErrorCode>(&opened);
  return error != nullptr ? std::optional(*error) : std::nullopt;
}

std::function<void(jwt_t*)> without(const char* claim) {
  return [claim](jwt_t* token) { jwt_del_grants(token, claim); };
}

}  // namespace

TEST_CASE("A token costs the keys that it was really tried with, public ones more") {
  struct Row {
    const char* what;
    Draft draft;
    std::uint32_t cost;
  };
  const Row rows[] = {
      {"the first key fits", {.kid = ""}, 1},
      {"the second key fits", {.key = kOldSecret, .kid = ""}, 2},
      {"no key fits", {.key = "another secret", .kid = ""}, 2},
      {"the key that is named does not fit", {.key = "another secret"}, 1},
      {"the only key of its algorithm",
       {.algorithm = JWT_ALG_RS256, .key = rsa_keys().private_pem, .kid = ""},
       10},
      {"the signature fits, and the token is worth nothing", {.change = without("exp")}, 1},
      {"no key has this name", {.kid = "ancient"}, 0},
      {"no key is for this algorithm", {.algorithm = JWT_ALG_HS512, .kid = ""}, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(door().open(row.draft.text(), kNow).cost == row.cost);
  }
  CHECK(door().open("x", kNow).cost == 0);
}

TEST_CASE("A token that is signed with an accepted key, old or new, says who comes in") {
  const Draft drafts[] = {
      {},
      {.key = kOldSecret, .kid = "old"},
      {.key = kOldSecret, .kid = ""},
      {.algorithm = JWT_ALG_RS256, .key = rsa_keys().private_pem, .kid = "rsa"},
      {.algorithm = JWT_ALG_RS256, .key = rsa_keys().private_pem, .kid = ""},
  };
  for (const Draft& draft : drafts) {
    CAPTURE(draft.kid);
    const auto opened = door().open(draft.text(), kNow).outcome;
    REQUIRE(std::holds_alternative<TokenClaims>(opened));
    const auto& claims = std::get<TokenClaims>(opened);
    CHECK(claims.user == core::UserId("ada"));
    CHECK(claims.room == core::RoomId("demo"));
    CHECK(claims.role == "host");
    CHECK(claims.expires == kNow + 60s);
  }
}

TEST_CASE("Every other token is refused, each by its own name") {
  const auto number = [](const char* claim, long value) {
    return [=](jwt_t* token) {
      jwt_del_grants(token, claim);
      jwt_add_grant_int(token, claim, value);
    };
  };
  const auto text = [](const char* claim, const char* value) {
    return [=](jwt_t* token) {
      jwt_del_grants(token, claim);
      jwt_add_grant(token, claim, value);
    };
  };
  const auto now = static_cast<long>(kNow.time_since_epoch().count());
  struct Row {
    const char* what;
    Draft draft;
    ErrorCode error;
  };
  const Row rows[] = {
      {"expired", {.change = number("exp", now)}, ErrorCode::token_expired},
      {"not yet valid", {.change = number("nbf", now + 1)}, ErrorCode::token_not_yet_valid},
      {"alg none", {.algorithm = JWT_ALG_NONE}, ErrorCode::token_algorithm},
      {"an algorithm that is not accepted", {.algorithm = JWT_ALG_HS512}, ErrorCode::token_algorithm},
      {"the public key as a shared secret",
       {.key = rsa_keys().public_pem, .kid = "rsa"},
       ErrorCode::token_algorithm},
      {"the same without saying which key",
       {.key = rsa_keys().public_pem, .kid = ""},
       ErrorCode::token_signature},
      {"wrong key", {.key = "another secret"}, ErrorCode::token_signature},
      {"key rotated away", {.kid = "ancient"}, ErrorCode::token_key_unknown},
      {"without an end", {.change = without("exp")}, ErrorCode::token_malformed},
      {"without a user", {.change = without("sub")}, ErrorCode::token_malformed},
      {"without a room", {.change = without("room")}, ErrorCode::token_malformed},
      {"a user that cannot be one", {.change = text("sub", "a b")}, ErrorCode::token_malformed},
      {"an end that is no number", {.change = text("exp", "soon")}, ErrorCode::token_malformed},
      {"a beginning that is no number", {.change = text("nbf", "soon")}, ErrorCode::token_malformed},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(refusal(row.draft.text()) == row.error);
  }
}

TEST_CASE("What is no token is refused as such") {
  const std::string good = Draft().text();
  REQUIRE_FALSE(refusal(good));
  std::string changed = good;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  CHECK(refusal(changed) == ErrorCode::token_signature);
  CHECK(refusal(good.substr(0, good.rfind('.'))) == ErrorCode::token_malformed);
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), std::string(5000, 'x'),
        good + std::string(1, '\0') + "x", std::string(4096, '.')}) {
    CHECK(refusal(text) == ErrorCode::token_malformed);
  }
}

TEST_CASE("A token is good for one room, one user and one role, which is viewer if it names none") {
  const auto opened = door().open(Draft().text(), kNow).outcome;
  const auto& claims = std::get<TokenClaims>(opened);
  const core::RoomId room("demo");
  const core::UserId ada("ada");
  CHECK_FALSE(refusal_of(claims, room, ada, "host"));
  CHECK(refusal_of(claims, core::RoomId("other"), ada, "host") == ErrorCode::token_other_room);
  CHECK(refusal_of(claims, room, core::UserId("bob"), "host") == ErrorCode::token_other_user);
  CHECK(refusal_of(claims, room, ada, "controller") == ErrorCode::token_other_role);
  TokenClaims without_role = claims;
  without_role.role.reset();
  CHECK_FALSE(refusal_of(without_role, room, ada, "viewer"));
  for (const char* more : {"controller", "host", "dev"}) {
    CHECK(refusal_of(without_role, room, ada, more) == ErrorCode::token_other_role);
  }
}

TEST_CASE("Ten thousand guesses open nothing") {
  const std::string good = Draft().text();
  const std::size_t signature = good.rfind('.') + 1;
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::uint64_t state = 1;
  int opened = 0;
  for (int guess = 0; guess < 10'000; ++guess) {
    std::string text = good.substr(0, signature);
    for (int i = 0; i < 43; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text += kDigits[(state >> 33U) % kDigits.size()];
    }
    opened += refusal(text) == ErrorCode::token_signature ? 0 : 1;
  }
  CHECK(opened == 0);
}
