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

ParseResult<ByteSpan, PacketWriteError> write_header(const RtpPacketView& packet,
                                                     const ExtensionSet& extensions, ByteSpan out) {
  constexpr std::uint8_t kExtensionBit = 0x10;
  const std::size_t fixed_size = kRtpFixedHeaderSize + 4 * packet.csrc_count();
  const std::size_t extension_size = extensions.size();
  if (fixed_size + extension_size > out.size()) {
    return PacketWriteError::buffer_too_small;
  }
  const ByteSpan written = out.first(fixed_size + extension_size);
  copy_bytes(packet.bytes().first(fixed_size), written);
  written[0] =
      static_cast<std::uint8_t>((written[0] & ~kExtensionBit) | (extension_size != 0 ? kExtensionBit : 0));
  extensions.write(written.last(extension_size));
  return written;
}

ParseResult<MutableRtpPacket, PacketWriteError> write_packet(const RtpPacketView& packet,
                                                             const ExtensionSet& extensions, ByteSpan out) {
  const auto header = write_header(packet, extensions, out);
  if (!header) {
    return header.error();
  }
  const ByteView tail = packet.payload_and_padding();
  if (header->size() + tail.size() > out.size()) {
    return PacketWriteError::buffer_too_small;
  }
  copy_bytes(tail, out.subspan(header->size()));
  return *MutableRtpPacket::parse(out.first(header->size() + tail.size()));
}

}  // namespace baton::media
