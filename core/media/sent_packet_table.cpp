// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sent_packet_table.hpp"

#include <algorithm>
#include <limits>

namespace baton::media {

SentPacketTable::Sent& SentPacketTable::place(std::int64_t number) {
  return table_[static_cast<std::uint64_t>(number) % static_cast<std::uint64_t>(kCapacity)];
}

TransportSequence SentPacketTable::sent(std::size_t size, core::Instant now) {
  constexpr std::size_t kMost = std::numeric_limits<std::uint16_t>::max();
  if (next_ == first_) {
    begun_at_ = now;
  }
  Sent& entry = place(next_);
  const bool forgets = is_kept(next_ - kCapacity) && entry.fate == static_cast<std::uint64_t>(Fate::untold);
  statistics_.forgotten += forgets ? 1 : 0;
  entry = Sent{};
  const auto since = std::max((now - begun_at_).count(), std::int64_t{0});
  entry.at = static_cast<std::uint64_t>(since) & ((std::uint64_t{1} << 46U) - 1);
  entry.size = std::min(size, kMost) & kMost;
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
  if (!is_kept(number)) {
    ++statistics_.unknown;
    return std::nullopt;
  }
  Sent& entry = place(number);
  const auto told = static_cast<Fate>(entry.fate);
  const Fate fate = arrived ? Fate::arrived : Fate::lost;
  if (told == Fate::arrived || told == fate) {
    return std::nullopt;
  }
  PacketOutcome outcome{.sequence = TransportSequence::wrap(number),
                        .size = entry.size,
                        .sent_at = begun_at_ + core::Duration(static_cast<std::int64_t>(entry.at)),
                        .arrived = std::nullopt};
  statistics_.lost += fate == Fate::lost ? 1 : 0;
  statistics_.recovered += told == Fate::lost ? 1 : 0;
  entry.fate = static_cast<std::uint64_t>(fate) & 3U;
  if (arrived) {
    outcome.arrived = *arrived + clock_begins_;
    ++statistics_.acknowledged;
    statistics_.acknowledged_bytes += entry.size;
    statistics_.feedback_delay = now - outcome.sent_at;
    if (before_) {
      statistics_.delay_change +=
          (*outcome.arrived - *before_->arrived) - (outcome.sent_at - before_->sent_at);
    }
    before_ = outcome;
  }
  return outcome;
}

}  // namespace baton::media
