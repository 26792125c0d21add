// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_arrivals.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "core/media/chunk_encoder.hpp"
#include "core/media/rtcp_format.hpp"

namespace baton::media {

/// One feedback message before its chunks are made: a status for each packet, a delta for each that arrived.
struct PacketArrivals::Message {
  // Not initialised: only what was filled is read.
  std::array<ReceiveStatus, kMaxPerMessage> statuses;
  std::array<std::int16_t, kMaxPerMessage> deltas;
  std::size_t delta_count = 0;
  std::size_t deltas_size = 0;
  std::int64_t reference = 0;  // In units of the reference time.
};

namespace {

// Rounded down, for negative numbers as well.
std::int64_t reference_of(std::int64_t ticks) {
  return ticks >= 0 ? ticks / kDeltasPerReference : (ticks + 1) / kDeltasPerReference - 1;
}

std::int64_t ticks_of(core::Instant when) {
  const std::int64_t microseconds = when.time_since_epoch().count();
  const std::int64_t unit = kDeltaUnit.count();
  return microseconds >= 0 ? microseconds / unit : (microseconds + 1) / unit - 1;
}

constexpr std::size_t round_up_to_words(std::size_t size) {
  return (size + 3) / 4 * 4;
}

// Packets whose statuses and deltas fit, whatever they are: a wide vector for each seven, two bytes each.
constexpr std::size_t packets_that_fit(std::size_t bytes) {
  constexpr std::size_t kGroup = packet_chunk::kSize + packet_chunk::kWideVector * 2;
  return bytes / kGroup * packet_chunk::kWideVector;
}

}  // namespace

std::optional<std::int64_t>& PacketArrivals::place(std::int64_t number) {
  return ticks_[static_cast<std::uint64_t>(number) % static_cast<std::uint64_t>(kCapacity)];
}

void PacketArrivals::advance_to(std::int64_t number) {
  const std::int64_t oldest = number - kCapacity + 1;
  for (std::int64_t passed = std::max(*highest_ + 1, oldest); passed <= number; ++passed) {
    place(passed).reset();
  }
  highest_ = number;
  if (next_ < oldest) {
    counters_.unreported += static_cast<std::uint64_t>(oldest - next_);
    next_ = oldest;
  }
}

void PacketArrivals::arrived(TransportSequence sequence, core::Instant when) {
  const std::int64_t number = numbers_.unwrap(sequence);
  if (!highest_) {
    highest_ = number;
    next_ = number;
  } else if (number > *highest_) {
    advance_to(number);
  } else if (number <= *highest_ - kCapacity) {
    ++counters_.too_old;
    return;
  }
  auto& ticks = place(number);
  if (ticks) {
    ++counters_.duplicate;
    return;
  }
  ticks = ticks_of(when);
  next_ = std::min(next_, number);
  ++counters_.noted;
}

void PacketArrivals::leave_out_losses(std::int64_t most) {
  std::int64_t first = next_;
  while (!place(first)) {
    ++first;
  }
  if (first - next_ >= most) {
    counters_.unreported += static_cast<std::uint64_t>(first - most + 1 - next_);
    next_ = first - most + 1;
  }
}

std::size_t PacketArrivals::fill(Message& message, std::size_t most) {
  std::optional<std::int64_t> before;
  std::size_t count = 0;
  std::size_t ends_behind = 0;  // The last packet of a message is one that arrived.
  for (std::int64_t number = next_; number <= *highest_ && count < most; ++number, ++count) {
    const auto ticks = place(number);
    if (!ticks) {
      message.statuses[count] = ReceiveStatus::lost;
      continue;
    }
    if (!before) {
      message.reference = reference_of(*ticks);
      before = message.reference * kDeltasPerReference;
    }
    const std::int64_t delta = *ticks - *before;
    using Delta = std::numeric_limits<std::int16_t>;
    if (delta < Delta::min() || delta > Delta::max()) {
      break;
    }
    const bool is_small = delta >= 0 && delta <= std::numeric_limits<std::uint8_t>::max();
    message.statuses[count] = is_small ? ReceiveStatus::small_delta : ReceiveStatus::large_delta;
    message.deltas_size += packet_chunk::delta_size(message.statuses[count]);
    message.deltas[message.delta_count++] = static_cast<std::int16_t>(delta);
    before = ticks;
    ends_behind = count + 1;
  }
  return ends_behind;
}

std::optional<RtcpWriteError> PacketArrivals::write(RtcpWriter& writer, Ssrc sender, Ssrc media_source) {
  if (!has_news()) {
    return RtcpWriteError::nothing_to_say;
  }
  constexpr std::size_t kHeads = rtcp::kHeaderSize + rtcp::kFeedbackHeadSize + rtcp::kTransportWideHeadSize;
  const std::size_t room = writer.left() / 4 * 4;
  const std::size_t most = std::min(kMaxPerMessage, packets_that_fit(room - std::min(room, kHeads)));
  if (most == 0) {
    return RtcpWriteError::buffer_too_small;
  }
  leave_out_losses(static_cast<std::int64_t>(most));
  Message message;
  const std::size_t count = fill(message, most);
  const auto statuses = std::span<const ReceiveStatus>(message.statuses).first(count);
  const std::size_t chunks_size = chunks_size_of(statuses);
  const auto control =
      writer.feedback(RtcpType::transport_feedback, rtcp::kTransportWideFormat, sender, media_source,
                      round_up_to_words(rtcp::kTransportWideHeadSize + chunks_size + message.deltas_size));
  if (!control) {
    return control.error();
  }
  store_u16(*control, 0, TransportSequence::wrap(next_).value());
  store_u16(*control, 2, static_cast<std::uint16_t>(count));
  store_u32(*control, 4, (ReferenceTime::wrap(message.reference).value() << 8U) | feedback_count_.value());
  write_chunks(control->subspan(rtcp::kTransportWideHeadSize, chunks_size), statuses);
  ByteSpan rest = control->subspan(rtcp::kTransportWideHeadSize + chunks_size);
  std::size_t next_delta = 0;
  for (const ReceiveStatus status : statuses) {
    if (status == ReceiveStatus::small_delta) {
      rest[0] = static_cast<std::uint8_t>(message.deltas[next_delta++]);
    } else if (status == ReceiveStatus::large_delta) {
      store_u16(rest, 0, static_cast<std::uint16_t>(message.deltas[next_delta++]));
    }
    rest = rest.subspan(packet_chunk::delta_size(status));
  }
  std::ranges::fill(rest, std::uint8_t{0});
  next_ += static_cast<std::int64_t>(count);
  feedback_count_ = feedback_count_.next();
  return std::nullopt;
}

}  // namespace baton::media
