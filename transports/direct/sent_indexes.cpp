// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/sent_indexes.hpp"

namespace baton::transport::direct {

media::ParseResult<PacketIndex, SrtpError> SentIndexes::take(media::SequenceNumber number) {
  const auto newest = window_.newest();
  const std::int64_t nearest =
      newest ? nearest_index(*newest, number) : std::int64_t{first_.value} * (1 << 16) + number.value();
  if (nearest < 0) {
    return SrtpError::too_old;
  }
  const PacketIndex index{static_cast<std::uint64_t>(nearest)};
  if (index.value >= kPacketIndexes) {
    return SrtpError::key_expired;
  }
  if (const auto refusal = window_.refusal(index)) {
    return *refusal;
  }
  window_.record(index);
  return index;
}

}  // namespace baton::transport::direct
