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
  return history.store(packet, test::shared(test::body_of(cached), descriptor), at_ms(ms));
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
  CHECK(history.counters() == std::array<std::uint64_t, kHistoryStoreCount>{4, 1, 1});
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

TEST_CASE("So many bytes are kept and no more, the latest ones") {
  PacketHistory history({.max_packets = 200, .max_bytes = 10'000});
  for (std::int64_t sequence = 1; sequence <= 10; ++sequence) {
    CHECK(store(history, sequence, 990, 0, Bytes(10)) == HistoryStore::stored);
  }
  CHECK(history.bytes() == 10'000);
  CHECK(has(history, 1, 990));
  store(history, 11, 1);
  CHECK(history.bytes() == 9001);
  CHECK_FALSE(has(history, 1, 990));
  CHECK(has(history, 2, 990));
  CHECK(store(history, 1, 10) == HistoryStore::stored);  // What was let go of may come again.
  CHECK(has(history, 1, 10));
  CHECK(store(history, 1, 10) == HistoryStore::duplicate);
  store(history, 12, 10'001);
  CHECK(history.bytes() == 10'001);
  CHECK(has(history, 12, 10'001));
  CHECK_FALSE(has(history, 11, 1));
}

TEST_CASE("Packets of any sizes, early and late, are found whole or not at all, and all bounds are kept") {
  struct Row {
    std::size_t max_packets;
    std::size_t max_bytes;
  };
  for (const auto& [max_packets, max_bytes] :
       {Row{64, 1}, Row{64, 60'000}, Row{64, 200'000}, Row{200, 200'000}}) {
    PacketHistory history({.max_packets = max_packets, .max_bytes = max_bytes});
    std::size_t found = 0;
    for (std::int64_t turn = 0; turn < 500; ++turn) {
      const auto size_of = [](std::int64_t number) {
        return static_cast<std::size_t>(1 + number * 3701 % 9600);
      };
      // Every fifth one is late, and now and then some are lost.
      const std::int64_t sequence = turn % 5 == 4 ? turn - 2 : turn % 5 == 2 ? turn + 2 : turn;
      if (sequence % 17 == 0) {
        continue;
      }
      REQUIRE(store(history, sequence, size_of(sequence)) == HistoryStore::stored);
      REQUIRE(has(history, sequence, size_of(sequence)));
      std::size_t bytes = 0;
      for (std::int64_t earlier = turn + 2; earlier > turn - 210; --earlier) {
        const bool is_there = has(history, earlier, size_of(earlier));
        found += is_there ? 1 : 0;
        bytes += is_there ? size_of(earlier) : 0;
      }
      REQUIRE(history.bytes() == bytes);
      REQUIRE((bytes <= max_bytes || bytes == size_of(sequence)));
    }
    CHECK(found > (max_bytes == 1 ? 400 : max_bytes / 9600 * 500));
  }
}

TEST_CASE("A history keeps what its stream needs, and has all of the last seconds") {
  struct Row {
    std::string_view stream;
    std::int64_t packets_a_second;
    std::size_t bytes;
  };
  for (const Row& row : {Row{"sound", 50, 160}, Row{"a slide", 2, 1000}, Row{"video", 270, 1157},
                         Row{"much video", 540, 1200}}) {
    CAPTURE(row.stream);
    PacketHistory history({.max_packets = 2048, .max_bytes = 2'000'000});
    for (std::int64_t sequence = 0; sequence < row.packets_a_second * 60; ++sequence) {
      const std::int64_t now = sequence * 1000 / row.packets_a_second;
      REQUIRE(store(history, sequence, row.bytes, now) == HistoryStore::stored);
      const std::int64_t oldest = std::max<std::int64_t>(sequence - 3 * row.packets_a_second + 1, 0);
      REQUIRE(history.find(ExtendedSequence{oldest}, at_ms(now)).has_value());
    }
    CHECK(history.bytes() <= static_cast<std::size_t>(3 * row.packets_a_second + 1) * row.bytes);
  }
}

TEST_CASE("A leap of the numbers costs nothing that is within the bounds, and leaves nothing else behind") {
  constexpr std::int64_t kMaxPackets = 2048;
  // Numbers begin anywhere, before zero as well.
  for (const std::int64_t base : {0LL, 50LL, -100LL, 5'000'000'000LL}) {
    for (const std::int64_t leap :
         {1LL, 50LL, 63LL, 64LL, 65LL, 70LL, 2000LL, 2047LL, 2048LL, 1'000'000'007LL}) {
      CAPTURE(base, leap);
      PacketHistory history({.max_packets = kMaxPackets, .max_bytes = 1'000'000});
      for (std::int64_t number = base; number < base + 20; ++number) {
        store(history, number);
      }
      const std::int64_t last = base + 19;
      REQUIRE(store(history, last + leap) == HistoryStore::stored);
      CHECK(has(history, last + leap));
      std::size_t found = 0;
      for (std::int64_t number = base; number < base + 20; ++number) {
        const bool is_there = has(history, number);
        CHECK(is_there == (number > last + leap - kMaxPackets));
        found += is_there ? 1 : 0;
      }
      CHECK(history.bytes() == (found + 1) * 100);
      store(history, last + leap + 30'000'000'000);
      CHECK(history.bytes() == 100);
    }
  }
}

TEST_CASE("A packet that takes the place of one that was lost before costs no other") {
  PacketHistory history({.max_packets = 2048, .max_bytes = 1'000'000});
  for (std::int64_t sequence = 1; sequence <= 64; ++sequence) {
    if (sequence < 10 || sequence > 20) {
      store(history, sequence);
    }
  }
  store(history, 75);
  CHECK(has(history, 1));
  CHECK(has(history, 9));
  CHECK(has(history, 75));
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

TEST_CASE("A history of nothing keeps one packet, and takes no harm") {
  PacketHistory history({.max_packets = 0, .max_bytes = 0});
  CHECK(store(history, 1, 0) == HistoryStore::stored);
  CHECK(has(history, 1, 0));
  CHECK(store(history, 2, 1) == HistoryStore::stored);
  CHECK(has(history, 2, 1));
  CHECK_FALSE(has(history, 1, 0));
}

}  // namespace
}  // namespace baton::media
