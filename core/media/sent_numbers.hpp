// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/codec_counters.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// What went out to a viewer under one of its numbers.
struct SentAs {
  ExtendedSequence program;  ///< The packet's number in the program.
  CounterShift shift;        ///< By how much its codec counters were ahead of the program's.
  /// The timestamp that was written over the program's, for a packet that was replayed.
  std::optional<RtpTimestamp> timestamp;
  friend bool operator==(const SentAs&, const SentAs&) = default;
};

/// Remembers for one viewer which packet of the program went out under which number, so that what the viewer
/// calls lost can be sent again as it was. Numbers that follow each other with the same distance to the
/// program's make a run, and only runs are stored: a viewer who watches live has one; of a replay each frame
/// is one, since it has a timestamp of its own.
///
/// Fixed memory; pure; one owner at a time.
class SentNumbers {
public:
  /// Runs that are remembered; the oldest is forgotten for a newer one. Twice the frames of the longest
  /// catch-up (ReplayPolicy::max_catch_up_frames).
  static constexpr std::size_t kMaxRuns = 64;

  /// A packet goes out now, under the number that SinkRewriter gave it.
  void sent(SequenceNumber number, const SentAs& packet) {
    const std::int64_t unwrapped = numbers_.unwrap(number);
    const bool continues = count_ != 0 && continues_run(unwrapped, packet);
    if (continues) {
      // One that was overtaken by the first of its run.
      newest().first = std::min(newest().first, unwrapped);
    } else if (unwrapped == *numbers_.highest()) {
      begin_run(unwrapped, packet);
    }
    // What else comes late belongs to a run that is known.
  }

  /// What went out under this number; nothing for one that was never used or is forgotten.
  [[nodiscard]] std::optional<SentAs> find(SequenceNumber number) const;

private:
  struct Run {
    std::int64_t first = 0;     // Its lowest number, unwrapped.
    std::int64_t distance = 0;  // From the viewer's number to the program's.
    CounterShift shift;
    std::optional<RtpTimestamp> timestamp;
  };

  [[nodiscard]] Run& newest() { return runs_[(begun_ - 1) % kMaxRuns]; }
  [[nodiscard]] bool continues_run(std::int64_t number, const SentAs& packet) {
    const Run& run = newest();
    return packet.program.value - number == run.distance && packet.shift == run.shift &&
           packet.timestamp == run.timestamp;
  }
  void begin_run(std::int64_t number, const SentAs& packet);

  SerialUnwrapper<SequenceNumber> numbers_;
  std::array<Run, kMaxRuns> runs_;  // A ring: the run that was begun as the nth lives at n mod kMaxRuns.
  std::size_t begun_ = 0;
  std::size_t count_ = 0;
};

}  // namespace baton::media
