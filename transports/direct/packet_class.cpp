// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/packet_class.hpp"

#include "core/media/rtcp_view.hpp"

namespace baton::transport::direct {

PacketClass classify_datagram(media::ByteView datagram) {
  if (datagram.empty()) {
    return PacketClass::other;
  }
  const std::uint8_t first = datagram[0];
  if (first <= 3) {
    return PacketClass::stun;
  }
  if (first >= 20 && first <= 63) {
    return PacketClass::dtls;
  }
  switch (media::classify_packet(datagram)) {
    case media::PacketKind::rtp:
      return PacketClass::rtp;
    case media::PacketKind::rtcp:
      return PacketClass::rtcp;
    case media::PacketKind::neither:
      break;
  }
  return PacketClass::other;
}

}  // namespace baton::transport::direct
