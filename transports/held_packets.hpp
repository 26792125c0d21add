// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/time.hpp"
#include "transports/fan_out.hpp"
#include "transports/live_copies.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport {

/// Packets of a program that wait for the others of their frame, so that all of them go to one viewer after
/// the other. In the steady state nothing is allocated. Not thread safe.
class HeldPackets {
public:
  /// More do not wait: those of a large key frame go out in pieces, so that the last viewer does not wait for
  /// all that goes to the others.
  static constexpr std::size_t kMax = 32;

  void hold(const ForwardedPacket& packet) { packets_.push_back(packet); }
  [[nodiscard]] bool empty() const { return packets_.empty(); }
  [[nodiscard]] bool full() const { return packets_.size() >= kMax; }
  /// When the oldest of them came. There must be one.
  [[nodiscard]] core::Instant since() const { return packets_.front().arrival; }
  /// All of them, in their order. None is held any more; they are valid until the next call.
  [[nodiscard]] std::span<LivePacket> take();

private:
  std::vector<ForwardedPacket> packets_;
  LiveCopies copies_;
};

}  // namespace baton::transport
