// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "transports/direct/descriptor.hpp"

namespace baton::transport::direct {

/// Wakes a thread that waits by epoll. Ringing costs a system call only when that thread sleeps: one that is
/// awake finds out before it lies down, and whatever it rings for itself costs nothing.
class Bell {
public:
  /// Throws std::system_error when the system has no descriptors left.
  Bell();

  /// For epoll: readable when a ring is to end a sleep. May be so once too often.
  [[nodiscard]] int descriptor() const { return event_.number(); }

  /// Any thread, after what the other thread is to find has been put in its place.
  void ring();

  // --- the thread that waits

  enum class Rest : std::uint8_t { may_sleep, has_rung };
  /// Before it sleeps. When the bell has rung since it rose last, it must not sleep, but rise.
  [[nodiscard]] Rest lie_down();
  /// After that, and before it looks for what it may have been woken for.
  void rise() { state_.exchange(State::awake, std::memory_order_acq_rel); }
  /// The descriptor was readable.
  void quiet();

private:
  enum class State : std::uint8_t { awake, asleep, rung };

  const Descriptor event_;
  std::atomic<State> state_{State::awake};
};

}  // namespace baton::transport::direct
