// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Bytes that a retransmission has more than the packet it repeats: the original sequence number.
inline constexpr std::size_t kOriginalSequenceSize = 2;

/// Why a packet was not repeated.
enum class RtxError : std::uint8_t {
  buffer_too_small,
  nothing_to_repeat,  ///< It has no payload: a probe that nobody misses.
};
[[nodiscard]] const char* to_string(RtxError error);

/// What names a retransmission stream (RFC 4588 §4), as it was negotiated: `a=ssrc-group:FID` and `apt`.
struct RtxIdentity {
  Ssrc ssrc;
  PayloadType payload_type;
  SequenceNumber first_sequence;  ///< Drawn by the caller.
};

/// One viewer's retransmission stream for one medium. Its packets count on their own.
///
/// Tiny; pure; one owner at a time.
class RtxStream {
public:
  explicit RtxStream(const RtxIdentity& identity)
      : ssrc_(identity.ssrc), payload_type_(identity.payload_type), next_(identity.first_sequence) {}

  /// Writes a retransmission of `packet`, which is complete as the viewer was sent it: header and extensions
  /// are kept, its padding is not, and its number stands before the payload (RFC 4588 §4). Takes the next
  /// number of this stream only when it has written. `out` must not overlap the packet.
  [[nodiscard]] ParseResult<ByteSpan, RtxError> write(const RtpPacketView& packet, ByteSpan out);

  [[nodiscard]] Ssrc ssrc() const { return ssrc_; }
  [[nodiscard]] SequenceNumber next_sequence() const { return next_; }

private:
  Ssrc ssrc_;
  PayloadType payload_type_;
  SequenceNumber next_;
};

}  // namespace baton::media
