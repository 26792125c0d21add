// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/ntp_time.hpp"
#include "core/media/record_reader.hpp"
#include "core/media/rtcp_format.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// What a receiver says of one source (RFC 3550 §6.4.1).
struct ReportBlock {
  Ssrc source;                       ///< Whose packets it reports on.
  std::uint8_t fraction_lost = 0;    ///< Since the report before, in 1/256.
  std::int32_t cumulative_lost = 0;  ///< Since the beginning; negative when duplicates outnumber losses.
  std::uint16_t cycles = 0;          ///< How often the sequence number has wrapped.
  SequenceNumber highest{0};         ///< The highest that was received.
  std::uint32_t jitter = 0;          ///< In ticks of the stream's RTP clock.
  CompactNtp last_sender_report{};   ///< LSR; zero when the reporter has had none.
  CompactDuration delay{};           ///< DLSR: since that SR.
  friend bool operator==(const ReportBlock&, const ReportBlock&) = default;
};

/// Cumulative losses are 24 bits with a sign; what lies beyond is written as the nearest that fits.
inline constexpr std::int32_t kMaxCumulativeLost = 0x7FFFFF;
inline constexpr std::int32_t kMinCumulativeLost = -0x800000;

/// `bytes` are exactly one block.
[[nodiscard]] ReportBlock read_report_block(ByteView bytes);
/// `bytes` have room for exactly one block.
void write_report_block(ByteSpan bytes, const ReportBlock& block);

using ReportBlockReader = RecordReader<ReportBlock, rtcp::kReportBlockSize, read_report_block>;

}  // namespace baton::media
