// SPDX-License-Identifier: GPL-3.0-or-later
// The network and the gateway's side of it; what clients make of it is in client.cpp.
#include "tests/sim/world.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace baton::sim {

using namespace core;

namespace {

constexpr std::size_t kUsers = 24;
constexpr std::size_t kDevices = 36;
/// More than this is delivered rather than kept waiting.
constexpr std::size_t kMaxInFlight = 64;
constexpr std::size_t kMaxInbound = 64;

}  // namespace

World::World(Random& source, const WorldOptions& options)
    : random(source), gateway(1 + source.below(options.rooms), options.journal) {
  gateway.clock = Instant(std::chrono::hours(24 * 400));
  // Few rooms are crowded ones.
  const std::size_t rooms = 1 + random.below(options.rooms);
  for (std::size_t i = 0; i < rooms; ++i) {
    room_ids.emplace_back("r" + std::to_string(i));
  }
  for (std::size_t i = 0; i < kDevices; ++i) {
    Device device;
    // Some users have several devices.
    device.user = UserId("u" + std::to_string(i < kUsers ? i : random.below(kUsers)));
    device.room = random.pick(room_ids);
    device.wanted = static_cast<Role>(random.below(3));
    device.confirms = random.chance(850);
    devices.push_back(std::move(device));
  }
}

ConnectionId World::open_link(std::size_t device) {
  const ConnectionId id(++last_connection_);
  Link link;
  link.device = device;
  link.delivery = random.chance(faulty_links) ? Link::Delivery::faulty : Link::Delivery::faithful;
  links.emplace(id, std::move(link));
  return id;
}

Link* World::find_link(ConnectionId connection) {
  const auto found = links.find(connection);
  return found == links.end() ? nullptr : &found->second;
}

std::optional<ConnectionId> World::any_link() {
  if (links.empty()) {
    return std::nullopt;
  }
  const auto offset = static_cast<std::ptrdiff_t>(random.below(links.size()));
  const auto& [id, link] = *std::next(links.begin(), offset);
  return link.at_gateway == Link::End::open ? std::optional(id) : std::nullopt;
}

SecretHash World::fresh_token() {
  const std::uint64_t number = ++last_token_;
  SecretHash::Bytes bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  }
  return SecretHash(bytes);
}

void World::send(std::size_t device, ConnectionId connection, Request request) {
  const Device& sender = devices[device];
  Upstream message{connection, sender.room, sender.claim, std::move(request), {device, sender.attempt}};
  const bool asks_again = std::holds_alternative<Ready>(message.request);
  if (sender.claim && (asks_again || (sender.confirms && random.chance(500)))) {
    message.signals_received = sender.signals.received();
  }
  message.line = sender.signals.line();
  send(std::move(message));
}

void World::send(Upstream message) {
  if (in_flight.size() >= kMaxInFlight) {
    deliver(random.below(in_flight.size()));
  }
  in_flight.push_back(std::move(message));
}

void World::deliver(std::size_t index) {
  Upstream message = std::move(in_flight[index]);
  in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(index));
  const Link* link = find_link(message.connection);
  if (link == nullptr || link->at_gateway == Link::End::gone) {
    // The gateway knows no such connection; what was sent on it is lost.
    return;
  }
  if (auto* join = std::get_if<Join>(&message.request)) {
    join->new_session = SessionId(random.next());
    join->new_token = fresh_token();
  }
  const Sender sender{message.connection, RequestId(++last_request_), message.claim,
                      gateway.peer_connection(message.connection), message.signals_received};
  const Command command(ParticipantCommand{sender, message.request});
  route(gateway.handle(message.room, command, message.origin), &message);
}

void World::lose_connection(ConnectionId connection) {
  Link* link = find_link(connection);
  if (link == nullptr || link->at_gateway == Link::End::gone) {
    return;
  }
  link->at_gateway = Link::End::gone;
  route(gateway.report(connection, ConnectionLost{}), nullptr);
}

void World::route(const Effects& effects, const Upstream* cause) {
  for (const Effect& effect : effects) {
    if (const auto* notify = std::get_if<Notify>(&effect)) {
      const auto shared = std::make_shared<const Notify>(*notify);
      for (const ConnectionId to : notify->to) {
        push(to, shared);
      }
      continue;
    }
    if (cause == nullptr) {
      continue;
    }
    Answer answer;
    if (const auto* join = std::get_if<Join>(&cause->request)) {
      answer.to = Answer::To::join;
      answer.token = join->new_token;
    } else if (const auto* signal = std::get_if<SendSignal>(&cause->request)) {
      answer.to = Answer::To::signal;
      answer.number = signal->number;
      answer.line = cause->line;
    }
    if (const auto* reply = std::get_if<Reply>(&effect)) {
      answer.outcome = reply->body;
      push(cause->connection, std::move(answer));
    } else if (const auto* refusal = std::get_if<Refusal>(&effect)) {
      answer.outcome = refusal->error;
      answer.activity = refusal->activity;
      push(cause->connection, std::move(answer));
    }
  }
  // What a client does about what it reads comes after all of these effects.
  while (!reading_ && !overfull_.empty()) {
    const ConnectionId connection = overfull_.back();
    overfull_.pop_back();
    read(connection);
  }
}

void World::push(ConnectionId connection, Downstream message) {
  Link* link = find_link(connection);
  if (link == nullptr || link->at_client == Link::End::gone) {
    return;
  }
  link->inbound.push_back(std::move(message));
  if (link->delivery == Link::Delivery::faulty) {
    disturb(*link);
  }
  if (link->inbound.size() > kMaxInbound) {
    overfull_.push_back(connection);
  }
}

void World::disturb(Link& link) {
  auto& queue = link.inbound;
  switch (random.below(8)) {
    case 0:
      queue.pop_back();
      break;
    case 1:
      queue.push_back(queue.back());
      break;
    case 2:
      std::swap(queue.back(), queue[random.below(queue.size())]);
      break;
    default:
      break;
  }
}

void World::tick() {
  gateway.tick([this](const Effects& effects) { route(effects, nullptr); });
}

void World::forget_dead_links() {
  std::erase_if(links, [](const auto& entry) {
    return entry.second.at_client == Link::End::gone && entry.second.at_gateway == Link::End::gone;
  });
}

}  // namespace baton::sim
