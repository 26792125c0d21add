// SPDX-License-Identifier: GPL-3.0-or-later
// What clients make of signals, and whether what reaches them is what was sent.
#include <string>
#include <utility>

#include "tests/sim/violation.hpp"
#include "tests/sim/world.hpp"

namespace baton::sim {

using namespace core;

void World::reload(Device& device) {
  device.signals.restart();
  device.taken.clear();
  device.reliable = true;
}

void World::rely_on(Device& device, const Link& link) {
  device.reliable = device.reliable && link.delivery == Link::Delivery::faithful;
}

Join World::join_of(std::size_t index, Page page) {
  Device& device = devices[index];
  Join join;
  join.user = device.user;
  join.display_name = device.user.value();
  join.role = device.wanted;
  // Half of the people come by an application's tokens.
  join.role_from = index % 2 == 0 ? RoleSource::user : RoleSource::token;
  if (join.role == Role::viewer) {
    join.further_role = device.further_role;
  }
  ++device.attempt;
  if (device.token) {
    join.resumption = Resumption{*device.token, JoinAttempt(device.attempt)};
    const bool same_page = page == Page::same || random.chance(700);
    if (same_page && device.signals.may_go_on()) {
      join.continues_after = device.signals.received();
    } else if (!same_page) {
      reload(device);
    }
  }
  return join;
}

void World::send_signal(std::size_t index, const UserId& to, SignalKind kind, std::size_t bytes) {
  Device& device = devices[index];
  if (!device.signals.may_prepare()) {
    return;
  }
  const auto payload = std::make_shared<const std::string>(bytes, 'x');
  const SignalClient::Outgoing signal = device.signals.prepare(to, kind, payload);
  signals_sent_.emplace(payload.get(), SignalOrigin{index, device.signals.line(), signal.number, payload});
  send_again(index, signal);
}

void World::send_again(std::size_t index, const SignalClient::Outgoing& signal) {
  Device& device = devices[index];
  signals_sent_.at(signal.payload.get()).number = signal.number;
  send(index, *device.link, SendSignal{signal.to, signal.number, signal.kind, signal.payload});
}

void World::receive_signal(std::size_t index, const SignalDelivered& delivered) {
  Device& device = devices[index];
  if (!device.claim || device.phase != Device::Phase::in) {
    // Of a session that is over for this client.
    return;
  }
  const SignalClient::Verdict verdict = device.signals.receive(delivered);
  if (verdict == SignalClient::Verdict::gap && !std::exchange(device.asked_again, true)) {
    send(index, *device.link, Ready{});
  }
  const auto* relayed = std::get_if<RelayedSignal>(&delivered.body);
  if (verdict != SignalClient::Verdict::taken || relayed == nullptr || !device.reliable) {
    return;
  }
  const std::string who = device.user.value();
  SignalOrigin& origin = signals_sent_.at(relayed->payload.get());
  require(devices[origin.device].user == relayed->from, Rule::signals,
          who + " took a signal of another sender");
  require(!std::exchange(origin.taken, true), Rule::signals,
          "signal " + std::to_string(relayed->number.value()) + " of " + relayed->from.value() +
              " was taken twice, the second time by " + who + " in " + device.room.value());
  SignalNumber& last = device.taken[{origin.device, origin.line}];
  require(relayed->number > last, Rule::signals, who + " took signals of one sender out of order");
  last = relayed->number;
}

}  // namespace baton::sim
