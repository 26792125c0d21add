// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/bell.hpp"

#include <poll.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <thread>

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;

bool rings(const Bell& bell, std::chrono::milliseconds patience) {
  pollfd wanted{bell.descriptor(), POLLIN, 0};
  return poll(&wanted, 1, static_cast<int>(patience.count())) > 0;
}

TEST_CASE("A bell ends a sleep until it is quieted, however often it was rung") {
  Bell bell;
  for (int round = 0; round < 3; ++round) {
    REQUIRE(bell.lie_down() == Bell::Rest::may_sleep);
    CHECK_FALSE(rings(bell, 0ms));
    bell.ring();
    bell.ring();
    CHECK(rings(bell, 0ms));
    bell.quiet();
    CHECK_FALSE(rings(bell, 0ms));
    bell.rise();
  }
}

TEST_CASE("Whoever is rung for while awake may not lie down before it has risen again") {
  Bell bell;
  for (int round = 0; round < 3; ++round) {
    bell.ring();
    CHECK(bell.lie_down() == Bell::Rest::has_rung);
    CHECK_FALSE(rings(bell, 0ms));
    bell.rise();
    CHECK(bell.lie_down() == Bell::Rest::may_sleep);
    bell.rise();
  }
}

TEST_CASE("Whatever was put in place before a ring is found, also when its thread lies down just then") {
  constexpr std::uint32_t kRings = 20'000;
  Bell bell;
  std::atomic<std::uint32_t> put{0};
  std::atomic<std::uint32_t> found{0};
  std::atomic<bool> unheard{false};
  std::thread listener([&] {
    while (found < kRings) {
      if (bell.lie_down() == Bell::Rest::may_sleep) {
        // Longer than a busy machine keeps the other thread from running.
        if (!rings(bell, 30s)) {
          unheard = true;
          return;
        }
        bell.quiet();
      }
      bell.rise();
      // Relaxed, so that only the bell carries it over.
      found = put.load(std::memory_order_relaxed);
    }
  });
  for (std::uint32_t i = 1; i <= kRings; ++i) {
    put.store(i, std::memory_order_relaxed);
    bell.ring();
    // Each third may be the last for a while; the others come while it may still ring.
    while (i % 3 == 0 && found < i && !unheard) {
      std::this_thread::yield();
    }
  }
  listener.join();
  CHECK_FALSE(unheard);
  CHECK(found == kRings);
}

}  // namespace
}  // namespace baton::transport::direct
