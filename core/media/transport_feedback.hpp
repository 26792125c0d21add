// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media {

/// Why the control information of a transport-wide feedback message was refused.
enum class TransportFeedbackError : std::uint8_t {
  too_short,          ///< Fewer bytes than its fixed fields.
  no_packets,         ///< It speaks of no packet at all.
  chunks_beyond_end,  ///< The packet chunks end before every packet has a status.
  reserved_status,    ///< A status that means nothing (3).
  deltas_beyond_end,  ///< The receive deltas end before every received packet has one.
};
[[nodiscard]] const char* to_string(TransportFeedbackError error);

/// What the feedback says of one packet.
struct PacketStatus {
  TransportSequence sequence;
  /// When it arrived, by the receiver's clock; nothing when it did not. That clock begins anywhere, and
  /// begins again after TransportFeedback::kReferenceCircle: only differences mean something.
  std::optional<core::Duration> arrived;
};

/// Units of the receive deltas (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.5).
inline constexpr core::Duration kDeltaUnit = std::chrono::microseconds(250);
/// Units of the reference time (§3.1): 64 ms.
inline constexpr std::int64_t kDeltasPerReference = 256;

/// The number of the reference time: 24 bits that wrap.
using ReferenceTime = SerialNumber<struct ReferenceTimeTag, 24>;
/// Counts the feedback messages (§3.1), so that lost ones show: 8 bits that wrap.
using FeedbackCount = SerialNumber<struct FeedbackCountTag, 8>;

/// Transport-wide feedback (§3.1): which packets of a connection arrived, and when. Borrows the bytes.
class TransportFeedback {
public:
  /// After this the receiver's clock begins anew: 12 days.
  static constexpr core::Duration kReferenceCircle =
      kDeltaUnit * kDeltasPerReference * (std::int64_t{1} << 24);

  /// `control` is what stands behind the two SSRCs, padding included or not. Every chunk and delta is walked
  /// over before anything is believed.
  static ParseResult<TransportFeedback, TransportFeedbackError> parse(ByteView control);

  [[nodiscard]] TransportSequence base() const;
  /// Packets it speaks of, lost ones included; at most 65535.
  [[nodiscard]] std::size_t packet_count() const;
  [[nodiscard]] ReferenceTime reference_time() const;
  [[nodiscard]] FeedbackCount feedback_count() const;

  /// Goes through the packets in the order of their numbers, without allocating.
  class Reader {
  public:
    /// The next packet, or nothing at the end.
    std::optional<PacketStatus> next();

  private:
    friend class TransportFeedback;
    explicit Reader(const TransportFeedback& feedback);

    ByteView chunks_;  // Those not begun yet.
    ByteView deltas_;  // Those not read yet.
    TransportSequence sequence_;
    std::size_t left_;
    std::int64_t ticks_;  // Arrival of the packet before, in units of kDeltaUnit.
    std::uint16_t chunk_ = 0;
    std::size_t left_in_chunk_ = 0;
  };
  [[nodiscard]] Reader packets() const { return Reader(*this); }

private:
  TransportFeedback(ByteView control, std::size_t chunks_size)
      : control_(control), chunks_size_(chunks_size) {}

  ByteView control_;
  std::size_t chunks_size_;
};

}  // namespace baton::media
