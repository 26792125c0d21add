// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>

#include "transports/direct/descriptor.hpp"

namespace baton::transport::direct {

/// Wakes a thread that waits by epoll. Ringing costs a system call only when it does not ring already.
class Bell {
public:
  /// Throws std::system_error when the system has no descriptors left.
  Bell();

  /// For epoll: readable while it rings.
  [[nodiscard]] int descriptor() const { return event_.number(); }

  /// Any thread, after what the other thread is to find has been put in its place.
  void ring();
  /// The thread that waited, when the descriptor was readable and before it looks for what it was woken for.
  void quiet();

private:
  const Descriptor event_;
  std::atomic<bool> rings_{false};
};

}  // namespace baton::transport::direct
