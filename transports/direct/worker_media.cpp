// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/worker_media.hpp"

#include <algorithm>
#include <utility>

namespace baton::transport::direct {

namespace {

constexpr core::Duration kPublicationInterval = std::chrono::seconds(1);
// A packet that is forwarded may make its viewer due sooner, which is not noted each time.
constexpr core::Duration kLongestListing = std::chrono::milliseconds(100);

}  // namespace

/// One peer that watches a program.
class WorkerMedia::Viewer final : public ViewerListener {
public:
  Viewer(Endpoint& endpoint, PeerId peer, const ViewerSetup& setup, WorkerProgram& program,
         const TurnTime& turn, const media::WallClock& wall)
      : watched_(setup.program),
        program_(program),
        sink_(setup.sink),
        output_(endpoint, peer),
        peer_(std::make_shared<ViewerPeer>(
            setup.settings, ViewerSurroundings{output_, program, *this, turn, wall, nullptr})) {
    program.outlet().add(sink_, peer_, setup.first_audio, setup.first_video);
  }
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;
  ~Viewer() override { program_.outlet().remove(sink_); }

  void start(core::Instant now) { program_.ask_if(program_.outlet().start(sink_, now)); }

  void on_viewer_reported(const media::ReportBlock& report, core::Instant now) override {
    if (now >= program_.outlet().reports_matter_from()) {
      program_.outlet().reported(sink_, report, now);
    }
  }
  void on_keyframe_needed(core::Instant now) override {
    program_.ask_if(program_.outlet().needs_keyframe(sink_, now));
  }

  [[nodiscard]] const std::shared_ptr<Program>& watched() const { return watched_; }
  [[nodiscard]] ViewerPeer& peer() { return *peer_; }
  [[nodiscard]] const ViewerPeer& peer() const { return *peer_; }

private:
  const std::shared_ptr<Program> watched_;
  WorkerProgram& program_;
  const SinkId sink_;
  EndpointOutput output_;
  const std::shared_ptr<ViewerPeer> peer_;  // Shared with the outlet, which lets go of it first.
};

/// One peer that sends to a feed.
class WorkerMedia::Publisher {
public:
  Publisher(Endpoint& endpoint, PeerId peer, const PublisherSetup& setup)
      : output_(endpoint, peer), peer_(setup.settings, output_, setup.feed) {}

  [[nodiscard]] PublisherPeer& peer() { return peer_; }
  [[nodiscard]] const PublisherPeer& peer() const { return peer_; }

private:
  EndpointOutput output_;
  PublisherPeer peer_;
};

WorkerMedia::WorkerMedia(PeerListener& listener, MediaWaker& waker, const WorkerMediaSettings& settings)
    : listener_(listener),
      settings_(settings),
      window_(settings.batch_window),
      queue_(waker, settings.queue),
      forwarder_(queue_) {}

WorkerMedia::~WorkerMedia() {
  peers_.clear();
  for (auto& [key, watched] : programs_) {
    watched.program->detach();
  }
}

void WorkerMedia::add(Endpoint& endpoint, PeerId peer, const ViewerSetup& setup) {
  WorkerProgram& program = watch(setup.program);
  put(peer, {setup.surroundings, endpoint, std::nullopt, std::nullopt,
             std::make_unique<Viewer>(endpoint, peer, setup, program, turn_, settings_.wall)});
}

void WorkerMedia::add(Endpoint& endpoint, PeerId peer, const PublisherSetup& setup) {
  put(peer, {setup.surroundings, endpoint, std::nullopt, std::nullopt,
             std::make_unique<Publisher>(endpoint, peer, setup)});
}

void WorkerMedia::put(PeerId id, Peer peer) {
  const auto [place, is_new] = peers_.emplace(id, std::move(peer));
  agenda_.emplace(place->second.listed, id);
}

void WorkerMedia::remove(PeerId peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    return;
  }
  publish(peer, found->second);
  std::shared_ptr<Program> watched;
  if (const auto* viewer = std::get_if<std::unique_ptr<Viewer>>(&found->second.media)) {
    watched = (*viewer)->watched();
  }
  agenda_.erase({found->second.listed, peer});
  peers_.erase(found);
  if (watched) {
    unwatch(*watched);
  }
}

WorkerProgram& WorkerMedia::watch(const std::shared_ptr<Program>& program) {
  WatchedProgram& watched = programs_[program.get()];
  if (!watched.program) {
    watched.program = WorkerProgram::attach(program, queue_, settings_.history);
  }
  ++watched.viewers;
  return *watched.program;
}

void WorkerMedia::unwatch(const Program& program) {
  const auto found = programs_.find(&program);
  if (--found->second.viewers == 0) {
    found->second.program->detach();
    programs_.erase(found);
  }
}

void WorkerMedia::request_keyframe(PeerId peer, core::Instant now) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    return;
  }
  turn_.now = now;
  if (const auto* publisher = std::get_if<std::unique_ptr<Publisher>>(&found->second.media)) {
    (*publisher)->peer().request_keyframe(now);
  } else {
    std::get<std::unique_ptr<Viewer>>(found->second.media)->on_keyframe_needed(now);
  }
  note_due(peer, found->second);
}

