// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/media/packet_history.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media {

/// Where a program's packets are found again, for those who lost them. One thread at a time.
class ResendSource {
public:
  ResendSource() = default;
  ResendSource(const ResendSource&) = delete;
  ResendSource& operator=(const ResendSource&) = delete;
  virtual ~ResendSource() = default;

  /// The packet, or nothing when it is not kept, or no longer. Borrowed for as long as nothing is stored:
  /// whoever asks does not give up control before it is done with the bytes.
  [[nodiscard]] virtual std::optional<StoredPacket> find(ExtendedSequence sequence,
                                                         core::Instant now) const = 0;
};

}  // namespace baton::media
