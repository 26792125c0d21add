// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "transports/direct/endpoint.hpp"
#include "transports/direct/packet_output.hpp"
#include "transports/direct/peer_id.hpp"

namespace baton::transport::direct {

/// The way to one peer of an endpoint. One thread, the endpoint's.
class EndpointOutput final : public PacketOutput {
public:
  /// `endpoint` must outlive this object.
  EndpointOutput(Endpoint& endpoint, PeerId peer) : endpoint_(endpoint), peer_(peer) {}

  Handover send_rtp(media::ByteView header, media::ByteView payload, core::Instant now) override;
  Handover send_rtcp(media::ByteView packet, core::Instant now) override;

private:
  [[nodiscard]] PeerLink* link();

  Endpoint& endpoint_;
  const PeerId peer_;
  std::shared_ptr<PeerLink> link_;  // Null until the endpoint knows the peer.
};

}  // namespace baton::transport::direct
