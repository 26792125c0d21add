// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Faults planted on purpose, to show that the simulator's checker finds each of them. The simulator's build
/// of core, the one with `BATON_MARKS`, has them all, and a run chooses at most one. In a product build each
/// is the constant false, so that its branch does not exist there.
namespace baton::core::planted_faults {

#ifdef BATON_MARKS
/// Number of the fault that is planted; 0 for none. Set before the first step, by the simulator alone.
inline int planted = 0;
#endif

/// One fault, which is true where it is planted.
struct Fault {
  int number;

#ifdef BATON_MARKS
  explicit operator bool() const {
    return planted == number;
  }
#else
  explicit constexpr operator bool() const {
    return false;
  }
#endif
};

/// Invariant 2: a stale session version is let through.
inline constexpr Fault kNoFencing{1};
/// Invariant 5: grace that is over while the backup host is absent has no outcome.
inline constexpr Fault kGraceWithoutOutcome{2};
/// Invariant 3: the room closes when its last participant leaves.
inline constexpr Fault kCloseWhenEmpty{3};
/// Invariant 1: a transfer leaves the old host in its role.
inline constexpr Fault kTwoHosts{4};
/// Invariant 6: a client that goes on is sent again what it said that it has.
inline constexpr Fault kForgetsConfirmation{5};
/// News of presence that must wait are dropped.
inline constexpr Fault kDropsNews{6};
/// Invariant 9: votes are shown as soon as the reveal begins, before the cards are open.
inline constexpr Fault kShowsVotesEarly{7};

/// The highest number of a fault.
inline constexpr int kLastFault = kShowsVotesEarly.number;

}  // namespace baton::core::planted_faults
