// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/held_packets.hpp"

namespace baton::transport {

std::span<LivePacket> HeldPackets::take() {
  const std::span<LivePacket> taken = copies_.of(packets_);
  packets_.clear();
  return taken;
}

}  // namespace baton::transport
