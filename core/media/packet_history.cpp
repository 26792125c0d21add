// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_history.hpp"

#include <algorithm>
#include <utility>

namespace baton::media {

namespace {

// A quarter of a second of video; most streams of sound never need more.
constexpr std::size_t kFirstSlots = 64;

}  // namespace

PacketHistory::PacketHistory(const PacketHistoryLimits& limits) : limits_(limits) {
  limits_.max_packets = std::max<std::size_t>(limits_.max_packets, 1);
}

HistoryStore PacketHistory::store(const ProgramPacket& decided, SharedPacket packet, core::Instant now) {
  const HistoryStore answer = judge_and_store(decided, std::move(packet), now);
  ++counters_[static_cast<std::size_t>(answer)];
  return answer;
}

HistoryStore PacketHistory::judge_and_store(const ProgramPacket& decided, SharedPacket packet,
                                            core::Instant now) {
  const ExtendedSequence sequence = decided.sequence;
  if (slots_.empty()) {
    slots_.resize(std::min(kFirstSlots, limits_.max_packets));
    lowest_ = highest_ = sequence;
  }
  if (sequence.value <= highest_.value - static_cast<std::int64_t>(limits_.max_packets)) {
    return HistoryStore::too_old;
  }
  if (slots_[index_of(sequence)].sequence == sequence) {
    return HistoryStore::duplicate;
  }
  let_go_while([&] { return !is_useful(slots_[index_of(lowest_)], now); });
  grow_for(sequence);
  const ExtendedSequence first{std::max(highest_, sequence).value - static_cast<std::int64_t>(slots_.size()) +
                               1};
  let_go_while([&] { return lowest_ < first || bytes_ + packet.size() > limits_.max_bytes; });
  if (is_empty()) {
    lowest_ = highest_ = sequence;
  }
  bytes_ += packet.size();
  slots_[index_of(sequence)] =
      Slot{.sequence = sequence, .packet = std::move(packet), .stored_at = now, .counters = decided.counters};
  lowest_ = std::min(lowest_, sequence);
  highest_ = std::max(highest_, sequence);
  return HistoryStore::stored;
}

std::optional<StoredPacket> PacketHistory::find(ExtendedSequence sequence, core::Instant now) const {
  if (slots_.empty()) {
    return std::nullopt;
  }
  const Slot& slot = slots_[index_of(sequence)];
  if (slot.sequence != sequence || !is_useful(slot, now)) {
    return std::nullopt;
  }
  return StoredPacket{.bytes = slot.packet.bytes(),
                      .descriptor = slot.packet.descriptor(),
                      .sequence = sequence,
                      .counters = slot.counters,
                      .stored_at = slot.stored_at};
}

/// The table has room for all numbers from the lowest to the highest, as far as its bound allows.
void PacketHistory::grow_for(ExtendedSequence sequence) {
  if (is_empty()) {
    return;
  }
  const std::int64_t distance = std::max(highest_, sequence).value - std::min(lowest_, sequence).value;
  while (slots_.size() < limits_.max_packets && distance >= static_cast<std::int64_t>(slots_.size())) {
    double_slots();
  }
}

void PacketHistory::double_slots() {
  std::vector<Slot> before =
      std::exchange(slots_, std::vector<Slot>(std::min(slots_.size() * 2, limits_.max_packets)));
  for (Slot& slot : before) {
    if (slot.sequence) {
      slots_[index_of(*slot.sequence)] = std::move(slot);
    }
  }
}

/// Lets go of the packet with the lowest number, and of the next one, for as long as `is_past_a_bound`.
template <typename Condition>
void PacketHistory::let_go_while(Condition is_past_a_bound) {
  for (; !is_empty() && is_past_a_bound(); ++lowest_.value) {
    Slot& slot = slots_[index_of(lowest_)];
    if (slot.sequence == lowest_) {
      bytes_ -= slot.packet.size();
      slot = {};
    }
  }
}

std::size_t PacketHistory::index_of(ExtendedSequence sequence) const {
  const auto size = static_cast<std::int64_t>(slots_.size());
  const std::int64_t rest = sequence.value % size;
  return static_cast<std::size_t>(rest < 0 ? rest + size : rest);
}

bool PacketHistory::is_useful(const Slot& slot, core::Instant now) const {
  return slot.sequence && now - slot.stored_at <= limits_.max_age;
}

}  // namespace baton::media
