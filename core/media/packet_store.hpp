// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"

namespace baton::media {

/// Memory of a PacketStore for many packets. It lives for as long as anybody has a share in it.
class StoreChunk {
public:
  static constexpr std::size_t kSize = std::size_t{64} * 1024;  ///< In bytes.

private:
  friend class ChunkShare;
  std::atomic<std::uint32_t> shares_{0};
  // Not initialised: every byte is written before it is read.
  std::array<std::uint8_t, kSize> bytes_;
};

/// One share in a chunk, or in none. Each share has one owner at a time; shares in the same chunk may be
/// had, copied and let go on any threads.
class ChunkShare {
public:
  ChunkShare() = default;
  ChunkShare(const ChunkShare& other);
  ChunkShare(ChunkShare&& other) noexcept;
  ChunkShare& operator=(ChunkShare other) noexcept;
  ~ChunkShare();

  /// The first share in a new chunk.
  [[nodiscard]] static ChunkShare make();

  /// It is one in a chunk.
  [[nodiscard]] bool is_any() const { return chunk_ != nullptr; }
  /// Nobody else has a share in the chunk, and all that others did with it is over.
  [[nodiscard]] bool is_only() const;
  /// All of the chunk. There must be one.
  [[nodiscard]] ByteSpan bytes() const { return chunk_->bytes_; }

private:
  StoreChunk* chunk_ = nullptr;
};

/// A packet in a store, and the data of its dependency descriptor where that travels beside it. Whoever has a
/// copy of this has the bytes for as long, on whatever thread; nobody changes them. As cheap to copy as a
/// pointer that counts.
class SharedPacket {
public:
  /// No packet.
  SharedPacket() = default;

  [[nodiscard]] ByteView bytes() const { return part(0, size_); }
  [[nodiscard]] ByteView descriptor() const { return part(size_, descriptor_size_); }
  /// Bytes of both.
  [[nodiscard]] std::size_t size() const { return bytes().size() + descriptor().size(); }

private:
  friend class PacketStore;
  [[nodiscard]] ByteView part(std::size_t from, std::size_t size) const {
    return share_.is_any() ? ByteView(share_.bytes().subspan(offset_ + from, size)) : ByteView{};
  }

  ChunkShare share_;
  std::uint32_t offset_ = 0;
  std::uint16_t size_ = 0;
  std::uint16_t descriptor_size_ = 0;
};

/// Where the packets of one medium are copied to, once, for all who keep or send them: the last picture, the
/// histories of all workers, and their queues.
///
/// The bytes stand in chunks one after the other. A chunk is written anew when nobody keeps a packet of it
/// any more, so in the steady state nothing is allocated. There are as many as those who keep packets ever
/// needed at once, each of whom has a limit: what they keep are runs of packets, so a chunk is wasted at
/// either end of each.
///
/// One owner at a time; what it gave away does not need it any more.
class PacketStore {
public:
  /// A packet that was just stored. Its bytes may be written through the spans until somebody else has it.
  struct Place {
    SharedPacket packet;
    ByteSpan bytes;
    ByteSpan descriptor;
  };
  /// The largest packet, in bytes.
  static constexpr std::size_t kMaxPacket = UINT16_MAX;

  /// Copies both; nothing when they are larger than kMaxPacket together. Throws when there is no memory.
  std::optional<Place> add(ByteView bytes, ByteView descriptor);

  /// Memory for packets that the store has, used or not, in bytes.
  [[nodiscard]] std::size_t memory() const { return chunks_.size() * StoreChunk::kSize; }

private:
  void next_chunk();

  std::vector<ChunkShare> chunks_;  // A ring, in the order in which they were begun.
  std::size_t current_ = 0;         // The one that is being filled.
  std::size_t used_ = 0;            // Of that one, in bytes.
};

}  // namespace baton::media
