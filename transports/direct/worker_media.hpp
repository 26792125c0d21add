// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>

#include "core/media/ntp_time.hpp"
#include "core/media/packet_history.hpp"
#include "core/time.hpp"
#include "transports/direct/endpoint.hpp"
#include "transports/direct/endpoint_output.hpp"
#include "transports/direct/forward_queue.hpp"
#include "transports/direct/forwarder.hpp"
#include "transports/direct/peer_media.hpp"
#include "transports/direct/publisher_peer.hpp"
#include "transports/direct/turn_time.hpp"
#include "transports/direct/viewer_peer.hpp"
#include "transports/direct/worker_program.hpp"

namespace baton::transport::direct {

/// What peers tell whoever has added them. Called on the workers' threads; must only hand the news on.
class PeerListener {
public:
  PeerListener() = default;
  PeerListener(const PeerListener&) = delete;
  PeerListener& operator=(const PeerListener&) = delete;
  virtual ~PeerListener() = default;

  virtual void on_connected(PeerId peer) = 0;
  /// It has been removed.
  virtual void on_gone(PeerId peer, GoneReason reason) = 0;
};

struct WorkerMediaSettings {
  /// See BatchWindow.
  core::Duration batch_window = std::chrono::milliseconds(1);
  ForwardQueueLimits queue = {};
  media::PacketHistoryLimits history = {};
  /// The same for all workers, so that all media are in step.
  media::WallClock wall = {};
};

/// The media of all peers of one worker: who watches which program, and who sends to which feed. All but
/// the queue's side belongs to the worker's thread.
class WorkerMedia final : public EndpointListener {
public:
  /// How long what is due at a peer may wait, so that it is done for several together: reports, mostly, which
  /// come once a second. Peers without anything due are looked at as often.
  static constexpr core::Duration kLookInterval = std::chrono::milliseconds(10);

  /// Both outlive this object. `waker` wakes the worker.
  WorkerMedia(PeerListener& listener, MediaWaker& waker, const WorkerMediaSettings& settings);
  ~WorkerMedia() override;

  // --- tasks, after the endpoint has taken the peer, and when it is to be removed

  void add(Endpoint& endpoint, PeerId peer, const ViewerSetup& setup);
  void add(Endpoint& endpoint, PeerId peer, const PublisherSetup& setup);
  void remove(PeerId peer);
  /// Asks a publisher for a key frame; of a viewer, as if it had sent PLI.
  void request_keyframe(PeerId peer, core::Instant now);

  // --- the endpoint

  void on_connected(PeerId peer, SrtpProfile profile, core::Instant now) override;
  void on_gone(PeerId peer, GoneReason reason, core::Instant now) override;
  void on_rtp(PeerId peer, media::ByteSpan packet, core::Instant now) override;
  void on_rtcp(PeerId peer, media::ByteSpan packet, core::Instant now) override;
  void on_unsent(const Unsent& unsent, core::Instant now) override;
  void on_turn(core::Instant now) override;
  [[nodiscard]] std::optional<core::Instant> next_deadline() const override;
  void on_waited(core::Duration worked, core::Duration waited) override { window_.note(worked, waited); }

  [[nodiscard]] std::size_t peers() const { return peers_.size(); }
  [[nodiscard]] std::size_t programs() const { return programs_.size(); }

private:
  class Viewer;
  class Publisher;
  struct Peer {
    PeerSurroundings surroundings;
    const Endpoint& endpoint;
    std::optional<SrtpProfile> profile;
    std::optional<core::Instant> connected_at;
    std::variant<std::unique_ptr<Viewer>, std::unique_ptr<Publisher>> media;
    core::Instant listed{};  // Under which time it is in the agenda; never later than what is due.
  };
  struct WatchedProgram {
    std::shared_ptr<WorkerProgram> program;
    std::size_t viewers = 0;
  };

  [[nodiscard]] WorkerProgram& watch(const std::shared_ptr<Program>& program);
  void unwatch(const Program& program);
  void put(PeerId id, Peer peer);
  [[nodiscard]] static std::optional<core::Instant> due(const Peer& peer);
  void list(PeerId id, Peer& peer, core::Instant time);
  void note_due(PeerId id, Peer& peer);
  void look_at_peers(core::Instant now);
  void publish_all(core::Instant now);
  static void publish(PeerId id, const Peer& peer);

  PeerListener& listener_;
  const WorkerMediaSettings settings_;
  BatchWindow window_;
  ForwardQueue queue_;
  Forwarder forwarder_;
  TurnTime turn_;
  std::unordered_map<PeerId, Peer> peers_;
  std::unordered_map<const Program*, WatchedProgram> programs_;
  // Each peer once. Ordered by id among equals, so that a run does not depend on hashes.
  std::set<std::pair<core::Instant, PeerId>> agenda_;
  core::Instant next_look_{};
  core::Instant next_publication_{};
};

}  // namespace baton::transport::direct
