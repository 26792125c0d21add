// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "transports/direct/peer_id.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/srtp_session.hpp"

namespace baton::transport::direct {

/// What it takes to send to one peer: its keys, and where it is. Shared by its endpoint and by who sends, who
/// so need not look the peer up for each packet. When the peer is gone it is closed, and keeps no keys; who
/// still sends by it is told so. One thread, the endpoint's.
class PeerLink {
public:
  explicit PeerLink(PeerId peer) : peer_(peer) {}
  PeerLink(const PeerLink&) = delete;
  PeerLink& operator=(const PeerLink&) = delete;

  [[nodiscard]] PeerId peer() const { return peer_; }

private:
  friend class Endpoint;

  enum class State : std::uint8_t { open, closed };

  void close() {
    state_ = State::closed;
    srtp_.reset();
    to_.reset();
  }

  const PeerId peer_;
  State state_ = State::open;
  // As it was at that revision of all peers' addresses; asked for again when they have another.
  std::uint64_t address_revision_ = 0;
  std::optional<SocketAddress> to_;
  std::optional<SrtpSession> srtp_;  // Nothing before the handshake is done.
};

}  // namespace baton::transport::direct
