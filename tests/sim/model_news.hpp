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

  /// Whether another event of this kind would now be one too many.
  [[nodiscard]] bool must_wait(Kind kind, core::Instant now) const {
    const auto& said = said_.at(index(kind));
    const auto& limits = core::limits::kPresenceNews;
    if (said.size() < limits.burst || now >= said.back() + limits.cool_down) {
      return false;
    }
    for (std::size_t i = 1; i < said.size(); ++i) {
      if (said[i] >= said[i - 1] + limits.interval) {
        return false;
      }
    }
    return true;
  }
  void said(Kind kind, core::Instant now) {
    auto& said = said_.at(index(kind));
    said.push_back(now);
    if (said.size() > core::limits::kPresenceNews.burst) {
      said.pop_front();
    }
  }

  /// Nobody was there to hear: for a cool-down it is not known what was said.
  void unheard(core::Instant now) { unknown_until_ = now + core::limits::kPresenceNews.cool_down; }
  [[nodiscard]] bool unknown(core::Instant now) const { return now < unknown_until_; }

  std::map<core::UserId, Pending> pending;

private:
  static std::size_t index(Kind kind) { return static_cast<std::size_t>(kind); }

  std::array<std::deque<core::Instant>, 3> said_;
  core::Instant unknown_until_{};
};

}  // namespace baton::sim
