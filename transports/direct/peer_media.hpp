// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <variant>

#include "core/media/rtp_types.hpp"
#include "core/time.hpp"
#include "transports/arrival_time.hpp"
#include "transports/direct/ice_lite.hpp"
#include "transports/direct/publisher_settings.hpp"
#include "transports/direct/publisher_statistics.hpp"
#include "transports/direct/srtp_keys.hpp"
#include "transports/direct/viewer_settings.hpp"
#include "transports/direct/viewer_statistics.hpp"
#include "transports/fan_out.hpp"
#include "transports/feed.hpp"
#include "transports/program.hpp"

/// What the control side gives a peer, and may ask of it.
namespace baton::transport::direct {

/// What can be said of one peer.
struct PeerStatistics {
  /// Nothing until it is connected.
  std::optional<SrtpProfile> profile;
  std::optional<core::Instant> connected_at;
  PathChanges path;
  std::variant<std::monostate, ViewerStatistics, PublisherStatistics> media;
};

/// Where a worker puts up what can be said of one peer, about once a second.
class PeerBoard {
public:
  /// The worker; it does not wait for who reads, and comes again.
  void publish(const PeerStatistics& statistics) {
    if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) {
      statistics_ = statistics;
    }
  }
  /// Any thread.
  [[nodiscard]] PeerStatistics read() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
  }

private:
  mutable std::mutex mutex_;
  PeerStatistics statistics_;  // Guarded by mutex_.
};

/// What both sides of the transport look at.
struct PeerSurroundings {
  std::shared_ptr<ArrivalTime> arrivals = std::make_shared<ArrivalTime>();
  std::shared_ptr<PeerBoard> board = std::make_shared<PeerBoard>();
};

/// A peer that watches a program.
struct ViewerSetup {
  std::shared_ptr<Program> program;
  SinkId sink;
  // Drawn by the caller (RFC 3550 §5.1).
  media::SequenceNumber first_audio;
  media::SequenceNumber first_video;
  ViewerSettings settings;
  PeerSurroundings surroundings;
};

/// A peer that sends to a feed.
struct PublisherSetup {
  std::shared_ptr<Feed> feed;
  PublisherSettings settings;
  PeerSurroundings surroundings;
};

}  // namespace baton::transport::direct
