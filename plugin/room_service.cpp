// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/room_service.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "plugin/answer_encoder.hpp"
#include "plugin/direct_peers.hpp"
#include "plugin/handle_session.hpp"
#include "plugin/secrets.hpp"
#include "plugin/server_clock.hpp"

namespace baton::plugin {

using core::ErrorCode;
using framework::Json;

namespace {

/// How long rooms may be advanced before requests have their turn.
constexpr core::Duration kLongestRound = std::chrono::milliseconds(5);

}  // namespace

RoomService::RoomService(const Config& config, std::shared_ptr<const core::ActivityCatalogue> activities,
                         EventCourier& courier, transport::MediaWorker& worker, DirectPeers* direct,
                         EffectRunner::MediaNews news, OnFailure on_failure)
    : server_(config.server),
      on_failure_(std::move(on_failure)),
      directory_(config.server.max_rooms, std::move(activities), &same_secret),
      door_(config.server.join_auth, config.server.join_keys),
      gates_(config.server),
      server_gate_(static_cast<const ServerRateLimits&>(config.server)),
      runner_(server_, courier, worker, direct, std::move(news)),
      descriptions_(direct),
      worker_(worker) {
  if (server_.admin_key) {
    admin_key_ = hash_secret(*server_.admin_key);
  }
  for (const PredefinedRoom& room : config.rooms) {
    create_predefined(room);
  }
}

void RoomService::request(std::optional<core::ConnectionId> connection, Origin origin, ClientRequest request,
                          Respond respond) {
  if (connection && !runner_.knows(*connection) && answer_by(request) == AnswerBy::event) {
    // Detaching has overtaken the request. There is nobody to answer; and whoever would join now could never
    // be seen to leave.
    return;
  }
  last_request_ = last_request_.next();
  RequestInHand in_hand;
  in_hand.id = last_request_;
  in_hand.verb = request.verb;
  in_hand.origin = origin;
  in_hand.connection = connection.value_or(core::ConnectionId());
  in_hand.offered = request.offered;
  in_hand.handle = connection ? runner_.session(*connection) : nullptr;
  // Whatever fails on the way, a request is answered once.
  const auto answered = std::make_shared<std::atomic<bool>>(false);
  in_hand.respond = [answered, respond = std::move(respond)](Json body, std::optional<framework::Jsep> jsep) {
    if (!answered->exchange(true)) {
      respond(std::move(body), std::move(jsep));
    }
  };
  try {
    std::visit([&](auto& body) { carry_out(in_hand, body); }, request.body);
  } catch (const std::exception& failure) {
    on_failure_(std::string("A request failed: ") + failure.what());
    refuse(in_hand, ErrorCode::server_failure);
  }
}

void RoomService::carry_out(RequestInHand& in_hand, const JoinRoom& join) {
  const From from = standing_of(join.room, join.user, join.resumption);
  if (!within_limits(in_hand, join.room, from)) {
    return;
  }
  in_hand.resume_token = random_token();
  in_hand.subscribe = join.subscribe;
  in_hand.transport = chosen(join.transport);
  const core::Join command{join.user,
                           join.display_name,
                           join.role,
                           join.further_role,
                           core::SessionId(random_number()),
                           hash_secret(in_hand.resume_token),
                           join.resumption,
                           join.continues_after,
                           refusal_of(in_hand, join, from),
                           door_.role_source()};
  handle(join.room, core::ParticipantCommand{sender_of(in_hand), command}, &in_hand);
  if (in_hand.joined && !offers(in_hand.transport)) {
    EffectRunner::refuse(in_hand, encode_error({ErrorCode::transport_not_offered, {}}));
  } else if (in_hand.joined) {
    const core::Sender sender = sender_of(in_hand, in_hand.joined->claim);
    handle(join.room, core::ParticipantCommand{sender, core::Subscribe{}}, &in_hand);
  }
}

void RoomService::carry_out(RequestInHand& in_hand, const LeaveRoomByToken& leave) {
  const From from = standing_of(leave.room, leave.leave.user, leave.leave.resumption);
  if (!within_limits(in_hand, leave.room, from)) {
    return;
  }
  handle(leave.room, core::ParticipantCommand{sender_of(in_hand), leave.leave}, &in_hand);
}

void RoomService::carry_out(RequestInHand& in_hand, SessionRequest& request) {
  const core::RoomId* joined = directory_.room_of(in_hand.connection);
  if (joined == nullptr && !request.room) {
    refuse(in_hand, ErrorCode::not_joined);
    return;
  }
  // A copy, since what follows may take the connection out of the room.
  const core::RoomId id = joined != nullptr ? *joined : *request.room;
  const core::Room* room = directory_.find(id);
  const bool is_inside = joined != nullptr || (room != nullptr && room->knows(request.claim));
  if (!within_limits(in_hand, id, is_inside ? From::inside : From::outside)) {
    return;
  }
  in_hand.transport = chosen(request.transport);
  if (!offers(in_hand.transport)) {
    refuse(in_hand, ErrorCode::transport_not_offered);
    return;
  }
  if (auto error = read_description(in_hand, id, request)) {
    refuse(in_hand, error->code, std::move(error->detail));
    return;
  }
  if (const auto* signal = std::get_if<core::SendSignal>(&request.request)) {
    in_hand.signal = signal->number;
  }
  in_hand.turn = request.turn;
  core::Sender sender = sender_of(in_hand, request.claim);
  sender.signals_received = request.signals_received;
  handle(id, core::ParticipantCommand{sender, std::move(request.request)}, &in_hand);
}

std::optional<RequestError> RoomService::read_description(RequestInHand& in_hand, const core::RoomId& id,
                                                          const SessionRequest& request) const {
  if (!DescriptionReader::concerns(in_hand)) {
    return std::nullopt;
  }
  const core::Room* room = directory_.find(id);
  if (room == nullptr) {
    return RequestError{ErrorCode::room_unknown, {}};
  }
  return descriptions_.read(in_hand, request, room->settings().video_codec);
}

bool RoomService::offers(MediaTransport transport) const {
  return transport == MediaTransport::gateway || runner_.direct() != nullptr;
}

MediaTransport RoomService::chosen(std::optional<MediaTransport> named) const {
  return named.value_or(runner_.direct() != nullptr ? MediaTransport::direct : MediaTransport::gateway);
}

core::Sender RoomService::sender_of(RequestInHand& in_hand,
                                    const std::optional<core::SessionClaim>& claim) const {
  in_hand.peer_connection = runner_.peer_connection(in_hand);
  return {in_hand.connection, in_hand.id, claim, in_hand.peer_connection};
}

void RoomService::handle(const core::RoomId& room, const core::Command& command, RequestInHand* in_hand) {
  guard_room(room, in_hand, [&] { runner_.run(directory_.handle(room, command, now()), in_hand); });
}

template <class Work>
void RoomService::guard_room(const core::RoomId& room, RequestInHand* in_hand, Work&& work) {
  // The argument may live in the room.
  const core::RoomId id = room;  // NOLINT(performance-unnecessary-copy-initialization)
  try {
    work();
  } catch (const std::exception& failure) {
    on_failure_("Room " + id.value() + " failed and is closed: " + failure.what());
    if (const core::Room* broken = directory_.find(id)) {
      runner_.abandon(*broken);
      directory_.discard(id);
    }
    if (in_hand != nullptr) {
      refuse(*in_hand, ErrorCode::server_failure);
    }
  }
  if (directory_.find(id) == nullptr) {
    gates_.erase(id);
  }
}

void RoomService::attached(const std::shared_ptr<HandleSession>& session) {
  runner_.add_connection(session);
}

void RoomService::tell_arrivals(const core::RoomId& room, core::Instant at) {
  const RoomMedia* media = runner_.media(room);
  const auto feed = media != nullptr ? media->followed() : std::nullopt;
  if (const auto arrival = feed ? media->last_arrival(*feed) : std::nullopt) {
    const core::FeedReport report(core::MediaActivity{*feed, *arrival});
    runner_.run(directory_.handle(room, report, at), nullptr);
  }
  const core::Room* found = directory_.find(room);
  if (found == nullptr) {
    return;
  }
  for (const core::ConnectionId connection : found->connections_due(at)) {
    if (const auto arrival = runner_.last_arrival(connection)) {
      if (const auto effects = directory_.handle({connection, core::ConnectionActivity{*arrival}}, at)) {
        runner_.run(*effects, nullptr);
      }
    }
  }
}

void RoomService::report(const core::ConnectionReport& report) {
  if (const core::RoomId* found = directory_.room_of(report.connection)) {
    const core::RoomId room = *found;
    guard_room(room, nullptr, [&] {
      if (auto effects = directory_.handle(report, now())) {
        runner_.run(*effects, nullptr);
      }
    });
    runner_.end_media(room, report.connection);
  }
}

void RoomService::detached(core::ConnectionId connection) {
  if (const auto holder = runner_.session(connection)) {
    static_cast<void>(runner_.peer_connection_down(connection, holder->handle().peer_connection()));
  }
  report({connection, core::ConnectionLost{}});
  runner_.remove_connection(connection);
}

void RoomService::hung_up(core::ConnectionId connection, framework::PeerConnectionNumber which) {
  if (runner_.peer_connection_down(connection, which) == EffectRunner::Tell::the_room) {
    report({connection, core::MediaHangup{}});
  }
}

void RoomService::jsep_refused(core::ConnectionId connection, framework::PeerConnectionNumber which) {
  if (runner_.jsep_refused(connection, which) == EffectRunner::Tell::the_room) {
    report({connection, core::MediaHangup{}});
  }
}

void RoomService::offer_handled(core::ConnectionId connection, framework::PeerConnectionNumber which) {
  runner_.close_unused(connection, which);
}

void RoomService::media_up(core::ConnectionId connection) {
  const core::RoomId* room = directory_.room_of(connection);
  RoomMedia* media = room != nullptr ? runner_.media(*room) : nullptr;
  if (media == nullptr) {
    return;
  }
  if (const auto feed = media->connected(connection)) {
    // Silence can only follow sound: a host that has shown nothing yet, not even a report, is not silent. The
    // first arrival begins the watch.
    media->watch(*feed, std::nullopt);
  }
}

void RoomService::direct_connected(transport::direct::PeerId peer) {
  if (const auto connection = runner_.direct()->connection_of(peer)) {
    media_up(*connection);
  }
}

void RoomService::direct_gone(transport::direct::PeerId peer) {
  // One that the room has ended already is not known any more.
  if (const auto connection = runner_.direct()->connection_of(peer)) {
    runner_.direct()->forget(peer);
    report({*connection, core::MediaHangup{}});
  }
}

void RoomService::feed_resumed(const core::RoomId& room, core::FeedId feed) {
  handle(room, core::FeedReport(core::MediaResumed{feed}), nullptr);
}

void RoomService::program_switched(const core::RoomId& room, const transport::ProgramSwitch& change) {
  if (const core::Room* found = directory_.find(room)) {
    runner_.program_switched(*found, change);
  }
}

std::optional<core::Instant> RoomService::next_deadline() const {
  const auto next = directory_.next_deadline();
  return next ? std::optional(next->deadline.at) : std::nullopt;
}

void RoomService::advance() {
  // When everybody's time is over at once, requests must not wait until all of them are dealt with. What is
  // left is due still, so the next round begins at once.
  const core::Instant end = now() + kLongestRound;
  for (auto due = directory_.next_deadline(); due && due->deadline.at <= now() && now() < end;
       due = directory_.next_deadline()) {
    const core::RoomId room = due->room;
    guard_room(room, nullptr, [&] {
      const core::Instant at = now();
      tell_arrivals(room, at);
      runner_.run({room, directory_.advance(room, at)}, nullptr);
    });
  }
}

void RoomService::refuse(RequestInHand& in_hand, ErrorCode code, std::string detail) {
  in_hand.respond(encode_error({code, std::move(detail)}), std::nullopt);
}

}  // namespace baton::plugin
