// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/continued_counter.hpp"

#include <algorithm>

#include "core/media/sequence.hpp"

namespace baton::media {

std::uint64_t ContinuedCounter::continue_with(std::uint32_t value, unsigned bits) {
  std::int64_t unwrapped = value;
  if (bits != width_) {
    offset_ = highest_out_ ? *highest_out_ + 1 - unwrapped : 0;
    highest_in_ = unwrapped;
    width_ = bits;
  } else {
    unwrapped = highest_in_ + serial_distance(static_cast<std::uint64_t>(highest_in_), value, bits);
    highest_in_ = std::max(highest_in_, unwrapped);
  }
  const std::int64_t continued = unwrapped + offset_;
  highest_out_ = std::max(highest_out_.value_or(continued), continued);
  return static_cast<std::uint64_t>(continued);
}

}  // namespace baton::media
