// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/peer_placement.hpp"

#include <algorithm>
#include <cstdint>

namespace baton::transport::direct {

std::optional<WorkerIndex> PeerPlacement::choose(const Program* program) const {
  const auto least = static_cast<std::size_t>(std::ranges::min_element(peers_) - peers_.begin());
  if (peers_[least] >= max_peers_) {
    return std::nullopt;
  }
  std::size_t chosen = least;
  if (const auto found = by_program_.find(program); found != by_program_.end()) {
    const std::size_t home = least_busy(found->second);
    if (peers_[home] < std::min(peers_[least] + together_, max_peers_)) {
      chosen = home;
    }
  }
  return WorkerIndex{static_cast<std::uint8_t>(chosen)};
}

/// Of the workers that have a peer of the program, of which there is one.
std::size_t PeerPlacement::least_busy(const std::vector<std::size_t>& of_program) const {
  std::size_t best = peers_.size();
  for (std::size_t worker = 0; worker < peers_.size(); ++worker) {
    if (of_program[worker] > 0 && (best == peers_.size() || peers_[worker] < peers_[best])) {
      best = worker;
    }
  }
  return best;
}

void PeerPlacement::add(WorkerIndex worker, const Program* program) {
  if (program != nullptr) {
    ++by_program_.try_emplace(program, peers_.size(), 0).first->second[worker.value];
  }
  ++peers_[worker.value];
}

void PeerPlacement::remove(WorkerIndex worker, const Program* program) {
  --peers_[worker.value];
  const auto found = by_program_.find(program);
  if (found == by_program_.end()) {
    return;
  }
  --found->second[worker.value];
  if (std::ranges::all_of(found->second, [](std::size_t peers) { return peers == 0; })) {
    by_program_.erase(found);
  }
}

}  // namespace baton::transport::direct
