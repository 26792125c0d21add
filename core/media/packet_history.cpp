// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_history.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace baton::media {

namespace {

// A quarter of a second of video; most streams of sound never need more.
constexpr std::size_t kFirstSlots = 64;

}  // namespace

PacketHistory::PacketHistory(const PacketHistoryLimits& limits)
    : limits_(limits), max_chunks_(std::max<std::size_t>(ChunkPool::chunks_for(limits.max_bytes), 1)) {
  limits_.max_packets = std::max<std::size_t>(limits_.max_packets, 1);
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
  if (bytes.size() > kLargest || descriptor.size() > kLargest || size > ChunkPool::kChunkSize) {
    return HistoryStore::too_large;
  }
  if (slots_.empty()) {
    slots_.resize(std::min(kFirstSlots, limits_.max_packets));
    highest_ = packet.sequence;
  }
  if (packet.sequence.value <= highest_.value - static_cast<std::int64_t>(limits_.max_packets)) {
    return HistoryStore::too_old;
  }
  Slot& slot = slot_for(packet.sequence, now);
  if (slot.sequence == packet.sequence && slot.chunk->serial == slot.serial) {
    return HistoryStore::duplicate;
  }
  Chunk& chunk = chunk_for(size, now);
  slot = Slot{.sequence = packet.sequence,
              .chunk = &chunk,
              .serial = chunk.serial,
              .offset = chunk.used,
              .size = static_cast<std::uint16_t>(bytes.size()),
              .descriptor_size = static_cast<std::uint16_t>(descriptor.size()),
              .stored_at = now,
              .counters = packet.counters};
  copy_bytes(descriptor, copy_bytes(bytes, ByteSpan(*chunk.bytes).subspan(chunk.used, size)));
  chunk.used += size;
  chunk.newest = now;
  highest_ = std::max(highest_, packet.sequence);
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
  const auto stored =
      ByteView(*slot.chunk->bytes).subspan(slot.offset, std::size_t{slot.size} + slot.descriptor_size);
  return StoredPacket{.bytes = stored.first(slot.size),
                      .descriptor = stored.subspan(slot.size),
                      .sequence = sequence,
                      .counters = slot.counters,
                      .stored_at = slot.stored_at};
}

PacketHistory::Slot& PacketHistory::slot_for(ExtendedSequence sequence, core::Instant now) {
  const auto takes_anothers_place = [&] {
    const Slot& slot = slots_[index_of(sequence)];
    return slot.sequence != sequence && is_useful(slot, now);
  };
  const auto is_behind_all = [&] {
    return sequence.value <= highest_.value - static_cast<std::int64_t>(slots_.size());
  };
  while (slots_.size() < limits_.max_packets && (is_behind_all() || takes_anothers_place())) {
    double_slots();
  }
  return slots_[index_of(sequence)];
}

void PacketHistory::double_slots() {
  const std::vector<Slot> before =
      std::exchange(slots_, std::vector<Slot>(std::min(slots_.size() * 2, limits_.max_packets)));
  for (const Slot& slot : before) {
    if (!slot.sequence) {
      continue;
    }
    Slot& place = slots_[index_of(*slot.sequence)];
    if (!place.sequence || *place.sequence < *slot.sequence) {
      place = slot;
    }
  }
}

PacketHistory::Chunk& PacketHistory::chunk_for(std::size_t size, core::Instant now) {
  if (!chunks_.empty() && size <= ChunkPool::kChunkSize - chunks_.back().used) {
    return chunks_.back();
  }
  const bool take_the_oldest =
      chunks_.size() == max_chunks_ || (!chunks_.empty() && now - chunks_.front().newest > limits_.max_age);
  if (take_the_oldest) {
    chunks_.splice(chunks_.end(), chunks_, chunks_.begin());
  } else {
    // Not value-initialised: every byte is written before it is read.
    chunks_.push_back({.bytes = std::unique_ptr<ChunkPool::Chunk>(new ChunkPool::Chunk)});
  }
  Chunk& chunk = chunks_.back();
  chunk.serial = next_serial_++;
  chunk.used = 0;
  return chunk;
}

std::size_t PacketHistory::index_of(ExtendedSequence sequence) const {
  return static_cast<std::uint64_t>(sequence.value) % slots_.size();
}

bool PacketHistory::is_useful(const Slot& slot, core::Instant now) const {
  return slot.sequence && slot.chunk->serial == slot.serial && now - slot.stored_at <= limits_.max_age;
}

void PacketHistory::release_memory() {
  slots_ = {};
  chunks_.clear();
}

}  // namespace baton::media
