// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tests/sim/world.hpp"

namespace baton::sim {

/// One thing that may happen next.
struct Action {
  std::string_view name;
  void (*run)(World& world);
  /// How often it happens beside the others, before a seed's own weights are drawn.
  unsigned weight;
};

// What clients do; in client_actions.cpp.
void join(World& world);
void give_up_and_join_again(World& world);
void heartbeat(World& world);
void publish(World& world);
void unpublish(World& world);
void subscribe(World& world);
void tune_subscription(World& world);
void set_backup(World& world);
void transfer(World& world);
void answer_question(World& world);
void claim_host(World& world);
void edit(World& world);
void end_room(World& world);
void kick(World& world);
void leave(World& world);
void stop_reconnecting(World& world);
void change_mind(World& world);

// What clients say to one another, and ask of the host; in talk_actions.cpp.
void say_ready(World& world);
void await_ready(World& world);
void signal(World& world);
void send_signals_again(World& world);
void flood(World& world);
void cut_both_ends(World& world);
void chat(World& world);
void synchronize(World& world);
void ask_for_control(World& world);
void decide_on_control(World& world);
void mute(World& world);
void lock(World& world);

// What they do with the room's activity; in activity_actions.cpp.
void open_activity(World& world);
void close_activity(World& world);
void vote(World& world);
void lead_activity(World& world);
void press_at_once(World& world);
void miss_the_reveal(World& world);
void speak_of_a_past_phase(World& world);
/// What somebody may send without having looked.
[[nodiscard]] core::UseActivity any_use(World& world, const Device& device);

// What those do who should not; in hostile_actions.cpp.
void use_wrong_claim(World& world);
void act_on_further_link(World& world);
void guess_token(World& world);
void answer_what_is_over(World& world);
void use_connection_of_another_room(World& world);

// What the network, the gateway and time do; in world_actions.cpp.
void deliver_request(World& world);
void drop_request(World& world);
void repeat_request(World& world);
void read_some(World& world);
void cut_client(World& world);
void storm(World& world);
void notice_dead_link(World& world);
void lose_link_at_gateway(World& world);
void media_flows(World& world);
void media_stalls(World& world);
void media_hangs_up(World& world);
void packets_flow(World& world);
void packets_stall(World& world);
void create_room(World& world);
void administer(World& world);
void pass_moment(World& world);
void pass_seconds(World& world);
void pass_minutes(World& world);
void pass_days(World& world);
void step_back(World& world);
void pass_unattended(World& world);
void grow_quiet(World& world);

/// Draws actions, each seed and life with weights of its own, so that combinations come up that an even mix
/// never shows.
class Scheduler {
public:
  explicit Scheduler(World& world);

  /// Lets things happen until one of them has called into the core. Returns the name of the last.
  std::string_view step();

private:
  [[nodiscard]] const Action& draw();

  World& world_;
  std::array<unsigned, 80> weights_{};
  unsigned total_ = 0;
};

/// A user, device or claim that exists, chosen evenly.
[[nodiscard]] std::size_t any_device(World& world);
/// A device that believes to be in a room, if the draw hits one.
[[nodiscard]] std::optional<std::size_t> any_joined(World& world);
/// A device that believes to be host; or, now and then, one that does not.
[[nodiscard]] std::optional<std::size_t> any_host(World& world);
/// Somebody the device sees in its room; now and then somebody else.
[[nodiscard]] core::UserId any_user(World& world, const Device& device);
/// Sends on the device's signalling link, or now and then on a further one.
void request(World& world, std::optional<std::size_t> device, core::Request what);
[[nodiscard]] core::RoomSettings random_settings(World& world);
[[nodiscard]] core::RoomEdit random_edit(World& world);

}  // namespace baton::sim
