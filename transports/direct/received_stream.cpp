// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/received_stream.hpp"

#include <array>
#include <span>

namespace baton::transport::direct {

ReceivedStream::ReceivedStream(media::Ssrc ssrc, media::ClockRate rate, LossRequests requests,
                               const media::NackPolicy& policy)
    : ssrc_(ssrc), statistics_(ssrc, rate) {
  if (requests == LossRequests::nack) {
    nack_.emplace(policy);
  }
}

void ReceivedStream::received(const media::RtpPacketView& packet, media::Delivery delivery,
                              core::Instant now) {
  statistics_.received(packet, delivery, now);
  if (nack_) {
    nack_->received(packet.sequence_number(), now);
  }
}

void ReceivedStream::sender_reported(const media::SenderReport& report, core::Instant now) {
  statistics_.sender_reported(report, now);
  last_report_ = ReceivedReport{report, now};
}

std::optional<media::RtcpWriteError> ReceivedStream::write_request(media::RtcpWriter& writer,
                                                                   media::Ssrc sender, core::Instant now) {
  if (!nack_ || !nack_->next_deadline() || *nack_->next_deadline() > now) {
    return std::nullopt;
  }
  std::array<media::SequenceNumber, kMaxPerRequest> lost;
  // Who only receives learns no round trip, short of XR (RFC 3611 §4.4).
  const std::size_t count = nack_->collect(lost, std::nullopt, now);
  if (count == 0) {
    return std::nullopt;  // All that was due has been given up.
  }
  return writer.generic_nack(sender, ssrc_, std::span(lost).first(count));
}

ReceivedStreamStatistics ReceivedStream::statistics() const {
  return {.ssrc = ssrc_,
          .packets = statistics_.packets(),
          .bytes = statistics_.bytes(),
          .lost = statistics_.lost(),
          .jitter = statistics_.jitter(),
          .restarts = statistics_.restarts(),
          .nack = nack_ ? nack_->counters() : media::NackCounters{},
          .last_report = last_report_};
}

}  // namespace baton::transport::direct
