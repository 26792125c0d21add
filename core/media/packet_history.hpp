// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/packet_arena.hpp"
#include "core/media/program_packet.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media {

/// How much of a program is kept for those who lost a packet. Each bound is reached by itself.
struct PacketHistoryLimits {
  /// Sequence numbers, lost ones included, since their place is kept.
  std::size_t max_packets = 2048;
  /// Memory for packet bytes; rounded up to whole chunks of ChunkPool.
  std::size_t max_bytes = std::size_t{2} * 1024 * 1024;
  /// A packet that comes later than this is of no use to anybody who plays in real time.
  core::Duration max_age = std::chrono::seconds(3);
};

/// One packet of the history. The bytes are borrowed from it until the next packet is stored.
struct StoredPacket {
  ByteView bytes;       ///< The whole RTP packet, as rewritten for the program.
  ByteView descriptor;  ///< Data of its dependency descriptor where that travels beside it; else empty.
  ExtendedSequence sequence;
  CodecCounters counters;
  core::Instant stored_at;
};

/// What became of a packet that was offered to the history.
enum class HistoryStore : std::uint8_t {
  stored,
  duplicate,
  too_old,    ///< Its place has passed.
  too_large,  ///< More bytes than a chunk holds, or than a packet can have.
};
inline constexpr std::size_t kHistoryStoreCount = 4;

/// The latest packets of a program, for retransmission (RFC 4588). There is one for all viewers: each finds
/// a packet by the number that it has in the program (see SentNumbers), so a viewer costs nothing here.
///
/// The bytes stand in chunks, the oldest of which is written anew as soon as all its packets are of no use
/// to anybody; before, another chunk is taken, up to the bound. So a history is as large as its stream needs,
/// and in the steady state allocates nothing. Pure; one owner at a time.
class PacketHistory {
public:
  /// A limit of nothing counts as one.
  explicit PacketHistory(const PacketHistoryLimits& limits);

  /// Offers one packet of the program: `bytes` as rewritten, `descriptor` the rewritten descriptor data where
  /// it travels beside the packet. Both are copied.
  HistoryStore store(const ProgramPacket& packet, ByteView bytes, ByteView descriptor, core::Instant now);

  /// The packet, or nothing when it never came, or a bound has passed over it.
  [[nodiscard]] std::optional<StoredPacket> find(ExtendedSequence sequence, core::Instant now) const;

  /// Forgets everything and frees the memory.
  void release_memory();

  /// Memory held for packet bytes, used or not.
  [[nodiscard]] std::size_t memory() const { return chunks_.size() * ChunkPool::kChunkSize; }
  /// How often each answer was given; they only grow.
  [[nodiscard]] const std::array<std::uint64_t, kHistoryStoreCount>& counters() const { return counters_; }

private:
  struct Chunk {
    std::unique_ptr<ChunkPool::Chunk> bytes;
    std::uint64_t serial = 0;  // Another one each time that it is written anew.
    std::size_t used = 0;
    core::Instant newest{};  // When its latest packet was stored.
  };
  struct Slot {
    std::optional<ExtendedSequence> sequence;
    const Chunk* chunk = nullptr;
    std::uint64_t serial = 0;  // The chunk's, when the packet was stored.
    std::size_t offset = 0;
    std::uint16_t size = 0;
    std::uint16_t descriptor_size = 0;
    core::Instant stored_at{};
    CodecCounters counters;
  };

  HistoryStore judge_and_store(const ProgramPacket& packet, ByteView bytes, ByteView descriptor,
                               core::Instant now);
  Slot& slot_for(ExtendedSequence sequence, core::Instant now);
  void double_slots();
  Chunk& chunk_for(std::size_t size, core::Instant now);
  [[nodiscard]] std::size_t index_of(ExtendedSequence sequence) const;
  [[nodiscard]] bool is_useful(const Slot& slot, core::Instant now) const;

  PacketHistoryLimits limits_;
  std::size_t max_chunks_;
  std::vector<Slot> slots_;  // A ring: number N lives at N modulo their number.
  std::list<Chunk> chunks_;  // The oldest first.
  std::uint64_t next_serial_ = 1;
  ExtendedSequence highest_;  // Meaningful while there are slots.
  std::array<std::uint64_t, kHistoryStoreCount> counters_{};
};

}  // namespace baton::media
