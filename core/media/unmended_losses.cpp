// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/unmended_losses.hpp"

namespace baton::media {

UnmendedLosses::Verdict UnmendedLosses::reported(const ReportBlock& report,
                                                 std::optional<core::Duration> round_trip,
                                                 core::Instant now) {
  const std::int32_t lost_now = report.cumulative_lost - lost_;
  const bool more = lost_now > 0;
  lost_ = report.cumulative_lost;
  const bool mended = mended_from_ && now >= *mended_from_;
  // The gateway counts whole milliseconds, and zero is what it begins with.
  if (!mended_from_ && round_trip && *round_trip >= std::chrono::milliseconds(1)) {
    mended_from_ = now + *round_trip + kReportedWithin;
  }
  const bool unanswered = is_unanswered(more, now);
  if (unanswered || (more && !mended)) {
    return lost_now > kFew ? Verdict::many_unmended : Verdict::unmended;
  }
  return more ? Verdict::mended_elsewhere : Verdict::nothing_lost;
}

bool UnmendedLosses::is_unanswered(bool more, core::Instant now) {
  const bool at_once = reported_at_ && now - *reported_at_ <= kAskedAgainWithin;
  reported_at_ = now;
  if (!at_once) {
    asked_again_ = 0;
  } else if (!more && ++asked_again_ == kUnanswered) {
    asked_again_ = 0;
    return true;
  }
  return false;
}

}  // namespace baton::media
