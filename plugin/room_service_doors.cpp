// SPDX-License-Identifier: GPL-3.0-or-later
// What a request must pass before a room sees it: the door, the secrets, and the limits of the room.
#include "plugin/answer_encoder.hpp"
#include "plugin/handle_session.hpp"
#include "plugin/room_service.hpp"
#include "plugin/secrets.hpp"
#include "plugin/server_clock.hpp"

namespace baton::plugin {

using core::ErrorCode;

namespace {

/// How long nothing that this handle presents is compared.
std::optional<core::Duration> guesses_barred(const RequestInHand& in_hand) {
  return in_hand.handle ? in_hand.handle->guesses_barred(now()) : std::nullopt;
}

void note_wrong_guess(const RequestInHand& in_hand) {
  if (in_hand.handle) {
    in_hand.handle->note_wrong_guess(now());
  }
}

/// Counts a stranger's request on its handle, so that a few who flood meet their own limits before those that
/// they share with others. What counts as a join with every handle was counted when it came.
std::optional<core::Duration> handles_wait(const RequestInHand& in_hand) {
  const bool counted = !in_hand.handle || metered_as(in_hand.verb) == Metered::joins;
  return counted ? std::nullopt : in_hand.handle->admit_as_stranger(now());
}

}  // namespace

std::optional<core::Duration> RoomService::tokens_barred(const RequestInHand& in_hand) {
  // Its handle's own first: who guesses alone is refused alone.
  const auto wait = guesses_barred(in_hand);
  return wait ? wait : server_gate_.guesses_barred(Metered::wrong_tokens, now());
}

void RoomService::note_refused_token(const RequestInHand& in_hand, const DoorAnswer& answer) {
  server_gate_.note_wrong(Metered::wrong_tokens, now(), answer.wrong_token_cost);
  if (answer.refusal == ErrorCode::token_signature) {
    note_wrong_guess(in_hand);
  }
}

std::optional<ErrorCode> RoomService::refusal_of(RequestInHand& in_hand, const JoinRoom& join, From from) {
  const core::Room* room = directory_.find(join.room);
  if (room == nullptr) {
    return std::nullopt;
  }
  const auto& pin = room->settings().pin;
  const bool guesses = pin && join.pin;
  RateGate& gate = gates_.of(join.room);
  std::optional<core::Duration> wait;
  if (server_.join_auth == JoinAuth::jwt && join.token) {
    wait = tokens_barred(in_hand);
  }
  if (guesses && !wait) {
    wait = guesses_barred(in_hand);
  }
  if (guesses && !wait) {
    wait = gate.guesses_barred(Metered::wrong_pins, now());
  }
  if (wait) {
    in_hand.retry_after = *wait;
    return ErrorCode::rate_limited;
  }
  const DoorAnswer answer = door_.judge_join(join, pin, wall_clock_seconds());
  if (guesses && answer.refusal == ErrorCode::pin_wrong) {
    note_wrong_guess(in_hand);
    gate.note_wrong(Metered::wrong_pins, now());
  } else if (answer.refusal && from == From::outside) {
    // Whoever comes back with a resume token is let in all the same: an expired token is no attempt on the
    // door.
    note_refused_token(in_hand, answer);
  }
  return answer.refusal;
}

std::variant<RoomService::Entitled, RequestError> RoomService::entitlement_of(RequestInHand& in_hand,
                                                                              const CreateRoom& create) {
  const auto refuse_for = [&](core::Duration wait) {
    in_hand.retry_after = wait;
    return RequestError{ErrorCode::rate_limited, {}};
  };
  if (admin_key_ && create.admin_key) {
    if (const auto wait = guesses_barred(in_hand)) {
      return refuse_for(*wait);
    }
    if (same_secret(*admin_key_, hash_secret(*create.admin_key))) {
      return Entitled::by_proof;
    }
    note_wrong_guess(in_hand);
  }
  // Without a key there is nothing that the operator could show; the Admin API has a secret of its own.
  if (!admin_key_ && in_hand.origin == Origin::operators_api) {
    return Entitled::by_proof;
  }
  const bool by_token = server_.join_auth == JoinAuth::jwt && !create.admin_key;
  if (admin_key_ && !(by_token && create.token)) {
    return RequestError{ErrorCode::secret_wrong, "Creating a room takes the server's \"admin_key\"."};
  }
  if (server_.join_auth != JoinAuth::jwt) {
    return Entitled::as_anybody;
  }
  if (const auto wait = create.token ? tokens_barred(in_hand) : std::nullopt) {
    return refuse_for(*wait);
  }
  const DoorAnswer answer = door_.judge_create(create, wall_clock_seconds());
  if (answer.refusal) {
    note_refused_token(in_hand, answer);
    return RequestError{*answer.refusal, {}};
  }
  return Entitled::by_proof;
}

std::optional<RequestError> RoomService::refusal_of(RequestInHand& in_hand, const CreateRoom& create) {
  const auto entitlement = entitlement_of(in_hand, create);
  if (const auto* error = std::get_if<RequestError>(&entitlement)) {
    return *error;
  }
  if (std::get<Entitled>(entitlement) == Entitled::as_anybody) {
    if (const auto wait = server_wait(in_hand, Metered::creates)) {
      in_hand.retry_after = *wait;
      return RequestError{ErrorCode::rate_limited, {}};
    }
  }
  if (const auto conflict = conflict_in(create.settings, server_.join_auth)) {
    return RequestError{ErrorCode::element_missing,
                        "\"" + std::string(conflict->key) + "\" " + conflict->problem + "."};
  }
  return std::nullopt;
}

std::optional<core::Duration> RoomService::server_wait(const RequestInHand& in_hand, Metered what,
                                                       std::uint32_t times) {
  if (in_hand.origin == Origin::operators_api) {
    return std::nullopt;
  }
  const auto wait = handles_wait(in_hand);
  return wait ? wait : server_gate_.admit_alone(what, now(), times);
}

bool RoomService::within_limits(RequestInHand& in_hand, const core::RoomId& room, From from) {
  if (in_hand.origin == Origin::operators_api) {
    return true;
  }
  std::optional<core::Duration> wait;
  if (from == From::inside) {
    wait = gates_.of(room).admit_from_inside(metered_as(in_hand.verb), now());
  } else {
    wait = handles_wait(in_hand);
    // To say that a room does not exist costs no more than to refuse to say it.
    if (!wait && directory_.find(room) != nullptr) {
      wait = gates_.of(room).admit_from_outside(now());
    }
  }
  if (wait) {
    in_hand.respond(encode_rate_limited(*wait), std::nullopt);
  }
  return !wait;
}

RoomService::From RoomService::standing_of(const core::RoomId& room, const core::UserId& user,
                                           const std::optional<core::Resumption>& resumption) const {
  const core::Room* found = directory_.find(room);
  const bool proves = found != nullptr && resumption && found->knows(user, resumption->token);
  return proves ? From::inside : From::outside;
}

std::optional<RoomService::SecretLook> RoomService::look_at_secret(RequestInHand& in_hand,
                                                                   const core::Room& room,
                                                                   const std::string& secret) {
  const auto refuse_for = [&](core::Duration wait) {
    in_hand.respond(encode_rate_limited(wait), std::nullopt);
    return std::nullopt;
  };
  if (const auto wait = guesses_barred(in_hand)) {
    return refuse_for(*wait);
  }
  const core::SecretHash given = hash_secret(secret);
  // Before the room's meter is asked: what others guess never keeps the operator out.
  if (admin_key_ && same_secret(*admin_key_, given)) {
    return SecretLook::right;
  }
  const bool is_metered = in_hand.origin == Origin::client;
  RateGate& gate = gates_.of(room.id());
  if (const auto wait = is_metered ? gate.guesses_barred(Metered::wrong_secrets, now()) : std::nullopt) {
    if (admin_key_) {
      // It was compared with the operator's key.
      note_wrong_guess(in_hand);
    }
    return refuse_for(*wait);
  }
  const auto& wanted = room.settings().administrator_secret;
  if (wanted && same_secret(*wanted, given)) {
    return SecretLook::right;
  }
  if (is_metered) {
    note_wrong_guess(in_hand);
    gate.note_wrong(Metered::wrong_secrets, now());
  }
  return SecretLook::wrong;
}

}  // namespace baton::plugin
