// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>

#include "core/effect.hpp"
#include "core/room_settings.hpp"
#include "core/time.hpp"

namespace baton::sim {

/// What the room still owes everybody about presence, and when it spoke of each kind: a second opinion of the
/// throttle, from the times at which events were seen.
class ModelNews {
public:
  using Kind = core::PresenceChange::Kind;

  struct Pending {
    Kind kind;
    core::Instant since;
  };

  /// Whether another event of this kind would now be one too many, as far as was heard.
  [[nodiscard]] bool must_wait(Kind kind, core::Instant now) const {
    const auto& said = of(kind).said;
    if (said.size() < kLimits.burst || now >= said.back() + kLimits.cool_down) {
      return false;
    }
    for (std::size_t i = 1; i < said.size(); ++i) {
      if (said[i] >= said[i - 1] + kLimits.interval) {
        return false;
      }
    }
    return true;
  }
  void said(Kind kind, core::Instant now) {
    Spoken& spoken = spoken_.at(index(kind));
    if (unknown(kind, now) && now < *spoken.unheard + kLimits.interval) {
      // How many came close together before this one is not known, so it is not of this one either.
      spoken.unheard = now;
    } else if (unknown(kind, now)) {
      spoken.unheard.reset();
      spoken.said.clear();
    }
    spoken.said.push_back(now);
    if (spoken.said.size() > kLimits.burst) {
      spoken.said.pop_front();
    }
  }

  /// Nobody was there to hear what was said now, if anything.
  void unheard(core::Instant now) {
    for (Spoken& spoken : spoken_) {
      spoken.unheard = now;
    }
  }
  /// Whether something that nobody heard may still stand in the way.
  [[nodiscard]] bool unknown(Kind kind, core::Instant now) const {
    const auto& at = of(kind).unheard;
    return at && now < *at + kLimits.cool_down;
  }

  std::map<core::UserId, Pending> pending;

private:
  static constexpr core::ThrottleLimits kLimits = core::limits::kPresenceNews;

  struct Spoken {
    /// The latest, as many as make a burst.
    std::deque<core::Instant> said;
    /// The latest that may have been said unheard.
    std::optional<core::Instant> unheard;
  };

  static std::size_t index(Kind kind) { return static_cast<std::size_t>(kind); }
  [[nodiscard]] const Spoken& of(Kind kind) const { return spoken_.at(index(kind)); }

  std::array<Spoken, 3> spoken_;
};

}  // namespace baton::sim
