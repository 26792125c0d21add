// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/report_block.hpp"
#include "core/time.hpp"

namespace baton::media {

/// Tells from a viewer's reports that it lost packets which nobody will send again.
///
/// Janus keeps packets for retransmission from the moment on in which it knows a round-trip time of a
/// millisecond or more, which is one to three seconds after the first packet, and on a short way never. It
/// takes a viewer's requests out of its RTCP either way. But what the viewer sends with them, since compounds
/// are not reduced (RFC 5506) unless that is negotiated, is a report, and that tells the loss at once.
///
/// Later on, it repeats a packet once and then passes over all that the viewer asks within 200 ms. On a short
/// way the viewer has given up by then, and stands still until it asks for a key frame, three seconds later.
/// Its requests are seen as reports that follow one another at once without telling another loss.
///
/// Tiny; pure; one owner at a time.
class UnmendedLosses {
public:
  /// So many requests in a row for what was asked for before were not answered.
  static constexpr int kUnanswered = 5;
  /// What browsers leave between two requests on a short way, and more; reports by themselves are further
  /// apart.
  static constexpr core::Duration kAskedAgainWithin = std::chrono::milliseconds(100);
  /// How soon after a packet was lost the viewer has reported it, beside the round trip.
  static constexpr core::Duration kReportedWithin = std::chrono::milliseconds(100);

  /// More are not lost by chance: a queue has overflowed, and more bytes at once would not help.
  static constexpr std::int32_t kFew = 8;

  enum class Verdict : std::uint8_t {
    nothing_lost,
    mended_elsewhere,
    unmended,
    many_unmended,  ///< More than kFew at once.
  };

  /// The viewer reported on its video.
  /// @param round_trip  what the report tells of it; nothing when the viewer has had no sender report
  Verdict reported(const ReportBlock& report, std::optional<core::Duration> round_trip, core::Instant now);

private:
  [[nodiscard]] bool is_unanswered(bool more, core::Instant now);

  std::int32_t lost_ = 0;
  int asked_again_ = 0;
  std::optional<core::Instant> reported_at_;
  std::optional<core::Instant> mended_from_;  // Losses that are reported from here on.
};

}  // namespace baton::media
