// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_history.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string_view>

#include "tests/media/program_builders.hpp"

namespace baton::media {
namespace {

using test::at_ms;
using test::Bytes;

HistoryStore store(PacketHistory& history, std::int64_t sequence, std::size_t size = 100, std::int64_t ms = 0,
                   const Bytes& descriptor = {}) {
  const test::Cached cached{.sequence = sequence, .size = size};
  auto packet = test::program_packet(cached);
  packet.counters.frame_number = static_cast<std::uint16_t>(sequence);
  return history.store(packet, test::body_of(cached), descriptor, at_ms(ms));
}

bool has(const PacketHistory& history, std::int64_t sequence, std::size_t size = 100, std::int64_t ms = 0) {
  const auto found = history.find(ExtendedSequence{sequence}, at_ms(ms));
  if (!found) {
    return false;
  }
  CHECK(Bytes(found->bytes.begin(), found->bytes.end()) ==
        test::body_of({.sequence = sequence, .size = size}));
  CHECK(found->sequence == ExtendedSequence{sequence});
  CHECK(found->counters.frame_number == static_cast<std::uint16_t>(sequence));
  return true;
}

TEST_CASE("What was stored is found again, with its descriptor and counters") {
  PacketHistory history({});
  CHECK_FALSE(has(history, 7));
  CHECK(store(history, 7, 100, 5, {1, 2, 3}) == HistoryStore::stored);
  CHECK(store(history, 65536 + 7, 50) == HistoryStore::stored);
  CHECK(has(history, 65536 + 7, 50));
  const auto found = history.find(ExtendedSequence{65536 + 7}, at_ms(0));
  CHECK(found->descriptor.empty());
  PacketHistory other({});
  store(other, 7, 100, 5, {1, 2, 3});
  const auto first = other.find(ExtendedSequence{7}, at_ms(5));
  REQUIRE(first.has_value());
  CHECK(Bytes(first->descriptor.begin(), first->descriptor.end()) == Bytes{1, 2, 3});
  CHECK(first->stored_at == at_ms(5));
  CHECK_FALSE(has(other, 8));
}

TEST_CASE("A packet that comes late takes its place, and none comes twice") {
  PacketHistory history({.max_packets = 8, .max_bytes = 10'000});
  CHECK(store(history, 100) == HistoryStore::stored);
  CHECK(store(history, 103) == HistoryStore::stored);
  CHECK(store(history, 101) == HistoryStore::stored);
  CHECK(store(history, 101) == HistoryStore::duplicate);
  CHECK(has(history, 101));
  CHECK_FALSE(has(history, 102));
  CHECK(store(history, 95) == HistoryStore::too_old);
  CHECK(store(history, 96) == HistoryStore::stored);
  CHECK(history.counters() == std::array<std::uint64_t, kHistoryStoreCount>{4, 1, 1, 0});
}

TEST_CASE("So many packets are kept and no more") {
  PacketHistory history({.max_packets = 8, .max_bytes = 10'000});
  for (std::int64_t sequence = 1; sequence <= 8; ++sequence) {
    store(history, sequence);
  }
  CHECK(has(history, 1));
  CHECK(has(history, 8));
  store(history, 9);
  CHECK_FALSE(has(history, 1));
  CHECK(has(history, 2));
  CHECK(has(history, 9));
  store(history, 1000);  // What lay between is not found under another packet's number.
  CHECK(has(history, 1000));
  CHECK_FALSE(has(history, 1000 - 8));
  CHECK_FALSE(has(history, 993));
}

TEST_CASE("So many bytes are kept and no more, in whole packets") {
  PacketHistory history({.max_packets = 200, .max_bytes = 2 * ChunkPool::kChunkSize});
  constexpr std::int64_t kInAChunk = ChunkPool::kChunkSize / 1000;
  for (std::int64_t sequence = 1; sequence <= 2 * kInAChunk; ++sequence) {
    CHECK(store(history, sequence, 1000) == HistoryStore::stored);
  }
  CHECK(has(history, 1, 1000));
  store(history, 2 * kInAChunk + 1, 1000);
  for (std::int64_t sequence = 1; sequence <= 2 * kInAChunk + 1; ++sequence) {
    CHECK(has(history, sequence, 1000) == (sequence > kInAChunk));
  }
  CHECK(history.memory() == 2 * ChunkPool::kChunkSize);
  CHECK(store(history, 1, 10) == HistoryStore::stored);  // What was overwritten may come again.
  CHECK(has(history, 1, 10));
  CHECK(store(history, 1, 10) == HistoryStore::duplicate);
  CHECK(store(history, 150, 65'535, 0, {1}) == HistoryStore::stored);
  CHECK(store(history, 151, 65'535, 0, {1, 2}) == HistoryStore::too_large);
}

TEST_CASE("Packets of any sizes in any number of chunks are found whole or not at all") {
  for (const std::size_t chunks : {1U, 2U, 3U, 5U}) {
    PacketHistory history({.max_packets = 64, .max_bytes = chunks * ChunkPool::kChunkSize});
    std::size_t found = 0;
    for (std::int64_t sequence = 0; sequence < 500; ++sequence) {
      const auto size_of = [](std::int64_t number) {
        return static_cast<std::size_t>(1 + number * 3701 % 9600);
      };
      REQUIRE(store(history, sequence, size_of(sequence)) == HistoryStore::stored);
      REQUIRE(has(history, sequence, size_of(sequence)));
      for (std::int64_t earlier = sequence; earlier > sequence - 64; --earlier) {
        found += has(history, earlier, size_of(earlier)) ? 1 : 0;
      }
    }
    CHECK(found > 500 * 5 * chunks);
  }
}

TEST_CASE("A history takes the memory that its stream needs, and has all of the last seconds") {
  struct Row {
    std::string_view stream;
    std::int64_t packets_a_second;
    std::size_t bytes;
    std::size_t chunks;
  };
  for (const Row& row : {Row{"sound", 50, 160, 2}, Row{"a slide", 2, 1000, 2}, Row{"video", 270, 1157, 16},
                         Row{"much video", 540, 1200, 32}}) {
    CAPTURE(row.stream);
    PacketHistory history({.max_packets = 2048, .max_bytes = 32 * ChunkPool::kChunkSize});
    for (std::int64_t sequence = 0; sequence < row.packets_a_second * 60; ++sequence) {
      const std::int64_t now = sequence * 1000 / row.packets_a_second;
      REQUIRE(store(history, sequence, row.bytes, now) == HistoryStore::stored);
      const std::int64_t oldest = std::max<std::int64_t>(sequence - 3 * row.packets_a_second + 1, 0);
      REQUIRE(history.find(ExtendedSequence{oldest}, at_ms(now)).has_value());
    }
    CHECK(history.memory() <= row.chunks * ChunkPool::kChunkSize);
  }
}

TEST_CASE("Packets that come late make room for themselves") {
  PacketHistory history({.max_packets = 2048, .max_bytes = 1'000'000});
  store(history, 3000);
  CHECK(store(history, 3000 - 2048) == HistoryStore::too_old);
  CHECK(store(history, 3000 - 2047) == HistoryStore::stored);
  CHECK(has(history, 3000 - 2047));
  CHECK(has(history, 3000));
}

TEST_CASE("What is older than the bound is not found") {
  PacketHistory history({.max_packets = 8, .max_bytes = 1000, .max_age = std::chrono::seconds(2)});
  store(history, 1, 100, 1000);
  CHECK(has(history, 1, 100, 3000));
  CHECK_FALSE(
      history.find(ExtendedSequence{1}, core::Instant(std::chrono::microseconds(3'000'001))).has_value());
}

TEST_CASE("A packet of more bytes than a length can say is refused") {
  PacketHistory history({.max_packets = 8, .max_bytes = 1'000'000});
  CHECK(store(history, 1, 65'535) == HistoryStore::stored);
  CHECK(store(history, 2, 65'536) == HistoryStore::too_large);
}

TEST_CASE("A history of nothing keeps one packet, and takes no harm") {
  PacketHistory history({.max_packets = 0, .max_bytes = 0});
  CHECK(store(history, 1, 0) == HistoryStore::stored);
  CHECK(has(history, 1, 0));
  CHECK(store(history, 2, 1) == HistoryStore::stored);
  CHECK(has(history, 2, 1));
  CHECK_FALSE(has(history, 1, 0));
}

TEST_CASE("Released, the history begins anew") {
  PacketHistory history({.max_packets = 8, .max_bytes = 1000});
  store(history, 1000);
  history.release_memory();
  CHECK_FALSE(has(history, 1000));
  CHECK(store(history, 1) == HistoryStore::stored);
  CHECK(has(history, 1));
}

}  // namespace
}  // namespace baton::media
