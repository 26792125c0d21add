// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "framework/handle.hpp"
#include "transports/media_sink.hpp"

/// Media over the gateway's own PeerConnections.
namespace baton::transport {

/// Where each medium stands in the SDP of a viewer.
struct GatewayMediaIndices {
  framework::MediaIndex audio;
  framework::MediaIndex video;
};

/// A viewer behind Janus: Janus copies, protects and sends each packet.
class GatewaySink final : public MediaSink {
public:
  GatewaySink(framework::Handle handle, GatewayMediaIndices indices);

  void send(const OutgoingPacket& packet) override;

private:
  framework::Handle handle_;
  GatewayMediaIndices indices_;
};

/// A publisher behind Janus, of which key frames are asked by PLI (RFC 4585 §6.3.1).
class GatewayKeyframeSource final : public KeyframeSource {
public:
  explicit GatewayKeyframeSource(framework::Handle handle) : handle_(std::move(handle)) {}

  void request_keyframe() override { handle_.send_pli(); }

private:
  framework::Handle handle_;
};

/// What the gateway parsed from a packet's header extensions, in the transports' own terms. Borrows the
/// descriptor.
[[nodiscard]] PacketExtensions from_gateway(const framework::RtpExtensions& extensions);

}  // namespace baton::transport
