// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/held_packets.hpp"

namespace baton::transport {

void HeldPackets::hold(const ForwardedPacket& packet) {
  if (entries_.empty()) {
    since_ = packet.arrival;
    bytes_.clear();
  }
  const media::ByteView descriptor = packet.extensions.dependency_descriptor;
  bytes_.insert(bytes_.end(), packet.bytes.begin(), packet.bytes.end());
  bytes_.insert(bytes_.end(), descriptor.begin(), descriptor.end());
  Entry& entry = entries_.emplace_back(Entry{packet.kind, packet.decided, packet.extensions,
                                             packet.bytes.size(), descriptor.size(), packet.arrival});
  entry.extensions.dependency_descriptor = {};
}

std::span<LivePacket> HeldPackets::take() {
  taken_.clear();
  media::ByteSpan rest(bytes_);
  for (const Entry& entry : entries_) {
    const media::ByteSpan packet = rest.first(entry.size);
    const media::ByteSpan descriptor = rest.subspan(entry.size, entry.descriptor_size);
    rest = rest.subspan(entry.size + entry.descriptor_size);
    // Cannot fail: the program has parsed it.
    if (auto parsed = media::MutableRtpPacket::parse(packet)) {
      taken_.push_back({entry.kind, entry.decided, *parsed, descriptor, entry.extensions, entry.arrival});
    }
  }
  entries_.clear();
  return taken_;
}

}  // namespace baton::transport
