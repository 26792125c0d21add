// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/received_indexes.hpp"

namespace baton::transport::direct {

media::ParseResult<PacketIndex, SrtpError> ReceivedIndexes::find(media::SequenceNumber number) const {
  const auto newest = window_.newest();
  const std::int64_t nearest = newest ? nearest_index(*newest, number) : number.value();
  // Before the first cycle there is nothing: then more than half of it was lost, or paused.
  const PacketIndex index{nearest < 0 ? number.value() : static_cast<std::uint64_t>(nearest)};
  if (index.value >= kPacketIndexes) {
    return SrtpError::key_expired;
  }
  if (const auto refusal = window_.refusal(index)) {
    return *refusal;
  }
  return index;
}

}  // namespace baton::transport::direct
