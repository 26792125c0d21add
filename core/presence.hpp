// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/time.hpp"

namespace baton::core {

/// What the heartbeat detector thinks of a participant.
enum class Presence : std::uint8_t {
  active,
  inactive,  ///< silent for most of its time-out; nobody is told
  offline,   ///< cut off, or silent for all of its time-out; its place is kept as long again
};

/// The steps by which a silent participant is given up, as parts of its role's time-out.
struct PresenceSteps {
  Duration inactive;
  Duration offline;
  /// Counted from the moment it went offline: a server that itself stood still for long throws nobody out.
  Duration removed;

  [[nodiscard]] static constexpr PresenceSteps of(Duration timeout) {
    constexpr int kInactivePercent = 70;
    return {timeout * kInactivePercent / 100, timeout, timeout};
  }
};

}  // namespace baton::core
