// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/worker_group.hpp"

#include <stdexcept>
#include <utility>

#include "transports/direct/peer_notices.hpp"
#include "transports/direct/worker_exchange.hpp"

namespace baton::transport::direct {
namespace {

GroupResult named(PostResult result) {
  switch (result) {
    case PostResult::accepted:
      return GroupResult::accepted;
    case PostResult::too_many_tasks:
      return GroupResult::too_many_tasks;
    case PostResult::stopped:
      break;
  }
  return GroupResult::stopped;
}

std::shared_ptr<WorkerExchange> make_exchange(std::size_t workers, const WorkerGroupSettings& settings) {
  if (workers == 1) {
    return WorkerSeat::alone().exchange;
  }
  const std::size_t peers = workers * settings.worker.endpoint.ice.max_peers;
  // A peer that restarts has two username fragments; a worker claims a third before it lets one go, and each
  // task that waits or is being carried out may have one reserved.
  return std::make_shared<WorkerExchange>(workers, settings.inbox_slots,
                                          2 * peers + workers * (1 + 2 * settings.worker.max_tasks),
                                          kMaxAddressesPerPeer * peers);
}

}  // namespace

const char* to_string(GroupResult result) {
  switch (result) {
    case GroupResult::accepted:
      return "accepted";
    case GroupResult::peer_known:
      return "peer_known";
    case GroupResult::peer_unknown:
      return "peer_unknown";
    case GroupResult::invalid_credentials:
      return "invalid_credentials";
    case GroupResult::too_many_peers:
      return "too_many_peers";
    case GroupResult::too_many_unanswered:
      return "too_many_unanswered";
    case GroupResult::too_many_tasks:
      return "too_many_tasks";
    case GroupResult::stopped:
      break;
  }
  return "stopped";
}

/// Tells the control side who is gone, and passes everything on. Only the worker's thread calls.
class WorkerGroup::Relay final : public EndpointListener {
public:
  Relay(EndpointListener& listener, std::size_t max_peers) : notices(max_peers), listener_(listener) {}

  void on_connected(PeerId peer, SrtpProfile profile, core::Instant now) override {
    listener_.on_connected(peer, profile, now);
  }
  void on_gone(PeerId peer, GoneReason reason, core::Instant now) override {
    notices.tell(peer);
    listener_.on_gone(peer, reason, now);
  }
  void on_rtp(PeerId peer, media::ByteSpan packet, core::Instant now) override {
    listener_.on_rtp(peer, packet, now);
  }
  void on_rtcp(PeerId peer, media::ByteSpan packet, core::Instant now) override {
    listener_.on_rtcp(peer, packet, now);
  }
  void on_unsent(const Unsent& unsent, core::Instant now) override { listener_.on_unsent(unsent, now); }
  void on_turn(core::Instant now) override { listener_.on_turn(now); }
  [[nodiscard]] std::optional<core::Instant> next_deadline() const override {
    return listener_.next_deadline();
  }
  void on_waited(core::Duration worked, core::Duration waited) override {
    listener_.on_waited(worked, waited);
  }

