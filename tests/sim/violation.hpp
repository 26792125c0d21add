// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace baton::sim {

/// What the checker holds the core to. Those below twenty carry the numbers of the invariants in the design;
/// the rest are what callers of core rely on.
enum class Rule {
  one_host = 1,
  fencing = 2,
  closing = 3,
  leaving = 4,
  grace = 5,
  signals = 6,
  one_session = 7,
  bounds = 8,
  secrets = 9,
  answers = 20,
  refusals,
  roles,
  audience,
  presence,
  presence_news,
  control,
  talk,
  readiness,
  host_audience,
  activity,
  media,
  connections,
  picture,
  deadlines,
  convergence,
};

/// The name under which a broken rule is reported.
[[nodiscard]] constexpr std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::one_host:
      return "invariant 1: at most one host, and the lease version only grows";
    case Rule::fencing:
      return "invariant 2: a stale session version changes nothing";
    case Rule::closing:
      return "invariant 3: a room closes only for one of the four reasons";
    case Rule::leaving:
      return "invariant 4: nobody leaves the room without cause";
    case Rule::grace:
      return "invariant 5: every grace ends in exactly one outcome, in time";
    case Rule::signals:
      return "invariant 6: an accepted signal is delivered once, in order, or its sender is told";
    case Rule::one_session:
      return "invariant 7: one live session per participant; stop beats reconnect";
    case Rule::bounds:
      return "invariant 8: nothing grows without bound";
    case Rule::secrets:
      return "invariant 9: what is secret stays so";
    case Rule::answers:
      return "answers: exactly one reply or refusal for each request";
    case Rule::refusals:
      return "refusals: the right error, and nothing changed";
    case Rule::roles:
      return "roles: nobody does what the role does not allow";
    case Rule::audience:
      return "audience: an event goes to all live signalling connections of its room and to no other";
    case Rule::presence:
      return "presence: decided by signs of life and nothing else";
    case Rule::presence_news:
      return "presence news: throttled, and in the end everybody knows what is so";
    case Rule::control:
      return "control: asked for by those who may, given and taken by the host";
    case Rule::talk:
      return "talk: chat, mute and lock do what they say";
    case Rule::readiness:
      return "readiness: one outcome for the host who waits, with the right list";
    case Rule::host_audience:
      return "host's audience: the host knows whether anybody is there, and how near the room is to full";
    case Rule::activity:
      return "activity: exactly the phases of the game, each change once, and to each what is its own";
    case Rule::media:
      return "media: the program follows a live feed of the host, and each feed ends once";
    case Rule::connections:
      return "connections: each is attached once and released once";
    case Rule::picture:
      return "picture: the events say all that the snapshot says";
    case Rule::deadlines:
      return "deadlines: nothing that is due waits";
    case Rule::convergence:
      return "convergence: a client sees the room as it is once the network is quiet";
  }
  return "unknown";
}

/// A broken rule. It ends the run.
class Violation : public std::runtime_error {
public:
  Violation(Rule rule, const std::string& what)
      : std::runtime_error(std::string(name_of(rule)) + "\n  " + what) {}
};

[[noreturn]] inline void broken(Rule rule, const std::string& what) {
  throw Violation(rule, what);
}

inline void require(bool holds, Rule rule, const char* what) {
  if (!holds) {
    broken(rule, what);
  }
}
inline void require(bool holds, Rule rule, const std::string& what) {
  if (!holds) {
    broken(rule, what);
  }
}

}  // namespace baton::sim
