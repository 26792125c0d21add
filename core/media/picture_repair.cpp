// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/picture_repair.hpp"

#include <algorithm>

namespace baton::media {

void PictureRepair::played(core::Instant now, std::size_t bytes) {
  const auto size = static_cast<core::Duration::rep>(bytes);
  const core::Duration as_long_as_live =
      core::Duration(std::chrono::seconds(1)) * size / static_cast<core::Duration::rep>(kBytesPerSecond);
  earliest_ = now + std::max(kInterval, as_long_as_live);
  earliest_mending_ = now + std::max(kMendInterval, as_long_as_live);
  wish_ = Wish::none;
  reception_ = Reception::lacks_the_end;
  doubted_at_.reset();
  wait_for_report(now);
}

PictureWish PictureRepair::asked(core::Instant now) {
  const bool insists = doubted_at_ && now - *doubted_at_ <= kInsists;
  if (reception_ == Reception::complete && !insists && wish_ == Wish::none) {
    doubted_at_ = now;
    return PictureWish::doubted;
  }
  return wish(now);
}

PictureWish PictureRepair::wish(core::Instant now) {
  if (wish_ == Wish::pending || wish_ == Wish::once_still) {
    return PictureWish::pending;
  }
  wish_ = Wish::pending;
  due_ = std::max(now, earliest_);
  return *due_ == now ? PictureWish::due_now : PictureWish::due_later;
}

void PictureRepair::lost_for_good(core::Instant now) {
  if (wish_ != Wish::none) {
    return;
  }
  wish_ = Wish::mending;
  mend_retries_ = 0;
  due_ = std::max(now, earliest_mending_);
}

void PictureRepair::put_off_mending(MendObstacle obstacle, core::Instant now) {
  mend_retries_ += obstacle == MendObstacle::any ? 1 : 0;
  if (mend_retries_ > kMaxMendRetries) {
    source_moved(now);
    return;
  }
  due_ = now + kMendRetry;
}

void PictureRepair::await_still(core::Instant now) {
  wish_ = Wish::once_still;
  const core::Duration last_look = now.time_since_epoch() / kStillRetry * kStillRetry;
  due_ = core::Instant(last_look + kStillRetry);
}

void PictureRepair::reported(Reception reception, core::Instant now) {
  reports_ = Reports::came;
  reception_ = reception;
  if (wish_ != Wish::none) {
    return;
  }
  due_.reset();
  // A replay that is younger than the interval may still be under way.
  if (reception == Reception::lacks_the_end && now >= earliest_) {
    wish(now);
  }
}

void PictureRepair::postpone(core::Instant now) {
  if (awaits_still()) {
    await_still(now);
    return;
  }
  due_ = now + kInterval;
}

void PictureRepair::source_moved(core::Instant now) {
  wish_ = Wish::none;
  wait_for_report(now);
}

void PictureRepair::wait_for_report(core::Instant now) {
  due_.reset();
  if (reports_ == Reports::none_yet && unreported_ < kMaxUnreported) {
    ++unreported_;
    due_ = std::max(now + kUnreportedInterval, earliest_);
  }
}

}  // namespace baton::media
