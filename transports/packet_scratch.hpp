// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/rtp_packet.hpp"
#include "transports/packet_limits.hpp"

namespace baton::transport {

/// A private copy of a dependency descriptor that travels beside its packet. Lives on the stack; what is
/// longer than any is cut off.
class DescriptorScratch {
public:
  /// The result borrows this object.
  [[nodiscard]] media::ByteSpan copy(media::ByteView bytes) {
    const std::size_t size = std::min(bytes.size(), buffer_.size());
    std::copy_n(bytes.begin(), size, buffer_.begin());
    return {buffer_.data(), size};
  }

private:
  std::array<std::uint8_t, kMaxDescriptorBytes> buffer_;
};

/// A private copy of one packet, to be rewritten without touching what was borrowed. Lives on the stack.
class PacketScratch {
public:
  /// Copies and checks; nothing for a packet that is too large or no RTP. The result borrows this object.
  [[nodiscard]] std::optional<media::MutableRtpPacket> copy(media::ByteView bytes) {
    if (bytes.size() > buffer_.size()) {
      return std::nullopt;
    }
    // Not std::ranges::copy, which in GCC 12 takes read-only bytes one by one.
    media::copy_bytes(bytes, buffer_);
    auto parsed = media::MutableRtpPacket::parse(media::ByteSpan(buffer_.data(), bytes.size()));
    if (!parsed) {
      return std::nullopt;
    }
    return *parsed;
  }

private:
  // Not initialised: every byte that is read was copied first.
  std::array<std::uint8_t, kMaxPacketBytes> buffer_;
};

}  // namespace baton::transport
