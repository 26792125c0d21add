// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/time.hpp"
#include "transports/direct/waiting_packets.hpp"

namespace baton::transport::direct {

/// How long packets of a frame wait for the others of it, so that they leave together: what goes to a viewer
/// costs by the message far more than by the packet. A frame whose last packet is there never waits.
///
/// The window is as long as it was set to be while the worker has time. When it is busy for more than half of
/// the time it doubles, up to kMostTimes, and it narrows again when there is time: it is late by then anyway,
/// and larger batches are what makes it catch up. A window of 0 stays closed.
///
/// Tiny; pure; one owner.
class BatchWindow {
public:
  static constexpr int kMostTimes = 4;
  /// Over which the load is taken: three frames.
  static constexpr core::Duration kLoadInterval = std::chrono::milliseconds(100);

  explicit BatchWindow(core::Duration length) : shortest_(length), length_(length) {}

  /// When they have to leave.
  [[nodiscard]] core::Instant due(const WaitingPackets& waiting) const { return waiting.due(length_); }
  /// The worker worked for so long, and then waited for so long.
  void note(core::Duration worked, core::Duration waited);

  [[nodiscard]] core::Duration length() const { return length_; }

private:
  const core::Duration shortest_;
  core::Duration length_;
  core::Duration worked_{0};
  core::Duration waited_{0};
};

}  // namespace baton::transport::direct
