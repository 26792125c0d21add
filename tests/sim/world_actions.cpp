// SPDX-License-Identifier: GPL-3.0-or-later
// What the network, the gateway, administrators and time do.
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "tests/sim/actions.hpp"

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

template <std::size_t Size>
Duration any_of(World& world, const std::array<Duration, Size>& values) {
  return values[world.random.below(Size)];
}

Duration up_to(World& world, Duration most) {
  return Duration(static_cast<Duration::rep>(world.random.below(static_cast<std::size_t>(most.count()))));
}

/// A client whose links died tries again at once, or later.
void reconnect(World& world, std::size_t index) {
  Device& device = world.devices[index];
  world.cut(device);
  if (device.token && world.random.chance(600)) {
    device.link = world.open_link(index);
    Join again = world.join_of(index, World::Page::may_be_new);
    if (world.random.chance(200)) {
      // Its join token is over, or nobody looks at it for now; it has nothing but what it was given when it
      // came in.
      again.barred = world.random.chance(500) ? ErrorCode::token_expired : ErrorCode::rate_limited;
    }
    device.phase = Device::Phase::joining;
    world.send(index, *device.link, std::move(again));
  }
}

std::optional<Gateway::FeedKey> any_feed(World& world) {
  const auto& sources = world.gateway.sources();
  if (sources.empty()) {
    return std::nullopt;
  }
  return std::next(sources.begin(), static_cast<std::ptrdiff_t>(world.random.below(sources.size())))->first;
}

void pass(World& world, Duration time) {
  world.gateway.clock += time;
  world.tick();
}

RoleDefinition random_role(World& world, std::size_t index) {
  RoleDefinition role;
  role.name = RoleName("role" + std::to_string(index));
  role.presence_timeout = any_of<3>(world, {2s, 20s, 45min});
  constexpr auto kRights = std::to_array<Rights>(
      {kViewerRights, Rights::all(), {}, {Right::publish}, {Right::chat, Right::signal}, {Right::control}});
  role.rights = kRights[world.random.below(kRights.size())];
  return role;
}

}  // namespace

RoomSettings random_settings(World& world) {
  RoomSettings settings;
  settings.mode = world.random.chance(80) ? RoomMode::p2p : RoomMode::sfu;
  settings.grace = any_of<5>(world, {0s, 1s, 5s, 30s, 300s});
  settings.promotion_timeout = any_of<3>(world, {1s, 4s, 15s});
  settings.on_host_timeout = world.random.chance(200) ? OnHostTimeout::close : OnHostTimeout::pause;
  settings.time_to_live = any_of<5>(world, {0s, 30s, 10min, 24h, 24h});
  settings.media_silence = any_of<3>(world, {500ms, 3s, 10s});
  settings.presence_timeout = any_of<4>(world, {2s, 10s, 60s, 1h});
  if (world.random.chance(400)) {
    settings.host_presence_timeout = any_of<3>(world, {2s, 30s, 1h});
  }
  if (world.random.chance(400)) {
    settings.controller_presence_timeout = any_of<3>(world, {3s, 30s, 1h});
  }
  const std::size_t roles = world.random.below(4);
  for (std::size_t i = 0; i < roles; ++i) {
    settings.further_roles.push_back(random_role(world, i));
  }
  settings.heartbeat_interval = any_of<3>(world, {1s, 15s, 60s});
  if (world.random.chance(500)) {
    settings.warn_viewers = world.random.below(6);
  }
  if (settings.mode == RoomMode::p2p && world.random.chance(500)) {
    settings.suggest_sfu_viewers = world.random.below(8);
  }
  settings.max_controllers = world.random.below(4);
  settings.max_viewers = 1 + world.random.below(world.random.chance(500) ? 3 : 12);
  if (world.random.chance(500)) {
    settings.administrator_secret = world.fresh_token();
  }
  return settings;
}

RoomEdit random_edit(World& world) {
  const RoomSettings other = random_settings(world);
  RoomEdit edit;
  if (world.random.chance(300)) {
    edit.description = "edited";
  }
  if (world.random.chance(300)) {
    edit.grace = other.grace;
  }
  if (world.random.chance(300)) {
    edit.promotion_timeout = other.promotion_timeout;
  }
  if (world.random.chance(300)) {
    edit.on_host_timeout = other.on_host_timeout;
  }
  if (world.random.chance(300)) {
    edit.media_silence = other.media_silence;
  }
  if (world.random.chance(300)) {
    edit.max_controllers = other.max_controllers;
  }
  if (world.random.chance(300)) {
    edit.heartbeat_interval = other.heartbeat_interval;
  }
  if (world.random.chance(300)) {
    edit.max_viewers = world.random.chance(100) ? limits::kViewersPeerToPeer + 1 : other.max_viewers;
  }
  return edit;
}

