// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "framework/json.hpp"
#include "plugin/server_clock.hpp"
#include "transports/direct/peer_media.hpp"
#include "transports/direct/worker_statistics.hpp"

/// What `status` and Janus's `handle_info` show of one PeerConnection (docs/protocol.md). One shape for both
/// transports, in which what a transport does not know is null. Pure; any thread.
namespace baton::plugin {

/// Packets that came in by the gateway, of one medium.
struct GatewayReceived {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< Whole packets.
};

/// What a viewer has said of a stream.
struct ReportedByViewer {
  std::int32_t lost = 0;     ///< Since the beginning.
  std::uint32_t jitter = 0;  ///< In ticks of the stream's clock.
};

/// What the plugin sees of a PeerConnection that is Janus's.
struct GatewayPeerStatistics {
  GatewayReceived audio;
  GatewayReceived video;
  /// What a viewer says of the video.
  std::optional<ReportedByViewer> video_reported;
  std::uint64_t not_publishing = 0;
  std::uint64_t malformed_rtcp = 0;
};

/// As of at most a second ago.
[[nodiscard]] framework::Json encode_peer(const transport::direct::PeerStatistics& statistics,
                                          const ClockReading& clock);
[[nodiscard]] framework::Json encode_peer(const GatewayPeerStatistics& statistics);

/// The direct transport as a whole, for the operator. As of at most a second ago.
[[nodiscard]] framework::Json encode_direct_transport(const transport::direct::WorkerStatistics& statistics);

}  // namespace baton::plugin
