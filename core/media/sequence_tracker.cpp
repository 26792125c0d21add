// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sequence_tracker.hpp"

namespace baton::media {

SequenceTracker::Tracked SequenceTracker::track(SequenceNumber number) {
  const auto highest = numbers_.highest();
  if (!highest) {
    return {StreamStep::first, numbers_.unwrap(number)};
  }
  const std::int64_t unwrapped = numbers_.peek(number);
  const std::int64_t step = unwrapped - *highest;
  if (step <= kMaxDropout && step >= -kMaxMisorder) {
    after_jump_.reset();
    numbers_.unwrap(number);
    return {step > 0 ? StreamStep::newer : StreamStep::late, unwrapped};
  }
  const bool in_line = after_jump_ == number;
  after_jump_ = number.next();
  if (!in_line) {
    return {StreamStep::outside, unwrapped};
  }
  after_jump_.reset();
  numbers_.reset();
  return {StreamStep::restart, numbers_.unwrap(number)};
}

}  // namespace baton::media
