// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bitset>
#include <cstdint>

#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"
#include "transports/direct/srtp_error.hpp"

namespace baton::transport::direct {

/// Which packet of a stream it is (RFC 3711 §3.3.1): the roll-over counter, and in the low 16 bits the
/// sequence number.
struct PacketIndex {
  std::uint64_t value = 0;
};
/// There are 2^48 packet indexes.
inline constexpr std::uint64_t kPacketIndexes = std::uint64_t{1} << 48U;

/// How often the sequence numbers of a stream have wrapped (RFC 3711 §3.3.1).
struct RollOverCounter {
  std::uint32_t value = 0;
};

/// The packet indexes of one stream that is sent. Each is given out once, for GCM does not survive a second
/// packet with the same one.
class SentIndexes {
public:
  /// `first` is the counter of the first packet: 0, unless who agreed on the keys says otherwise.
  explicit SentIndexes(RollOverCounter first = {}) : newest_(std::int64_t{first.value} * (1 << 16)) {}

  /// The index of the packet with this number, which counts as sent. A number stands for the index nearest to
  /// the newest one, so the counter grows where numbers wrap. A packet may come late, up to kReplayWindow.
  /// Refusals: replayed; too_old, also of what would be before index 0; key_expired, of what would be after
  /// the last index.
  media::ParseResult<PacketIndex, SrtpError> take(media::SequenceNumber number);

private:
  enum class State : std::uint8_t { nothing_sent, sending };

  std::int64_t newest_;
  State state_ = State::nothing_sent;
  // Which of the last indexes were taken, each at its remainder.
  std::bitset<kReplayWindow> taken_;
};

}  // namespace baton::transport::direct
