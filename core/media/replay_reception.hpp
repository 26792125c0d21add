// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/picture_repair.hpp"
#include "core/media/report_block.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Tells from a viewer's reports what it lacks of the picture that was played to it last.
///
/// A report counts losses since the viewer began, so those of a replay are what came on top of the count that
/// was reported before. It is known when all that was sent until then had been reported on, or nothing was
/// sent. Replays that follow one another without a live packet between them are taken together, as far as no
/// report came between them: a loss may be of either. Where the count is not known, or live packets followed
/// the replay, no gap is suspected: the viewer learns of its losses by what follows, and asks.
///
/// Tiny; pure; one owner at a time.
class ReplayReception {
public:
  /// A picture was played. The highest numbers that were sent before it and with it; nothing when none was.
  void replayed(std::optional<SequenceNumber> before, std::optional<SequenceNumber> until);
  /// What a report says. `last_sent` is the highest number that was sent; nothing when none was.
  Reception judge(const ReportBlock& report, std::optional<SequenceNumber> last_sent);

private:
  std::optional<ReportBlock> latest_;        // Since the last replay.
  std::optional<std::int32_t> lost_before_;  // Nothing while it is not known.
  std::optional<SequenceNumber> until_;
};

}  // namespace baton::media