void deliver_request(World& world) {
  if (!world.in_flight.empty()) {
    world.deliver(world.random.chance(700) ? 0 : world.random.below(world.in_flight.size()));
  }
}

void drop_request(World& world) {
  if (!world.in_flight.empty()) {
    const std::size_t index = world.random.below(world.in_flight.size());
    world.in_flight.erase(world.in_flight.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

void repeat_request(World& world) {
  if (!world.in_flight.empty()) {
    world.send(Upstream(world.random.pick(world.in_flight)));
  }
}

void read_some(World& world) {
  for (int i = 0; i < 3; ++i) {
    const Device& device = world.devices[any_device(world)];
    if (device.link) {
      world.read(*device.link);
    }
  }
}

void cut_client(World& world) {
  const std::size_t index = any_device(world);
  if (world.devices[index].link) {
    reconnect(world, index);
  }
}

void storm(World& world) {
  const RoomId room = world.random.pick(world.room_ids);
  for (std::size_t index = 0; index < world.devices.size(); ++index) {
    if (world.devices[index].room == room && world.devices[index].link && world.random.chance(800)) {
      reconnect(world, index);
    }
  }
}

void notice_dead_link(World& world) {
  for (int tries = 0; tries < 4; ++tries) {
    const auto connection = world.any_link();
    if (connection && world.find_link(*connection)->at_client == Link::End::gone) {
      world.lose_connection(*connection);
      world.forget_dead_links();
      return;
    }
  }
}

void lose_link_at_gateway(World& world) {
  if (const auto connection = world.any_link()) {
    world.lose_connection(*connection);
  }
}

void media_flows(World& world) {
  if (const auto key = any_feed(world)) {
    world.route(world.gateway.media_flows(*key), nullptr);
  }
}

void media_stalls(World& world) {
  if (const auto key = any_feed(world)) {
    world.gateway.media_stalls(*key);
  }
}

void media_hangs_up(World& world) {
  const auto key = any_feed(world);
  const auto& closing = world.gateway.closing();
  std::optional<ConnectionId> connection;
  if (!closing.empty() && world.random.chance(500)) {
    connection = *std::next(closing.begin(), static_cast<std::ptrdiff_t>(world.random.below(closing.size())));
  } else if (key && world.random.chance(700)) {
    connection = world.gateway.sources().at(*key).connection;
  } else {
    connection = world.any_link();
  }
  if (connection) {
    world.route(world.gateway.report(*connection, MediaHangup{}), nullptr);
  }
}

void packets_flow(World& world) {
  if (const auto connection = world.any_link()) {
    world.gateway.packets_flow(*connection);
  }
}

void packets_stall(World& world) {
  if (const auto connection = world.any_link()) {
    world.gateway.packets_stall(*connection);
  }
}

void create_room(World& world) {
  static_cast<void>(world.gateway.create(world.random.pick(world.room_ids), random_settings(world)));
}

void administer(World& world) {
  const RoomId room = world.random.pick(world.room_ids);
  AdministratorCommand command{RequestId(world.random.next()), Edit{random_edit(world)}};
  const std::size_t what = world.random.below(20);
  const UserId user = world.random.pick(world.devices).user;
  if (what == 0) {
    command.request = End{};
  } else if (what < 8) {
    command.request = Kick{user};
  } else if (what < 12) {
    command.request = Mute{user, world.random.chance(500) ? Muting::muted : Muting::unmuted};
  } else if (what < 14) {
    command.request = Lock{world.random.chance(300) ? Locking::locked : Locking::unlocked};
  }
  world.route(world.gateway.handle(room, Command(command), {}), nullptr);
}

void pass_moment(World& world) {
  pass(world, up_to(world, 200ms));
}

void pass_seconds(World& world) {
  pass(world, up_to(world, 8s));
}

void pass_minutes(World& world) {
  pass(world, up_to(world, 8min));
}

void pass_days(World& world) {
  pass(world, up_to(world, 24h * 3));
}

void step_back(World& world) {
  world.gateway.clock -= up_to(world, world.random.chance(500) ? Duration(20s) : Duration(2h));
}

void pass_unattended(World& world) {
  // The control thread is late: what is due waits until the next command or tick.
  world.gateway.clock += up_to(world, 6s);
}

void grow_quiet(World& world) {
  world.check_convergence();
}

}  // namespace baton::sim