  PeerNotices notices;

private:
  EndpointListener& listener_;
};

media::ParseResult<std::unique_ptr<WorkerGroup>, UdpSocketError> WorkerGroup::open(
    UdpSocketSettings socket, const std::shared_ptr<const DtlsContext>& context,
    std::span<EndpointListener* const> listeners, const EndpointWorker::Clock& clock,
    const WorkerGroupSettings& settings) {
  if (listeners.empty() || listeners.size() > kMaxWorkers) {
    throw std::invalid_argument("A group has 1 to 64 workers.");
  }
  // Another process of the same user, which shares the port as workers do, would get a part of our datagrams,
  // and port 0 may be answered with its port. So the port is first taken for ourselves alone.
  socket.sharing = PortSharing::exclusive;
  std::vector<UdpSocket> sockets;
  {
    auto first = UdpSocket::open(socket);
    if (!first) {
      return first.error();
    }
    socket.address = first->local_address();
    if (listeners.size() == 1) {
      sockets.push_back(std::move(*first));
    }
  }
  socket.sharing = PortSharing::between_workers;
  while (sockets.size() < listeners.size()) {
    auto opened = UdpSocket::open(socket);
    if (!opened) {
      return opened.error();
    }
    sockets.push_back(std::move(*opened));
  }
  return std::unique_ptr<WorkerGroup>(
      new WorkerGroup(std::move(sockets), context, listeners, clock, settings));
}

WorkerGroup::WorkerGroup(std::vector<UdpSocket> sockets, const std::shared_ptr<const DtlsContext>& context,
                         std::span<EndpointListener* const> listeners, const EndpointWorker::Clock& clock,
                         const WorkerGroupSettings& settings)
    : max_unanswered_(settings.max_unanswered),
      local_address_(sockets.front().local_address()),
      exchange_(make_exchange(listeners.size(), settings)),
      placement_(listeners.size(), settings.worker.endpoint.ice.max_peers, settings.together) {
  const std::size_t max_peers = settings.worker.endpoint.ice.max_peers;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    const WorkerSeat seat{exchange_, WorkerIndex{static_cast<std::uint8_t>(i)}};
    auto member = std::make_unique<Member>();
    member->relay = std::make_unique<Relay>(*listeners[i], max_peers);
    member->worker = std::make_unique<EndpointWorker>(std::move(sockets[i]), context, *member->relay, clock,
                                                      settings.worker, seat);
    members_.push_back(std::move(member));
  }
}

WorkerGroup::~WorkerGroup() {
  stop();
}

void WorkerGroup::stop() {
  for (const auto& member : members_) {
    member->worker->stop();
  }
  for (const auto& member : members_) {
    member->worker->join();
  }
}

void WorkerGroup::forget_those_gone() {
  for (const auto& member : members_) {
    member->relay->notices.take_all([&](PeerId peer) {
      const auto found = directory_.find(peer);
      if (found == directory_.end()) {
        return;
      }
      strike_out(found);
    });
  }
}

WorkerGroup::Directory::iterator WorkerGroup::write_down(PeerId peer, const Place& place) {
  const auto written = directory_.emplace(peer, place).first;
  try {
    placement_.add(place.worker, place.program);
  } catch (...) {
    directory_.erase(written);
    throw;
  }
  unanswered_ += place.exchange == Exchange::half_done ? 1 : 0;
  return written;
}

void WorkerGroup::strike_out(Directory::iterator written) {
  const Place& place = written->second;
  unanswered_ -= place.exchange == Exchange::half_done ? 1 : 0;
  placement_.remove(place.worker, place.program);
  directory_.erase(written);
}

GroupResult WorkerGroup::place(PeerId peer, const IceCredentials& credentials, Exchange exchange,
                               const Program* program, Deed deed, Added added) {
  if (!is_valid(credentials) || credentials.username_fragment.size() > kMaxSharedFragment) {
    return GroupResult::invalid_credentials;
  }
  const std::lock_guard lock(mutex_);
  forget_those_gone();
  if (directory_.contains(peer)) {
    return GroupResult::peer_known;
  }
  if (exchange == Exchange::half_done && unanswered_ >= max_unanswered_) {
    return GroupResult::too_many_unanswered;
  }
  const auto chosen = placement_.choose(program);
  if (!chosen) {
    return GroupResult::too_many_peers;
  }
  Relay* const relay = members_[chosen->value]->relay.get();
  Done done = [peer, added = std::move(added), relay, worker = *chosen](
                  AddPeerResult result, Endpoint& endpoint, core::Instant now) {
    if (result != AddPeerResult::added) {
      relay->notices.tell(peer);
    }
    if (added) {
      added(result, worker, endpoint, now);
    }
  };
  // Before it is posted: whatever fails afterwards can be undone, and the worker's word of it is only taken
  // under the lock.
  const auto written = write_down(peer, {*chosen, exchange, program});
  PostResult posted{};
  try {
    posted = post_with_fragment(*chosen, credentials.username_fragment, std::move(deed), std::move(done));
  } catch (...) {
    strike_out(written);
    throw;
  }
  if (posted != PostResult::accepted) {
    strike_out(written);
  }
  return named(posted);
}

