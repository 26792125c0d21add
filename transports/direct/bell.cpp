// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/bell.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace baton::transport::direct {

Bell::Bell() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

// Both sides exchange, so whoever rises sees all that was put in place before a ring that it overtakes; one
// that it does not overtake finds it awake, and keeps it from lying down again.
void Bell::ring() {
  if (state_.exchange(State::rung, std::memory_order_acq_rel) == State::asleep) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(event_.number(), &one, sizeof(one));
  }
}

Bell::Rest Bell::lie_down() {
  auto expected = State::awake;
  return state_.compare_exchange_strong(expected, State::asleep, std::memory_order_acq_rel) ? Rest::may_sleep
                                                                                            : Rest::has_rung;
}

void Bell::quiet() {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto taken = read(event_.number(), &rings, sizeof(rings));
}

}  // namespace baton::transport::direct
