// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/exchange.hpp"

#include <algorithm>
#include <utility>

namespace baton::sim {

using namespace core;

Exchange::Exchange(Seed seed, const ExchangeOptions& options, const RoomSettings& settings)
    : random_(seed), options_(options), gateway_(1, Journal::off, options.checking), room_("meeting") {
  gateway_.clock = Instant(std::chrono::hours(24));
  static_cast<void>(gateway_.create(room_, settings));
}

void Exchange::at(Instant when, std::function<void()> what) {
  happenings_.push({std::max(when, now()), ++last_order_, std::move(what)});
}

void Exchange::run_until(Instant when) {
  while (!happenings_.empty() && happenings_.top().when <= when) {
    serve_deadlines(happenings_.top().when);
    // Serving may have sent something that arrives sooner.
    const Happening next = happenings_.top();
    happenings_.pop();
    gateway_.clock = std::max(gateway_.clock, next.when);
    next.what();
  }
  serve_deadlines(when);
  gateway_.clock = when;
}

void Exchange::serve_deadlines(Instant until) {
  for (auto next = gateway_.directory().next_deadline(); next && next->deadline.at <= until;
       next = gateway_.directory().next_deadline()) {
    gateway_.clock = std::max(gateway_.clock, next->deadline.at);
    gateway_.tick([this](const Effects& effects) { route(effects, {}, nullptr, {}); });
  }
}

ConnectionId Exchange::connect(Receive receive) {
  const ConnectionId connection(++last_connection_);
  wires_.emplace(connection, Wire{std::move(receive), now(), now(), {}});
  return connection;
}

void Exchange::cut(ConnectionId connection) {
  wires_.erase(connection);
}

void Exchange::notice(ConnectionId connection) {
  cut(connection);
  route(gateway_.report(connection, ConnectionLost{}), connection, nullptr, {});
}

void Exchange::send(ConnectionId connection, ClientRequest request) {
  const auto wire = wires_.find(connection);
  if (wire == wires_.end() || is_lost()) {
    return;
  }
  at(arrival(wire->second.last_up, wire->second.delay), [this, connection, request = std::move(request)] {
    if (wires_.contains(connection)) {
      deliver(connection, request);
    }
  });
}

void Exchange::hold_up(ConnectionId connection, Duration delay) {
  wires_.at(connection).delay = delay;
}

void Exchange::administer(AdministratorRequest request) {
  const AdministratorCommand command{RequestId(++last_request_), std::move(request)};
  route(gateway_.handle(room_, Command(command), {}), {}, nullptr, {});
}

void Exchange::deliver(ConnectionId connection, const ClientRequest& request) {
  ClientRequest arrived = request;
  SecretHash token;
  if (auto* join = std::get_if<Join>(&arrived.request)) {
    SecretHash::Bytes bytes{};
    const std::uint64_t number = ++last_token_;
    for (std::size_t i = 0; i < 8; ++i) {
      bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    token = SecretHash(bytes);
    join->new_session = SessionId(random_.next());
    join->new_token = token;
  }
  const Sender sender{connection, RequestId(++last_request_), arrived.claim, PeerConnection::usable,
                      arrived.signals_received};
  const Command command(ParticipantCommand{sender, arrived.request});
  route(gateway_.handle(room_, command, {connection.value(), 0}), connection, &arrived, token);
}

void Exchange::route(const Effects& effects, ConnectionId from, const ClientRequest* cause,
                     const SecretHash& token) {
  for (const Effect& effect : effects) {
    if (const auto* notify = std::get_if<Notify>(&effect)) {
      const auto shared = std::make_shared<const Notify>(*notify);
      for (const ConnectionId to : notify->to) {
        push(to, shared);
      }
    } else if (const auto* reply = std::get_if<Reply>(&effect); reply != nullptr && cause != nullptr) {
      push(from, ClientAnswer{cause->tag, reply->body, token});
    } else if (const auto* refusal = std::get_if<Refusal>(&effect); refusal != nullptr && cause != nullptr) {
      push(from, ClientAnswer{cause->tag, refusal->error, token, refusal->activity});
    }
  }
}

void Exchange::push(ConnectionId connection, ToClient message) {
  const auto wire = wires_.find(connection);
  if (wire == wires_.end() || is_lost()) {
    return;
  }
  at(arrival(wire->second.last_down, wire->second.delay), [this, connection, message = std::move(message)] {
    // The client may be gone by then.
    if (const auto found = wires_.find(connection); found != wires_.end()) {
      const Receive receive = found->second.receive;
      receive(connection, message);
    }
  });
}

bool Exchange::is_lost() {
  ++sent_;
  const bool lost = random_.chance(options_.lost_per_thousand);
  lost_ += lost ? 1 : 0;
  return lost;
}

Instant Exchange::arrival(Instant& last, Duration delay) {
  const Duration spread = options_.highest_latency - options_.lowest_latency;
  const auto more = static_cast<Duration::rep>(random_.below(static_cast<std::size_t>(spread.count()) + 1));
  last = std::max(last, now() + options_.lowest_latency + delay + Duration(more));
  return last;
}

}  // namespace baton::sim
