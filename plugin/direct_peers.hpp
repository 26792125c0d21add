// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "core/ids.hpp"
#include "core/media/video_codec.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/host_candidates.hpp"
#include "plugin/sdp_direct.hpp"
#include "transports/arrival_time.hpp"
#include "transports/direct/direct_transport.hpp"
#include "transports/feed.hpp"
#include "transports/program.hpp"

namespace baton::plugin {

/// The PeerConnections that handles have by the direct transport: their descriptions, and what they carry. A
/// handle has at most one. The control thread's, but for what `tell` is given.
class DirectPeers final : private transport::direct::PeerListener {
public:
  using PeerId = transport::direct::PeerId;
  /// Called on the transport's threads; must only hand on.
  struct News {
    std::function<void(PeerId)> on_connected;
    std::function<void(PeerId)> on_gone;
  };

  /// Opens the port. Why it cannot, as a sentence for the operator. `settings` have a direct_port.
  static std::variant<std::unique_ptr<DirectPeers>, std::string> open(const ServerSettings& settings);
  ~DirectPeers() override;

  /// To be called before there is a peer.
  void tell(News news) { news_ = std::move(news); }

  // --- publishing

  /// A new PeerConnection of this handle. One that it had is over.
  PeerId begin(core::ConnectionId connection);
  /// Whom the program asks for key frames.
  [[nodiscard]] std::shared_ptr<transport::KeyframeSource> keyframe_source(PeerId peer) {
    return transport_->keyframe_source(peer);
  }
  /// The answer to the offer; nothing when the transport is full. `peer` has begun.
  [[nodiscard]] std::optional<std::string> publish(PeerId peer, const DirectPublishOffer& offer,
                                                   std::shared_ptr<transport::Feed> feed,
                                                   std::shared_ptr<transport::ArrivalTime> arrivals);
  /// What the handle publishes; null when it does not, by this transport.
  [[nodiscard]] const DirectPublishOffer* publication(core::ConnectionId connection) const;
  /// The answer to a later offer of the same publication, which changes nothing but ICE; nothing when the
  /// transport could not be told.
  [[nodiscard]] std::optional<std::string> restart(core::ConnectionId connection,
                                                   const DirectPublishOffer& offer);

  // --- subscribing

  /// The offer of the program to this handle, on a new PeerConnection, whose checks are answered from now on;
  /// nothing when the transport is full.
  [[nodiscard]] std::optional<std::string> offer(core::ConnectionId connection,
                                                 std::shared_ptr<transport::Program> program,
                                                 media::VideoCodec codec);
  /// Whether the handle has been made an offer that it has not answered.
  [[nodiscard]] bool awaits_answer(core::ConnectionId connection) const;
  /// Whether the answer is the handle's first, or changes nothing but ICE since that.
  [[nodiscard]] bool goes_on(core::ConnectionId connection, const DirectSubscribeAnswer& answer) const;
  /// Whether the handle was made an offer, answered or not.
  [[nodiscard]] bool is_viewer(core::ConnectionId connection) const;
  /// The same offer once more, with other credentials: an ICE restart, whose checks are answered from now on.
  /// Nothing when the transport could not be told.
  [[nodiscard]] std::optional<std::string> restart(core::ConnectionId connection);
  /// What the viewer made of it. Whether there was room for it.
  enum class Start : std::uint8_t { started, full };
  [[nodiscard]] Start start(core::ConnectionId connection, const DirectSubscribeAnswer& answer,
                            std::shared_ptr<transport::ArrivalTime> arrivals);

  // --- both

  /// The handle's PeerConnection is over.
  void end(core::ConnectionId connection);
  /// A viewer asks for a key frame by name. Whether the handle has a PeerConnection here.
  bool request_keyframe(core::ConnectionId connection);
  /// Whose PeerConnection this is; nothing when it is over.
  [[nodiscard]] std::optional<core::ConnectionId> connection_of(PeerId peer) const;
  /// The transport has let go of it by itself.
  void forget(PeerId peer);
  /// Where it is put up what can be said of the handle's PeerConnection; null when it has none here.
  [[nodiscard]] std::shared_ptr<const transport::direct::PeerBoard> board(
      core::ConnectionId connection) const;
  [[nodiscard]] const transport::direct::DirectTransport& transport() const { return *transport_; }
  /// A line for the log: what is open, and what browsers are told.
  [[nodiscard]] std::string describe() const;

private:
  struct Viewing {
    std::shared_ptr<transport::Program> program;  ///< Until the first answer.
    ProgramSources sources;
    media::VideoCodec codec = media::VideoCodec::vp8;
    enum class Offer : std::uint8_t { unanswered, answered } offer = Offer::unanswered;
    std::optional<DirectSubscribeAnswer> answer;
  };
  struct Peer {
    core::ConnectionId connection;
    DirectLocal local;
    std::optional<Viewing> viewing;
    std::optional<DirectPublishOffer> publication;
    /// Whether the transport has been told of it, and must be told of its end.
    enum class Begun : std::uint8_t { no, yes } begun = Begun::no;
    std::shared_ptr<transport::direct::PeerBoard> board;
  };

  DirectPeers() = default;
  void on_connected(PeerId peer) override;
  void on_gone(PeerId peer, transport::direct::GoneReason reason) override;
  /// Gives the peer other credentials. Whether the transport could be told.
  [[nodiscard]] bool renew(PeerId id, Peer& peer);
  [[nodiscard]] Peer* find(core::ConnectionId connection);
  [[nodiscard]] const Peer* find(core::ConnectionId connection) const;

  News news_;
  SocketAddresses candidates_;
  std::uint64_t last_peer_ = 0;
  std::unordered_map<PeerId, Peer> peers_;
  std::unordered_map<core::ConnectionId, PeerId> by_connection_;
  // Last, so that its threads end first.
  std::unique_ptr<transport::direct::DirectTransport> transport_;
};

}  // namespace baton::plugin
