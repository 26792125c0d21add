// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/route_table.hpp"

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <thread>
#include <vector>

#include "tests/sim/random.hpp"
#include "tests/transports/direct/allocation_count.hpp"

namespace baton::transport::direct {
namespace {

using Insertion = RouteTable::Insertion;

constexpr WorkerIndex kFirst{0};
constexpr WorkerIndex kSecond{1};

RouteTable::Key key(std::uint64_t number) {
  return {number, 7, 9};
}

TEST_CASE("A key belongs to whoever inserted it first, or was assigned it last") {
  RouteTable table(8);
  CHECK_FALSE(table.find(key(1)));
  CHECK(table.insert(key(1), kFirst) == Insertion::inserted);
  CHECK(table.insert(key(1), kSecond) == Insertion::taken);
  CHECK(table.insert(key(1), kFirst) == Insertion::taken);
  CHECK(table.find(key(1)) == kFirst);
  CHECK(table.assign(key(2), kFirst).insertion == Insertion::inserted);
  CHECK_FALSE(table.assign(key(2), kFirst).before);
  CHECK(table.assign(key(2), kSecond).before == kFirst);
  CHECK(table.find(key(2)) == kSecond);
  CHECK(table.size() == 2);
}

TEST_CASE("A worker erases what is its own, and nothing that is another's by now") {
  RouteTable table(8);
  REQUIRE(table.insert(key(1), kFirst) == Insertion::inserted);
  (void)table.assign(key(1), kSecond);
  table.erase(key(1), kFirst);
  CHECK(table.find(key(1)) == kSecond);
  table.erase(key(1), kSecond);
  table.erase(key(1), kSecond);
  CHECK_FALSE(table.find(key(1)));
  CHECK(table.size() == 0);
}

TEST_CASE("A table takes as many keys as it was made for and no more, and none of them is lost") {
  const std::size_t capacity = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{1000});
  RouteTable table(capacity);
  for (std::uint64_t i = 0; i < capacity; ++i) {
    REQUIRE(table.insert(key(i), kSecond) == Insertion::inserted);
  }
  CHECK(table.insert(key(capacity), kFirst) == Insertion::full);
  CHECK(table.assign(key(capacity), kFirst).insertion == Insertion::full);
  CHECK_FALSE(table.find(key(capacity)));
  for (std::uint64_t i = 0; i < capacity; ++i) {
    REQUIRE(table.find(key(i)) == kSecond);
    // What is in a full table can still go to another worker.
    REQUIRE(table.assign(key(i), kFirst).before == kSecond);
  }
  if (capacity > 0) {
    table.erase(key(0), kFirst);
    CHECK(table.insert(key(capacity), kFirst) == Insertion::inserted);
  }
}

TEST_CASE("A table that is filled and emptied at random is what a map is") {
  constexpr std::uint64_t kKeys = 200;
  constexpr std::size_t kCapacity = 100;
  RouteTable table(kCapacity);
  std::map<RouteTable::Key, WorkerIndex> expected;
  sim::Random random(sim::Seed{17});
  const auto before = test::allocations();
  std::size_t allocated_by_map = 0;
  for (int step = 0; step < 50'000; ++step) {
    const auto which = key(random.below(kKeys));
    const WorkerIndex worker{static_cast<std::uint8_t>(random.below(4))};
    const auto map_begins = test::allocations();
    const auto known = expected.find(which);
    const bool is_known = known != expected.end();
    if (random.below(2) == 0) {
      if (is_known && known->second == worker) {
        expected.erase(known);
      }
      allocated_by_map += test::allocations() - map_begins;
      table.erase(which, worker);
    } else {
      const bool fits = is_known || expected.size() < kCapacity;
      if (fits) {
        expected[which] = worker;
      }
      allocated_by_map += test::allocations() - map_begins;
      REQUIRE((table.assign(which, worker).insertion != Insertion::full) == fits);
    }
    if (step % 100 == 0) {
      for (std::uint64_t i = 0; i < kKeys; ++i) {
        const auto found = expected.find(key(i));
        constexpr WorkerIndex kNobody{255};
        const auto owner = found == expected.end() ? kNobody : found->second;
        if (table.find(key(i)).value_or(kNobody) != owner) {
          FAIL("Key " << i << " is lost or wrong after " << step << " steps.");
        }
      }
    }
    if (table.size() != expected.size()) {
      FAIL("The table has " << table.size() << " keys and not " << expected.size() << ".");
    }
  }
  CHECK(test::allocations() - before == allocated_by_map);
}

TEST_CASE("Who reads while others write finds what was there all the time, and never what never was") {
  // Keys that stay are spread between others that come and go, and are moved when gaps are closed.
  constexpr std::uint64_t kStaying = 40;
  constexpr std::uint64_t kPassing = 40;
  RouteTable table(kStaying + kPassing);
  for (std::uint64_t i = 0; i < kStaying; ++i) {
    REQUIRE(table.insert(key(i), WorkerIndex{static_cast<std::uint8_t>(i)}) == Insertion::inserted);
  }
  std::atomic<bool> over{false};
  std::vector<std::thread> writers;
  for (const auto worker : {kFirst, kSecond}) {
    writers.emplace_back([&table, &over, worker] {
      sim::Random random(sim::Seed{worker.value});
      while (!over) {
        const auto which = key(1'000 + random.below(kPassing));
        (void)table.assign(which, worker);
        table.erase(which, worker);
      }
    });
  }
  std::size_t lost = 0;
  std::size_t invented = 0;
  for (int round = 0; round < 2'000; ++round) {
    for (std::uint64_t i = 0; i < kStaying; ++i) {
      lost += table.find(key(i)) == WorkerIndex{static_cast<std::uint8_t>(i)} ? 0 : 1;
      invented += table.find(key(5'000 + i)) ? 1 : 0;
    }
  }
  over = true;
  for (auto& writer : writers) {
    writer.join();
  }
  CHECK(lost == 0);
  CHECK(invented == 0);
}

}  // namespace
}  // namespace baton::transport::direct
