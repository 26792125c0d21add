// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/replay_reception.hpp"

namespace baton::media {

void ReplayReception::replayed(std::optional<SequenceNumber> before, std::optional<SequenceNumber> until) {
  const bool follows_a_replay = before && before == until_;
  if (!before) {
    lost_before_ = 0;
  } else if (latest_ && (follows_a_replay || latest_->highest == *before)) {
    lost_before_ = latest_->cumulative_lost;
  } else if (!follows_a_replay) {
    lost_before_.reset();
  }
  until_ = until;
  latest_.reset();
}

Reception ReplayReception::judge(const ReportBlock& report, std::optional<SequenceNumber> last_sent) {
  latest_ = report;
  if (last_sent && last_sent->is_newer_than(report.highest)) {
    return Reception::lacks_the_end;
  }
  const bool nothing_followed = last_sent && last_sent == until_;
  const bool lost_more = lost_before_ && report.cumulative_lost > *lost_before_;
  return nothing_followed && lost_more ? Reception::has_gaps : Reception::complete;
}

}  // namespace baton::media
