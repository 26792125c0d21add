// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/time.hpp"

namespace baton::transport::direct {

/// What became of a packet that was handed over. A packet that is queued may still turn out unsent, when the
/// socket takes no more.
enum class Handover : std::uint8_t {
  queued,
  no_connection,  ///< There is nobody, or there are no keys or no address yet.
  refused,        ///< It is too large, or cannot be protected.
};

/// The way out to one peer: protects what it is given, and takes it along with the next batch. It never
/// waits, and calls nobody back who is not ready for that: see ViewerPeer::on_unsent.
class PacketOutput {
public:
  PacketOutput() = default;
  PacketOutput(const PacketOutput&) = delete;
  PacketOutput& operator=(const PacketOutput&) = delete;
  virtual ~PacketOutput() = default;

  /// One RTP packet in two parts: its header with all extensions, which is this peer's own, and what follows
  /// it, which all viewers have in common. Both are borrowed for the length of the call.
  virtual Handover send_rtp(media::ByteView header, media::ByteView payload, core::Instant now) = 0;
  /// One compound, or reduced-size, RTCP packet.
  virtual Handover send_rtcp(media::ByteView packet, core::Instant now) = 0;
};

}  // namespace baton::transport::direct
