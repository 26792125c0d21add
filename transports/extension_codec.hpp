// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "core/media/extension_set.hpp"
#include "core/media/media_extensions.hpp"
#include "transports/media_sink.hpp"

namespace baton::transport {

/// What the header extensions of a packet that came in say of the media. The descriptor is borrowed from the
/// packet; an element of a wrong size counts as none.
[[nodiscard]] PacketExtensions read_extensions(const media::MediaExtensions& found);

/// The other way round: header extensions that travel beside a packet, as the elements that a receiver reads.
/// Borrows the descriptor; lives on the stack, for as long as a set that it was added to.
class ExtensionBytes {
public:
  explicit ExtensionBytes(const PacketExtensions& extensions);
  ExtensionBytes(const ExtensionBytes&) = delete;
  ExtensionBytes& operator=(const ExtensionBytes&) = delete;

  /// Adds what the receiver negotiated. A descriptor that is too large for the form that was negotiated is
  /// the only thing that can be refused for another reason.
  [[nodiscard]] std::optional<media::ExtensionRefusal> add_to(media::ExtensionSet& set) const;

private:
  const PacketExtensions& extensions_;
  std::array<std::uint8_t, 1> audio_level_{};
  std::array<std::uint8_t, 1> video_orientation_{};
};

}  // namespace baton::transport
