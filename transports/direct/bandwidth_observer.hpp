// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/rtcp_view.hpp"
#include "core/media/sent_packet_table.hpp"
#include "core/time.hpp"

namespace baton::transport::direct {

/// Where a bandwidth controller hears what a viewer says of its connection. Called on the peer's thread, out
/// of ViewerPeer::incoming_rtcp; it must not send.
class BandwidthObserver {
public:
  BandwidthObserver() = default;
  BandwidthObserver(const BandwidthObserver&) = delete;
  BandwidthObserver& operator=(const BandwidthObserver&) = delete;
  virtual ~BandwidthObserver() = default;

  /// The fate of one packet, when it is told for the first time or otherwise than before.
  virtual void on_outcome(const media::PacketOutcome& outcome, core::Instant now) = 0;
  /// The viewer's own estimate (REMB).
  virtual void on_estimate(const media::BitrateEstimate& estimate, core::Instant now) = 0;
};

}  // namespace baton::transport::direct
