// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_arena.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace baton::media {
namespace {

TEST_CASE("An arena fills its chunks to the last byte and then refuses") {
  ChunkPool pool(8);
  PacketArena arena(pool, 2);
  CHECK(arena.used() == 0);
  CHECK(arena.allocate(ChunkPool::kChunkSize).has_value());
  CHECK(arena.allocate(ChunkPool::kChunkSize - 1).has_value());
  CHECK(arena.allocate(1).has_value());
  CHECK(arena.used() == 2 * ChunkPool::kChunkSize);
  CHECK_FALSE(arena.allocate(1).has_value());
  CHECK(arena.allocate(0).has_value());
}

TEST_CASE("What does not fit into the rest of a chunk goes to the next one, and the rest counts as used") {
  ChunkPool pool(8);
  PacketArena arena(pool, 2);
  arena.allocate(ChunkPool::kChunkSize - 10);
  arena.allocate(11);
  CHECK(arena.used() == ChunkPool::kChunkSize + 11);
}

TEST_CASE("A piece larger than a chunk is refused") {
  ChunkPool pool(8);
  PacketArena arena(pool, 8);
  CHECK_FALSE(arena.allocate(ChunkPool::kChunkSize + 1).has_value());
  CHECK(pool.allocated() == 0);
}

TEST_CASE("Stored bytes stay where they are while more is stored") {
  ChunkPool pool(8);
  PacketArena arena(pool, 8);
  const auto first = arena.allocate(100);
  std::fill(first->begin(), first->end(), std::uint8_t{7});
  for (int count = 0; count < 1000; ++count) {
    const auto other = arena.allocate(300);
    std::fill(other->begin(), other->end(), std::uint8_t{9});
  }
  CHECK(std::all_of(first->begin(), first->end(), [](std::uint8_t byte) { return byte == 7; }));
}

TEST_CASE("The pool lends no more than its limit, reuses what comes back, and frees it when told") {
  ChunkPool pool(2);
  {
    PacketArena one(pool, 5);
    PacketArena two(pool, 5);
    CHECK(one.allocate(ChunkPool::kChunkSize).has_value());
    CHECK(two.allocate(ChunkPool::kChunkSize).has_value());
    CHECK_FALSE(two.allocate(1).has_value());
    one.clear();
    CHECK(two.allocate(1).has_value());
    CHECK(pool.allocated() == 2);
    pool.release_unused();
    CHECK(pool.allocated() == 2);
  }
  CHECK(pool.allocated() == 2);
  pool.release_unused();
  CHECK(pool.allocated() == 0);
}

}  // namespace
}  // namespace baton::media
