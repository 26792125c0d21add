// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/keyframe_cache.hpp"

#include <algorithm>
#include <utility>

namespace baton::media {

using Insert = CachedPicture::Insert;

KeyframeCache::KeyframeCache(ClockRate rate, const KeyframeCacheLimits& limits)
    : rate_(rate), first_(limits), second_(limits) {}

CacheAppend KeyframeCache::append(const ProgramPacket& decided, SharedPacket packet, core::Instant arrival) {
  if (decided.timestamp.is_newer_than(newest_timestamp_) || (current_->empty() && arriving_->empty())) {
    newest_timestamp_ = decided.timestamp;
  }
  newest_arrival_ = arrival;
  const auto result = decided.starts_keyframe ? begin_keyframe(decided, std::move(packet), arrival)
                                              : answer(follow(decided, std::move(packet), arrival));
  ++(result == CacheAppend::stored ? counters_.stored : counters_.not_stored);
  return result;
}

CacheAppend KeyframeCache::begin_keyframe(const ProgramPacket& decided, SharedPacket packet,
                                          core::Instant arrival) {
  const CachedPicture& newest = arriving_->empty() ? *current_ : *arriving_;
  if (!newest.empty() && !(newest.sequence_at(0) < decided.sequence)) {
    // A newer key frame has overtaken this one.
    return answer(follow(decided, std::move(packet), arrival));
  }
  ended_ = false;
  wish_ = Wish::none;
  ++counters_.keyframes_started;
  Insert inserted{};
  if (arriving_->empty()) {
    inserted = arriving_->begin(decided, std::move(packet), arrival);
    // A packet that overtook the first one was taken for a successor of the old picture.
    arriving_->take_from(*current_, decided.sequence);
  } else {
    ++counters_.keyframes_abandoned;
    inserted = arriving_->begin_within(decided, std::move(packet), arrival);
  }
  if (arriving_->truncated()) {
    abandon_arriving();
    return CacheAppend::full;
  }
  adopt_arriving_when_complete();
  return answer(inserted);
}

Insert KeyframeCache::follow(const ProgramPacket& decided, SharedPacket packet, core::Instant arrival) {
  if (!arriving_->empty()) {
    const Insert inserted = arriving_->insert(decided, packet, arrival);
    if (inserted != Insert::before_keyframe) {
      if (arriving_->truncated()) {
        abandon_arriving();
      } else {
        adopt_arriving_when_complete();
      }
      return inserted;
    }
  }
  return current_->empty() ? Insert::before_keyframe : current_->insert(decided, std::move(packet), arrival);
}

CacheAppend KeyframeCache::answer(Insert inserted) {
  const CachedPicture& newest = arriving_->empty() ? *current_ : *arriving_;
  if (!newest.empty() && wish_ == Wish::none && (newest.nearly_full() || newest.truncated())) {
    wish_ = Wish::due;
  }
  switch (inserted) {
    case Insert::stored:
      return CacheAppend::stored;
    case Insert::duplicate:
      return CacheAppend::duplicate;
    case Insert::before_keyframe:
      return newest.empty() ? CacheAppend::no_keyframe : CacheAppend::too_old;
    case Insert::full:
      return CacheAppend::full;
  }
  return CacheAppend::full;
}

void KeyframeCache::abandon_arriving() {
  ++counters_.keyframes_abandoned;
  arriving_->clear();
  // The packets to come follow a key frame that is not here. Asking for another one would bring one as large.
  if (!current_->empty()) {
    current_->truncate();
  }
  wish_ = Wish::spent;
}

void KeyframeCache::adopt_arriving_when_complete() {
  if (!arriving_->keyframe_complete()) {
    return;
  }
  ++counters_.keyframes_completed;
  std::swap(current_, arriving_);
  arriving_->clear();
}

bool KeyframeCache::take_keyframe_wish() {
  if (wish_ != Wish::due) {
    return false;
  }
  wish_ = Wish::spent;
  return true;
}

bool KeyframeCache::is_quiet(core::Instant now, const ReplayPolicy& policy) const {
  return now >= quiet_from(policy);
}

const CachedPacket* KeyframeCache::find(ExtendedSequence sequence) const {
  const CachedPacket* packet = current_->find(sequence);
  return packet != nullptr ? packet : arriving_->find(sequence);
}

core::Instant KeyframeCache::quiet_from(const ReplayPolicy& policy) const {
  return ended_ ? core::Instant::min() : newest_arrival_ + policy.quiet_after;
}

ReplayPlan KeyframeCache::plan(const ReplayMoment& moment, const ReplayPolicy& policy) const {
  auto plan = is_quiet(moment.now, policy) ? plan_quiet(moment, policy) : plan_moving(policy);
  plan.newest_timestamp = newest_timestamp_;
  if (ended_) {
    // Whoever comes next begins with a key frame anyway, and there is nobody to ask for one.
    plan.after = AfterReplay::wait_for_keyframe;
    plan.keyframe = KeyframeNeed::none;
  }
  return plan;
}

ReplayPlan KeyframeCache::plan_quiet(const ReplayMoment& moment, const ReplayPolicy& policy) const {
  if (current_->empty()) {
    return {};
  }
  // At least one tick, so that a source that goes on air in this very moment is newer.
  const std::int64_t margin =
      ended_ ? 1
             : std::max<std::int64_t>(
                   1, policy.quiet_margin / std::chrono::milliseconds(1) * ticks_per_millisecond(rate_));
  const RtpTimestamp present = moment.program_now.plus(-margin);
  const RtpTimestamp last = present.is_newer_than(newest_timestamp_) ? present : newest_timestamp_;
  auto plan = plan_still(*current_, last, rate_);
  if (!arriving_->empty()) {
    plan.after = AfterReplay::wait_for_keyframe;
    plan.keyframe = KeyframeNeed::wanted;
  }
  return plan;
}

ReplayPlan KeyframeCache::plan_moving(const ReplayPolicy& policy) const {
  const CachedPicture& newest = arriving_->empty() ? *current_ : *arriving_;
  auto plan = plan_catch_up(newest, policy, rate_);
  if (plan.kind == ReplayKind::nothing && !current_->empty()) {
    plan = plan_preview(*current_, newest_timestamp_, policy, rate_);
  }
  return plan;
}

ReplayPlan KeyframeCache::plan_to_mend(const ReplayPolicy& policy) const {
  // A key frame that is arriving mends more.
  auto plan = arriving_->empty() ? plan_mend(*current_, newest_timestamp_, policy) : ReplayPlan();
  plan.newest_timestamp = newest_timestamp_;
  return plan;
}

void KeyframeCache::copy_to(KeyframeCache& other) const {
  current_->copy_to(*other.current_);
  arriving_->copy_to(*other.arriving_);
  other.newest_timestamp_ = newest_timestamp_;
  other.newest_arrival_ = newest_arrival_;
  other.ended_ = ended_;
  other.wish_ = wish_;
}

}  // namespace baton::media
