// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/callback_gate.hpp"

#include <pthread.h>

#include <chrono>
#include <thread>

namespace baton::framework {
namespace {

// How often the closing thread looks again. Closing happens once, so a sleep is good enough and keeps leaving
// cheap: no callback ever has to wake anybody.
constexpr std::chrono::microseconds kDrainPoll{200};

// A thread-local counter would give perfect stripes, but in a library that is loaded at run time each access
// to it is a function call. Descriptors of threads lie pages apart, so their upper bits, mixed, do as well.
std::size_t stripe_of_this_thread(std::size_t stripes) {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  const auto descriptor = static_cast<std::uint64_t>(pthread_self());
  return static_cast<std::size_t>(((descriptor >> 12) * kGoldenRatio) >> 32) % stripes;
}

}  // namespace

CallbackGate::Pass CallbackGate::enter() {
  std::atomic<std::int64_t>& inside = stripes_[stripe_of_this_thread(kStripes)].inside;
  inside.fetch_add(1, std::memory_order_seq_cst);
  if (open_.load(std::memory_order_seq_cst))
    return Pass(&inside);
  inside.fetch_sub(1, std::memory_order_release);
  return Pass(nullptr);
}

void CallbackGate::close_and_drain() {
  open_.store(false, std::memory_order_seq_cst);
  // One stripe after the other is enough: nobody gets in any more, so a stripe that was seen empty stays so,
  // but for callbacks that find the gate closed and leave at once without having touched anything.
  for (const Stripe& stripe : stripes_)
    while (stripe.inside.load(std::memory_order_seq_cst) != 0)
      std::this_thread::sleep_for(kDrainPoll);
}

}  // namespace baton::framework
