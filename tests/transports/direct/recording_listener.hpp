// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "transports/direct/endpoint.hpp"

namespace baton::transport::direct::test {

/// Writes down what an endpoint tells.
class RecordingListener final : public EndpointListener {
public:
  using Bytes = std::vector<std::uint8_t>;

  void on_connected(PeerId peer, SrtpProfile profile, core::Instant /*now*/) override {
    connected.emplace_back(peer, profile);
  }
  void on_gone(PeerId peer, GoneReason reason, core::Instant /*now*/) override {
    gone.emplace_back(peer, reason);
  }
  void on_rtp(PeerId peer, media::ByteSpan packet, core::Instant /*now*/) override {
    rtp.emplace_back(peer, Bytes(packet.begin(), packet.end()));
  }
  void on_rtcp(PeerId peer, media::ByteSpan packet, core::Instant /*now*/) override {
    rtcp.emplace_back(peer, Bytes(packet.begin(), packet.end()));
  }
  void on_unsent(const Unsent& what, core::Instant /*now*/) override { unsent.push_back(what); }

  std::vector<std::pair<PeerId, SrtpProfile>> connected;
  std::vector<std::pair<PeerId, GoneReason>> gone;
  std::vector<std::pair<PeerId, Bytes>> rtp;
  std::vector<std::pair<PeerId, Bytes>> rtcp;
  std::vector<Unsent> unsent;
};

}  // namespace baton::transport::direct::test
