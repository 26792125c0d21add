// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "transports/direct/worker_index.hpp"

namespace baton::transport {
class Program;
}

namespace baton::transport::direct {

/// Chooses a worker for each peer. Those of one program are better off together: a worker copies each packet,
/// keeps the picture and is woken once for all its viewers, and not at all where the host is its own. Large
/// rooms are spread, so that all processors carry them. Pure; one owner at a time.
class PeerPlacement {
public:
  /// At least one worker, each with room for `max_peers`. So many peers as `together` says may be on one that
  /// has some of their program, beyond what the worker with the fewest has; 0 spreads all.
  PeerPlacement(std::size_t workers, std::size_t max_peers, std::size_t together)
      : max_peers_(max_peers), together_(together), peers_(workers, 0) {}

  /// For a peer that is to watch or to feed this program, which is compared and nothing else; null for one
  /// that belongs to none. Nothing when all workers are full.
  [[nodiscard]] std::optional<WorkerIndex> choose(const Program* program) const;
  /// Changes nothing if it throws, for want of memory.
  void add(WorkerIndex worker, const Program* program);
  /// One that was added with the same program.
  void remove(WorkerIndex worker, const Program* program);

private:
  [[nodiscard]] std::size_t least_busy(const std::vector<std::size_t>& of_program) const;

  std::size_t max_peers_;
  std::size_t together_;
  std::vector<std::size_t> peers_;  // Of each worker.
  // Of each worker, for programs that have any.
  std::unordered_map<const Program*, std::vector<std::size_t>> by_program_;
};

}  // namespace baton::transport::direct
