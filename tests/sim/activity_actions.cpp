// SPDX-License-Identifier: GPL-3.0-or-later
// What clients do with the room's activity.
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/actions.hpp"

namespace baton::sim {

using namespace core;

namespace {

constexpr auto kCards = std::to_array<std::string_view>({"1", "2", "3", "5", "8", "13", "21", "☕", "❓", "∞"});
constexpr auto kLeads = std::to_array<std::string_view>({"start", "reveal", "finish", "next", "reset"});

Value any_card(World& world) {
  const std::size_t what = world.random.below(30);
  if (what == 0) {
    return {"4"};
  }
  if (what == 1) {
    return {std::int64_t{5}};
  }
  return what < 4 ? Value() : Value(kCards[world.random.below(kCards.size())]);
}

Value any_duration(World& world) {
  constexpr auto kMilliseconds = std::to_array<std::int64_t>({-1, 0, 0, 100, 1500, 1500, 10'000, 10'001});
  return {kMilliseconds[world.random.below(kMilliseconds.size())]};
}

Value arguments_of(World& world, std::string_view command) {
  if (command == "vote") {
    return world.random.chance(20) ? Value() : Value(Value::Members{{"card", any_card(world)}});
  }
  if (command == "start" || command == "next") {
    const std::size_t bytes = world.random.chance(30) ? kMaxTextBytes + 1 : 5;
    return world.random.chance(300) ? Value() : Value(Value::Members{{"topic", std::string(bytes, 't')}});
  }
  if (command == "finish") {
    return world.random.chance(300) ? Value() : Value(Value::Members{{"estimate", any_card(world)}});
  }
  return {};
}

ActivityCommand command_of(World& world, std::string_view name) {
  return {std::string(name), arguments_of(world, name)};
}

/// What leads on from this phase, as a button would say; now and then another.
std::string_view next_of(World& world, const std::string& phase) {
  if (world.random.chance(850)) {
    if (phase == "waiting") {
      return "start";
    }
    if (phase == "finished") {
      return "next";
    }
    if (phase == "voting") {
      return world.random.chance(750) ? "reveal" : "reset";
    }
    if (phase == "revealed") {
      return world.random.chance(700) ? "finish" : "reset";
    }
    if (phase == "whole") {
      return "break";
    }
  }
  return kLeads[world.random.below(kLeads.size())];
}

/// A device that sees an activity; what it sends goes where its events come, so that it knows the order.
std::optional<std::size_t> any_player(World& world) {
  for (int tries = 0; tries < 4; ++tries) {
    const auto index = any_joined(world);
    if (index && world.devices[*index].link && world.devices[*index].picture &&
        world.devices[*index].picture->activity) {
      return index;
    }
  }
  return std::nullopt;
}

bool leads(const Device& device) {
  for (const ParticipantView& view : device.picture->participants) {
    if (view.user == device.user) {
      return view.role != Role::viewer;
    }
  }
  return false;
}

void use(World& world, std::size_t index, ActivityVersion seen, ActivityCommand command) {
  if (world.devices[index].link) {
    world.send(index, *world.devices[index].link, UseActivity{seen, std::move(command)});
  }
}

}  // namespace

UseActivity any_use(World& world, const Device& device) {
  const bool sees = device.picture && device.picture->activity;
  const ActivityVersion seen =
      sees ? device.picture->activity->version : ActivityVersion(world.random.below(6));
  return {seen, command_of(world, world.random.chance(500) ? "vote" : kLeads[world.random.below(5)])};
}

void open_activity(World& world) {
  const auto index = any_host(world);
  if (!index || !world.devices[*index].link || !world.devices[*index].picture) {
    return;
  }
  if (world.devices[*index].picture->activity && world.random.chance(900)) {
    return;
  }
  const std::size_t what = world.random.below(20);
  OpenActivity open{what < 2 ? "fragile" : what < 3 ? "chess" : "poker", {}};
  if (world.random.chance(500)) {
    open.options = Value::Members{{"reveal_ms", any_duration(world)}, {"reset_ms", any_duration(world)}};
  }
  world.send(*index, *world.devices[*index].link, std::move(open));
}

void close_activity(World& world) {
  const auto index = any_host(world);
  if (index && world.devices[*index].link) {
    world.send(*index, *world.devices[*index].link, CloseActivity{});
  }
}

void vote(World& world) {
  if (const auto index = any_player(world)) {
    const Device& device = world.devices[*index];
    const ActivityVersion seen = device.picture->activity->version;
    const std::string_view name = device.picture->activity->kind == "fragile" ? "break" : "vote";
    use(world, *index, seen, command_of(world, name));
  }
}

void lead_activity(World& world) {
  auto index = any_player(world);
  if (index && !leads(world.devices[*index])) {
    // Most that may not know it; their page has no such button.
    index = world.random.chance(900) ? any_player(world) : index;
  }
  if (!index) {
    return;
  }
  const ActivityView& seen = *world.devices[*index].picture->activity;
  const ActivityCommand command = command_of(world, next_of(world, seen.phase));
  const ActivityVersion version = seen.version;
  const std::size_t presses = world.random.chance(100) ? 2 : 1;
  for (std::size_t i = 0; i < presses; ++i) {
    use(world, *index, version, command);
  }
}

void press_at_once(World& world) {
  const auto first = any_player(world);
  if (!first || !leads(world.devices[*first])) {
    return;
  }
  const ActivityView seen = *world.devices[*first].picture->activity;
  const ActivityCommand command = command_of(world, next_of(world, seen.phase));
  std::vector<std::size_t> players{*first};
  for (std::size_t i = 0; i < world.devices.size(); ++i) {
    const Device& device = world.devices[i];
    const bool sees_the_same = device.room == world.devices[*first].room && device.link && device.picture &&
                               device.picture->activity == seen;
    if (i != *first && sees_the_same && leads(device)) {
      players.push_back(i);
    }
  }
  for (const std::size_t index : players) {
    use(world, index, seen.version, command);
    if (!world.in_flight.empty()) {
      world.deliver(world.in_flight.size() - 1);
    }
  }
}

void miss_the_reveal(World& world) {
  const auto index = any_player(world);
  if (!index || world.devices[*index].picture->activity->phase != "voting") {
    return;
  }
  Device& voter = world.devices[*index];
  const ActivityVersion seen = voter.picture->activity->version;
  for (std::size_t i = 0; i < world.devices.size(); ++i) {
    const Device& leader = world.devices[i];
    const bool can_reveal = i != *index && leader.user != voter.user && leader.room == voter.room &&
                            leader.link && leader.picture && leader.picture->activity && leads(leader);
    if (!can_reveal) {
      continue;
    }
    const auto do_it = [&](std::size_t who, std::string_view command) {
      use(world, who, seen, command_of(world, command));
      if (!world.in_flight.empty()) {
        world.deliver(world.in_flight.size() - 1);
      }
    };
    do_it(*index, "vote");
    if (voter.link) {
      world.lose_connection(*voter.link);
    }
    do_it(i, "reveal");
    world.gateway.clock += std::chrono::seconds(2);
    world.tick();
    world.cut(voter);
    if (voter.token) {
      voter.link = world.open_link(*index);
      Join again = world.join_of(*index, World::Page::same);
      voter.phase = Device::Phase::joining;
      world.send(*index, *voter.link, std::move(again));
    }
    return;
  }
}

void speak_of_a_past_phase(World& world) {
  const auto index = any_player(world);
  if (!index || world.devices[*index].old_activities.empty()) {
    return;
  }
  const Device& device = world.devices[*index];
  const ActivityVersion seen = world.random.pick(device.old_activities);
  const std::string_view name = world.random.chance(600) ? "vote" : kLeads[world.random.below(kLeads.size())];
  use(world, *index, seen, command_of(world, name));
}

}  // namespace baton::sim
