// SPDX-License-Identifier: GPL-3.0-or-later
// What a request must pass before a room sees it: the door, the secrets, and the limits of the room.
#include "plugin/room_service.hpp"
#include "plugin/secrets.hpp"
#include "plugin/server_clock.hpp"

namespace baton::plugin {

using core::ErrorCode;

std::optional<ErrorCode> RoomService::refusal_of(RequestInHand& in_hand, const JoinRoom& join) {
  const core::Room* room = directory_.find(join.room);
  if (room == nullptr) {
    return std::nullopt;
  }
  const auto& pin = room->settings().pin;
  const bool guesses = pin && join.pin;
  RateGate& gate = gates_.of(join.room);
  if (const auto wait = guesses ? gate.guesses_barred(now()) : std::nullopt) {
    in_hand.retry_after = *wait;
    return ErrorCode::rate_limited;
  }
  const auto refusal = door_.refusal_of_join(join, pin, wall_clock_seconds());
  if (guesses && refusal == ErrorCode::pin_wrong) {
    gate.note_wrong_secret(now());
  }
  return refusal;
}

std::optional<RequestError> RoomService::refusal_of(const RequestInHand& in_hand,
                                                    const CreateRoom& create) const {
  const bool has_key = admin_key_ && create.admin_key && admin_key_->equals(hash_secret(*create.admin_key));
  // Without a key there is nothing that the operator could show; the Admin API has a secret of its own.
  const bool operates = !admin_key_ && in_hand.origin == Origin::operators_api;
  if (!has_key && !operates) {
    const bool by_token = server_.join_auth == JoinAuth::jwt && !create.admin_key;
    if (admin_key_ && !(by_token && create.token)) {
      return RequestError{ErrorCode::secret_wrong, "Creating a room takes the server's \"admin_key\"."};
    }
    if (const auto error = door_.refusal_of_create(create, wall_clock_seconds())) {
      return RequestError{*error, {}};
    }
  }
  if (const auto conflict = conflict_in(create.settings, server_.join_auth)) {
    return RequestError{ErrorCode::element_missing,
                        "\"" + std::string(conflict->key) + "\" " + conflict->problem + "."};
  }
  return std::nullopt;
}

bool RoomService::within_limits(RequestInHand& in_hand, const core::RoomId& room, From from) {
  if (in_hand.origin == Origin::operators_api || directory_.find(room) == nullptr) {
    return true;
  }
  RateGate& gate = gates_.of(room);
  const auto wait =
      from == From::outside ? gate.admit_from_outside(now()) : gate.admit(metered_as(in_hand.verb), now());
  if (wait) {
    in_hand.respond(encode_rate_limited(*wait), std::nullopt);
  }
  return !wait;
}

bool RoomService::may_guess(RequestInHand& in_hand, const core::RoomId& room) {
  if (in_hand.origin == Origin::operators_api) {
    return true;
  }
  const auto wait = gates_.of(room).guesses_barred(now());
  if (wait) {
    in_hand.respond(encode_rate_limited(*wait), std::nullopt);
  }
  return !wait;
}

}  // namespace baton::plugin
