// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace baton::sim {

/// Situations that the issue names. Each is played once by hand in the scenario tests, and the random runs
/// must come across each by themselves.
#define BATON_SCENARIOS(X)                 \
  X(reconnect_and_stop_at_the_same_moment) \
  X(both_ends_reconnect_at_once)           \
  X(receiver_that_never_becomes_ready)     \
  X(sender_that_dies_in_between)           \
  X(signalling_race_without_reconnect)     \
  X(signalling_race_with_reconnect)        \
  X(two_reveal_at_once)                    \
  X(two_reset_at_once)                     \
  X(vote_from_a_stale_phase)               \
  X(voter_away_during_the_reveal)          \
  X(host_dies_while_waiting)               \
  X(host_dies_while_voting)                \
  X(host_dies_while_revealing)             \
  X(host_dies_while_revealed)              \
  X(host_dies_while_finished)              \
  X(host_dies_while_resetting)

enum class Scenario : std::size_t {
#define BATON_SCENARIO_ENUMERATOR(name) name,
  BATON_SCENARIOS(BATON_SCENARIO_ENUMERATOR)
#undef BATON_SCENARIO_ENUMERATOR
};

inline constexpr auto kScenarioNames = std::to_array<std::string_view>({
#define BATON_SCENARIO_STRING(name) #name,
    BATON_SCENARIOS(BATON_SCENARIO_STRING)
#undef BATON_SCENARIO_STRING
});

/// How often each was come across. The simulator is single threaded.
inline std::array<std::uint64_t, kScenarioNames.size()> scenario_counts{};

inline void reached(Scenario scenario) {
  ++scenario_counts.at(static_cast<std::size_t>(scenario));
}

}  // namespace baton::sim
