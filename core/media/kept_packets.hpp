// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/media/keyframe_cache.hpp"
#include "core/media/packet_history.hpp"
#include "core/media/resend_source.hpp"

namespace baton::media {

/// All that is kept of one medium of a program: its latest packets and, of video, the last picture, which a
/// replay is made of and which may be much older. Borrows both.
class KeptPackets final : public ResendSource {
public:
  /// Either may be null: there is no history where nobody asks for repetitions, and no picture of audio.
  KeptPackets(const PacketHistory* history, const KeyframeCache* cache) : history_(history), cache_(cache) {}

  [[nodiscard]] std::optional<StoredPacket> find(ExtendedSequence sequence, core::Instant now) const override;

private:
  const PacketHistory* history_;
  const KeyframeCache* cache_;
};

}  // namespace baton::media
