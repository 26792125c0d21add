// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sent_numbers.hpp"

#include <algorithm>

namespace baton::media {

void SentNumbers::begin_run(std::int64_t number, const SentAs& packet) {
  runs_[begun_ % kMaxRuns] = Run{.first = number,
                                 .distance = packet.program.value - number,
                                 .shift = packet.shift,
                                 .timestamp = packet.timestamp};
  ++begun_;
  count_ = std::min(count_ + 1, kMaxRuns);
}

std::optional<SentAs> SentNumbers::find(SequenceNumber number) const {
  if (count_ == 0) {
    return std::nullopt;
  }
  const std::int64_t unwrapped = numbers_.peek(number);
  if (unwrapped > *numbers_.highest()) {
    return std::nullopt;
  }
  // What is lost is young: the newest runs first.
  for (std::size_t age = 1; age <= count_; ++age) {
    const Run& run = runs_[(begun_ - age) % kMaxRuns];
    if (run.first <= unwrapped) {
      return SentAs{ExtendedSequence{unwrapped + run.distance}, run.shift, run.timestamp};
    }
  }
  return std::nullopt;
}

}  // namespace baton::media
