// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/rtp_types.hpp"

namespace baton::media {

/// The sequence number with which a stream begins, out of a random number (RFC 3550 §5.1): always below 2^15.
///
/// An SRTP receiver begins with a rollover counter of 0 and with the number of the first packet that it sees
/// (RFC 3711 §3.3.1). If the stream had begun shortly before its numbers wrap, and the packets up to there
/// were lost, the sender would be at 1 by then, and nothing that the receiver was sent would ever
/// authenticate. From below 2^15 at least 2^15 packets must be lost in a row for that.
[[nodiscard]] constexpr SequenceNumber initial_sequence_number(std::uint64_t random) {
  return SequenceNumber(static_cast<std::uint16_t>(random & 0x7FFFU));
}

}  // namespace baton::media
