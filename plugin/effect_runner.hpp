// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/effect.hpp"
#include "core/room_directory.hpp"
#include "framework/json.hpp"
#include "plugin/activity_encoder.hpp"
#include "plugin/client_request.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/control_loop.hpp"
#include "plugin/event_courier.hpp"
#include "plugin/room_media.hpp"
#include "plugin/sdp.hpp"
#include "plugin/sdp_direct.hpp"
#include "plugin/server_clock.hpp"
#include "transports/media_worker.hpp"

namespace baton::plugin {

class DirectPeers;
class HandleSession;

/// How the answer to one request reaches whoever asked.
using Respond = std::function<void(framework::Json body, std::optional<framework::Jsep> jsep)>;

/// A request while it is carried out: what core's reply does not know and the answer needs.
struct RequestInHand {
  core::RequestId id;
  Verb verb = Verb::list;
  Origin origin = Origin::client;
  core::ConnectionId connection;
  Respond respond;
  /// Whose meters it is counted on; null for the operator.
  std::shared_ptr<HandleSession> handle;

  /// For `join`: the plain token, which core knows by its hash only.
  std::string resume_token;
  SubscribeAtOnce subscribe = SubscribeAtOnce::no;
  /// For `join` and `create`: how long to wait where it is refused with `rate_limited`.
  std::optional<core::Duration> retry_after;
  /// For `heartbeat`.
  WantsTurn turn = WantsTurn::no;
  /// For `signal`: its sender's number.
  std::optional<core::SignalNumber> signal;
  /// For `publish`, `subscribe`, `start`, a `join` that subscribes, and a `configure` that restarts ICE.
  MediaTransport transport = MediaTransport::gateway;
  /// For `publish`, by its transport. The second also for a `configure`.
  std::optional<PublishOffer> offer;
  std::optional<DirectPublishOffer> direct_offer;
  /// For `start` by the direct transport.
  std::optional<DirectSubscribeAnswer> direct_answer;
  /// The PeerConnection that came with the offer, if the request had one.
  std::optional<framework::PeerConnectionNumber> offered;
  /// What core was told of the handle's PeerConnection.
  core::PeerConnection peer_connection = core::PeerConnection::usable;

  /// Filled in by a join that goes on with a subscription: the answer so far, and who joined.
  struct Joined {
    framework::Json answer;
    core::SessionClaim claim;
  };
  std::optional<Joined> joined;
};

/// Carries out what rooms ask for: answers, events, media. Lives on the control thread.
class EffectRunner {
public:
  /// What happened to media and concerns a room; called on the media worker.
  struct MediaNews {
    std::function<void(core::RoomId, transport::ProgramSwitch)> on_switch;
    std::function<void(core::RoomId, core::FeedId)> on_resumed;
    /// The handle's media came to nothing; told later, when the present request is done.
    std::function<void(core::ConnectionId)> on_nothing;
  };

  /// All of these outlive the runner. `direct` is null where there is no direct transport.
  EffectRunner(const ServerSettings& server, EventCourier& courier, transport::MediaWorker& worker,
               DirectPeers* direct, MediaNews news);

  void add_connection(const std::shared_ptr<HandleSession>& session);
  void remove_connection(core::ConnectionId connection);
  /// Whether the connection was added and not removed since.
  [[nodiscard]] bool knows(core::ConnectionId connection) const { return connections_.contains(connection); }

  /// The handle behind a connection; null when it is gone.
  [[nodiscard]] std::shared_ptr<HandleSession> session(core::ConnectionId connection) const;

  /// When a packet, RTP or RTCP, last arrived on the connection's PeerConnection; nothing before the first.
  [[nodiscard]] std::optional<core::Instant> last_arrival(core::ConnectionId connection) const;

  /// Opens the media of a new room.
  void open_room(const core::RoomId& room, const core::RoomSettings& settings);
  /// The media of a room; null for a room without (mode p2p, or closed).
  [[nodiscard]] RoomMedia* media(const core::RoomId& room);

