// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/effect_runner.hpp"

#include <utility>

#include "plugin/answer_encoder.hpp"
#include "plugin/event_encoder.hpp"
#include "plugin/handle_session.hpp"
#include "plugin/rate_gate.hpp"
#include "plugin/secrets.hpp"
#include "transports/gateway/gateway_sink.hpp"

namespace baton::plugin {

using framework::Jsep;
using framework::JsepType;
using framework::Json;
using framework::SharedJson;

namespace {

/// One description per connection: its id never matters to a browser beyond being the same in later versions.
SdpOrigin fresh_origin() {
  constexpr std::uint64_t kBelowSignBit = (std::uint64_t{1} << 62U) - 1;
  return {(random_number() & kBelowSignBit) + 1, 1};
}

}  // namespace

EffectRunner::EffectRunner(const ServerSettings& server, EventCourier& courier,
                           transport::MediaWorker& worker, MediaNews news)
    : server_(server), courier_(courier), worker_(worker), news_(std::move(news)) {}

void EffectRunner::add_connection(const std::shared_ptr<HandleSession>& session) {
  connections_.insert_or_assign(session->connection(), session);
}

void EffectRunner::remove_connection(core::ConnectionId connection) {
  connections_.erase(connection);
  courier_.forget(framework::HandleId(connection.value()));
}

std::optional<core::Instant> EffectRunner::last_arrival(core::ConnectionId connection) const {
  const auto holder = session(connection);
  return holder != nullptr ? holder->last_arrival() : std::nullopt;
}

void EffectRunner::open_room(const core::RoomId& room, const core::RoomSettings& settings) {
  if (settings.mode != core::RoomMode::sfu) {
    return;
  }
  RoomMedia::News news{[on_switch = news_.on_switch, room](const transport::ProgramSwitch& change) {
                         on_switch(room, change);
                       },
                       [on_resumed = news_.on_resumed, room](media::SourceId source) {
                         on_resumed(room, core::FeedId(source.value));
                       }};
  media_.insert_or_assign(
      room, std::make_unique<RoomMedia>(settings.video_codec, server_, worker_, std::move(news)));
}

RoomMedia* EffectRunner::media(const core::RoomId& room) {
  const auto found = media_.find(room);
  return found == media_.end() ? nullptr : found->second.get();
}

void EffectRunner::run(const core::RoomEffects& effects, RequestInHand* request) {
  ActivityNewsEncoder activities;
  const Context context{effects.room, request, read_clocks(), activities};
  for (const core::Effect& effect : effects.effects) {
    std::visit([&](const auto& one) { carry_out(context, one); }, effect);
  }
}

void EffectRunner::carry_out(const Context& context, const core::Reply& reply) {
  if (context.request != nullptr && context.request->id == reply.request) {
    std::visit([&](const auto& body) { answer(context, body); }, reply.body);
  }
}

void EffectRunner::carry_out(const Context& context, const core::Refusal& refusal) {
  RequestInHand* request = context.request;
  if (request == nullptr || request->id != refusal.request) {
    return;
  }
  if (request->joined) {
    // The join stands; only the subscription that was to come with it does not.
    request->joined->answer.set("subscribe_error", encode_refusal(refusal));
    request->respond(std::move(request->joined->answer), std::nullopt);
    return;
  }
  const bool to_wait = refusal.error == core::ErrorCode::rate_limited && request->retry_after;
  request->respond(to_wait ? encode_rate_limited(*request->retry_after) : encode_refusal(refusal),
                   std::nullopt);
}

void EffectRunner::carry_out(const Context& context, const core::Notify& notify) {
  tell(notify.to,
       encode_event(context.room, notify.version, notify.event, context.clock, context.activities));
}

void EffectRunner::carry_out(const Context& context, const core::FollowFeed& follow) {
  if (RoomMedia* media = this->media(context.room)) {
    media->follow(follow.feed);
  }
}

void EffectRunner::carry_out(const Context& context, const core::EndFeed& end) {
  RoomMedia* media = this->media(context.room);
  if (media == nullptr) {
    return;
  }
  const auto connection = media->connection_of(end.feed);
  media->end_feed(end.feed);
  if (connection) {
    end_media(context.room, *connection);
  }
}

void EffectRunner::carry_out(const Context& context, const core::WatchFeed& watch) {
  if (RoomMedia* media = this->media(context.room)) {
    media->watch(watch.feed, watch.last_arrival);
  }
}

void EffectRunner::carry_out(const Context& context, const core::MuteFeed& mute) {
  if (RoomMedia* media = this->media(context.room)) {
    media->mute_feed(mute.feed, mute.muting);
  }
}

void EffectRunner::carry_out(const Context& context, const core::ReleaseConnection& release) {
  this->release(context.room, release.connection);
}

void EffectRunner::carry_out(const Context& context, const core::CloseRoom& /*close*/) {
  media_.erase(context.room);
}

void EffectRunner::answer(const Context& context, const core::JoinAccepted& joined) {
  RequestInHand& request = *context.request;
  if (const auto who = session(request.connection)) {
    who->describe_as({context.room, joined.user, "nothing"});
  }
  Json answer = encode_joined(joined, request.resume_token, program_view(context.room), context.clock);
  if (server_.turn_secret) {
    answer.set("turn", encode_turn(server_, joined.user, wall_clock_seconds()));
  }
  if (request.subscribe == SubscribeAtOnce::yes) {
    request.joined = RequestInHand::Joined{std::move(answer), {joined.session, joined.version}};
    return;
  }
  request.respond(std::move(answer), std::nullopt);
}

void EffectRunner::answer(const Context& context, const core::Done& /*done*/) {
  RequestInHand& request = *context.request;
  if (request.verb == Verb::configure) {
    if (RoomMedia* media = this->media(context.room)) {
      media->request_keyframe(request.connection);
    }
  }
  Json answer = encode_done(context.room, request.verb);
  if (request.signal) {
    answer.set("number", request.signal->value());
  }
  request.respond(std::move(answer), std::nullopt);
}

void EffectRunner::answer(const Context& context, const core::HeartbeatAnswer& heartbeat) {
  context.request->respond(encode_heartbeat(context.room, heartbeat), std::nullopt);
}

void EffectRunner::answer(const Context& context, const core::Synchronized& synchronized) {
  context.request->respond(encode_synchronized(synchronized, program_view(context.room), context.clock),
                           std::nullopt);
}

void EffectRunner::answer(const Context& context, const core::ReadyAccepted& ready) {
  context.request->respond(encode_ready(context.room, ready), std::nullopt);
}

void EffectRunner::answer(const Context& context, const core::ActivityAccepted& accepted) {
  RequestInHand& request = *context.request;
  request.respond(encode_activity_answer(context.room, request.verb, accepted, context.activities),
                  std::nullopt);
}

void EffectRunner::answer(const Context& context, const core::PublishAccepted& accepted) {
  RequestInHand& request = *context.request;
  RoomMedia* media = this->media(context.room);
  const auto publisher = session(request.connection);
  if (media == nullptr || publisher == nullptr || !request.offer) {
    // The handle went away while its request waited; the report of that follows and ends the feed.
    return;
  }
  std::shared_ptr<transport::KeyframeSource> keyframes;
  if (request.offer->video) {
    keyframes = std::make_shared<transport::GatewayKeyframeSource>(publisher->handle());
  }
  publisher->carry({media->open_feed(accepted.feed, accepted.user, request.connection, std::move(keyframes)),
                    nullptr,
                    {}});
  publisher->describe_as({context.room, accepted.user, "publication"});
  Json answer = Json::object()
                    .set("baton", "published")
                    .set("room", context.room.value())
                    .set("feed", accepted.feed.value());
  request.respond(std::move(answer),
                  Jsep{.type = JsepType::answer, .sdp = make_publish_answer(*request.offer, fresh_origin())});
}

void EffectRunner::answer(const Context& context, const core::SubscribeAccepted& accepted) {
  RequestInHand& request = *context.request;
  RoomMedia* media = this->media(context.room);
  const auto viewer = session(request.connection);
  if (media == nullptr || viewer == nullptr) {
    return;
  }
  const transport::SinkId sink = media->open_sink(
      request.connection,
      std::make_shared<transport::GatewaySink>(
          viewer->handle(), transport::GatewayMediaIndices{kProgramAudioIndex, kProgramVideoIndex}));
  viewer->carry({nullptr, media->program(), sink});
  viewer->describe_as({context.room, accepted.user, "subscription"});
  Json answer = request.joined ? std::move(request.joined->answer)
                               : Json::object().set("baton", "subscribed").set("room", context.room.value());
  request.respond(std::move(answer), Jsep{.type = JsepType::offer,
                                          .sdp = make_subscribe_offer(media->video_codec(), fresh_origin())});
}

void EffectRunner::peer_connection_down(core::ConnectionId connection) {
  if (const auto holder = session(connection)) {
    holder->peer_connection_down();
  }
}

core::PeerConnection EffectRunner::peer_connection(core::ConnectionId connection) const {
  const auto holder = session(connection);
  return holder != nullptr ? holder->peer_connection() : core::PeerConnection::usable;
}

void EffectRunner::end_media(const core::RoomId& room, core::ConnectionId connection) {
  if (RoomMedia* media = this->media(room)) {
    media->end_sink(connection);
  }
  const auto holder = session(connection);
  if (holder && holder->end_media() == HandleSession::Close::yes) {
    courier_.close_peer_connection(holder->handle());
  }
}

void EffectRunner::close_unused(core::ConnectionId connection) {
  if (const auto holder = session(connection); holder && holder->carries_nothing()) {
    courier_.close_peer_connection(holder->handle());
  }
}

void EffectRunner::release(const core::RoomId& room, core::ConnectionId connection) {
  end_media(room, connection);
  if (const auto holder = session(connection)) {
    holder->describe_as({});
  }
}

void EffectRunner::program_switched(const core::Room& room, const transport::ProgramSwitch& change) {
  RoomMedia* media = this->media(room.id());
  const auto view = media != nullptr ? media->switched(change) : std::nullopt;
  if (!view) {
    return;
  }
  std::vector<core::ConnectionId> everybody;
  for (const auto& [user, participant] : room.sessions().all()) {
    if (participant.session.signalling) {
      everybody.push_back(*participant.session.signalling);
    }
  }
  tell(everybody, encode_program_event(room.id(), *view, read_clocks()));
}

void EffectRunner::abandon(const core::Room& room) {
  const SharedJson event = Json::object()
                               .set("baton", "room_closed")
                               .set("room", room.id().value())
                               .set("room_version", room.version().next().value())
                               .set("reason", "server_failure");
  for (const auto& [user, participant] : room.sessions().all()) {
    for (const core::SessionConnection& connection : participant.session.connections) {
      tell({connection.id}, event);
      release(room.id(), connection.id);
    }
  }
  media_.erase(room.id());
}

std::shared_ptr<HandleSession> EffectRunner::session(core::ConnectionId connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? nullptr : found->second.lock();
}

ProgramView EffectRunner::program_view(const core::RoomId& room) {
  const RoomMedia* media = this->media(room);
  return media != nullptr ? media->view() : ProgramView{};
}

void EffectRunner::tell(const std::vector<core::ConnectionId>& to, const SharedJson& event) {
  for (const core::ConnectionId connection : to) {
    if (const auto receiver = session(connection)) {
      courier_.send(receiver->handle(), {{}, event, std::nullopt});
    }
  }
}

}  // namespace baton::plugin
