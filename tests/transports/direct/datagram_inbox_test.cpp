// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/datagram_inbox.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/transports/direct/allocation_count.hpp"

namespace baton::transport::direct {
namespace {

using Push = DatagramInbox::Push;

const SocketAddress kFrom = *SocketAddress::parse("192.0.2.1", Port{4000});

TEST_CASE("An inbox takes as many datagrams as it has slots and no more, and gives them back in order") {
  struct Row {
    std::size_t asked;
    std::size_t slots;
  };
  const auto row = GENERATE(values<Row>({{0, 2}, {1, 2}, {2, 2}, {3, 4}, {64, 64}}));
  DatagramInbox inbox(row.asked);
  CHECK(inbox.capacity() == row.slots);
  // More rounds than one: slots are used again.
  for (std::uint8_t round = 0; round < 3; ++round) {
    CHECK(inbox.empty());
    for (std::size_t i = 0; i < row.slots; ++i) {
      const std::array bytes{round, static_cast<std::uint8_t>(i)};
      REQUIRE(inbox.push(HandoverKind::datagram, kFrom, bytes) == Push::taken);
    }
    CHECK(inbox.push(HandoverKind::datagram, kFrom, {}) == Push::full);
    for (std::size_t i = 0; i < row.slots; ++i) {
      const std::array expected{round, static_cast<std::uint8_t>(i)};
      REQUIRE(inbox.take([&](const DatagramInbox::Handover& handover) {
        CHECK(handover.from == kFrom);
        CHECK(std::ranges::equal(handover.bytes, expected));
      }));
    }
    CHECK_FALSE(inbox.take([](const DatagramInbox::Handover&) { FAIL("There is nothing to be taken."); }));
  }
}

TEST_CASE("The largest datagram fits, and nothing is allocated on its way") {
  DatagramInbox inbox(2);
  const std::vector<std::uint8_t> largest(kMaxDatagramBytes, 7);
  const auto before = test::allocations();
  const auto pushed = inbox.push(HandoverKind::address_taken, kFrom, largest);
  std::size_t size = 0;
  auto kind = HandoverKind::datagram;
  (void)inbox.take([&](const DatagramInbox::Handover& handover) {
    size = handover.bytes.size();
    kind = handover.kind;
  });
  CHECK(test::allocations() == before);
  CHECK(pushed == Push::taken);
  CHECK(size == kMaxDatagramBytes);
  CHECK(kind == HandoverKind::address_taken);
}

TEST_CASE("What several threads push at once arrives whole, once, and in each one's order") {
  constexpr std::uint16_t kEach = 10'000;
  constexpr std::size_t kThreads = 3;
  DatagramInbox inbox(16);
  std::vector<std::thread> givers;
  for (std::uint8_t giver = 0; giver < kThreads; ++giver) {
    givers.emplace_back([&inbox, giver] {
      for (std::uint16_t number = 0; number < kEach; ++number) {
        std::array<std::uint8_t, 300> bytes{};
        bytes.fill(static_cast<std::uint8_t>(giver + number));
        bytes[0] = giver;
        media::store_u16(bytes, 1, number);
        while (inbox.push(HandoverKind::datagram, kFrom, bytes) == Push::full) {
          std::this_thread::yield();
        }
      }
    });
  }
  std::array<std::uint16_t, kThreads> next{};
  std::size_t wrong = 0;
  for (std::size_t taken = 0; taken < kThreads * kEach;) {
    const bool any = inbox.take([&](const DatagramInbox::Handover& handover) {
      const auto giver = handover.bytes[0];
      const auto number = media::load_u16(handover.bytes, 1);
      wrong += number == next[giver]++ ? 0 : 1;
      const auto rest = handover.bytes.subspan(3);
      wrong += std::ranges::all_of(
                   rest, [&](auto byte) { return byte == static_cast<std::uint8_t>(giver + number); })
                   ? 0
                   : 1;
    });
    if (any) {
      ++taken;
    } else {
      std::this_thread::yield();
    }
  }
  for (auto& giver : givers) {
    giver.join();
  }
  CHECK(wrong == 0);
  CHECK(inbox.empty());
}

}  // namespace
}  // namespace baton::transport::direct
