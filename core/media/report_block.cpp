// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/report_block.hpp"

#include <algorithm>

namespace baton::media {

ReportBlock read_report_block(ByteView bytes) {
  // A number of 24 bits with its sign moved to where that of 32 bits is, and back.
  const auto lost = static_cast<std::int32_t>(load_u24(bytes, 5) << 8U) >> 8;
  return ReportBlock{
      .source = Ssrc{load_u32(bytes, 0)},
      .fraction_lost = bytes[4],
      .cumulative_lost = lost,
      .cycles = load_u16(bytes, 8),
      .highest = SequenceNumber(load_u16(bytes, 10)),
      .jitter = load_u32(bytes, 12),
      .last_sender_report = CompactNtp(load_u32(bytes, 16)),
      .delay = CompactDuration{load_u32(bytes, 20)},
  };
}

void write_report_block(ByteSpan bytes, const ReportBlock& block) {
  const auto lost =
      static_cast<std::uint32_t>(std::clamp(block.cumulative_lost, kMinCumulativeLost, kMaxCumulativeLost));
  store_u32(bytes, 0, block.source.value);
  store_u32(bytes, 4, (std::uint32_t{block.fraction_lost} << 24U) | (lost & 0xFFFFFFU));
  store_u16(bytes, 8, block.cycles);
  store_u16(bytes, 10, block.highest.value());
  store_u32(bytes, 12, block.jitter);
  store_u32(bytes, 16, block.last_sender_report.value());
  store_u32(bytes, 20, block.delay.value);
}

}  // namespace baton::media
