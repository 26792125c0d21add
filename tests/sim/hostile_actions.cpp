// SPDX-License-Identifier: GPL-3.0-or-later
// What those do who should not, and those who act on what is long over.
#include <utility>

#include "tests/sim/actions.hpp"

namespace baton::sim {

using namespace core;

namespace {

Request any_request(World& world, const Device& device) {
  switch (world.random.below(31)) {
    case 0:
      return Leave{};
    case 1:
      return Publish{};
    case 2:
      return Unpublish{};
    case 3:
      return Subscribe{};
    case 4:
      return SetBackup{device.user};
    case 5:
      return Transfer{device.user};
    case 6:
      return AnswerPromotion{PromotionId(1 + world.random.below(4)), PromotionAnswer::accept};
    case 7:
      return ClaimHost{};
    case 8:
      return Edit{random_edit(world)};
    case 9:
      return End{};
    case 10:
      return Kick{world.random.pick(world.devices).user};
    case 11:
      return Start{};
    case 12:
      return Configure{};
    case 13:
      return Mute{any_user(world, device), Muting::muted};
    case 14:
      return Lock{Locking::locked};
    case 15:
      return SendChat{"from one who may not"};
    case 16:
      return Control{ControlAction::request};
    case 17:
      return Control{ControlAction::grant, device.user};
    case 18:
      return Control{ControlAction::revoke, any_user(world, device)};
    case 19:
      return Ready{};
    case 20:
      return AwaitReady{std::chrono::seconds(1)};
    case 21:
      return Synchronize{};
    case 22:
      return OpenActivity{"poker", {}};
    case 23:
      return CloseActivity{};
    case 24:
      return any_use(world, device);
    default:
      return Heartbeat{};
  }
}

/// What somebody may send who knows too much, or too little, or is late.
std::optional<SessionClaim> any_claim(World& world, const Device& device) {
  Device& other = world.random.pick(world.devices);
  switch (world.random.below(7)) {
    case 0:
      return other.claim;
    case 1:
      return device.old_claims.empty() ? std::nullopt : std::optional(device.old_claims.back());
    case 2:
      return other.old_claims.empty() ? std::nullopt : std::optional(other.old_claims.front());
    case 3:
      return SessionClaim{SessionId(world.random.next()), SessionVersion(1 + world.random.below(20))};
    case 4:
      return std::nullopt;
    default:
      break;
  }
  const auto& base = world.random.chance(500) ? device.claim : other.claim;
  if (!base) {
    return std::nullopt;
  }
  const std::uint64_t version = base->version.value();
  return SessionClaim{base->id, SessionVersion(world.random.chance(500) ? version + 1 : version - 1)};
}

}  // namespace

void use_wrong_claim(World& world) {
  const std::size_t index = any_device(world);
  Device& device = world.devices[index];
  if (!device.link) {
    return;
  }
  Upstream message{*device.link,
                   device.room,
                   any_claim(world, device),
                   any_request(world, device),
                   {index, device.attempt}};
  if (world.random.chance(200)) {
    message.connection = world.open_link(index);
    device.extra.push_back(message.connection);
  }
  world.send(std::move(message));
}

void act_on_further_link(World& world) {
  const std::size_t index = any_device(world);
  Device& device = world.devices[index];
  if (!device.claim || device.extra.empty()) {
    return;
  }
  const bool cut_off = device.link && world.random.chance(300);
  if (cut_off) {
    // Its signalling is gone at the gateway, and the client has not noticed.
    world.lose_connection(*device.link);
  }
  Request request =
      world.random.chance(cut_off ? 800 : 200) ? Request(ClaimHost{}) : any_request(world, device);
  world.send(index, world.random.pick(device.extra), std::move(request));
}

void guess_token(World& world) {
  const std::size_t index = any_device(world);
  Device& device = world.devices[index];
  if (!device.link) {
    return;
  }
  // Nobody guesses a token that was handed out; so take one that never is.
  SecretHash::Bytes bytes{};
  bytes[31] = static_cast<std::uint8_t>(1 + world.random.below(200));
  const Resumption guess{SecretHash(bytes), JoinAttempt(1 + world.random.below(1000))};
  const UserId victim = world.random.pick(world.devices).user;
  if (world.random.chance(500)) {
    world.send(index, *device.link, LeaveByToken{victim, guess});
    return;
  }
  Join join;
  join.user = victim;
  join.display_name = "guest";
  join.role = device.wanted;
  join.resumption = guess;
  if (world.random.chance(300)) {
    join.barred = ErrorCode::token_missing;
  }
  world.send(index, *device.link, std::move(join));
}

void answer_what_is_over(World& world) {
  const std::size_t index = any_device(world);
  Device& device = world.devices[index];
  if (!device.link || device.old_questions.empty()) {
    return;
  }
  const PromotionId question = world.random.pick(device.old_questions);
  world.send(index, *device.link, AnswerPromotion{question, PromotionAnswer::accept});
  if (device.old_questions.size() > 4) {
    device.old_questions.pop_front();
  }
}

void use_connection_of_another_room(World& world) {
  const std::size_t index = any_device(world);
  Device& device = world.devices[index];
  if (!device.link || device.phase != Device::Phase::in) {
    return;
  }
  // One connection in two rooms: the claim is that of a second device of the same kind of client.
  const Device& other = world.random.pick(world.devices);
  if (other.claim && world.random.chance(600)) {
    world.send(
        Upstream{*device.link, other.room, other.claim, any_request(world, device), {index, device.attempt}});
    return;
  }
  Join join;
  join.user = device.user;
  join.display_name = device.user.value();
  join.role = device.wanted;
  world.send(Upstream{*device.link,
                      world.random.pick(world.room_ids),
                      std::nullopt,
                      std::move(join),
                      {index, device.attempt}});
}

}  // namespace baton::sim