PostResult WorkerGroup::post_with_fragment(WorkerIndex worker, const std::string& fragment, Deed deed,
                                           Done done) {
  auto routes = WorkerSeat{exchange_, worker}.routes();
  const auto reservation = routes.reserve_fragment(fragment);
  auto release = [routes, fragment, reservation]() mutable {
    if (reservation == WorkerRoutes::Reservation::made) {
      routes.release_fragment(fragment);
    }
  };
  const auto posted = post_to(worker, [deed = std::move(deed), done = std::move(done), release](
                                          Endpoint& endpoint, core::Instant now) mutable {
    AddPeerResult result{};
    try {
      result = deed(endpoint, now);
    } catch (...) {
      release();
      throw;
    }
    if (result != AddPeerResult::added) {
      release();
    }
    done(result, endpoint, now);
  });
  if (posted != PostResult::accepted) {
    release();
  }
  return posted;
}

GroupResult WorkerGroup::add(PeerId peer, const PeerSettings& settings, Added added, const Program* program) {
  return place(
      peer, settings.credentials, Exchange::done, program,
      [peer, settings](Endpoint& endpoint, core::Instant now) { return endpoint.add(peer, settings, now); },
      std::move(added));
}

GroupResult WorkerGroup::expect(PeerId peer, const IceCredentials& credentials, Added added,
                                const Program* program) {
  return place(
      peer, credentials, Exchange::half_done, program,
      [peer, credentials](Endpoint& endpoint, core::Instant now) {
        return endpoint.expect(peer, credentials, now);
      },
      std::move(added));
}

GroupResult WorkerGroup::describe(PeerId peer, const DtlsEnd& other, Added described) {
  const std::lock_guard lock(mutex_);
  forget_those_gone();
  const auto found = directory_.find(peer);
  if (found == directory_.end()) {
    return GroupResult::peer_unknown;
  }
  if (found->second.exchange == Exchange::done) {
    return GroupResult::peer_known;
  }
  const WorkerIndex worker = found->second.worker;
  const auto posted = post_to(
      worker, [peer, other, described = std::move(described), worker](Endpoint& endpoint, core::Instant now) {
        const auto result = endpoint.describe(peer, other);
        if (described) {
          described(result, worker, endpoint, now);
        }
      });
  if (posted != PostResult::accepted) {
    return named(posted);
  }
  found->second.exchange = Exchange::done;
  --unanswered_;
  return GroupResult::accepted;
}

GroupResult WorkerGroup::restart(PeerId peer, IceCredentials credentials, Answer answer) {
  if (!is_valid(credentials) || credentials.username_fragment.size() > kMaxSharedFragment) {
    return GroupResult::invalid_credentials;
  }
  const std::string fragment = credentials.username_fragment;
  // Held until it is posted, so that who reserves a fragment first is also who gets it.
  const std::lock_guard lock(mutex_);
  forget_those_gone();
  const auto found = directory_.find(peer);
  if (found == directory_.end()) {
    return GroupResult::peer_unknown;
  }
  return named(post_with_fragment(
      found->second.worker, fragment,
      [peer, credentials = std::move(credentials)](Endpoint& endpoint, core::Instant) {
        return endpoint.restart(peer, credentials);
      },
      [answer = std::move(answer)](AddPeerResult result, Endpoint&, core::Instant now) {
        if (answer) {
          answer(result, now);
        }
      }));
}

GroupResult WorkerGroup::remove(PeerId peer) {
  const auto worker = worker_of(peer);
  if (!worker) {
    return GroupResult::peer_unknown;
  }
  Relay* const relay = members_[worker->value]->relay.get();
  return named(post_to(*worker, [peer, relay](Endpoint& endpoint, core::Instant now) {
    // It may have gone by itself, and then that has been told.
    if (endpoint.knows(peer)) {
      endpoint.remove(peer, now);
      relay->notices.tell(peer);
    }
  }));
}

GroupResult WorkerGroup::post(PeerId peer, Task task) {
  const auto worker = worker_of(peer);
  return worker ? named(post_to(*worker, std::move(task))) : GroupResult::peer_unknown;
}

std::optional<WorkerIndex> WorkerGroup::worker_of(PeerId peer) {
  const std::lock_guard lock(mutex_);
  forget_those_gone();
  const auto found = directory_.find(peer);
  return found == directory_.end() ? std::nullopt : std::optional(found->second.worker);
}

WorkerStatistics WorkerGroup::statistics() const {
  WorkerStatistics result;
  for (const auto& member : members_) {
    result = result + member->worker->statistics();
  }
  return result;
}

}  // namespace baton::transport::direct
