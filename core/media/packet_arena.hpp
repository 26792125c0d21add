// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"

namespace baton::media {

/// Memory in chunks of one size, lent to arenas and taken back whole. Chunks that were once allocated are
/// kept for reuse, so in the steady state nothing is allocated.
class ChunkPool {
public:
  static constexpr std::size_t kChunkSize = 64 * 1024;
  using Chunk = std::array<std::uint8_t, kChunkSize>;
  /// So many whole chunks hold this.
  [[nodiscard]] static constexpr std::size_t chunks_for(std::size_t bytes) {
    return (bytes + kChunkSize - 1) / kChunkSize;
  }

  /// Never holds more than `max_chunks` chunks.
  explicit ChunkPool(std::size_t max_chunks) : max_chunks_(max_chunks) {}

  /// A chunk, or null when all are lent.
  std::unique_ptr<Chunk> borrow();
  void give_back(std::unique_ptr<Chunk> chunk);

  /// Frees what is not lent.
  void release_unused();
  /// Chunks that exist, lent or not.
  [[nodiscard]] std::size_t allocated() const { return allocated_; }

private:
  std::size_t max_chunks_;
  std::size_t allocated_ = 0;
  std::vector<std::unique_ptr<Chunk>> unused_;
};

/// Stores byte strings one after the other and frees them all at once. Stored bytes do not move.
class PacketArena {
public:
  /// Uses at most `max_chunks` chunks of the pool, which must outlive the arena.
  PacketArena(ChunkPool& pool, std::size_t max_chunks) : pool_(&pool), max_chunks_(max_chunks) {}
  PacketArena(const PacketArena&) = delete;
  PacketArena& operator=(const PacketArena&) = delete;
  PacketArena(PacketArena&&) = delete;
  PacketArena& operator=(PacketArena&&) = delete;
  ~PacketArena() { clear(); }

  /// Room for `size` bytes in one piece, or nothing when the arena is full or `size` exceeds a chunk.
  std::optional<ByteSpan> allocate(std::size_t size);
  /// Gives all chunks back. Views of stored bytes end here.
  void clear();
  /// Bytes taken, unusable ends of chunks included.
  [[nodiscard]] std::size_t used() const;

private:
  ChunkPool* pool_;
  std::size_t max_chunks_;
  std::vector<std::unique_ptr<ChunkPool::Chunk>> chunks_;
  std::size_t used_in_last_ = 0;
};

}  // namespace baton::media
