// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"

namespace baton::transport::direct {

/// What a datagram on the one port is, as far as its first bytes tell (RFC 7983, updated by RFC 9443, and RFC
/// 5761 §4 for the last two). Nothing is checked beyond that: each protocol refuses what is malformed.
enum class PacketClass : std::uint8_t {
  stun,   ///< First byte 0–3.
  dtls,   ///< First byte 20–63.
  rtp,    ///< First byte 128–191, and the second names no RTCP packet.
  rtcp,   ///< First byte 128–191, and the second is an RTCP packet type, 192–223.
  other,  ///< ZRTP, TURN channels, QUIC, what has no name, and what is too short to tell. To be counted.
};

[[nodiscard]] PacketClass classify_datagram(media::ByteView datagram);

}  // namespace baton::transport::direct
