// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sender_statistics.hpp"

namespace baton::media {

std::optional<SenderReport> SenderStatistics::report(const WallClock& wall, RtpTimestamp media_now,
                                                     core::Instant now) const {
  if (packets_ == 0) {
    return std::nullopt;
  }
  // Both counts wrap on the wire.
  return SenderReport{.sender = ssrc_,
                      .ntp_time = wall.at(now),
                      .rtp_timestamp = media_now,
                      .packet_count = static_cast<std::uint32_t>(packets_ & 0xFFFFFFFFU),
                      .octet_count = static_cast<std::uint32_t>(octets_ & 0xFFFFFFFFU)};
}

void SenderStatistics::reported(const ReportBlock& block, const WallClock& wall, core::Instant now) {
  constexpr int kWeight = 8;
  if (block.source != ssrc_) {
    return;
  }
  last_report_ = Reported{.fraction_lost = block.fraction_lost,
                          .cumulative_lost = block.cumulative_lost,
                          .jitter = block.jitter,
                          .at = now};
  if (const auto sample = round_trip_time(compact(wall.at(now)), block.last_sender_report, block.delay)) {
    round_trip_ = round_trip_ ? *round_trip_ + (*sample - *round_trip_) / kWeight : *sample;
  }
}

}  // namespace baton::media
