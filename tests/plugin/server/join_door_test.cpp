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
    CHECK(door(row.auth).refusal_of_join(join_of(row.token, row.pin), row.room_pin, kNow) == row.refusal);
    CHECK(door(row.auth).guards(row.room_pin) == (row.auth == JoinAuth::jwt || row.room_pin));
  }
}

TEST_CASE("A token's role is the one that is asked for, a room's own roles included") {
  const JoinDoor tokens = door(JoinAuth::jwt);
  TokenDraft draft = good();
  draft.role = "dev";
  JoinRoom join = join_of(draft.text());
  CHECK(tokens.refusal_of_join(join, {}, kNow) == ErrorCode::token_other_role);
  join.role = core::Role::viewer;
  CHECK(tokens.refusal_of_join(join, {}, kNow) == ErrorCode::token_other_role);
  join.further_role = core::RoleName("dev");
  CHECK_FALSE(tokens.refusal_of_join(join, {}, kNow));
  join.further_role = core::RoleName("ops");
  CHECK(tokens.refusal_of_join(join, {}, kNow) == ErrorCode::token_other_role);
  CHECK(tokens.refusal_of_join(join_of(good().text()), {}, kNow + 60s) == ErrorCode::token_expired);
}

TEST_CASE("Under jwt a room is created by a host's token for it, or by the operator's key") {
  const JoinDoor tokens = door(JoinAuth::jwt);
  const auto refusal = [&](std::optional<std::string> token, std::optional<core::RoomId> room) {
    CreateRoom create;
    create.room = std::move(room);
    create.token = std::move(token);
    return tokens.refusal_of_create(create, kNow);
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
  CHECK_FALSE(door(JoinAuth::none).refusal_of_create({}, kNow));
}

}  // namespace
}  // namespace baton::plugin
