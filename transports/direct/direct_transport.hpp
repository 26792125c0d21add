// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/media/ntp_time.hpp"
#include "core/media/parse_result.hpp"
#include "core/time.hpp"
#include "transports/direct/certificate.hpp"
#include "transports/direct/endpoint.hpp"
#include "transports/direct/ice_credentials.hpp"
#include "transports/direct/peer_media.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/udp_socket.hpp"
#include "transports/direct/worker_group.hpp"
#include "transports/direct/worker_media.hpp"

namespace baton::transport::direct {

struct DirectTransportSettings {
  UdpSocketSettings socket = {};
  std::size_t workers = 1;
  WorkerGroupSettings group = {};
  WorkerMediaSettings media = {};
};

/// Why there is no direct transport.
enum class DirectTransportError : std::uint8_t {
  no_certificate,  ///< OpenSSL has no randomness, or lacks what is needed.
  no_socket,       ///< As UdpSocketError says, from here on.
  address_in_use,
  address_not_local,
  permission_denied,
  other,
};
[[nodiscard]] const char* to_string(DirectTransportError error);

/// Peers behind one UDP port, and what they watch or send: the whole transport. Any thread may call, and none
/// waits for a worker.
class DirectTransport {
public:
  /// `listener` outlives this object and is called on its workers' threads. Throws std::system_error when the
  /// system has no descriptors or threads left.
  static media::ParseResult<std::unique_ptr<DirectTransport>, DirectTransportError> open(
      const DirectTransportSettings& settings, PeerListener& listener, const EndpointWorker::Clock& clock);
  /// Ends the workers. Nobody is told of anything afterwards.
  ~DirectTransport();
  DirectTransport(const DirectTransport&) = delete;
  DirectTransport& operator=(const DirectTransport&) = delete;

  /// The peer is waited for from now on. One that does not come is told of as gone.
  GroupResult add(PeerId peer, const PeerSettings& settings, ViewerSetup setup);
  GroupResult add(PeerId peer, const PeerSettings& settings, PublisherSetup setup);
  /// A viewer that has been made an offer of this program with these credentials: its checks are answered
  /// from now on. One that does not answer is told of as gone.
  GroupResult expect(PeerId peer, const IceCredentials& credentials, const Program& program);
  /// Its answer. Only now does it have a handshake, and media.
  GroupResult describe(PeerId peer, const DtlsEnd& other, ViewerSetup setup);
  /// An ICE restart: from now on the peer proves to have read these.
  GroupResult restart(PeerId peer, IceCredentials credentials);
  /// Says goodbye to the peer and forgets it. Nothing is told of it.
  GroupResult remove(PeerId peer);

  /// Asks a publisher for a key frame; of a viewer, as if it had sent PLI.
  void request_keyframe(PeerId peer);

  /// Of a publisher, which need not be added yet. May outlive this object, and asks nobody then.
  [[nodiscard]] std::shared_ptr<KeyframeSource> keyframe_source(PeerId peer);

  [[nodiscard]] const Fingerprint& fingerprint() const { return context_->fingerprint(); }
  [[nodiscard]] const SocketAddress& local_address() const { return group_->local_address(); }
  [[nodiscard]] std::size_t workers() const { return group_->workers(); }
  /// Nothing of a peer that is gone, or was never there.
  [[nodiscard]] std::optional<WorkerIndex> worker_of(PeerId peer) const { return group_->worker_of(peer); }
  /// As it was at most about a second ago.
  [[nodiscard]] WorkerStatistics statistics() const { return group_->statistics(); }

private:
  class LateWaker;
  class Gate;
  class PublisherKeyframes;

  DirectTransport() = default;
  template <class Setup>
  GroupResult add_peer(PeerId peer, const PeerSettings& settings, const Program* program, Setup setup);

  std::shared_ptr<Gate> gate_;
  std::shared_ptr<const DtlsContext> context_;
  PeerListener* listener_ = nullptr;
  std::vector<std::unique_ptr<LateWaker>> wakers_;
  std::vector<std::unique_ptr<WorkerMedia>> media_;
  // Last, so that its threads end first.
  std::unique_ptr<WorkerGroup> group_;
};

}  // namespace baton::transport::direct
