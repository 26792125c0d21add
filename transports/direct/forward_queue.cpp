// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/forward_queue.hpp"

#include <utility>

namespace baton::transport::direct {

ForwardQueue::ForwardQueue(MediaWaker& waker, ForwardQueueLimits limits) : waker_(waker), limits_(limits) {}

ForwardQueue::Put ForwardQueue::put(std::shared_ptr<WorkerProgram> program, const ForwardedPacket& packet,
                                    Continuity continuity) {
  QueuedPacket queued{.program = std::move(program), .packet = packet, .continuity = continuity};
  Wake wake{};
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.packets.size() >= limits_.packets || waiting_.bytes + packet.packet.size() > limits_.bytes) {
      return Put::full;
    }
    waiting_.bytes += packet.packet.size();
    // Whatever waits leaves long before the queue is full.
    const bool is_complete = packet.decided.ends_frame || waiting_.bytes > limits_.bytes / 4 ||
                             waiting_.packets.size() > limits_.packets / 4;
    waiting_.packets.push_back(std::move(queued));
    wake = note_waiting(packet.arrival, is_complete ? WaitingPackets::Completeness::complete
                                                    : WaitingPackets::Completeness::more_to_come);
  }
  if (wake == Wake::needed) {
    waker_.wake();
  }
  return Put::queued;
}

ForwardQueue::Wake ForwardQueue::note_waiting(core::Instant arrival,
                                              WaitingPackets::Completeness completeness) {
  WaitingPackets& state = waiting_.state;
  if (waiting_.packets.size() == 1) {
    state = {arrival, arrival, completeness};
    return Wake::needed;
  }
  state.newest = arrival;
  if (state.completeness == completeness || state.completeness == WaitingPackets::Completeness::complete) {
    return Wake::needless;
  }
  state.completeness = completeness;
  return Wake::needed;
}

void ForwardQueue::put_source_ended(std::shared_ptr<WorkerProgram> program) {
  {
    const std::lock_guard lock(mutex_);
    QueuedPacket& queued = waiting_.packets.emplace_back();
    queued.program = std::move(program);
    note_waiting({}, WaitingPackets::Completeness::complete);
  }
  waker_.wake();
}

void ForwardQueue::take(QueuedPackets& emptied) {
  emptied.packets.clear();
  emptied.bytes = 0;
  const std::lock_guard lock(mutex_);
  std::swap(waiting_, emptied);
}

std::optional<WaitingPackets> ForwardQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.packets.empty() ? std::nullopt : std::optional(waiting_.state);
}

}  // namespace baton::transport::direct
