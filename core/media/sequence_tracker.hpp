// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Where a packet stands in its stream.
enum class StreamStep : std::uint8_t {
  first,    ///< Of the stream.
  newer,    ///< Than all before.
  late,     ///< Behind the newest, or a duplicate.
  outside,  ///< Too far from the newest to be part of the stream; the next one may make it a restart.
  restart,  ///< The second far one in line: the stream has begun anew.
};

/// Follows the sequence numbers of one stream as they arrive, unwraps them, and tells a stream that begins
/// anew from losses and reordering (RFC 3550 appendix A.1).
///
/// Tiny; pure; one owner at a time.
class SequenceTracker {
public:
  /// The longest step forward, and back, that belongs to the stream.
  static constexpr std::int64_t kMaxDropout = 3000;
  static constexpr std::int64_t kMaxMisorder = 1000;

  struct Tracked {
    StreamStep step;
    std::int64_t number;  ///< Unwrapped; meaningless for one that is outside.
  };
  Tracked track(SequenceNumber number);

  /// The newest number, unwrapped; nothing before the first. Begins anew within 16 bits at a restart.
  [[nodiscard]] std::optional<std::int64_t> highest() const { return numbers_.highest(); }

private:
  SerialUnwrapper<SequenceNumber> numbers_;
  std::optional<SequenceNumber> after_jump_;
};

}  // namespace baton::media
