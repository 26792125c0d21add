// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/transport_feedback.hpp"

#include <algorithm>

#include "core/media/packet_chunk.hpp"
#include "core/media/rtcp_format.hpp"

namespace baton::media {

const char* to_string(TransportFeedbackError error) {
  switch (error) {
    case TransportFeedbackError::too_short:
      return "too_short";
    case TransportFeedbackError::no_packets:
      return "no_packets";
    case TransportFeedbackError::chunks_beyond_end:
      return "chunks_beyond_end";
    case TransportFeedbackError::reserved_status:
      return "reserved_status";
    case TransportFeedbackError::deltas_beyond_end:
      return "deltas_beyond_end";
  }
  return "unknown";
}

ParseResult<TransportFeedback, TransportFeedbackError> TransportFeedback::parse(ByteView control) {
  if (control.size() < rtcp::kTransportWideHeadSize) {
    return TransportFeedbackError::too_short;
  }
  std::size_t left = load_u16(control, 2);
  if (left == 0) {
    return TransportFeedbackError::no_packets;
  }
  const ByteView rest = control.subspan(rtcp::kTransportWideHeadSize);
  std::size_t chunks_size = 0;
  std::size_t deltas_size = 0;
  while (left > 0) {
    if (rest.size() - chunks_size < packet_chunk::kSize) {
      return TransportFeedbackError::chunks_beyond_end;
    }
    const std::uint16_t chunk = load_u16(rest, chunks_size);
    chunks_size += packet_chunk::kSize;
    // The last chunk may hold more than there are packets.
    const std::size_t used = std::min(left, packet_chunk::capacity(chunk));
    for (std::size_t place = 0; place < used; ++place) {
      const ReceiveStatus status = packet_chunk::status_at(chunk, place);
      if (status == ReceiveStatus::reserved) {
        return TransportFeedbackError::reserved_status;
      }
      deltas_size += packet_chunk::delta_size(status);
    }
    left -= used;
  }
  if (deltas_size > rest.size() - chunks_size) {
    return TransportFeedbackError::deltas_beyond_end;
  }
  return TransportFeedback(control, chunks_size);
}

TransportSequence TransportFeedback::base() const {
  return TransportSequence(load_u16(control_, 0));
}
std::size_t TransportFeedback::packet_count() const {
  return load_u16(control_, 2);
}
ReferenceTime TransportFeedback::reference_time() const {
  return ReferenceTime(load_u24(control_, 4));
}
FeedbackCount TransportFeedback::feedback_count() const {
  return FeedbackCount(control_[7]);
}

TransportFeedback::Reader::Reader(const TransportFeedback& feedback)
    : chunks_(feedback.control_.subspan(rtcp::kTransportWideHeadSize)),
      deltas_(chunks_.subspan(feedback.chunks_size_)),
      sequence_(feedback.base()),
      left_(feedback.packet_count()),
      ticks_(feedback.reference_time().value() * kDeltasPerReference) {}

std::optional<PacketStatus> TransportFeedback::Reader::next() {
  if (left_ == 0) {
    return std::nullopt;
  }
  while (left_in_chunk_ == 0) {
    chunk_ = load_u16(chunks_, 0);
    chunks_ = chunks_.subspan(packet_chunk::kSize);
    left_in_chunk_ = packet_chunk::capacity(chunk_);
  }
  const auto status = packet_chunk::status_at(chunk_, packet_chunk::capacity(chunk_) - left_in_chunk_);
  PacketStatus packet{sequence_, std::nullopt};
  if (status != ReceiveStatus::lost) {
    ticks_ += status == ReceiveStatus::small_delta
                  ? std::int64_t{deltas_[0]}
                  : std::int64_t{static_cast<std::int16_t>(load_u16(deltas_, 0))};
    deltas_ = deltas_.subspan(packet_chunk::delta_size(status));
    packet.arrived = kDeltaUnit * ticks_;
  }
  sequence_ = sequence_.next();
  --left_in_chunk_;
  --left_;
  return packet;
}

}  // namespace baton::media
