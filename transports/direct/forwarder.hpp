// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "transports/direct/forward_queue.hpp"
#include "transports/direct/worker_program.hpp"
#include "transports/live_copies.hpp"

namespace baton::transport::direct {

/// Sends what waits in a worker's queue, program by program: packets of a frame that arrived together leave
/// together. The worker's thread. In the steady state it allocates nothing.
class Forwarder {
public:
  explicit Forwarder(ForwardQueue& queue) : queue_(queue) {}

  /// All that waits now. Returns how many packets that were.
  std::size_t run();

private:
  ForwardQueue& queue_;
  QueuedPackets batch_;
  LiveCopies copies_;
  std::vector<WorkerProgram*> touched_;  // Kept alive by the batch.
};

}  // namespace baton::transport::direct