  /// Carries out the effects in their order. `request` is the one that caused them, if it was a request.
  void run(const core::RoomEffects& effects, RequestInHand* request);
  /// A PeerConnection of the connection is down; to be told before the room is, and only if it is to be:
  /// media that began later go on.
  enum class Tell : std::uint8_t { nobody, the_room };
  [[nodiscard]] Tell peer_connection_down(core::ConnectionId connection,
                                          framework::PeerConnectionNumber which);
  /// The same where the gateway has refused our offer or answer: no media come of it. A PeerConnection that
  /// this may have left is closed, and its end waited for.
  [[nodiscard]] Tell jsep_refused(core::ConnectionId connection, framework::PeerConnectionNumber which);
  /// This connection's media are over, whoever ended them: nothing comes from it or goes to it any more, and
  /// its PeerConnection is closed unless it is down already.
  void end_media(const core::RoomId& room, core::ConnectionId connection);
  /// Closes the PeerConnection that Janus has made for an offer, unless it carries media: nobody will answer
  /// that offer, and as long as it stands Janus takes no other on this handle.
  void close_unused(core::ConnectionId connection, framework::PeerConnectionNumber which);
  /// What a room is to know of the PeerConnection on which the request would begin media.
  [[nodiscard]] core::PeerConnection peer_connection(const RequestInHand& request) const;
  /// Refuses what was asked for, but not a join that it came with: that stands.
  static void refuse(RequestInHand& request, framework::Json refusal);
  /// The direct transport, null where there is none.
  [[nodiscard]] DirectPeers* direct() const { return direct_; }
  /// What is known of each PeerConnection of the room, for `status`.
  [[nodiscard]] framework::Json encode_peers(const core::Room& room, const ClockReading& clock) const;
  /// Tells everybody in the room what is on air.
  void program_switched(const core::Room& room, const transport::ProgramSwitch& change);

  /// Ends a room that failed: everybody in it is told, and its connections are closed.
  void abandon(const core::Room& room);

private:
  struct Context {
    const core::RoomId& room;
    RequestInHand* request;
    ClockReading clock;
    ActivityNewsEncoder& activities;
  };

  void carry_out(const Context& context, const core::Reply& reply);
  void carry_out(const Context& context, const core::Refusal& refusal);
  void carry_out(const Context& context, const core::Notify& notify);
  void carry_out(const Context& context, const core::FollowFeed& follow);
  void carry_out(const Context& context, const core::EndFeed& end);
  void carry_out(const Context& context, const core::WatchFeed& watch);
  void carry_out(const Context& context, const core::MuteFeed& mute);
  void carry_out(const Context& context, const core::ReleaseConnection& release);
  void carry_out(const Context& context, const core::CloseRoom& close);

  void answer(const Context& context, const core::JoinAccepted& joined);
  void answer(const Context& context, const core::Done& done);
  void answer(const Context& context, const core::HeartbeatAnswer& heartbeat);
  void answer(const Context& context, const core::Synchronized& synchronized);
  void answer(const Context& context, const core::ReadyAccepted& ready);
  void answer(const Context& context, const core::ActivityAccepted& accepted);
  void answer(const Context& context, const core::PublishAccepted& accepted);
  void answer(const Context& context, const core::SubscribeAccepted& accepted);
  void publish_direct(const Context& context, const core::PublishAccepted& accepted, RoomMedia& media,
                      HandleSession& publisher);
  void start_direct(RequestInHand& request);
  void restart_direct(const Context& context, RequestInHand& request);
  /// The direct transport has no room for this handle's PeerConnection, which is over.
  void refuse_full(RequestInHand& request);
  void request_keyframe(const core::RoomId& room, core::ConnectionId connection);

  [[nodiscard]] ProgramView program_view(const core::RoomId& room);
  void tell(const std::vector<core::ConnectionId>& to, const framework::SharedJson& event);
  void release(const core::RoomId& room, core::ConnectionId connection);

  const ServerSettings& server_;
  EventCourier& courier_;
  transport::MediaWorker& worker_;
  DirectPeers* const direct_;
  MediaNews news_;
  std::unordered_map<core::ConnectionId, std::weak_ptr<HandleSession>> connections_;
  std::map<core::RoomId, std::unique_ptr<RoomMedia>> media_;
};

}  // namespace baton::plugin
