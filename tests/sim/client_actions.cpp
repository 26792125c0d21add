// SPDX-License-Identifier: GPL-3.0-or-later
// What clients do.
#include <optional>
#include <string>
#include <utility>

#include "tests/sim/actions.hpp"

namespace baton::sim {

using namespace core;

std::optional<std::size_t> any_joined(World& world) {
  for (int tries = 0; tries < 4; ++tries) {
    const std::size_t index = any_device(world);
    if (world.devices[index].phase == Device::Phase::in) {
      return index;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> any_host(World& world) {
  std::optional<std::size_t> found;
  const std::size_t first = any_device(world);
  for (std::size_t i = 0; i < world.devices.size(); ++i) {
    const std::size_t index = (first + i) % world.devices.size();
    const Device& device = world.devices[index];
    if (device.phase == Device::Phase::in && device.picture && device.picture->host &&
        device.picture->host->user == device.user) {
      found = index;
      break;
    }
  }
  return world.random.chance(950) ? found : any_joined(world);
}

void request(World& world, std::optional<std::size_t> device, Request what) {
  if (!device || !world.devices[*device].link) {
    return;
  }
  auto& extra = world.devices[*device].extra;
  const bool aside = !extra.empty() && world.random.chance(100);
  world.send(*device, aside ? world.random.pick(extra) : *world.devices[*device].link, std::move(what));
}

UserId any_user(World& world, const Device& device) {
  if (device.picture && !device.picture->participants.empty() && world.random.chance(900)) {
    return world.random.pick(device.picture->participants).user;
  }
  return world.random.pick(world.devices).user;
}

namespace {

void send_join(World& world, std::size_t index) {
  Device& device = world.devices[index];
  const World::Page page = device.link ? World::Page::same : World::Page::may_be_new;
  if (!device.link) {
    device.link = world.open_link(index);
  }
  Join join = world.join_of(index, page);
  device.phase = Device::Phase::joining;
  device.claim.reset();
  world.send(index, *device.link, std::move(join));
}

/// The main link, or a further one for more media; now and then one too many.
ConnectionId link_for_media(World& world, std::size_t index) {
  Device& device = world.devices[index];
  if (world.random.chance(400)) {
    return *device.link;
  }
  if (!device.extra.empty() && world.random.chance(300)) {
    return world.random.pick(device.extra);
  }
  if (device.extra.size() < limits::kConnectionsPerSession) {
    device.extra.push_back(world.open_link(index));
    return device.extra.back();
  }
  return world.random.pick(device.extra);
}

void send_media(World& world, std::optional<std::size_t> device, Request what) {
  if (device && world.devices[*device].link) {
    world.send(*device, link_for_media(world, *device), std::move(what));
  }
}

}  // namespace

std::size_t any_device(World& world) {
  return world.random.below(world.devices.size());
}

void join(World& world) {
  for (int tries = 0; tries < 3; ++tries) {
    const std::size_t index = any_device(world);
    if (world.devices[index].phase == Device::Phase::out) {
      send_join(world, index);
      return;
    }
  }
}

void give_up_and_join_again(World& world) {
  for (int tries = 0; tries < 4; ++tries) {
    const std::size_t index = any_device(world);
    if (world.devices[index].phase == Device::Phase::joining) {
      world.cut(world.devices[index]);
      send_join(world, index);
      return;
    }
  }
}

void heartbeat(World& world) {
  request(world, any_joined(world), Heartbeat{});
}

void publish(World& world) {
  send_media(world, world.random.chance(500) ? any_host(world) : any_joined(world), Publish{});
}

void unpublish(World& world) {
  const auto index = any_joined(world);
  if (!index) {
    return;
  }
  const auto& extra = world.devices[*index].extra;
  if (!extra.empty() && world.random.chance(600)) {
    world.send(*index, world.random.pick(extra), Unpublish{});
    return;
  }
  request(world, index, Unpublish{});
}

void subscribe(World& world) {
  send_media(world, any_joined(world), Subscribe{});
}

void tune_subscription(World& world) {
  const auto index = any_joined(world);
  request(world, index, world.random.chance(500) ? Request(Start{}) : Request(Configure{}));
}

void set_backup(World& world) {
  const auto index = any_host(world);
  if (!index) {
    return;
  }
  std::optional<UserId> user;
  if (world.random.chance(850)) {
    user = any_user(world, world.devices[*index]);
  }
  request(world, index, SetBackup{std::move(user)});
}

void transfer(World& world) {
  const auto index = any_host(world);
  if (index) {
    request(world, index, Transfer{any_user(world, world.devices[*index])});
  }
}

void answer_question(World& world) {
  const std::size_t first = any_device(world);
  for (std::size_t i = 0; i < world.devices.size(); ++i) {
    const std::size_t index = (first + i) % world.devices.size();
    Device& device = world.devices[index];
    if (!device.question) {
      continue;
    }
    const PromotionAnswer answer =
        world.random.chance(500) ? PromotionAnswer::accept : PromotionAnswer::decline;
    const PromotionId question = *std::exchange(device.question, std::nullopt);
    device.old_questions.push_back(question);
    request(world, index, AnswerPromotion{question, answer});
    return;
  }
}

void claim_host(World& world) {
  request(world, any_joined(world), ClaimHost{});
}

void edit(World& world) {
  request(world, any_host(world), Edit{random_edit(world)});
}

void end_room(World& world) {
  request(world, any_host(world), End{});
}

void kick(World& world) {
  const auto index = any_host(world);
  if (index) {
    request(world, index, Kick{any_user(world, world.devices[*index])});
  }
}

void leave(World& world) {
  const auto index = any_joined(world);
  if (!index) {
    return;
  }
  request(world, index, Leave{});
  Device& device = world.devices[*index];
  // The user is done: whatever comes of the request, this client does not go on.
  device.old_claims.push_back(*device.claim);
  device.claim.reset();
  device.token.reset();
  device.picture.reset();
  device.question.reset();
  device.ready = false;
  device.phase = Device::Phase::out;
}

void stop_reconnecting(World& world) {
  for (int tries = 0; tries < 6; ++tries) {
    const std::size_t index = any_device(world);
    Device& device = world.devices[index];
    if (device.phase == Device::Phase::in || !device.token) {
      continue;
    }
    if (!device.link || world.random.chance(500)) {
      world.cut(device);
      device.link = world.open_link(index);
    }
    ++device.attempt;
    world.send(index, *device.link,
               LeaveByToken{device.user, Resumption{*device.token, JoinAttempt(device.attempt)}});
    device.token.reset();
    device.phase = Device::Phase::out;
    return;
  }
}

void change_mind(World& world) {
  Device& device = world.devices[any_device(world)];
  device.wanted = static_cast<Role>(world.random.below(3));
  device.further_role.reset();
  if (world.random.chance(400)) {
    // One name more than any room defines.
    device.further_role = RoleName("role" + std::to_string(world.random.below(4)));
  }
  if (device.phase == Device::Phase::out && world.random.chance(300)) {
    device.room = world.random.pick(world.room_ids);
    device.token.reset();
  }
}

}  // namespace baton::sim
