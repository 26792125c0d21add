// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>

#include "core/media/sequence.hpp"

namespace baton::media {

/// RTP sequence number (RFC 3550 §5.1): 16 bits, one more for each packet, wraps.
using SequenceNumber = SerialNumber<struct SequenceNumberTag, 16>;
/// RTP timestamp (RFC 3550 §5.1): 32 bits, in ticks of the codec's clock, wraps.
using RtpTimestamp = SerialNumber<struct RtpTimestampTag, 32>;

/// Number of a packet on its connection, whatever its stream
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2): 16 bits, wraps.
using TransportSequence = SerialNumber<struct TransportSequenceTag, 16>;

/// Synchronisation source (RFC 3550 §3).
struct Ssrc {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(const Ssrc&, const Ssrc&) = default;
};

/// RTP payload type: 7 bits; only the low seven are ever written to a packet.
struct PayloadType {
  std::uint8_t value = 0;
  friend constexpr auto operator<=>(const PayloadType&, const PayloadType&) = default;
};

/// One RTP stream that may be put on air: one medium of one feed, and for simulcast one layer of it, since
/// each layer counts its packets on its own. Given out by the caller; never reused while a program knows it.
struct SourceId {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const SourceId&, const SourceId&) = default;
};

/// A sequence number of the program, unwrapped to 64 bits so that it can be compared and stored for as long
/// as one likes. Its low 16 bits are what goes out.
struct ExtendedSequence {
  std::int64_t value = 0;

  [[nodiscard]] constexpr SequenceNumber wire() const { return SequenceNumber::wrap(value); }
  friend constexpr bool operator==(const ExtendedSequence&, const ExtendedSequence&) = default;
  friend constexpr bool operator<(const ExtendedSequence& left, const ExtendedSequence& right) {
    return left.value < right.value;
  }
};

}  // namespace baton::media
