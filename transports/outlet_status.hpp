// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "core/media/sink_rewriter.hpp"

namespace baton::transport {

/// Pictures that were played to viewers again, and packets that waited for their turn. They only grow.
struct ReplayCounters {
  std::uint64_t repeated = 0;   ///< Played again.
  std::uint64_t throttled = 0;  ///< Asked for again too soon: played later, or waiting already.
  std::uint64_t doubted = 0;    ///< Asked for once by a viewer who has it.
  std::uint64_t postponed = 0;  ///< Due, but it would have stepped back in time.
  std::uint64_t mended = 0;     ///< Played again while the source moved, for what nobody repeats.

  // Packets, also of a picture that is played for the first time.
  std::uint64_t paced = 0;          ///< That waited for their turn, or live behind those that did.
  std::uint64_t not_kept = 0;       ///< That waited until the program did not have them any more.
  std::uint64_t superseded = 0;     ///< That waited when a key frame came, which shows more.
  std::uint64_t too_many_wait = 0;  ///< That found ReplayPace::max_waiting before them.

  ReplayCounters& operator+=(const ReplayCounters& other);
};

/// What the viewers of an outlet, or of several, were sent. A plain value.
struct OutletStatus {
  std::uint64_t viewers = 0;  ///< At that moment; all else only grows.
  std::uint64_t packets_sent = 0;
  /// Packets of the program that did not come to the outlet, since the queue on the way was full.
  std::uint64_t overrun = 0;
  /// Packets that were not sent to a viewer, by reason.
  std::array<std::uint64_t, media::kSinkDropCount> sink_drops{};
  ReplayCounters replays;

  OutletStatus& operator+=(const OutletStatus& other);
};

}  // namespace baton::transport
