// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_history.hpp"

#include <algorithm>
#include <limits>

namespace baton::media {

PacketHistory::PacketHistory(const PacketHistoryLimits& limits) : limits_(limits) {
  limits_.max_packets = std::max<std::size_t>(limits_.max_packets, 1);
  limits_.max_bytes = std::max<std::size_t>(limits_.max_bytes, 1);
}

HistoryStore PacketHistory::store(const ProgramPacket& packet, ByteView bytes, ByteView descriptor,
                                  core::Instant now) {
  const HistoryStore answer = judge_and_store(packet, bytes, descriptor, now);
  ++counters_[static_cast<std::size_t>(answer)];
  return answer;
}

HistoryStore PacketHistory::judge_and_store(const ProgramPacket& packet, ByteView bytes, ByteView descriptor,
                                            core::Instant now) {
  constexpr std::size_t kLargest = std::numeric_limits<std::uint16_t>::max();
  const std::size_t size = bytes.size() + descriptor.size();
  if (bytes.size() > kLargest || descriptor.size() > kLargest || size > limits_.max_bytes) {
    return HistoryStore::too_large;
  }
  if (slots_.empty()) {
    slots_.resize(limits_.max_packets);
    // Not value-initialised: every byte is written before it is read.
    bytes_.reset(new std::uint8_t[limits_.max_bytes]);
    highest_ = packet.sequence;
  }
  const auto places = static_cast<std::int64_t>(slots_.size());
  if (packet.sequence.value <= highest_.value - places) {
    return HistoryStore::too_old;
  }
  Slot& slot = slots_[slot_of(packet.sequence)];
  if (slot.sequence == packet.sequence && !is_overwritten(slot)) {
    return HistoryStore::duplicate;
  }
  // A packet stands in one piece: what is left of the ring's end may be too little.
  const std::uint64_t left_in_ring = limits_.max_bytes - written_ % limits_.max_bytes;
  if (size > left_in_ring) {
    written_ += left_in_ring;
  }
  slot = Slot{.sequence = packet.sequence,
              .position = written_,
              .size = static_cast<std::uint16_t>(bytes.size()),
              .descriptor_size = static_cast<std::uint16_t>(descriptor.size()),
              .stored_at = now,
              .counters = packet.counters};
  const ByteSpan target(bytes_.get() + written_ % limits_.max_bytes, size);
  copy_bytes(descriptor, copy_bytes(bytes, target));
  written_ += size;
  highest_ = std::max(highest_, packet.sequence);
  return HistoryStore::stored;
}

std::optional<StoredPacket> PacketHistory::find(ExtendedSequence sequence, core::Instant now) const {
  if (slots_.empty()) {
    return std::nullopt;
  }
  const Slot& slot = slots_[slot_of(sequence)];
  if (slot.sequence != sequence || is_overwritten(slot) || now - slot.stored_at > limits_.max_age) {
    return std::nullopt;
  }
  const ByteView stored(bytes_.get() + slot.position % limits_.max_bytes,
                        std::size_t{slot.size} + slot.descriptor_size);
  return StoredPacket{.bytes = stored.first(slot.size),
                      .descriptor = stored.subspan(slot.size),
                      .sequence = sequence,
                      .counters = slot.counters,
                      .stored_at = slot.stored_at};
}

std::size_t PacketHistory::slot_of(ExtendedSequence sequence) const {
  return static_cast<std::uint64_t>(sequence.value) % slots_.size();
}

bool PacketHistory::is_overwritten(const Slot& slot) const {
  return written_ - slot.position > limits_.max_bytes;
}

void PacketHistory::release_memory() {
  slots_ = {};
  bytes_.reset();
  written_ = 0;
}

}  // namespace baton::media
