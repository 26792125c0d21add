// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Faults planted on purpose in test builds, to show that the simulator's checker finds each of them. A
/// product build defines no `BATON_PLANTED_FAULT`, so all of these are false and their branches do not exist
/// in it.
namespace baton::core::planted_faults {

#ifndef BATON_PLANTED_FAULT
#define BATON_PLANTED_FAULT 0
#endif

/// Invariant 2: a stale session version is let through.
inline constexpr bool kNoFencing = BATON_PLANTED_FAULT == 1;
/// Invariant 5: grace that is over while the backup host is absent has no outcome.
inline constexpr bool kGraceWithoutOutcome = BATON_PLANTED_FAULT == 2;
/// Invariant 3: the room closes when its last participant leaves.
inline constexpr bool kCloseWhenEmpty = BATON_PLANTED_FAULT == 3;
/// Invariant 1: a transfer leaves the old host in its role.
inline constexpr bool kTwoHosts = BATON_PLANTED_FAULT == 4;
/// Invariant 6: a client that goes on is sent again what it said that it has.
inline constexpr bool kForgetsConfirmation = BATON_PLANTED_FAULT == 5;
/// News of presence that must wait are dropped.
inline constexpr bool kDropsNews = BATON_PLANTED_FAULT == 6;
/// Invariant 9: votes are shown as soon as the reveal begins, before the cards are open.
inline constexpr bool kShowsVotesEarly = BATON_PLANTED_FAULT == 7;

}  // namespace baton::core::planted_faults
