// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/nack_generator.hpp"
#include "core/media/receiver_statistics.hpp"
#include "core/media/rtcp_writer.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/time.hpp"
#include "transports/direct/publisher_settings.hpp"
#include "transports/direct/publisher_statistics.hpp"

namespace baton::transport::direct {

/// One SSRC of a publisher: what came of it, and what is missing.
///
/// Fixed memory; one thread.
class ReceivedStream {
public:
  /// Lost packets that one RTCP packet asks for; the next one goes on.
  static constexpr std::size_t kMaxPerRequest = 64;

  ReceivedStream(media::Ssrc ssrc, media::ClockRate rate, LossRequests requests,
                 const media::NackPolicy& policy);

  [[nodiscard]] media::Ssrc ssrc() const { return ssrc_; }

  void received(const media::RtpPacketView& packet, media::Delivery delivery, core::Instant now);
  void sender_reported(const media::SenderReport& report, core::Instant now);
  /// Whether it matters to know where key frames begin.
  [[nodiscard]] bool has_losses() const { return nack_ && nack_->missing() > 0; }
  void keyframe_began(media::SequenceNumber number) { nack_->keyframe_began(number); }

  [[nodiscard]] std::optional<core::Instant> next_request() const {
    return nack_ ? nack_->next_deadline() : std::nullopt;
  }
  /// Asks for what is due; nothing is written when nothing is. There must be room for kMaxPerRequest.
  [[nodiscard]] std::optional<media::RtcpWriteError> write_request(media::RtcpWriter& writer,
                                                                   media::Ssrc sender, core::Instant now);
  /// Once for each time that something was given up which only a key frame can mend.
  [[nodiscard]] bool take_keyframe_wish() { return nack_ && nack_->take_keyframe_wish(); }
  [[nodiscard]] std::optional<media::ReportBlock> take_block(core::Instant now) {
    return statistics_.take_block(now);
  }

  [[nodiscard]] ReceivedStreamStatistics statistics() const;

private:
  media::Ssrc ssrc_;
  media::ReceiverStatistics statistics_;
  std::optional<media::NackGenerator> nack_;
  std::optional<ReceivedReport> last_report_;
};

}  // namespace baton::transport::direct
