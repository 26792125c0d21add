// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "transports/direct/batch_window.hpp"
#include "transports/media_waker.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport::direct {

class WorkerProgram;

struct ForwardQueueLimits {
  /// Packets, and their bytes, that wait for the worker: at 2.5 Mbit/s of each of ten rooms, a second.
  std::size_t packets = 4096;
  std::size_t bytes = std::size_t{4} << 20U;
};

/// Whether packets are missing before this one, because the queue was full.
enum class Continuity : std::uint8_t { unbroken, after_gap };

/// One packet in the queue, or the news that a source is off air for good.
struct QueuedPacket {
  std::shared_ptr<WorkerProgram> program;
  std::optional<ForwardedPacket> packet;  ///< Nothing: the source is off air.
  Continuity continuity = Continuity::unbroken;
};

/// What was taken out of the queue, to be given back to it for reuse.
struct QueuedPackets {
  std::vector<QueuedPacket> packets;
  std::size_t bytes = 0;  ///< Of all of them.
  WaitingPackets state;   ///< Meaningful when there are any.
};

/// Packets of all programs on their way to one worker. They are not copied. The worker holds the lock for as
/// long as swapping two tables takes. In the steady state nothing is allocated. The worker is woken by the
/// first packet, so that it knows how long to wait for others, and by the one for which they need not wait
/// any more.
class ForwardQueue {
public:
  enum class Put : std::uint8_t { queued, full };

  /// `waker` is the worker's; it must outlive the queue's users.
  explicit ForwardQueue(MediaWaker& waker, ForwardQueueLimits limits = {});

  /// Any thread.
  Put put(std::shared_ptr<WorkerProgram> program, const ForwardedPacket& packet, Continuity continuity);
  /// Is never refused. A program says so once until it has another packet, so there are no more of these than
  /// packets and programs.
  void put_source_ended(std::shared_ptr<WorkerProgram> program);

  /// The worker: all that waits, in the order in which it was put in. `emptied` is what was taken the time
  /// before.
  void take(QueuedPackets& emptied);
  /// The worker: nothing when nothing waits.
  [[nodiscard]] std::optional<WaitingPackets> waiting() const;

private:
  enum class Wake : std::uint8_t { needless, needed };
  // With the lock held, of what has been put in place.
  Wake note_waiting(core::Instant arrival, WaitingPackets::Completeness completeness);

  MediaWaker& waker_;
  const ForwardQueueLimits limits_;
  mutable std::mutex mutex_;
  QueuedPackets waiting_;  // Guarded by mutex_.
};

}  // namespace baton::transport::direct
