// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "transports/fan_out.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport {

/// Copies of packets that are about to be sent: what a FanOut sends is numbered for one viewer after the
/// other in place, and what is shared must not be changed. Its memory is used again, so in the steady state
/// nothing is allocated. One owner at a time.
class LiveCopies {
public:
  /// Valid until the next call.
  [[nodiscard]] std::span<LivePacket> of(std::span<const ForwardedPacket> packets);

private:
  std::vector<std::uint8_t> bytes_;
  std::vector<LivePacket> packets_;
};

}  // namespace baton::transport
