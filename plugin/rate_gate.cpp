// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/rate_gate.hpp"

#include <utility>

#include "plugin/request_decoder.hpp"

namespace baton::plugin {

using core::Duration;
using core::Instant;

namespace {

/// For what a gate takes, however much of it.
constexpr core::RateLimit kNoLimit{1'000'000, 1'000'000};

}  // namespace

Metered metered_as(Verb verb) {
  switch (verb) {
    case Verb::heartbeat:
      return Metered::heartbeats;
    case Verb::join:
    case Verb::sync:
    case Verb::status:
    case Verb::list:
      return Metered::joins;
    case Verb::signal:
      return Metered::signals;
    case Verb::chat:
    case Verb::control:
    case Verb::open_activity:
    case Verb::close_activity:
    case Verb::activity:
      return Metered::chat;
    default:
      return Metered::messages;
  }
}

Metered metered_as(std::string_view verb) {
  const auto known = verb_named(verb);
  return known ? metered_as(*known) : Metered::messages;
}

RateGate::RateGate(const SessionRateLimits& limits)
    : RateGate(Limits{limits.session_messages, limits.session_heartbeats, limits.session_joins,
                      limits.session_signals, limits.session_chat, limits.session_wrong_secrets, std::nullopt,
                      std::nullopt, std::nullopt, std::nullopt}) {}

RateGate::RateGate(const RoomRateLimits& limits)
    : RateGate(Limits{limits.room_messages, kNoLimit, limits.room_joins, limits.room_signals,
                      limits.room_chat, limits.wrong_secrets, limits.wrong_secrets, std::nullopt,
                      std::nullopt, std::nullopt}) {}

RateGate::RateGate(const ServerRateLimits& limits)
    : RateGate(Limits{std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt,
                      std::nullopt, limits.server_creates, limits.server_lists, limits.server_wrong_tokens}) {
}

std::optional<Duration> RateGate::admit(Metered what, Instant now) {
  // Each kind but heartbeats has two limits, and who waits as it is told must be taken by both.
  const Metered wide = what == Metered::heartbeats ? what : Metered::messages;
  const Metered longer = wait(wide, now) > wait(what, now) ? wide : what;
  if (wait(longer, now) > Duration::zero()) {
    return refuse(longer, now);
  }
  charge(what, now);
  if (wide != what) {
    charge(wide, now);
  }
  return std::nullopt;
}

std::optional<Duration> RateGate::admit_from_inside(Metered what, Instant now) {
  return admit(what == Metered::joins ? Metered::messages : what, now);
}

std::optional<Duration> RateGate::admit_from_outside(Instant now) {
  return admit_alone(Metered::joins, now);
}

std::optional<Duration> RateGate::guesses_barred(Metered guessed, Instant now) {
  return wait(guessed, now) > Duration::zero() ? std::optional(refuse(guessed, now)) : std::nullopt;
}

void RateGate::note_wrong(Metered guessed, Instant now, std::uint32_t times) {
  charge(guessed, now, times);
}

std::optional<Duration> RateGate::admit_alone(Metered what, Instant now, std::uint32_t times) {
  if (wait(what, now) > Duration::zero()) {
    return refuse(what, now);
  }
  charge(what, now, times);
  return std::nullopt;
}

Duration RateGate::wait(Metered what, Instant now) const {
  const auto kind = static_cast<std::size_t>(what);
  const auto& limit = limits_[kind];
  return limit ? meters_[kind].wait(*limit, now) : Duration::zero();
}

void RateGate::charge(Metered what, Instant now, std::uint32_t times) {
  const auto kind = static_cast<std::size_t>(what);
  if (const auto& limit = limits_[kind]) {
    // Whether one more is taken was asked before.
    meters_[kind].charge(*limit, now, times);
  }
}

Duration RateGate::refuse(Metered what, Instant now) {
  ++refused_[static_cast<std::size_t>(what)];
  return wait(what, now);
}

RateGate& RoomGates::of(const core::RoomId& room) {
  return gates_.try_emplace(room, limits_).first->second;
}

const RateGate* RoomGates::find(const core::RoomId& room) const {
  const auto found = gates_.find(room);
  return found == gates_.end() ? nullptr : &found->second;
}

}  // namespace baton::plugin
