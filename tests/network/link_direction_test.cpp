// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/network/link_direction.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace baton::network {
namespace {

using core::Duration;
using core::Instant;
using std::chrono::milliseconds;

constexpr std::size_t kSize = 1'000;

Instant at(int milliseconds_count) {
  return Instant(milliseconds(milliseconds_count));
}

std::vector<std::uint8_t> packet(std::uint32_t number, std::size_t size = kSize) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t index = 0; index < 4; ++index) {
    bytes[index] = static_cast<std::uint8_t>(number >> (8 * index));
  }
  return bytes;
}

std::uint32_t number_of(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t number = 0;
  for (std::size_t index = 0; index < 4; ++index) {
    number |= static_cast<std::uint32_t>(bytes[index]) << (8 * index);
  }
  return number;
}

void put(LinkDirection& link, std::uint32_t number, Instant now, std::size_t size = kSize) {
  const auto bytes = packet(number, size);
  link.accept(bytes.data(), bytes.size(), now);
}

struct Arrival {
  std::uint32_t number;
  Instant at;
  friend bool operator==(const Arrival&, const Arrival&) = default;
};

/// All that comes out until `until`, each at its own time.
std::vector<Arrival> arrivals(LinkDirection& link, Instant until) {
  std::vector<Arrival> found;
  while (const auto next = link.next_deadline()) {
    if (*next > until) {
      break;
    }
    if (const auto bytes = link.take(*next)) {
      found.push_back({number_of(*bytes), *next});
    }
  }
  return found;
}

LinkDirection link_with(const std::string& settings, std::uint64_t seed = 1) {
  return {std::get<LinkSettings>(parse_link_settings(settings)), sim::Seed{seed}};
}

std::uint64_t dropped(const LinkDirection& link, LinkDrop reason) {
  return link.counters().dropped[static_cast<std::size_t>(reason)];
}

TEST_CASE("A link without settings hands packets over at once and in order") {
  auto link = link_with("");
  put(link, 1, at(5));
  put(link, 2, at(5));
  CHECK(arrivals(link, at(5)) == std::vector<Arrival>{{1, at(5)}, {2, at(5)}});
  CHECK_FALSE(link.next_deadline());
}

TEST_CASE("Nothing comes out before its time") {
  auto link = link_with("delay=100");
  put(link, 1, at(0));
  CHECK(link.next_deadline() == at(100));
  CHECK_FALSE(link.take(at(99)));
  CHECK(link.take(at(100)) == packet(1));
}

TEST_CASE("As many packets are lost as the settings say, and the same ones with the same seed") {
  constexpr int kPackets = 9'500;
  for (const double percent : {2.0, 5.0, 10.0}) {
    const auto run = [&](std::uint64_t seed) {
      auto link = link_with("loss=" + std::to_string(percent), seed);
      for (int index = 0; index < kPackets; ++index) {
        put(link, static_cast<std::uint32_t>(index), at(index), 8);
      }
      return std::pair(arrivals(link, at(kPackets)), dropped(link, LinkDrop::lost));
    };
    const auto [first, lost] = run(1);
    CHECK(std::abs(static_cast<double>(lost) / kPackets * 100 - percent) < 0.8);
    CHECK(first.size() + lost == kPackets);
    CHECK(run(1).first == first);
    CHECK(run(2).first != first);
  }
}

