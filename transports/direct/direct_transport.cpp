// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/direct_transport.hpp"

#include <atomic>
#include <mutex>
#include <utility>

#include "transports/direct/dtls_context.hpp"

namespace baton::transport::direct {

namespace {

DirectTransportError of(UdpSocketError error) {
  switch (error) {
    case UdpSocketError::no_socket:
      return DirectTransportError::no_socket;
    case UdpSocketError::address_in_use:
      return DirectTransportError::address_in_use;
    case UdpSocketError::address_not_local:
      return DirectTransportError::address_not_local;
    case UdpSocketError::permission_denied:
      return DirectTransportError::permission_denied;
    case UdpSocketError::other:
      break;
  }
  return DirectTransportError::other;
}

}  // namespace

const char* to_string(DirectTransportError error) {
  switch (error) {
    case DirectTransportError::no_certificate:
      return "no_certificate";
    case DirectTransportError::no_socket:
      return "no_socket";
    case DirectTransportError::address_in_use:
      return "address_in_use";
    case DirectTransportError::address_not_local:
      return "address_not_local";
    case DirectTransportError::permission_denied:
      return "permission_denied";
    case DirectTransportError::other:
      return "other";
  }
  return "unknown";
}

/// Wakes a worker that is made after those who wake it.
class DirectTransport::LateWaker final : public MediaWaker {
public:
  void begin(WorkerGroup& group, WorkerIndex worker) {
    worker_ = worker;
    group_.store(&group, std::memory_order_release);
  }
  void wake() override {
    if (WorkerGroup* group = group_.load(std::memory_order_acquire)) {
      group->wake(worker_);
    }
  }

private:
  WorkerIndex worker_;
  std::atomic<WorkerGroup*> group_{nullptr};
};

/// What lets key frames be asked for as long as there is a transport: programs may live longer.
class DirectTransport::Gate {
public:
  explicit Gate(DirectTransport& transport) : transport_(&transport) {}

  void close() {
    const std::lock_guard lock(mutex_);
    transport_ = nullptr;
  }
  void request_keyframe(PeerId peer) {
    const std::lock_guard lock(mutex_);
    if (transport_ != nullptr) {
      transport_->request_keyframe(peer);
    }
  }

private:
  std::mutex mutex_;
  DirectTransport* transport_;  // Guarded by mutex_.
};

/// Hands wishes for key frames to the publisher's worker.
class DirectTransport::PublisherKeyframes final : public KeyframeSource {
public:
  PublisherKeyframes(std::shared_ptr<Gate> gate, PeerId peer) : gate_(std::move(gate)), peer_(peer) {}

  void request_keyframe() override { gate_->request_keyframe(peer_); }

private:
  const std::shared_ptr<Gate> gate_;
  const PeerId peer_;
};

media::ParseResult<std::unique_ptr<DirectTransport>, DirectTransportError> DirectTransport::open(
    const DirectTransportSettings& settings, PeerListener& listener, const EndpointWorker::Clock& clock) {
  auto certificate = Certificate::make();
  auto context = certificate ? DtlsContext::make(std::move(*certificate)) : nullptr;
  if (!context) {
    return DirectTransportError::no_certificate;
  }
  std::unique_ptr<DirectTransport> transport(new DirectTransport());
  transport->context_ = std::move(context);
  transport->listener_ = &listener;
  transport->gate_ = std::make_shared<Gate>(*transport);
  std::vector<EndpointListener*> listeners;
  for (std::size_t i = 0; i < settings.workers; ++i) {
    transport->wakers_.push_back(std::make_unique<LateWaker>());
    transport->media_.push_back(
        std::make_unique<WorkerMedia>(listener, *transport->wakers_.back(), settings.media));
    listeners.push_back(transport->media_.back().get());
  }
  auto group = WorkerGroup::open(settings.socket, transport->context_, listeners, clock, settings.group);
  if (!group) {
    return of(group.error());
  }
  transport->group_ = std::move(*group);
  for (std::size_t i = 0; i < transport->wakers_.size(); ++i) {
    transport->wakers_[i]->begin(*transport->group_, WorkerIndex{static_cast<std::uint8_t>(i)});
  }
  return transport;
}

DirectTransport::~DirectTransport() {
  if (gate_) {
    gate_->close();
  }
  if (group_) {
    group_->stop();
  }
  // Programs go on, and wake workers until they are detached.
  media_.clear();
}

template <class Setup>
GroupResult DirectTransport::add_peer(PeerId peer, const PeerSettings& settings, const Program* program,
                                      Setup setup) {
  return group_->add(
      peer, settings,
      [this, peer, setup = std::move(setup)](AddPeerResult result, WorkerIndex worker, Endpoint& endpoint,
                                             core::Instant /*now*/) {
        if (result == AddPeerResult::added) {
          media_[worker.value]->add(endpoint, peer, setup);
        } else {
          listener_->on_gone(peer, GoneReason::not_taken);
        }
      },
      program);
}

GroupResult DirectTransport::add(PeerId peer, const PeerSettings& settings, ViewerSetup setup) {
  const Program* const program = setup.program.get();
  return add_peer(peer, settings, program, std::move(setup));
}

GroupResult DirectTransport::add(PeerId peer, const PeerSettings& settings, PublisherSetup setup) {
  const Program* const program = &setup.feed->program();
  return add_peer(peer, settings, program, std::move(setup));
}

GroupResult DirectTransport::expect(PeerId peer, const IceCredentials& credentials, const Program& program) {
  return group_->expect(
      peer, credentials,
      [this, peer](AddPeerResult result, WorkerIndex, const Endpoint&, core::Instant /*now*/) {
        if (result != AddPeerResult::added) {
          listener_->on_gone(peer, GoneReason::not_taken);
        }
      },
      &program);
}

GroupResult DirectTransport::describe(PeerId peer, const DtlsEnd& other, ViewerSetup setup) {
  return group_->describe(peer, other,
                          [this, peer, setup = std::move(setup)](AddPeerResult result, WorkerIndex worker,
                                                                 Endpoint& endpoint, core::Instant /*now*/) {
                            // One that is gone by now has been told of.
                            if (result == AddPeerResult::added) {
                              media_[worker.value]->add(endpoint, peer, setup);
                            }
                          });
}

GroupResult DirectTransport::restart(PeerId peer, IceCredentials credentials) {
  return group_->restart(peer, std::move(credentials), {});
}

GroupResult DirectTransport::remove(PeerId peer) {
  const auto worker = group_->worker_of(peer);
  if (!worker) {
    return GroupResult::peer_unknown;
  }
  WorkerMedia& media = *media_[worker->value];
  // Before the endpoint forgets the peer, so that the last word can still be sent.
  const auto posted = group_->post(
      peer, [&media, peer](Endpoint& /*endpoint*/, core::Instant /*now*/) { media.remove(peer); });
  return posted == GroupResult::accepted ? group_->remove(peer) : posted;
}

std::shared_ptr<KeyframeSource> DirectTransport::keyframe_source(PeerId peer) {
  return std::make_shared<PublisherKeyframes>(gate_, peer);
}

void DirectTransport::request_keyframe(PeerId peer) {
  const auto worker = group_->worker_of(peer);
  if (!worker) {
    return;
  }
  WorkerMedia& media = *media_[worker->value];
  // A full queue means that the worker is behind; whoever needs the key frame asks again.
  static_cast<void>(group_->post(peer, [&media, peer](Endpoint& /*endpoint*/, core::Instant now) {
    media.request_keyframe(peer, now);
  }));
}

}  // namespace baton::transport::direct
