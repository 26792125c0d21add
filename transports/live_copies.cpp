// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/live_copies.hpp"

#include <cstddef>

namespace baton::transport {

std::span<LivePacket> LiveCopies::of(std::span<const ForwardedPacket> packets) {
  std::size_t size = 0;
  for (const ForwardedPacket& packet : packets) {
    size += packet.packet.size();
  }
  if (bytes_.size() < size) {
    bytes_.resize(size);
  }
  packets_.clear();
  media::ByteSpan rest(bytes_);
  for (const ForwardedPacket& packet : packets) {
    const media::ByteView bytes = packet.packet.bytes();
    const media::ByteView descriptor = packet.packet.descriptor();
    const media::ByteSpan copy = rest.first(bytes.size());
    const media::ByteSpan descriptor_copy = rest.subspan(bytes.size(), descriptor.size());
    rest = media::copy_bytes(descriptor, media::copy_bytes(bytes, rest));
    // Cannot fail: the program has parsed it.
    if (auto parsed = media::MutableRtpPacket::parse(copy)) {
      packets_.push_back(
          {packet.kind, packet.decided, *parsed, descriptor_copy, packet.extensions, packet.arrival});
    }
  }
  return packets_;
}

}  // namespace baton::transport
