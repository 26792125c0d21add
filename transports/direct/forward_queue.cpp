// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/forward_queue.hpp"

#include <utility>

namespace baton::transport::direct {

ForwardQueue::ForwardQueue(MediaWaker& waker, ForwardQueueLimits limits) : waker_(waker), limits_(limits) {}

ForwardQueue::Put ForwardQueue::put(std::shared_ptr<WorkerProgram> program, const ForwardedPacket& packet,
                                    Continuity continuity) {
  const media::ByteView descriptor = packet.extensions.dependency_descriptor;
  QueuedPacket queued{.program = std::move(program),
                      .packet = packet,
                      .continuity = continuity,
                      .offset = 0,
                      .size = packet.bytes.size(),
                      .descriptor_size = descriptor.size()};
  queued.packet->bytes = {};
  queued.packet->extensions.dependency_descriptor = {};
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.packets.size() >= limits_.packets ||
        waiting_.bytes.size() + packet.bytes.size() + descriptor.size() > limits_.bytes) {
      return Put::full;
    }
    queued.offset = waiting_.bytes.size();
    waiting_.bytes.insert(waiting_.bytes.end(), packet.bytes.begin(), packet.bytes.end());
    waiting_.bytes.insert(waiting_.bytes.end(), descriptor.begin(), descriptor.end());
    waiting_.packets.push_back(std::move(queued));
    if (waiting_.packets.size() > 1) {
      return Put::queued;
    }
  }
  waker_.wake();
  return Put::queued;
}

void ForwardQueue::put_source_ended(std::shared_ptr<WorkerProgram> program) {
  {
    const std::lock_guard lock(mutex_);
    QueuedPacket& queued = waiting_.packets.emplace_back();
    queued.program = std::move(program);
  }
  waker_.wake();
}

void ForwardQueue::take(QueuedPackets& emptied) {
  emptied.packets.clear();
  emptied.bytes.clear();
  const std::lock_guard lock(mutex_);
  std::swap(waiting_, emptied);
}

}  // namespace baton::transport::direct
