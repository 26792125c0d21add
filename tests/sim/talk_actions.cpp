// SPDX-License-Identifier: GPL-3.0-or-later
// What clients say to one another, and ask of the host; and what the host decides.
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "tests/sim/actions.hpp"

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSmallSignal = 24;

/// Somebody the device sees in its room and for whom `wanted` holds, if there is one; else anybody.
template <class Wanted>
UserId some_user(World& world, const Device& device, Wanted wanted) {
  if (device.picture) {
    const auto& all = device.picture->participants;
    const std::size_t first = world.random.below(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const ParticipantView& view = all[(first + i) % all.size()];
      if (wanted(view)) {
        return view.user;
      }
    }
  }
  return any_user(world, device);
}

SignalKind any_kind(World& world) {
  constexpr auto kKinds = std::to_array<SignalKind>(
      {SignalKind::offer, SignalKind::answer, SignalKind::candidate, SignalKind::message, SignalKind::input});
  return kKinds[world.random.below(kKinds.size())];
}

/// A joined device; more often than not one that is more than a viewer.
std::optional<std::size_t> any_sender(World& world) {
  return world.random.chance(500) ? any_host(world) : any_joined(world);
}

}  // namespace

void say_ready(World& world) {
  const auto index = any_joined(world);
  if (index && world.devices[*index].link) {
    world.devices[*index].ready = true;
    world.send(*index, *world.devices[*index].link, Ready{});
  }
}

void await_ready(World& world) {
  const Duration timeout = world.random.chance(500) ? Duration(500ms) : Duration(10s);
  request(world, any_host(world), AwaitReady{timeout});
}

void signal(World& world) {
  const auto index = any_sender(world);
  if (!index || !world.devices[*index].link) {
    return;
  }
  const UserId to = any_user(world, world.devices[*index]);
  const std::size_t bytes = world.random.chance(20) ? limits::kSignalBytes : kSmallSignal;
  const std::size_t signals = 1 + world.random.below(3);
  for (std::size_t i = 0; i < signals; ++i) {
    world.send_signal(*index, to, any_kind(world), bytes);
  }
}

void send_signals_again(World& world) {
  const auto index = any_joined(world);
  if (!index || !world.devices[*index].link || world.devices[*index].signals.unanswered().empty()) {
    return;
  }
  const auto unanswered = world.devices[*index].signals.unanswered();
  for (const SignalClient::Outgoing& one : unanswered) {
    world.send_again(*index, one);
  }
}

void flood(World& world) {
  const auto index = any_sender(world);
  if (!index || !world.devices[*index].link) {
    return;
  }
  const UserId to = any_user(world, world.devices[*index]);
  // So that a notice of failure finds no room.
  for (std::size_t i = 0; i < world.devices.size(); ++i) {
    const Device& target = world.devices[i];
    if (target.user == to && target.room == world.devices[*index].room && target.link && target.claim) {
      world.send_signal(i, any_user(world, target), SignalKind::message, kSmallSignal);
    }
  }
  constexpr auto kSizes = std::to_array<std::size_t>({1, kSmallSignal, 2048, limits::kSignalBytes});
  const std::size_t bytes = kSizes[world.random.below(kSizes.size())];
  const std::size_t signals = std::min(limits::kSignalsQueued, limits::kSignalBytesQueued / bytes) + 2;
  for (std::size_t i = 0; i < signals; ++i) {
    if (!world.devices[*index].link || !world.devices[*index].claim) {
      return;
    }
    world.send_signal(*index, to, SignalKind::message, bytes);
    if (!world.in_flight.empty()) {
      world.deliver(world.in_flight.size() - 1);
    }
    world.read(*world.devices[*index].link);
  }
  if (world.random.chance(300)) {
    world.gateway.clock += limits::kSignalPatience;
    world.tick();
  }
}

void cut_both_ends(World& world) {
  const auto index = any_sender(world);
  if (!index || !world.devices[*index].link) {
    return;
  }
  const UserId to = any_user(world, world.devices[*index]);
  world.send_signal(*index, to, SignalKind::message, kSmallSignal);
  for (std::size_t i = 0; i < world.devices.size(); ++i) {
    const Device& device = world.devices[i];
    const bool other_end = device.user == to && device.room == world.devices[*index].room;
    if ((i == *index || other_end) && device.link && device.claim) {
      // The gateway notices first, and delivers what is under way on the other connections.
      while (!world.in_flight.empty() && world.random.chance(900)) {
        world.deliver(0);
      }
      if (device.link) {
        world.lose_connection(*device.link);
      }
    }
  }
}

void chat(World& world) {
  const auto index = any_joined(world);
  const std::size_t bytes = world.random.chance(50) ? limits::kChatTextBytes : 1 + world.random.below(20);
  request(world, index, SendChat{std::string(bytes, 'c')});
}

void synchronize(World& world) {
  request(world, any_joined(world), Synchronize{});
}

void ask_for_control(World& world) {
  const auto index = any_joined(world);
  const std::size_t what = world.random.below(10);
  const ControlAction action = what < 6   ? ControlAction::request
                               : what < 8 ? ControlAction::withdraw
                                          : ControlAction::release;
  request(world, index, Control{action});
}

void decide_on_control(World& world) {
  const auto index = any_host(world);
  if (!index) {
    return;
  }
  const Device& device = world.devices[*index];
  const std::size_t what = world.random.below(10);
  if (what < 8) {
    const UserId user =
        some_user(world, device, [](const auto& view) { return view.control_request.has_value(); });
    request(world, index, Control{what < 5 ? ControlAction::grant : ControlAction::deny, user});
    return;
  }
  const UserId user =
      some_user(world, device, [](const auto& view) { return view.role == Role::controller; });
  request(world, index, Control{ControlAction::revoke, user});
}

void mute(World& world) {
  const auto index = any_host(world);
  if (index) {
    const Muting muting = world.random.chance(500) ? Muting::muted : Muting::unmuted;
    request(world, index, Mute{any_user(world, world.devices[*index]), muting});
  }
}

void lock(World& world) {
  request(world, any_host(world), Lock{world.random.chance(300) ? Locking::locked : Locking::unlocked});
}

}  // namespace baton::sim
