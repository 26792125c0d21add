// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/media/parse_result.hpp"
#include "core/time.hpp"
#include "transports/direct/endpoint_worker.hpp"
#include "transports/direct/peer_placement.hpp"
#include "transports/direct/udp_socket.hpp"
#include "transports/direct/worker_index.hpp"
#include "transports/direct/worker_statistics.hpp"

namespace baton::transport::direct {

struct WorkerGroupSettings {
  /// Of each worker. So the group takes as many times endpoint.ice.max_peers as it has workers.
  EndpointWorkerSettings worker = {};
  /// Datagrams that others have passed on to a worker and that wait for it, at most; each slot takes 2 kB.
  /// Rounded up to a power of two.
  std::size_t inbox_slots = 1024;
  /// Peers of all workers together that have been made an offer and have not answered, at most: so that those
  /// who never answer leave room for those who do.
  std::size_t max_unanswered = 2048;
  /// See PeerPlacement. At 2.5 Mbit/s so many viewers take a tenth of a processor: the last of them has its
  /// packets of a frame three milliseconds after the first.
  std::size_t together = 128;
};

/// What became of a request to the group. The first word only: whether the worker could do it, its answer
/// says.
enum class GroupResult : std::uint8_t {
  accepted,
  peer_known,           ///< Also for as long as its worker has not carried out its removal.
  peer_unknown,         ///< It was never added, or is gone.
  invalid_credentials,  ///< See is_valid; or the username fragment is longer than kMaxSharedFragment.
  too_many_peers,       ///< Each worker has as many as it takes.
  too_many_unanswered,  ///< WorkerGroupSettings::max_unanswered.
  too_many_tasks,       ///< The worker is behind: EndpointWorkerSettings::max_tasks.
  stopped,
};
[[nodiscard]] const char* to_string(GroupResult result);

/// Several workers behind one UDP port, each with a thread and a socket of its own. A peer is one worker's
/// for as long as it lives. The kernel spreads datagrams over the sockets by their addresses; what comes to
/// another worker than its peer's is passed on to that one (docs/adr/0017-workers-behind-one-port.md).
///
/// Any thread may call, and none waits for a worker.
class WorkerGroup {
public:
  using Task = EndpointWorker::Task;
  /// Called on the worker's thread. Not at all when the group ends first.
  using Answer = std::function<void(AddPeerResult, core::Instant)>;
  /// The same of a peer that was to be added, with the worker that has it, or was to.
  using Added = std::function<void(AddPeerResult, WorkerIndex, Endpoint&, core::Instant)>;

  /// As many workers as there are listeners, kMaxWorkers at the most: each listener is called on its worker's
  /// thread only, and all must outlive the group. The port may be 0; `sharing` is the group's to choose.
  /// A port that any other socket has is refused, even one that would share it. Throws std::system_error when
  /// the system has no descriptors left, std::invalid_argument without listeners or with too many.
  static media::ParseResult<std::unique_ptr<WorkerGroup>, UdpSocketError> open(
      UdpSocketSettings socket, const std::shared_ptr<const DtlsContext>& context,
      std::span<EndpointListener* const> listeners, const EndpointWorker::Clock& clock,
      const WorkerGroupSettings& settings = {});
  /// Ends the threads. Nothing is called or touched afterwards; tasks that wait are dropped.
  ~WorkerGroup();
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;

  /// Ends the threads: no listener is called afterwards, and nothing that is posted is carried out.
  void stop();

  /// A worker that has peers of this program gets it, unless it has too many; else the one with the fewest
  /// peers. See PeerPlacement.
  GroupResult add(PeerId peer, const PeerSettings& settings, Added added, const Program* program = nullptr);
  /// The same for a peer that has been made an offer and has not answered: Endpoint::expect.
  GroupResult expect(PeerId peer, const IceCredentials& credentials, Added added,
                     const Program* program = nullptr);
  /// Its answer: Endpoint::describe. `peer_known` if it has been described before.
  GroupResult describe(PeerId peer, const DtlsEnd& other, Added described);
  /// An ICE restart: IceLite::restart.
  GroupResult restart(PeerId peer, IceCredentials credentials, Answer answer);
  /// It is gone as soon as its worker has carried this out; nothing is told of it.
  GroupResult remove(PeerId peer);
  /// Runs on the worker of this peer, which may be gone by then. It must neither add nor remove peers.
  GroupResult post(PeerId peer, Task task);
  PostResult post_to(WorkerIndex worker, Task task) {
    return members_[worker.value]->worker->post(std::move(task));
  }

  [[nodiscard]] std::optional<WorkerIndex> worker_of(PeerId peer);
  /// The worker has a turn soon.
  void wake(WorkerIndex worker) { members_[worker.value]->worker->wake(); }
  [[nodiscard]] std::size_t workers() const { return members_.size(); }
  [[nodiscard]] const SocketAddress& local_address() const { return local_address_; }

  /// Of one worker, or of all: as they were at most one EndpointWorkerSettings::statistics_interval ago.
  [[nodiscard]] WorkerStatistics statistics(WorkerIndex worker) const {
    return members_[worker.value]->worker->statistics();
  }
  [[nodiscard]] WorkerStatistics statistics() const;

private:
  class Relay;
  struct Member {
    std::unique_ptr<Relay> relay;
    std::unique_ptr<EndpointWorker> worker;
  };

  WorkerGroup(std::vector<UdpSocket> sockets, const std::shared_ptr<const DtlsContext>& context,
              std::span<EndpointListener* const> listeners, const EndpointWorker::Clock& clock,
              const WorkerGroupSettings& settings);
  /// Whether a peer has answered, or made, the offer.
  enum class Exchange : std::uint8_t { half_done, done };
  struct Place {
    WorkerIndex worker;
    Exchange exchange = Exchange::done;
    const Program* program = nullptr;
  };
  /// What is done with a peer on its worker.
  using Deed = std::function<AddPeerResult(Endpoint&, core::Instant)>;

  GroupResult place(PeerId peer, const IceCredentials& credentials, Exchange exchange, const Program* program,
                    Deed deed, Added added);
  using Directory = std::unordered_map<PeerId, Place>;
  void forget_those_gone();
  /// All or nothing, should there be no memory.
  Directory::iterator write_down(PeerId peer, const Place& place);
  void strike_out(Directory::iterator written);
  /// Has the worker do this with a peer that has, or gets, this username fragment: checks for it are the
  /// worker's from now on, unless the deed fails. Then `done` is told how it ended.
  using Done = std::function<void(AddPeerResult, Endpoint&, core::Instant)>;
  PostResult post_with_fragment(WorkerIndex worker, const std::string& fragment, Deed deed, Done done);

  const std::size_t max_unanswered_;
  const SocketAddress local_address_;
  const std::shared_ptr<WorkerExchange> exchange_;
  std::vector<std::unique_ptr<Member>> members_;

  // Never taken by a worker.
  std::mutex mutex_;
  Directory directory_;         // Guarded by mutex_.
  std::size_t unanswered_ = 0;  // Of the directory. Guarded by mutex_.
  PeerPlacement placement_;     // Of the directory. Guarded by mutex_.
};

}  // namespace baton::transport::direct
