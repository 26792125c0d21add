// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time.hpp"

namespace baton::transport::direct {

/// Packets that wait for the others of their frame, so that all leave together.
struct WaitingPackets {
  /// A pacer sends a frame in pieces, and the packets of a piece close together. When none has come for this
  /// part of the window, those that are there are a piece, and the next one is not worth waiting for.
  static constexpr int kGapsInWindow = 4;

  core::Instant since;   ///< When the oldest of them came.
  core::Instant newest;  ///< When the latest of them came.
  /// Whether something is among them for which the rest must not wait: the last packet of a frame, or news
  /// that are no packet.
  enum class Completeness : std::uint8_t { more_to_come, complete } completeness{};

  /// When they have to leave, if the first of them may wait for as long as `window`.
  [[nodiscard]] core::Instant due(core::Duration window) const {
    return completeness == Completeness::complete ? since
                                                  : std::min(since + window, newest + window / kGapsInWindow);
  }
};

}  // namespace baton::transport::direct
