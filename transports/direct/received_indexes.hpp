// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"
#include "transports/direct/replay_window.hpp"
#include "transports/direct/srtp_error.hpp"

namespace baton::transport::direct {

/// The packet indexes of one stream that is received. What a number stands for is a guess until the packet
/// was authenticated with it; only then it is recorded, so nobody without the key moves the window.
class ReceivedIndexes {
public:
  /// The index that the packet with this number has, if it is its sender's: the one nearest to the newest,
  /// and while that would be before index 0, the one in the first cycle. Refusals: replayed; too_old;
  /// key_expired, of what would be after the last index.
  [[nodiscard]] media::ParseResult<PacketIndex, SrtpError> find(media::SequenceNumber number) const;
  /// The packet with this index, as `find` said, was authenticated.
  void record(PacketIndex index) { window_.record(index); }

private:
  ReplayWindow window_;
};

}  // namespace baton::transport::direct
