// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/media_clock.hpp"
#include "core/media/report_block.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/sequence_tracker.hpp"
#include "core/time.hpp"

namespace baton::media {

/// Whether a packet came by itself or because it was asked for again. A repetition says nothing of jitter.
enum class Delivery : std::uint8_t { original, retransmitted };

/// What arrives of one stream of a publisher, for the report blocks that it is sent (RFC 3550 §6.4.1,
/// appendices A.1, A.3 and A.8).
///
/// Tiny; pure; one owner at a time.
class ReceiverStatistics {
public:
  ReceiverStatistics(Ssrc source, ClockRate rate) : source_(source), rate_(rate) {}

  void received(const RtpPacketView& packet, Delivery delivery, core::Instant now);
  /// The publisher's SR: the next blocks name it.
  void sender_reported(const SenderReport& report, core::Instant now);

  /// The block for the next report; nothing before the first packet. Losses are counted from one block to
  /// the next, so each block must be sent.
  [[nodiscard]] std::optional<ReportBlock> take_block(core::Instant now);

  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  /// Whole packets, header included.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }
  /// Packets that never came, as far as one can tell now.
  [[nodiscard]] std::int64_t lost() const;
  /// In ticks of the stream's RTP clock.
  [[nodiscard]] std::uint32_t jitter() const;

private:
  void begin(std::int64_t number);
  void note_transit(RtpTimestamp timestamp, core::Instant now);

  Ssrc source_;
  ClockRate rate_;
  SequenceTracker numbers_;
  std::int64_t first_ = 0;
  std::int64_t received_ = 0;  // Since the stream began or began anew.
  std::int64_t expected_before_ = 0;
  std::int64_t received_before_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t restarts_ = 0;
  std::optional<RtpTimestamp> transit_;  // Arrival in RTP ticks less the timestamp: wraps like one.
  std::int64_t jitter_ = 0;              // In sixteenths of a tick (RFC 3550 appendix A.8).
  std::optional<core::Instant> report_at_;
  CompactNtp last_sender_report_;
};

}  // namespace baton::media
