// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_writer.hpp"

namespace baton::media {

const char* to_string(PacketWriteError error) {
  switch (error) {
    case PacketWriteError::buffer_too_small:
      return "buffer_too_small";
  }
  return "unknown";
}

ParseResult<MutableRtpPacket, PacketWriteError> write_packet(const RtpPacketView& packet,
                                                             const ExtensionSet& extensions, ByteSpan out) {
  constexpr std::uint8_t kExtensionBit = 0x10;
  const std::size_t fixed_size = kRtpFixedHeaderSize + 4 * packet.csrc_count();
  const std::size_t extension_size = extensions.size();
  const ByteView tail = packet.payload_and_padding();
  const std::size_t size = fixed_size + extension_size + tail.size();
  if (size > out.size()) {
    return PacketWriteError::buffer_too_small;
  }
  const ByteSpan written = out.first(size);
  copy_bytes(packet.bytes().first(fixed_size), written);
  written[0] =
      static_cast<std::uint8_t>((written[0] & ~kExtensionBit) | (extension_size != 0 ? kExtensionBit : 0));
  extensions.write(written.subspan(fixed_size, extension_size));
  copy_bytes(tail, written.last(tail.size()));
  return *MutableRtpPacket::parse(written);
}

}  // namespace baton::media
