// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/nack_reader.hpp"

#include <bit>

#include "core/media/rtcp_format.hpp"

namespace baton::media {

std::optional<SequenceNumber> NackReader::next() {
  if (mask_ != 0) {
    const int steps = std::countr_zero(mask_);
    const SequenceNumber lost = following_.plus(steps);
    following_ = lost.next();
    mask_ = static_cast<std::uint16_t>(mask_ >> (steps + 1));
    return lost;
  }
  if (rest_.size() < rtcp::kNackEntrySize) {
    return std::nullopt;
  }
  const SequenceNumber first(load_u16(rest_, 0));
  following_ = first.next();
  mask_ = load_u16(rest_, 2);
  rest_ = rest_.subspan(rtcp::kNackEntrySize);
  return first;
}

}  // namespace baton::media
