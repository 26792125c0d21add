// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_arena.hpp"

#include <utility>

namespace baton::media {

std::unique_ptr<ChunkPool::Chunk> ChunkPool::borrow() {
  if (!unused_.empty()) {
    auto chunk = std::move(unused_.back());
    unused_.pop_back();
    return chunk;
  }
  if (allocated_ == max_chunks_) {
    return nullptr;
  }
  ++allocated_;
  // Not value-initialised: every byte is written before it is read.
  return std::unique_ptr<Chunk>(new Chunk);
}

void ChunkPool::give_back(std::unique_ptr<Chunk> chunk) {
  unused_.push_back(std::move(chunk));
}

void ChunkPool::release_unused() {
  allocated_ -= unused_.size();
  unused_.clear();
  unused_.shrink_to_fit();
}

std::optional<ByteSpan> PacketArena::allocate(std::size_t size) {
  if (size > ChunkPool::kChunkSize) {
    return std::nullopt;
  }
  if (chunks_.empty() || size > ChunkPool::kChunkSize - used_in_last_) {
    if (chunks_.size() == max_chunks_) {
      return std::nullopt;
    }
    auto chunk = pool_->borrow();
    if (!chunk) {
      return std::nullopt;
    }
    chunks_.push_back(std::move(chunk));
    used_in_last_ = 0;
  }
  const auto piece = ByteSpan(*chunks_.back()).subspan(used_in_last_, size);
  used_in_last_ += size;
  return piece;
}

void PacketArena::clear() {
  for (auto& chunk : chunks_) {
    pool_->give_back(std::move(chunk));
  }
  chunks_.clear();
  used_in_last_ = 0;
}

std::size_t PacketArena::used() const {
  return chunks_.empty() ? 0 : (chunks_.size() - 1) * ChunkPool::kChunkSize + used_in_last_;
}

}  // namespace baton::media
