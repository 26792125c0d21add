// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>

#include "core/media/rtp_types.hpp"
#include "transports/direct/srtp_error.hpp"

namespace baton::transport::direct {

/// Which packet of a stream it is (RFC 3711 §3.3.1): the roll-over counter, and in the low 16 bits the
/// sequence number. Of RTCP, the index that stands in the packet.
struct PacketIndex {
  std::uint64_t value = 0;
};
/// There are 2^48 packet indexes.
inline constexpr std::uint64_t kPacketIndexes = std::uint64_t{1} << 48U;

/// Which of the latest packet indexes of one stream were there (RFC 3711 §3.3.2): up to kReplayWindow behind
/// the newest.
class ReplayWindow {
public:
  /// Why this index is not taken: replayed, too_old. Nothing if it may be recorded.
  [[nodiscard]] std::optional<SrtpError> refusal(PacketIndex index) const;
  /// It was there. Only what is not refused.
  void record(PacketIndex index);
  /// Nothing until one is recorded.
  [[nodiscard]] std::optional<PacketIndex> newest() const { return newest_; }

private:
  std::optional<PacketIndex> newest_;
  // Each at its remainder.
  std::bitset<kReplayWindow> seen_;
};

/// The index nearest to `newest` for which this number can stand (RFC 3711 §3.3.1 and appendix A). Of two
/// that are half a circle away, the one in the newest's cycle. Negative: the number is from before the first
/// cycle.
[[nodiscard]] std::int64_t nearest_index(PacketIndex newest, media::SequenceNumber number);

}  // namespace baton::transport::direct
