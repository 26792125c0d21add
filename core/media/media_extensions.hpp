// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/extension_map.hpp"
#include "core/media/rtp_packet.hpp"

namespace baton::media {

/// What one packet's header extensions say of the media: looked for once, however many viewers the packet
/// goes to. What speaks of the sender's connection is not among it. Borrows the packet. Lives on the stack.
class MediaExtensions {
public:
  MediaExtensions() = default;
  /// @param senders  what the sender of the packet negotiated
  MediaExtensions(const RtpPacketView& packet, const ExtensionMap& senders) {
    for (std::size_t index = 0; index < kExtensionKindCount; ++index) {
      const auto kind = static_cast<ExtensionKind>(index);
      const auto id = senders.id_of(kind);
      if (id && reach_of(kind) == ExtensionReach::media) {
        found_[index] = packet.extension(*id);
      }
    }
  }

  [[nodiscard]] const std::optional<ByteView>& find(ExtensionKind kind) const {
    return found_[static_cast<std::size_t>(kind)];
  }

private:
  std::array<std::optional<ByteView>, kExtensionKindCount> found_;
};

}  // namespace baton::media
