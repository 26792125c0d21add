// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Goes through the sequence numbers that a generic NACK calls lost (RFC 4585 §6.2.1: a packet id and a mask
/// of the sixteen that follow it), without allocating. Each entry stands for at most 17; a number that
/// several entries name comes several times.
class NackReader {
public:
  /// `entries` is the feedback control information.
  explicit NackReader(ByteView entries) : rest_(entries) {}

  /// The next lost number, or nothing at the end.
  std::optional<SequenceNumber> next();

private:
  ByteView rest_;
  SequenceNumber following_;  // The one that the lowest bit of mask_ stands for.
  std::uint16_t mask_ = 0;
};

}  // namespace baton::media
