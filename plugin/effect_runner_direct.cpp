// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked of PeerConnections of the direct transport, and what is shown of all.
#include <string>
#include <utility>

#include "plugin/answer_encoder.hpp"
#include "plugin/direct_peers.hpp"
#include "plugin/effect_runner.hpp"
#include "plugin/handle_session.hpp"
#include "plugin/peer_encoder.hpp"

namespace baton::plugin {

using framework::Json;

void EffectRunner::publish_direct(const Context& context, const core::PublishAccepted& accepted,
                                  RoomMedia& media, HandleSession& publisher) {
  RequestInHand& request = *context.request;
  const DirectPeers::PeerId peer = direct_->begin(request.connection);
  std::shared_ptr<transport::KeyframeSource> keyframes;
  if (request.direct_offer->offer.video) {
    keyframes = direct_->keyframe_source(peer);
  }
  auto feed = media.open_feed(accepted.feed, accepted.user, request.connection, std::move(keyframes));
  auto sdp = direct_->publish(peer, *request.direct_offer, std::move(feed), publisher.arrivals());
  if (!sdp) {
    refuse_full(request);
    return;
  }
  publisher.describe_as({context.room, accepted.user, "publication", direct_->board(request.connection)});
  request.respond(Json::object()
                      .set("baton", "published")
                      .set("room", context.room.value())
                      .set("feed", accepted.feed.value())
                      .set("transport", "direct")
                      .set("sdp", *std::move(sdp)),
                  std::nullopt);
}

void EffectRunner::start_direct(RequestInHand& request) {
  const auto viewer = session(request.connection);
  if (viewer != nullptr && direct_->start(request.connection, *request.direct_answer, viewer->arrivals()) ==
                               DirectPeers::Start::full) {
    refuse_full(request);
  }
}

void EffectRunner::restart_direct(const Context& context, RequestInHand& request) {
  auto sdp = request.direct_offer ? direct_->restart(request.connection, *request.direct_offer)
                                  : direct_->restart(request.connection);
  if (!sdp) {
    refuse(request, encode_error({core::ErrorCode::server_busy, {}}));
    return;
  }
  request.respond(
      encode_done(context.room, request.verb).set("transport", "direct").set("sdp", *std::move(sdp)),
      std::nullopt);
}

void EffectRunner::refuse_full(RequestInHand& request) {
  refuse(request, encode_error({core::ErrorCode::transport_full, {}}));
  news_.on_nothing(request.connection);
}

Json EffectRunner::encode_peers(const core::Room& room, const ClockReading& clock) const {
  Json peers = Json::array();
  for (const auto& [user, participant] : room.sessions().all()) {
    for (const core::SessionConnection& connection : participant.session.connections) {
      const auto holder = session(connection.id);
      if (holder == nullptr || connection.use == core::ConnectionUse::signalling_only) {
        continue;
      }
      const auto direct = direct_ != nullptr ? direct_->board(connection.id) : nullptr;
      Json peer = direct != nullptr ? encode_peer(direct->read(), clock) : encode_peer(holder->by_gateway());
      peer.set("user", user.value())
          .set("carries", connection.use == core::ConnectionUse::publishing ? "publication" : "subscription");
      peers.append(std::move(peer));
    }
  }
  return peers;
}

}  // namespace baton::plugin
