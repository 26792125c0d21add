// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "tests/sim/actions.hpp"

namespace baton::sim {

namespace {

constexpr auto kActions = std::to_array<Action>({
    {"deliver_request", deliver_request, 900},
    {"read_some", read_some, 300},
    {"join", join, 120},
    {"give_up_and_join_again", give_up_and_join_again, 25},
    {"heartbeat", heartbeat, 150},
    {"publish", publish, 50},
    {"unpublish", unpublish, 10},
    {"subscribe", subscribe, 25},
    {"tune_subscription", tune_subscription, 15},
    {"set_backup", set_backup, 15},
    {"transfer", transfer, 25},
    {"answer_question", answer_question, 40},
    {"claim_host", claim_host, 15},
    {"edit", edit, 15},
    {"end_room", end_room, 1},
    {"kick", kick, 5},
    {"leave", leave, 15},
    {"stop_reconnecting", stop_reconnecting, 15},
    {"change_mind", change_mind, 10},
    {"say_ready", say_ready, 60},
    {"await_ready", await_ready, 8},
    {"signal", signal, 60},
    {"send_signals_again", send_signals_again, 15},
    {"flood", flood, 1},
    {"cut_both_ends", cut_both_ends, 5},
    {"chat", chat, 20},
    {"synchronize", synchronize, 15},
    {"ask_for_control", ask_for_control, 25},
    {"decide_on_control", decide_on_control, 25},
    {"mute", mute, 10},
    {"lock", lock, 3},
    {"open_activity", open_activity, 40},
    {"close_activity", close_activity, 2},
    {"vote", vote, 80},
    {"lead_activity", lead_activity, 80},
    {"press_at_once", press_at_once, 12},
    {"miss_the_reveal", miss_the_reveal, 8},
    {"speak_of_a_past_phase", speak_of_a_past_phase, 10},
    {"packets_flow", packets_flow, 15},
    {"packets_stall", packets_stall, 10},
    {"use_wrong_claim", use_wrong_claim, 40},
    {"act_on_further_link", act_on_further_link, 30},
    {"guess_token", guess_token, 6},
    {"answer_what_is_over", answer_what_is_over, 6},
    {"use_connection_of_another_room", use_connection_of_another_room, 6},
    {"drop_request", drop_request, 30},
    {"repeat_request", repeat_request, 30},
    {"cut_client", cut_client, 40},
    {"storm", storm, 3},
    {"notice_dead_link", notice_dead_link, 60},
    {"lose_link_at_gateway", lose_link_at_gateway, 8},
    {"media_flows", media_flows, 60},
    {"media_stalls", media_stalls, 15},
    {"media_hangs_up", media_hangs_up, 10},
    {"create_room", create_room, 12},
    {"administer", administer, 6},
    {"pass_moment", pass_moment, 150},
    {"pass_seconds", pass_seconds, 30},
    {"pass_minutes", pass_minutes, 3},
    {"pass_days", pass_days, 1},
    {"step_back", step_back, 2},
    {"pass_unattended", pass_unattended, 8},
    {"grow_quiet", grow_quiet, 4},
});

/// Without these nothing happens at all.
constexpr std::size_t kEssential = 3;
/// So that a world in which nothing can happen does not hang the run.
constexpr int kActionsPerStep = 200;

}  // namespace

Scheduler::Scheduler(World& world) : world_(world) {
  static_assert(kActions.size() <= std::tuple_size_v<decltype(weights_)>);
  // Eighths, so that a small weight can be made smaller.
  constexpr std::array<unsigned, 6> kFactors = {0, 2, 8, 8, 24, 64};
  for (std::size_t i = 0; i < kActions.size(); ++i) {
    const unsigned factor = i < kEssential ? 8 : world.random.pick(kFactors);
    weights_[i] = kActions[i].weight * factor;
    total_ += weights_[i];
  }
  constexpr std::array<unsigned, 3> kFaulty = {0, 50, 300};
  world.faulty_links = world.random.pick(kFaulty);
}

std::string_view Scheduler::step() {
  const std::uint64_t calls = world_.gateway.calls();
  std::string_view name;
  for (int tries = 0; tries < kActionsPerStep && world_.gateway.calls() == calls; ++tries) {
    const Action& action = draw();
    name = action.name;
    action.run(world_);
  }
  return name;
}

const Action& Scheduler::draw() {
  auto drawn = static_cast<unsigned>(world_.random.below(total_));
  std::size_t index = 0;
  while (drawn >= weights_[index]) {
    drawn -= weights_[index];
    ++index;
  }
  return kActions[index];
}

}  // namespace baton::sim
