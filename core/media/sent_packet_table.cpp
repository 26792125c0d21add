// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sent_packet_table.hpp"

#include <algorithm>
#include <limits>

namespace baton::media {

SentPacketTable::Sent& SentPacketTable::place(std::int64_t number) {
  return table_[static_cast<std::uint64_t>(number) % static_cast<std::uint64_t>(kCapacity)];
}

TransportSequence SentPacketTable::sent(std::size_t size, core::Instant now) {
  Sent& entry = place(next_);
  statistics_.forgotten += entry.number && entry.fate == Fate::untold ? 1 : 0;
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  entry = Sent{.number = next_,
               .at = now,
               .size = static_cast<std::uint32_t>(std::min(size, kMost)),
               .fate = Fate::untold};
  ++statistics_.sent;
  statistics_.sent_bytes += size;
  return TransportSequence::wrap(next_++);
}

std::int64_t SentPacketTable::unwrap(TransportSequence sequence) const {
  const std::int64_t newest = next_ - 1;
  return newest + TransportSequence::wrap(newest).distance_to(sequence);
}

void SentPacketTable::begin_feedback(const TransportFeedback& feedback) {
  const auto count_before = feedback_counts_.highest();
  const std::int64_t count = feedback_counts_.unwrap(feedback.feedback_count());
  if (count_before && count > *count_before + 1) {
    statistics_.feedback_lost += static_cast<std::uint64_t>(count - *count_before - 1);
  }
  const std::int64_t reference = references_.unwrap(feedback.reference_time());
  clock_begins_ =
      kDeltaUnit * kDeltasPerReference * (reference - std::int64_t{feedback.reference_time().value()});
  statistics_.delay_change = core::Duration::zero();
}

std::optional<PacketOutcome> SentPacketTable::settle(std::int64_t number,
                                                     std::optional<core::Duration> arrived,
                                                     core::Instant now) {
  Sent& entry = place(number);
  if (entry.number != number) {
    ++statistics_.unknown;
    return std::nullopt;
  }
  const Fate fate = arrived ? Fate::arrived : Fate::lost;
  if (entry.fate == Fate::arrived || entry.fate == fate) {
    return std::nullopt;
  }
  PacketOutcome outcome{.sequence = TransportSequence::wrap(number),
                        .size = entry.size,
                        .sent_at = entry.at,
                        .arrived = std::nullopt};
  statistics_.lost += fate == Fate::lost ? 1 : 0;
  statistics_.recovered += entry.fate == Fate::lost ? 1 : 0;
  entry.fate = fate;
  if (arrived) {
    outcome.arrived = *arrived + clock_begins_;
    ++statistics_.acknowledged;
    statistics_.acknowledged_bytes += entry.size;
    statistics_.feedback_delay = now - entry.at;
    if (before_) {
      statistics_.delay_change +=
          (*outcome.arrived - *before_->arrived) - (outcome.sent_at - before_->sent_at);
    }
    before_ = outcome;
  }
  return outcome;
}

}  // namespace baton::media
