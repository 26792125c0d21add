// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/server.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <utility>

#include "framework/log.hpp"
#include "plugin/answer_encoder.hpp"
#include "plugin/direct_peers.hpp"
#include "plugin/handle_session.hpp"
#include "plugin/rate_gate.hpp"
#include "plugin/server_clock.hpp"

namespace baton::plugin {

using core::ErrorCode;
using framework::Json;
using framework::LogLevel;
using Importance = ControlLoop::Importance;
using Posted = ControlLoop::Posted;

namespace {

/// How long a request that is answered at once may wait for the control thread, which is busy for
/// microseconds.
constexpr std::chrono::seconds kLongestWait{5};

/// The PeerConnection that Janus has made for the message's offer, if it has one.
std::optional<framework::PeerConnectionNumber> offered_by(const framework::Message& message) {
  return message.jsep && message.jsep->type == framework::JsepType::offer ? message.jsep->peer_connection
                                                                          : std::nullopt;
}

ErrorCode error_of(Posted posted) {
  return posted == Posted::queue_full ? ErrorCode::server_busy : ErrorCode::server_stopping;
}

}  // namespace

Server::Server(const Config& config, core::ActivityCatalogue activities, std::unique_ptr<DirectPeers> direct)
    : session_rate_limits_(static_cast<const SessionRateLimits&>(config.server)),
      decoder_(config.room_defaults),
      control_(config.server.request_queue, [this](const char* what) { failure("control thread", what); }),
      courier_(
          config.server.event_threads,
          [](const framework::Handle& handle) {
            framework::log(LogLevel::warning, "A client does not take its events; its handle is detached.");
            handle.end_session();
          },
          [this](const framework::Handle& handle, const framework::Jsep& jsep) {
            const core::ConnectionId connection(handle.id().value());
            const auto which = jsep.peer_connection.value_or(handle.peer_connection());
            static_cast<void>(control_.post(
                Importance::report, [this, connection, which] { rooms_.jsep_refused(connection, which); }));
          }),
      worker_([] { return now(); }, [this](const char* what) { failure("media worker", what); }),
      direct_(std::move(direct)),
      rooms_(config, std::make_shared<const core::ActivityCatalogue>(std::move(activities)), courier_,
             worker_, direct_.get(),
             {[this](const core::RoomId& room, const transport::ProgramSwitch& change) {
                static_cast<void>(control_.post(
                    Importance::report, [this, room, change] { rooms_.program_switched(room, change); }));
              },
              [this](const core::RoomId& room, core::FeedId feed) {
                static_cast<void>(control_.post(Importance::report,
                                                [this, room, feed] { rooms_.feed_resumed(room, feed); }));
              },
              [this](core::ConnectionId connection) {
                static_cast<void>(control_.post(Importance::report,
                                                [this, connection] { rooms_.media_failed(connection); }));
              }},
             [](const std::string& line) { framework::log(LogLevel::error, line); }) {
  if (direct_) {
    direct_->tell({[this](DirectPeers::PeerId peer) {
                     static_cast<void>(
                         control_.post(Importance::report, [this, peer] { rooms_.direct_connected(peer); }));
                   },
                   [this](DirectPeers::PeerId peer) {
                     static_cast<void>(
                         control_.post(Importance::report, [this, peer] { rooms_.direct_gone(peer); }));
                   }});
  }
  control_.start({[this] { return rooms_.next_deadline(); }, [this] { rooms_.advance(); }});
}

Server::~Server() {
  control_.stop();
}

void Server::attached(const std::shared_ptr<HandleSession>& session) {
  static_cast<void>(control_.post(Importance::report, [this, session] { rooms_.attached(session); }));
}

framework::Reply Server::message(HandleSession& session, framework::Message message) {
  const auto offered = offered_by(message);
  if (offered) {
    session.peer_connections().offered(*offered);
  }
  framework::Reply reply = answer_or_post(session, std::move(message));
  if (offered && reply.kind() != framework::Reply::Kind::accepted) {
    look_at_refused(session, *offered);
  }
  return reply;
}

void Server::look_at_refused(HandleSession& session, framework::PeerConnectionNumber which) {
  // An offer that went into the queue is looked at after its request, in the same task. Of those that did
  // not, no matter how many, one look at what they left is enough.
  if (!session.peer_connections().refused(which)) {
    return;
  }
  static_cast<void>(control_.post(Importance::report, [this, holder = session.shared_from_this()] {
    if (const auto refused = holder->peer_connections().take_refused()) {
      rooms_.offer_handled(holder->connection(), *refused);
    }
  }));
}

framework::Reply Server::answer_or_post(HandleSession& session, framework::Message message) {
  // Before anything else: what is refused here costs no other thread anything.
  const Metered what = metered_as(framework::JsonView(message.body).string("request").value_or(""));
  if (const auto wait = session.admit(what, now())) {
    return framework::Reply::ok(encode_rate_limited(*wait));
  }
  auto decoded = decoder_.decode(message.body, message.jsep);
  if (const auto* error = std::get_if<RequestError>(&decoded)) {
    return framework::Reply::ok(encode_error(*error));
  }
  ClientRequest& request = std::get<ClientRequest>(decoded);
  if (answer_by(request) == AnswerBy::reply) {
    return framework::Reply::ok(answer_now(session.connection(), Origin::client, std::move(request)));
  }
  // The courier keeps answers and events of a handle in order.
  Respond respond = [this, handle = session.handle(), transaction = std::move(message.transaction)](
                        Json body, std::optional<framework::Jsep> jsep) {
    courier_.send(handle, {transaction, std::move(body), std::move(jsep)});
  };
  const auto offered = request.offered = offered_by(message);
  const Posted posted = control_.post(
      Importance::request, [this, offered, connection = session.connection(), request = std::move(request),
                            respond = std::move(respond)]() mutable {
        rooms_.request(connection, Origin::client, std::move(request), std::move(respond));
        if (offered) {
          // Only now is it known what became of the offer.
          rooms_.offer_handled(connection, *offered);
        }
      });
  if (posted != Posted::yes) {
    return framework::Reply::ok(encode_error({error_of(posted), {}}));
  }
  return framework::Reply::accepted();
}

Json Server::answer_now(std::optional<core::ConnectionId> connection, Origin origin, ClientRequest request) {
  // Shared, since the answer may come after this gave up waiting.
  auto promise = std::make_shared<std::promise<Json>>();
  std::future<Json> answer = promise->get_future();
  Respond respond = [promise](Json body, const std::optional<framework::Jsep>& /*jsep*/) {
    promise->set_value(std::move(body));
  };
  // Set by whichever comes first: the control thread that begins with the request, or this one that gives up.
  // What was refused must not happen later.
  const auto taken = std::make_shared<std::atomic<bool>>(false);
  const Posted posted =
      control_.post(Importance::request, [this, taken, connection, origin, request = std::move(request),
                                          respond = std::move(respond)]() mutable {
        if (!taken->exchange(true)) {
          rooms_.request(connection, origin, std::move(request), std::move(respond));
        }
      });
  if (posted != Posted::yes) {
    return encode_error({error_of(posted), {}});
  }
  promise.reset();
  if (answer.wait_for(kLongestWait) != std::future_status::ready && !taken->exchange(true)) {
    return encode_error({ErrorCode::server_busy, {}});
  }
  try {
    return answer.get();
  } catch (const std::future_error&) {
    // The task was dropped: the server is stopping.
    return encode_error({ErrorCode::server_stopping, {}});
  }
}

void Server::media_up(core::ConnectionId connection) {
  static_cast<void>(control_.post(Importance::report, [this, connection] { rooms_.media_up(connection); }));
}

void Server::hung_up(core::ConnectionId connection, framework::PeerConnectionNumber which) {
  static_cast<void>(
      control_.post(Importance::report, [this, connection, which] { rooms_.hung_up(connection, which); }));
}

void Server::detached(core::ConnectionId connection) {
  static_cast<void>(control_.post(Importance::report, [this, connection] { rooms_.detached(connection); }));
}

Json Server::admin_message(framework::JsonView message) {
  auto decoded = decoder_.decode(message, std::nullopt);
  if (const auto* error = std::get_if<RequestError>(&decoded)) {
    return encode_error(*error);
  }
  ClientRequest& request = std::get<ClientRequest>(decoded);
  if (answer_by(request) != AnswerBy::reply) {
    return encode_error({ErrorCode::not_joined, "The Admin API has no sessions."});
  }
  return answer_now(std::nullopt, Origin::operators_api, std::move(request));
}

void Server::failure(const char* where, const char* what) {
  framework::log(LogLevel::error, std::string("A task of the ") + where + " failed: " + what);
}

}  // namespace baton::plugin
