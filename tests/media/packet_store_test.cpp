// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_store.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <deque>
#include <utility>

#include "core/media/packet_history.hpp"
#include "tests/media/program_builders.hpp"

namespace baton::media {
namespace {

using test::at_ms;
using test::Bytes;
using test::copy_of;

TEST_CASE("What was stored is had by everybody who shares it, also when the store is gone") {
  SharedPacket packet;
  CHECK(packet.bytes().empty());
  CHECK(packet.descriptor().empty());
  CHECK(packet.size() == 0);
  {
    PacketStore store;
    auto place = store.add(Bytes{1, 2, 3}, Bytes{4, 5});
    REQUIRE(place.has_value());
    place->bytes[0] = 7;
    place->descriptor[1] = 8;
    SharedPacket moved = std::move(place->packet);
    packet = moved;
    CHECK(place->packet.bytes().empty());
    CHECK(place->packet.size() == 0);
  }
  CHECK(copy_of(packet.bytes()) == Bytes{7, 2, 3});
  CHECK(copy_of(packet.descriptor()) == Bytes{4, 8});
  CHECK(packet.size() == 5);
}

TEST_CASE("A packet of more bytes than a length can say is refused") {
  PacketStore store;
  CHECK(store.add(Bytes(PacketStore::kMaxPacket), {}).has_value());
  CHECK(store.add(Bytes(PacketStore::kMaxPacket - 1), Bytes(1)).has_value());
  CHECK_FALSE(store.add(Bytes(PacketStore::kMaxPacket), Bytes(1)).has_value());
  CHECK_FALSE(store.add(Bytes(PacketStore::kMaxPacket + 1), {}).has_value());
}

TEST_CASE("A packet of nothing has its place as well") {
  PacketStore store;
  CHECK(store.add({}, {})->packet.bytes().empty());
  CHECK(store.add(Bytes(PacketStore::kMaxPacket), {}).has_value());
  CHECK(store.add({}, {})->packet.bytes().empty());
  CHECK(store.add(Bytes(1), {}).has_value());
  CHECK(store.add({}, {})->packet.bytes().empty());
}

TEST_CASE("Stored bytes stay as they are while more is stored, and take no more memory than is kept") {
  PacketStore store;
  struct Kept {
    std::uint8_t body;
    SharedPacket packet;
  };
  std::deque<Kept> kept;
  for (int count = 0; count < 20'000; ++count) {
    const auto body = static_cast<std::uint8_t>(count % 251);
    kept.push_back(
        {body, store.add(Bytes(static_cast<std::size_t>(1 + count * 701 % 1500), body), {})->packet});
    if (kept.size() > 200) {
      kept.pop_front();
    }
  }
  for (const Kept& one : kept) {
    REQUIRE(std::ranges::all_of(one.packet.bytes(), [&](std::uint8_t byte) { return byte == one.body; }));
  }
  // 200 packets of 750 bytes are 150 kB: a chunk may be wasted at either end, and one is being filled.
  CHECK(store.memory() <= 5 * StoreChunk::kSize);
}

TEST_CASE("A packet that is kept for long keeps its chunk, and the others are written anew") {
  PacketStore store;
  const SharedPacket first = store.add(Bytes(1000, 1), {})->packet;
  for (int count = 0; count < 1000; ++count) {
    store.add(Bytes(1000, 2), {});
  }
  CHECK(store.memory() == 2 * StoreChunk::kSize);
  CHECK(copy_of(first.bytes()) == Bytes(1000, 1));
}

TEST_CASE("Memory stays at the limit through any number of pictures that are truncated") {
  PacketStore store;
  KeyframeCache cache(test::kVideoRate, {.max_bytes = 3 * StoreChunk::kSize, .max_packets = 1000});
  for (std::int64_t round = 0; round < 50; ++round) {
    for (std::int64_t frame = 0; frame < 290; ++frame) {
      const test::Cached cached{.sequence = 1 + round * 300 + frame,
                                .timestamp = static_cast<std::uint32_t>(round * 1'000'000 + frame * 2970),
                                .starts_keyframe = frame == 0,
                                .ends_frame = true,
                                .ms = round * 10'000 + frame * 33,
                                .size = 1200};
      cache.append(test::program_packet(cached), store.add(test::body_of(cached), {})->packet,
                   at_ms(cached.ms));
    }
    REQUIRE(cache.truncated());
    REQUIRE(store.memory() <= 6 * StoreChunk::kSize);
  }
}

TEST_CASE("A picture and a history of the same packets take the memory of one of them") {
  PacketStore store;
  const KeyframeCacheLimits limits{.max_bytes = 300'000, .max_packets = 1000};
  KeyframeCache cache(test::kVideoRate, limits);
  KeyframeCache elsewhere(test::kVideoRate, limits);
  PacketHistory history({});
  std::size_t most = 0;
  for (std::int64_t sequence = 0; sequence < 20'000; ++sequence) {
    // A key frame every 250 packets of 1,200 bytes: each picture is as large as one may be.
    const test::Cached cached{.sequence = sequence,
                              .timestamp = static_cast<std::uint32_t>(sequence * 2970),
                              .starts_keyframe = sequence % 250 == 0,
                              .ends_frame = true,
                              .ms = sequence * 10,
                              .size = 1200};
    const SharedPacket packet = store.add(test::body_of(cached), {})->packet;
    cache.append(test::program_packet(cached), packet, at_ms(cached.ms));
    elsewhere.append(test::program_packet(cached), packet, at_ms(cached.ms));
    history.store(test::program_packet(cached), packet, at_ms(cached.ms));
    if (sequence == 1000) {
      most = store.memory();
    }
  }
  CHECK(cache.counters().not_stored == 0);
  CHECK(elsewhere.counters().not_stored == 0);
  CHECK_FALSE(cache.truncated());
  // The three seconds of the history are 300 packets, more than the picture has.
  CHECK(store.memory() == most);
  CHECK(store.memory() <= 300 * 1200 + 3 * StoreChunk::kSize);
}

}  // namespace
}  // namespace baton::media
