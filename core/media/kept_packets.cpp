// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/kept_packets.hpp"

namespace baton::media {

std::optional<StoredPacket> KeptPackets::find(ExtendedSequence sequence, core::Instant now) const {
  if (history_ != nullptr) {
    if (auto packet = history_->find(sequence, now)) {
      return packet;
    }
  }
  const CachedPacket* cached = cache_ == nullptr ? nullptr : cache_->find(sequence);
  if (cached == nullptr) {
    return std::nullopt;
  }
  return StoredPacket{.bytes = cached->packet.bytes(),
                      .descriptor = cached->packet.descriptor(),
                      .sequence = cached->sequence,
                      .counters = cached->counters,
                      .stored_at = cached->arrival};
}

}  // namespace baton::media