void WorkerMedia::on_connected(PeerId peer, SrtpProfile profile, core::Instant now) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    return;
  }
  turn_.now = now;
  found->second.profile = profile;
  found->second.connected_at = now;
  if (const auto* viewer = std::get_if<std::unique_ptr<Viewer>>(&found->second.media)) {
    (*viewer)->start(now);
  }
  publish(peer, found->second);
  note_due(peer, found->second);
  listener_.on_connected(peer);
}

void WorkerMedia::on_gone(PeerId peer, GoneReason reason, core::Instant now) {
  turn_.now = now;
  remove(peer);
  listener_.on_gone(peer, reason);
}

void WorkerMedia::on_rtp(PeerId peer, media::ByteSpan packet, core::Instant now) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    return;
  }
  turn_.now = now;
  found->second.surroundings.arrivals->note(now);
  if (const auto* publisher = std::get_if<std::unique_ptr<Publisher>>(&found->second.media)) {
    (*publisher)->peer().incoming_rtp(packet, now);
    note_due(peer, found->second);
  }
}

void WorkerMedia::on_rtcp(PeerId peer, media::ByteSpan packet, core::Instant now) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    return;
  }
  turn_.now = now;
  found->second.surroundings.arrivals->note(now);
  std::visit([&](const auto& media) { media->peer().incoming_rtcp(packet, now); }, found->second.media);
  note_due(peer, found->second);
}

void WorkerMedia::on_unsent(const Unsent& unsent, core::Instant now) {
  const auto found = peers_.find(unsent.peer);
  if (found == peers_.end()) {
    return;
  }
  if (const auto* viewer = std::get_if<std::unique_ptr<Viewer>>(&found->second.media)) {
    (*viewer)->peer().on_unsent(unsent.count, unsent.reason, now);
  } else {
    std::get<std::unique_ptr<Publisher>>(found->second.media)->peer().on_unsent(unsent.count, unsent.reason);
  }
  note_due(unsent.peer, found->second);
}

void WorkerMedia::on_turn(core::Instant now) {
  turn_.now = now;
  if (const auto waiting = queue_.waiting(); waiting && window_.due(*waiting) <= now) {
    forwarder_.run();
  }
  for (auto& [key, watched] : programs_) {
    if (const auto due = watched.program->next_deadline(); due && *due <= now) {
      watched.program->tick(now);
    }
  }
  if (now >= next_look_) {
    look_at_peers(now);
  }
  if (now >= next_publication_) {
    publish_all(now);
  }
}

std::optional<core::Instant> WorkerMedia::due(const Peer& peer) {
  return std::visit([](const auto& media) { return media->peer().next_deadline(); }, peer.media);
}

void WorkerMedia::list(PeerId id, Peer& peer, core::Instant time) {
  auto place = agenda_.extract({peer.listed, id});
  peer.listed = time;
  place.value().first = time;
  agenda_.insert(std::move(place));
}

/// Something happened to a peer, which may have become due sooner by it.
void WorkerMedia::note_due(PeerId id, Peer& peer) {
  if (const auto due = WorkerMedia::due(peer); due && *due < peer.listed) {
    list(id, peer, *due);
  }
}

void WorkerMedia::look_at_peers(core::Instant now) {
  const core::Instant next = now + kLookInterval;
  while (!agenda_.empty() && agenda_.begin()->first <= now) {
    const PeerId id = agenda_.begin()->second;
    Peer& peer = peers_.find(id)->second;
    if (const auto due = WorkerMedia::due(peer); due && *due <= now) {
      std::visit([now](const auto& media) { media->peer().advance(now); }, peer.media);
    }
    list(id, peer, std::clamp(due(peer).value_or(next), next, now + kLongestListing));
    next_look_ = next;
  }
}

void WorkerMedia::publish_all(core::Instant now) {
  next_publication_ = now + kPublicationInterval;
  for (const auto& [id, peer] : peers_) {
    publish(id, peer);
  }
  for (const auto& [key, watched] : programs_) {
    watched.program->publish();
  }
}

std::optional<core::Instant> WorkerMedia::next_deadline() const {
  std::optional<core::Instant> next;
  if (!agenda_.empty()) {
    next = std::min(std::max(agenda_.begin()->first, next_look_), next_publication_);
  }
  if (const auto waiting = queue_.waiting()) {
    const core::Instant due = window_.due(*waiting);
    next = next ? std::min(*next, due) : due;
  }
  for (const auto& [key, watched] : programs_) {
    if (const auto due = watched.program->next_deadline(); due && (!next || *due < *next)) {
      next = due;
    }
  }
  return next;
}

void WorkerMedia::publish(PeerId id, const Peer& peer) {
  PeerStatistics statistics{
      peer.profile, peer.connected_at, peer.endpoint.ice().changes_of(id).value_or(PathChanges{}), {}};
  std::visit([&](const auto& media) { statistics.media = media->peer().statistics(); }, peer.media);
  peer.surroundings.board->publish(statistics);
}

}  // namespace baton::transport::direct