TEST_CASE("The slow part lets packets through one after the other, and rests when there are none") {
  auto link = link_with("rate=1000 queue=10 delay=50");  // A packet takes 8 ms.
  put(link, 1, at(0));
  put(link, 2, at(0));
  put(link, 3, at(100));
  CHECK(arrivals(link, at(1'000)) == std::vector<Arrival>{{1, at(58)}, {2, at(66)}, {3, at(158)}});
}

TEST_CASE("The queue before the slow part holds so many bytes and drops what comes last") {
  auto link = link_with("rate=1000 queue=5");
  for (std::uint32_t number = 1; number <= 8; ++number) {
    put(link, number, at(0));
  }
  CHECK(dropped(link, LinkDrop::queue_full) == 3);
  CHECK(link.counters().most_queued_bytes == 5 * kSize);
  // 16 ms later two packets have left it.
  for (std::uint32_t number = 11; number <= 13; ++number) {
    put(link, number, at(16));
  }
  CHECK(dropped(link, LinkDrop::queue_full) == 4);
  std::vector<std::uint32_t> numbers;
  for (const auto& arrival : arrivals(link, at(1'000))) {
    numbers.push_back(arrival.number);
  }
  CHECK(numbers == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 11, 12});
}

TEST_CASE("What is lost behind the slow part has used its time there") {
  auto link = link_with("rate=1000 loss=100");
  put(link, 1, at(0));
  link.configure(std::get<LinkSettings>(parse_link_settings("rate=1000")));
  put(link, 2, at(0));
  CHECK(arrivals(link, at(1'000)) == std::vector<Arrival>{{2, at(16)}});
}

TEST_CASE("Jitter changes when packets come, within its bound, and not their order") {
  auto link = link_with("delay=20 jitter=30");
  std::vector<Arrival> found;
  constexpr std::uint32_t kPackets = 500;
  for (std::uint32_t number = 0; number < kPackets; ++number) {
    put(link, number, at(static_cast<int>(number) * 10));
    for (const auto& arrival : arrivals(link, at(static_cast<int>(number) * 10))) {
      found.push_back(arrival);
    }
  }
  for (const auto& arrival : arrivals(link, at(10'000))) {
    found.push_back(arrival);
  }
  REQUIRE(found.size() == kPackets);
  Duration shortest = milliseconds(1'000);
  Duration longest{};
  for (std::uint32_t number = 0; number < kPackets; ++number) {
    CHECK(found[number].number == number);
    const Duration took = found[number].at - at(static_cast<int>(number) * 10);
    shortest = std::min(shortest, took);
    longest = std::max(longest, took);
  }
  CHECK(shortest >= milliseconds(20));
  CHECK(shortest < milliseconds(22));
  CHECK(longest > milliseconds(48));
  CHECK(longest <= milliseconds(50));
}

TEST_CASE("A packet that is held back is overtaken") {
  auto link = link_with("reorder=100 hold=30");
  put(link, 1, at(0));
  link.configure({});
  put(link, 2, at(10));
  CHECK(arrivals(link, at(100)) == std::vector<Arrival>{{2, at(10)}, {1, at(30)}});
  CHECK(link.counters().held_back == 1);
}

TEST_CASE("A packet that is duplicated comes twice in a row") {
  auto link = link_with("duplicate=100 delay=10");
  put(link, 1, at(0));
  CHECK(arrivals(link, at(100)) == std::vector<Arrival>{{1, at(10)}, {1, at(10)}});
  CHECK(link.counters().duplicated == 1);
}

TEST_CASE("While the link is down nothing goes in, and what was under way comes") {
  auto link = link_with("delay=50");
  put(link, 1, at(0));
  link.configure(std::get<LinkSettings>(parse_link_settings("delay=50 down=1")));
  put(link, 2, at(10));
  link.configure(std::get<LinkSettings>(parse_link_settings("delay=50")));
  put(link, 3, at(20));
  CHECK(arrivals(link, at(1'000)) == std::vector<Arrival>{{1, at(50)}, {3, at(70)}});
  CHECK(dropped(link, LinkDrop::outage) == 1);
}

TEST_CASE("No more packets are under way than the limit, and the rest is dropped by name") {
  auto link = link_with("delay=1000");
  constexpr auto kMost = LinkDirection::kMaxUnderWay;
  for (std::size_t number = 0; number < kMost + 10; ++number) {
    put(link, static_cast<std::uint32_t>(number), at(0), 4);
  }
  const auto refused = dropped(link, LinkDrop::too_many);
  CHECK(refused >= 10);
  CHECK(arrivals(link, at(1'000)).size() + refused == kMost + 10);
  CHECK(kMost - (kMost + 10 - refused) <= 1);
}

}  // namespace
}  // namespace baton::network
