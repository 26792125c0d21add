// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/join_door.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "plugin/secrets.hpp"
#include "tests/plugin/tokens.hpp"

namespace baton::plugin {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using testing::TokenDraft;

constexpr TokenTime kNow{1'800'000'000s};
const std::string kSecret = "what the application and the server share";

JoinRoom join_of(std::optional<std::string> token, std::optional<std::string> pin = std::nullopt) {
  JoinRoom join;
  join.room = core::RoomId("demo");
  join.user = core::UserId("ada");
  join.role = core::Role::host;
  join.token = std::move(token);
  join.pin = std::move(pin);
  return join;
}

TokenDraft good() {
  return {.key = kSecret, .room = "demo", .user = "ada", .role = "host", .expires = kNow + 60s};
}

JoinDoor door(JoinAuth auth) {
  return {auth, {{"", TokenAlgorithm::hs256, kSecret}}};
}

TEST_CASE("The door asks for what its mode and the room's pin say, the token first") {
  const auto pin = std::optional(hash_secret("482913"));
  const std::optional<core::SecretHash> no_pin;
  const std::string token = good().text();
  struct Row {
    JoinAuth auth;
    std::optional<core::SecretHash> room_pin;
    std::optional<std::string> token;
    std::optional<std::string> pin;
    std::optional<ErrorCode> refusal;
  };
  const Row rows[] = {
      {JoinAuth::none, no_pin, {}, {}, {}},
      {JoinAuth::none, no_pin, {}, "what for", {}},
      {JoinAuth::none, pin, {}, {}, ErrorCode::pin_wrong},
      {JoinAuth::none, pin, {}, "482914", ErrorCode::pin_wrong},
      {JoinAuth::none, pin, {}, "482913", {}},
      {JoinAuth::pin, pin, {}, {}, ErrorCode::pin_wrong},
      {JoinAuth::pin, pin, token, {}, ErrorCode::pin_wrong},
      {JoinAuth::pin, pin, {}, "482913", {}},
      {JoinAuth::jwt, no_pin, {}, {}, ErrorCode::token_missing},
      {JoinAuth::jwt, no_pin, "", {}, ErrorCode::token_malformed},
      {JoinAuth::jwt, no_pin, token, {}, {}},
      {JoinAuth::jwt, pin, {}, "482913", ErrorCode::token_missing},
      {JoinAuth::jwt, pin, token, {}, ErrorCode::pin_wrong},
      {JoinAuth::jwt, pin, token, "482913", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.auth), row.token.has_value(), row.pin.value_or("none"));
    CHECK(door(row.auth).judge_join(join_of(row.token, row.pin), row.room_pin, kNow).refusal == row.refusal);
    CHECK(door(row.auth).guards(row.room_pin) == (row.auth == JoinAuth::jwt || row.room_pin));
  }
}

TEST_CASE("A token's role is the one that is asked for, a room's own roles included") {
  const JoinDoor tokens = door(JoinAuth::jwt);
  TokenDraft draft = good();
  draft.role = "dev";
  JoinRoom join = join_of(draft.text());
  CHECK(tokens.judge_join(join, {}, kNow).refusal == ErrorCode::token_other_role);
  join.role = core::Role::viewer;
  CHECK(tokens.judge_join(join, {}, kNow).refusal == ErrorCode::token_other_role);
  join.further_role = core::RoleName("dev");
  CHECK_FALSE(tokens.judge_join(join, {}, kNow).refusal);
  join.further_role = core::RoleName("ops");
  CHECK(tokens.judge_join(join, {}, kNow).refusal == ErrorCode::token_other_role);
  CHECK(tokens.judge_join(join_of(good().text()), {}, kNow + 60s).refusal == ErrorCode::token_expired);
}

TEST_CASE("A token that is refused counts for the keys that it was tried with, a good one for nothing") {
  const JoinDoor tokens(JoinAuth::jwt, {{"new", TokenAlgorithm::hs256, kSecret},
                                        {"older", TokenAlgorithm::hs256, "the secret before"},
                                        {"oldest", TokenAlgorithm::hs256, "the secret before that"}});
  const auto pin = std::optional(hash_secret("482913"));
  const auto changed = [](auto member, auto value) {
    TokenDraft draft = good();
    draft.*member = std::move(value);
    return draft.text();
  };
  TokenDraft named = good();
  named.key = "a guess";
  named.key_id = "older";
  struct Row {
    const char* what;
    std::optional<std::string> token;
    ErrorCode refusal;
    std::uint32_t cost;
  };
  const Row rows[] = {
      {"no token", {}, ErrorCode::token_missing, 0},
      {"no token at all", "x", ErrorCode::token_malformed, 0},
      {"a signature by no key", changed(&TokenDraft::key, "a guess"), ErrorCode::token_signature, 3},
      {"a signature by the key that it names", named.text(), ErrorCode::token_signature, 1},
      {"an end that is past", changed(&TokenDraft::expires, kNow), ErrorCode::token_expired, 1},
      {"another room", changed(&TokenDraft::room, "other"), ErrorCode::token_other_room, 1},
      {"another user", changed(&TokenDraft::user, "eve"), ErrorCode::token_other_user, 1},
      {"another role", changed(&TokenDraft::role, "viewer"), ErrorCode::token_other_role, 1},
      {"a good token, and no pin", good().text(), ErrorCode::pin_wrong, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const DoorAnswer answer = tokens.judge_join(join_of(row.token), pin, kNow);
    CHECK(answer.refusal == row.refusal);
    CHECK(answer.wrong_token_cost == row.cost);
  }
  CreateRoom create;
  create.room = core::RoomId("demo");
  create.token = changed(&TokenDraft::key, "a guess");
  CHECK(tokens.judge_create(create, kNow).wrong_token_cost == 3);
  create.token = good().text();
  CHECK(tokens.judge_create(create, kNow).wrong_token_cost == 0);
}

TEST_CASE("Under jwt a room is created by a host's token for it, or by the operator's key") {
  const JoinDoor tokens = door(JoinAuth::jwt);
  const auto refusal = [&](std::optional<std::string> token, std::optional<core::RoomId> room) {
    CreateRoom create;
    create.room = std::move(room);
    create.token = std::move(token);
    return tokens.judge_create(create, kNow).refusal;
  };
  const core::RoomId demo("demo");
  CHECK_FALSE(refusal(good().text(), demo));
  CHECK(refusal({}, demo) == ErrorCode::token_missing);
  CHECK(refusal("x", demo) == ErrorCode::token_malformed);
  CHECK(refusal(good().text(), core::RoomId("other")) == ErrorCode::token_other_room);
  CHECK(refusal(good().text(), {}) == ErrorCode::token_other_room);
  for (const std::optional<std::string>& role : {std::optional<std::string>("viewer"), {}}) {
    TokenDraft draft = good();
    draft.role = role;
    CHECK(refusal(draft.text(), demo) == ErrorCode::token_other_role);
  }
  CHECK_FALSE(door(JoinAuth::none).judge_create({}, kNow).refusal);
}

}  // namespace
}  // namespace baton::plugin
