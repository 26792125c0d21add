// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_store.hpp"

#include <cstddef>
#include <utility>

namespace baton::media {

ChunkShare::ChunkShare(const ChunkShare& other) : chunk_(other.chunk_) {
  if (chunk_ != nullptr) {
    chunk_->shares_.fetch_add(1, std::memory_order_relaxed);
  }
}

ChunkShare::ChunkShare(ChunkShare&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)) {}

ChunkShare& ChunkShare::operator=(ChunkShare other) noexcept {
  std::swap(chunk_, other.chunk_);
  return *this;
}

ChunkShare::~ChunkShare() {
  // Whoever lets go last, or finds itself alone, is behind all that the others did.
  if (chunk_ != nullptr && chunk_->shares_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete chunk_;
  }
}

ChunkShare ChunkShare::make() {
  ChunkShare share;
  share.chunk_ = new StoreChunk;
  share.chunk_->shares_.store(1, std::memory_order_relaxed);
  return share;
}

bool ChunkShare::is_only() const {
  return chunk_->shares_.load(std::memory_order_acquire) == 1;
}

std::optional<PacketStore::Place> PacketStore::add(ByteView bytes, ByteView descriptor) {
  const std::size_t size = bytes.size() + descriptor.size();
  if (size > kMaxPacket) {
    return std::nullopt;
  }
  if (chunks_.empty() || size > StoreChunk::kSize - used_) {
    next_chunk();
  }
  const ByteSpan piece = chunks_[current_].bytes().subspan(used_, size);
  copy_bytes(descriptor, copy_bytes(bytes, piece));
  SharedPacket packet;
  packet.share_ = chunks_[current_];
  packet.offset_ = static_cast<std::uint32_t>(used_);
  packet.size_ = static_cast<std::uint16_t>(bytes.size());
  packet.descriptor_size_ = static_cast<std::uint16_t>(descriptor.size());
  used_ += size;
  return Place{std::move(packet), piece.first(bytes.size()), piece.subspan(bytes.size())};
}

void PacketStore::next_chunk() {
  // The next one was begun the longest ago. Those of a picture that stands still are passed over once a
  // round.
  for (std::size_t step = 1; step <= chunks_.size(); ++step) {
    const std::size_t next = (current_ + step) % chunks_.size();
    if (chunks_[next].is_only()) {
      current_ = next;
      used_ = 0;
      return;
    }
  }
  const std::size_t place = chunks_.empty() ? 0 : current_ + 1;
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(place), ChunkShare::make());
  current_ = place;
  used_ = 0;
}

}  // namespace baton::media
