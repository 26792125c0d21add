// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"
#include "transports/direct/replay_window.hpp"
#include "transports/direct/srtp_error.hpp"

namespace baton::transport::direct {

/// How often the sequence numbers of a stream have wrapped (RFC 3711 §3.3.1).
struct RollOverCounter {
  std::uint32_t value = 0;
};

/// The packet indexes of one stream that is sent. Each is given out once, for GCM does not survive a second
/// packet with the same one.
class SentIndexes {
public:
  /// `first` is the counter of the first packet: 0, unless who agreed on the keys says otherwise.
  explicit SentIndexes(RollOverCounter first = {}) : first_(first) {}

  /// The index of the packet with this number, which counts as sent. A number stands for the index nearest to
  /// the newest one, so the counter grows where numbers wrap. A packet may come late, up to kReplayWindow.
  /// Refusals: replayed; too_old, also of what would be before index 0; key_expired, of what would be after
  /// the last index.
  media::ParseResult<PacketIndex, SrtpError> take(media::SequenceNumber number);

private:
  RollOverCounter first_;
  ReplayWindow window_;
};

}  // namespace baton::transport::direct
