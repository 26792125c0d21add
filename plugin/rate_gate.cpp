// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/rate_gate.hpp"

#include <utility>

#include "plugin/answer_encoder.hpp"
#include "plugin/request_decoder.hpp"

namespace baton::plugin {

using core::Duration;
using core::Instant;
using framework::Json;

namespace {

/// In the order of the enumerators.
constexpr std::array<const char*, kMeteredCount> kNames{"messages", "heartbeats", "joins",
                                                        "signals",  "chat",       "wrong_secrets"};

/// For what a gate does not look at.
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
                      limits.session_signals, limits.session_chat, kNoLimit}) {}

RateGate::RateGate(const RoomRateLimits& limits)
    : RateGate(Limits{limits.room_messages, kNoLimit, limits.room_joins, limits.room_signals,
                      limits.room_chat, limits.wrong_secrets}) {}

std::optional<Duration> RateGate::admit(Metered what, Instant now) {
  // The narrower limit first: what it refuses does not use up the wider one.
  if (what != Metered::messages) {
    if (const auto wait = pass(what, now)) {
      return wait;
    }
  }
  return what == Metered::heartbeats ? std::nullopt : pass(Metered::messages, now);
}

std::optional<Duration> RateGate::admit_from_outside(Instant now) {
  return pass(Metered::joins, now);
}

std::optional<Duration> RateGate::guesses_barred(Instant now) {
  const auto kind = static_cast<std::size_t>(Metered::wrong_secrets);
  const Duration wait = meters_[kind].wait(limits_[kind], now);
  if (wait == Duration::zero()) {
    return std::nullopt;
  }
  ++refused_[kind];
  return wait;
}

void RateGate::note_wrong_secret(Instant now) {
  const auto kind = static_cast<std::size_t>(Metered::wrong_secrets);
  // Whether one more would be taken is asked before it is looked at.
  static_cast<void>(meters_[kind].admit(limits_[kind], now));
}

std::optional<Duration> RateGate::pass(Metered what, Instant now) {
  const auto kind = static_cast<std::size_t>(what);
  if (meters_[kind].admit(limits_[kind], now)) {
    return std::nullopt;
  }
  ++refused_[kind];
  return meters_[kind].wait(limits_[kind], now);
}

RateGate& RoomGates::of(const core::RoomId& room) {
  return gates_.try_emplace(room, limits_).first->second;
}

const RateGate* RoomGates::find(const core::RoomId& room) const {
  const auto found = gates_.find(room);
  return found == gates_.end() ? nullptr : &found->second;
}

Json encode_rate_limited(Duration retry_after) {
  // Rounded up: who waits so long is taken.
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(retry_after).count();
  return encode_error({core::ErrorCode::rate_limited, {}}).set("retry_after_ms", milliseconds);
}

Json encode_refused(const RateGate& gate) {
  Json refused = Json::object();
  for (std::size_t i = 0; i < kMeteredCount; ++i) {
    refused.set(kNames[i], gate.refused(static_cast<Metered>(i)));
  }
  return refused;
}

}  // namespace baton::plugin
