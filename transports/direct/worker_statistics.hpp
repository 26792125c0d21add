// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <mutex>

#include "transports/direct/batch_receiver.hpp"
#include "transports/direct/endpoint.hpp"
#include "transports/direct/ice_lite.hpp"

namespace baton::transport::direct {

/// What went from one worker to another: datagrams of its peers, and word of addresses that it lost.
struct HandoverCounters {
  std::uint64_t given = 0;
  std::uint64_t taken = 0;
  std::uint64_t inbox_full = 0;  ///< Found no slot at the other worker, and was dropped.
  std::uint64_t astray = 0;      ///< Belonged to yet another worker when it was taken, and was dropped.
};

/// What one worker has counted since it began, or all of a group together. Numbers of 64 bits only: they are
/// added without being named.
struct WorkerStatistics {
  EndpointCounters endpoint;
  IceLiteCounters ice;
  ReceiveCounters receive;
  HandoverCounters handovers;
  std::uint64_t failed_tasks = 0;
  // At that moment.
  std::uint64_t peers = 0;
  std::uint64_t addresses = 0;
  std::uint64_t handshakes = 0;
};

[[nodiscard]] WorkerStatistics operator+(const WorkerStatistics& one, const WorkerStatistics& other);

/// Where a worker puts up its statistics for other threads to read.
class StatisticsBoard {
public:
  enum class Publication : std::uint8_t { done, somebody_reads };
  /// Never waits.
  Publication publish(const WorkerStatistics& statistics);
  /// Any thread.
  [[nodiscard]] WorkerStatistics read() const;

private:
  mutable std::mutex mutex_;
  WorkerStatistics statistics_;  // Guarded by mutex_.
};

}  // namespace baton::transport::direct
