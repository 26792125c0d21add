// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/ntp_time.hpp"
#include "core/media/report_block.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/time.hpp"

namespace baton::media {

/// What a viewer last reported of a stream.
struct Reported {
  std::uint8_t fraction_lost = 0;    ///< Since the report before, in 1/256.
  std::int32_t cumulative_lost = 0;  ///< Since the beginning.
  std::uint32_t jitter = 0;          ///< In ticks of the stream's RTP clock.
  core::Instant at;
};

/// What has been sent of one stream to one viewer, and what the viewer says of it (RFC 3550 §6.4). One for
/// each SSRC, retransmissions included.
///
/// Tiny; pure; one owner at a time.
class SenderStatistics {
public:
  explicit SenderStatistics(Ssrc ssrc) : ssrc_(ssrc) {}

  /// A packet goes out.
  void sent(const RtpPacketView& packet) {
    ++packets_;
    octets_ += packet.payload().size();
  }

  /// The next sender report; nothing before the first packet, when there is no time to report.
  /// @param wall       what the wall clock shows
  /// @param media_now  the stream's RTP time at `now`: ProgramRewriter::timestamp_at()
  [[nodiscard]] std::optional<SenderReport> report(const WallClock& wall, RtpTimestamp media_now,
                                                   core::Instant now) const;

  /// The viewer reported on a stream; blocks on others are passed over.
  void reported(const ReportBlock& block, const WallClock& wall, core::Instant now);

  [[nodiscard]] Ssrc ssrc() const { return ssrc_; }
  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  /// Bytes of payload, without header and padding (RFC 3550 §6.4.1).
  [[nodiscard]] std::uint64_t octets() const { return octets_; }
  [[nodiscard]] const std::optional<Reported>& last_report() const { return last_report_; }
  /// Smoothed as RFC 6298 §2 does: an eighth of each new one. Nothing until one is known.
  [[nodiscard]] std::optional<core::Duration> round_trip() const { return round_trip_; }

private:
  Ssrc ssrc_;
  std::uint64_t packets_ = 0;
  std::uint64_t octets_ = 0;
  std::optional<Reported> last_report_;
  std::optional<core::Duration> round_trip_;
};

}  // namespace baton::media
