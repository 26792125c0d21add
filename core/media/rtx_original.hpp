// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Why no original was made of a retransmission.
enum class RtxOriginalError : std::uint8_t {
  no_original,  ///< No room for an original's number: padding that probes the bandwidth, or nonsense.
};
[[nodiscard]] const char* to_string(RtxOriginalError error);

/// Which stream a publisher's retransmission stream repeats (RFC 4588 §8: `apt`, and `a=ssrc-group:FID`).
struct RepeatedStream {
  Ssrc ssrc;
  PayloadType payload_type;
};

/// Turns a retransmission (RFC 4588 §4) into the packet that it repeats, in place: the header moves over the
/// original's number. The result lies within the packet's bytes, which are good for nothing else afterwards.
[[nodiscard]] ParseResult<MutableRtpPacket, RtxOriginalError> restore_original(
    const MutableRtpPacket& retransmission, const RepeatedStream& stream);

}  // namespace baton::media
