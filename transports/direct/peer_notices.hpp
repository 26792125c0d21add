// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

#include "transports/direct/peer_id.hpp"

namespace baton::transport::direct {

/// Peers that a worker has let go, for the control side to hear of. One thread tells, one at a time takes,
/// and neither waits. There is a place for each peer that there may be at one time. A peer counts until it
/// was taken from here, and is told of once, so a place is free whenever one is needed.
class PeerNotices {
public:
  explicit PeerNotices(std::size_t max_peers) : peers_(std::max<std::size_t>(max_peers, 1)) {}

  void tell(PeerId peer) {
    const auto told = told_.load(std::memory_order_relaxed);
    peers_[told % peers_.size()] = peer;
    told_.store(told + 1, std::memory_order_release);
  }

  template <class Handle>
  void take_all(Handle handle) {
    const auto told = told_.load(std::memory_order_acquire);
    for (; taken_ != told; ++taken_) {
      handle(peers_[taken_ % peers_.size()]);
    }
  }

private:
  std::vector<PeerId> peers_;
  std::atomic<std::size_t> told_{0};
  std::size_t taken_ = 0;  // Only who takes.
};

}  // namespace baton::transport::direct
