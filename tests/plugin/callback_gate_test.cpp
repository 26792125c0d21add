// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/callback_gate.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace baton::framework {
namespace {

using namespace std::chrono_literals;

static_assert(std::is_trivially_destructible_v<CallbackGate>);

TEST_CASE("A new gate is closed, and lets in only while it is open") {
  CallbackGate gate;
  CHECK_FALSE(gate.enter());
  gate.open();
  CHECK(gate.enter());
  gate.close_and_drain();
  CHECK_FALSE(gate.enter());
  gate.open();
  CHECK(gate.enter());
}

TEST_CASE("One thread may be inside twice") {
  CallbackGate gate;
  gate.open();
  const auto outer = gate.enter();
  const auto inner = gate.enter();
  CHECK(outer);
  CHECK(inner);
}

TEST_CASE("Closing waits for whoever is inside") {
  CallbackGate gate;
  gate.open();
  std::atomic<bool> inside{false};
  std::atomic<bool> leaving{false};
  std::thread callback([&] {
    const auto pass = gate.enter();
    inside = true;
    std::this_thread::sleep_for(50ms);
    leaving = true;
  });
  while (!inside)
    std::this_thread::yield();
  gate.close_and_drain();
  CHECK(leaving);
  callback.join();
}

TEST_CASE("Nobody is ever inside after the gate was closed, and what they wrote is seen") {
  CallbackGate gate;
  std::atomic<bool> end{false};
  // Not atomic on purpose: only the gate orders the accesses, and the thread sanitizer watches.
  auto counts = std::make_unique<std::vector<int>>(4, 0);
  std::vector<int>* shared = counts.get();
  std::vector<std::thread> callbacks;
  for (std::size_t i = 0; i < 4; ++i)
    callbacks.emplace_back([&, i] {
      while (!end)
        if (const auto pass = gate.enter())
          ++(*shared)[i];
    });
  int rounds_with_work = 0;
  for (int round = 0; round < 200; ++round) {
    gate.open();
    std::this_thread::sleep_for(200us);
    gate.close_and_drain();
    int sum = 0;
    for (int& count : *shared)
      sum += std::exchange(count, 0);
    rounds_with_work += sum > 0 ? 1 : 0;
    // What the callbacks work on may be freed now.
    counts = std::make_unique<std::vector<int>>(4, 0);
    shared = counts.get();
  }
  end = true;
  for (std::thread& thread : callbacks)
    thread.join();
  CHECK(rounds_with_work > 0);
}

}  // namespace
}  // namespace baton::framework
