// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/bell.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace baton::transport::direct {

Bell::Bell() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

// Both sides exchange, so whoever finds the bell ringing is seen by the exchange that quiets it, with all
// that was put in place before.
void Bell::ring() {
  if (!rings_.exchange(true, std::memory_order_acq_rel)) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(event_.number(), &one, sizeof(one));
  }
}

void Bell::quiet() {
  // In this order: a ring between the two is one that finds it ringing still. The other way round, its write
  // would be swallowed here, and the bell be silent for ever while it is thought to ring.
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto taken = read(event_.number(), &rings, sizeof(rings));
  rings_.exchange(false, std::memory_order_acq_rel);
}

}  // namespace baton::transport::direct
