// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/forwarder.hpp"

namespace baton::transport::direct {

std::size_t Forwarder::run() {
  queue_.take(batch_);
  for (const QueuedPacket& queued : batch_.packets) {
    WorkerProgram& program = *queued.program;
    if (!program.has_taken()) {
      touched_.push_back(&program);
    }
    program.take(queued, copies_);
  }
  for (WorkerProgram* program : touched_) {
    program->send(copies_);
  }
  touched_.clear();
  const std::size_t packets = batch_.packets.size();
  // Programs that nobody else knows any more end here, and not with the next batch.
  batch_.packets.clear();
  return packets;
}

}  // namespace baton::transport::direct
