// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/effect_runner.hpp"

#include <utility>

#include "plugin/answer_encoder.hpp"
#include "plugin/direct_peers.hpp"
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

/// A refusal, and how long to wait where that helps.
Json encode(const core::Refusal& refusal, const RequestInHand& request) {
  if (refusal.error == core::ErrorCode::rate_limited && request.retry_after) {
    return encode_rate_limited(*request.retry_after);
  }
  if (refusal.error == core::ErrorCode::handle_busy &&
      request.peer_connection == core::PeerConnection::closing) {
    return encode_for_now(refusal.error, PeerConnectionRecord::kRetryAfter);
  }
  return encode_refusal(refusal);
}

}  // namespace

EffectRunner::EffectRunner(const ServerSettings& server, EventCourier& courier,
                           transport::MediaWorker& worker, DirectPeers* direct, MediaNews news)
    : server_(server), courier_(courier), worker_(worker), direct_(direct), news_(std::move(news)) {}

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
  refuse(*request, encode(refusal, *request));
}

void EffectRunner::refuse(RequestInHand& request, Json refusal) {
  if (!request.joined) {
    request.respond(std::move(refusal), std::nullopt);
    return;
  }
  // The join stands; only the subscription that was to come with it does not.
  request.joined->answer.set("subscribe_error", std::move(refusal));
  request.respond(std::move(request.joined->answer), std::nullopt);
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
  if (media(context.room) != nullptr) {
    answer.set("transports", encode_transports(direct_ != nullptr ? DirectOffered::yes : DirectOffered::no));
  }
  if (request.subscribe == SubscribeAtOnce::yes) {
    request.joined = RequestInHand::Joined{std::move(answer), {joined.session, joined.version}};
    return;
  }
  request.respond(std::move(answer), std::nullopt);
}

void EffectRunner::answer(const Context& context, const core::Done& /*done*/) {
  RequestInHand& request = *context.request;
  if (request.verb == Verb::configure && request.transport == MediaTransport::direct) {
    restart_direct(context, request);
    return;
  }
  if (request.verb == Verb::configure) {
    request_keyframe(context.room, request.connection);
  }
  if (request.direct_answer) {
    start_direct(request);
  }
  Json answer = encode_done(context.room, request.verb);
  if (request.signal) {
    answer.set("number", request.signal->value());
  }
  request.respond(std::move(answer), std::nullopt);
}

void EffectRunner::answer(const Context& context, const core::HeartbeatAnswer& heartbeat) {
  Json answer = encode_heartbeat(context.room, heartbeat);
  if (server_.turn_secret && context.request->turn == WantsTurn::yes) {
    answer.set("turn", encode_turn(server_, heartbeat.user, wall_clock_seconds()));
  }
  context.request->respond(std::move(answer), std::nullopt);
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
  if (media != nullptr && publisher != nullptr && request.direct_offer) {
    publish_direct(context, accepted, *media, *publisher);
    return;
  }
  if (media == nullptr || publisher == nullptr || !request.offer || !request.offered) {
    // The handle went away while its request waited; the report of that follows and ends the feed.
    return;
  }
  std::shared_ptr<transport::KeyframeSource> keyframes;
  if (request.offer->video) {
    keyframes = std::make_shared<transport::GatewayKeyframeSource>(publisher->handle());
  }
  publisher->carry({media->open_feed(accepted.feed, accepted.user, request.connection, std::move(keyframes)),
                    nullptr,
                    {},
                    *request.offered});
  publisher->describe_as({context.room, accepted.user, "publication"});
  Json answer = Json::object()
                    .set("baton", "published")
                    .set("room", context.room.value())
                    .set("feed", accepted.feed.value());
  request.respond(std::move(answer), Jsep{.type = JsepType::answer,
                                          .sdp = make_publish_answer(*request.offer, fresh_origin()),
                                          .peer_connection = request.offered});
}

void EffectRunner::answer(const Context& context, const core::SubscribeAccepted& accepted) {
  RequestInHand& request = *context.request;
  RoomMedia* media = this->media(context.room);
  const auto viewer = session(request.connection);
  if (media == nullptr || viewer == nullptr) {
    return;
  }
  std::optional<std::string> sdp;
  if (request.transport == MediaTransport::direct) {
    sdp = direct_->offer(request.connection, media->program(), media->video_codec());
    if (!sdp) {
      refuse_full(request);
      return;
    }
  }
  Json answer = request.joined ? std::move(request.joined->answer)
                               : Json::object().set("baton", "subscribed").set("room", context.room.value());
  viewer->describe_as(
      {context.room, accepted.user, "subscription", sdp ? direct_->board(request.connection) : nullptr});
  if (sdp) {
    request.respond(std::move(answer.set("transport", "direct").set("sdp", *sdp)), std::nullopt);
    return;
  }
  const transport::SinkId sink = media->open_sink(
      request.connection,
      std::make_shared<transport::GatewaySink>(
          viewer->handle(), transport::GatewayMediaIndices{kProgramAudioIndex, kProgramVideoIndex}));
  const framework::PeerConnectionNumber next = viewer->handle().peer_connection();
  viewer->carry({nullptr, media->program(), sink, next});
  request.respond(std::move(answer), Jsep{.type = JsepType::offer,
                                          .sdp = make_subscribe_offer(media->video_codec(), fresh_origin()),
                                          .peer_connection = next});
}

void EffectRunner::request_keyframe(const core::RoomId& room, core::ConnectionId connection) {
  RoomMedia* media = this->media(room);
  if (media != nullptr && (direct_ == nullptr || !direct_->request_keyframe(connection))) {
    media->request_keyframe(connection);
  }
}

EffectRunner::Tell EffectRunner::peer_connection_down(core::ConnectionId connection,
                                                      framework::PeerConnectionNumber which) {
  const auto holder = session(connection);
  const bool is_past =
      holder && holder->peer_connections().ended(which) == PeerConnectionRecord::End::of_an_earlier_one;
  return is_past ? Tell::nobody : Tell::the_room;
}

EffectRunner::Tell EffectRunner::jsep_refused(core::ConnectionId connection,
                                              framework::PeerConnectionNumber which) {
  const Tell tell = peer_connection_down(connection, which);
  // Refused before it was made, or after; or it is going down. Only in the last case would an end be told of.
  close_unused(connection, which);
  return tell;
}

core::PeerConnection EffectRunner::peer_connection(const RequestInHand& request) const {
  const auto holder = session(request.connection);
  if (!holder || request.transport == MediaTransport::direct) {
    return core::PeerConnection::usable;
  }
  const framework::PeerConnectionNumber current = holder->handle().peer_connection();
  return request.verb == Verb::publish && request.offered
             ? holder->peer_connections().for_offer(*request.offered, current, now())
             : holder->peer_connections().for_own_offer(current, now());
}

void EffectRunner::end_media(const core::RoomId& room, core::ConnectionId connection) {
  if (RoomMedia* media = this->media(room)) {
    media->end_sink(connection);
  }
  if (direct_ != nullptr) {
    direct_->end(connection);
  }
  if (const auto holder = session(connection)) {
    if (const auto closes = holder->end_media()) {
      courier_.close_peer_connection(holder->handle(), *closes);
    }
  }
}

void EffectRunner::close_unused(core::ConnectionId connection, framework::PeerConnectionNumber which) {
  const auto holder = session(connection);
  if (holder && holder->peer_connections().close_unused(which, holder->handle().peer_connection(), now())) {
    courier_.close_peer_connection(holder->handle(), which);
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
