// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sink_rewriter.hpp"

#include <algorithm>

namespace baton::media {

const char* to_string(SinkDrop reason) {
  switch (reason) {
    case SinkDrop::waiting_for_media:
      return "waiting_for_media";
    case SinkDrop::waiting_for_keyframe:
      return "waiting_for_keyframe";
    case SinkDrop::before_live:
      return "before_live";
    case SinkDrop::already_replayed:
      return "already_replayed";
    case SinkDrop::behind_replay:
      return "behind_replay";
  }
  return "unknown";
}

SinkRewriter::SinkRewriter(SequenceNumber first, StartCondition condition)
    : condition_(condition), next_(first.value()) {}

void SinkRewriter::begin_replay(const ReplayPlan& plan) {
  if (plan.packets.empty()) {
    return;
  }
  const std::int64_t last = plan.packets.back().sequence.value;
  offset_ = next_ - plan.packets.front().sequence.value;
  next_ = last + offset_ + 1;
  live_from_ = last + 1;
  before_live_ = SinkDrop::already_replayed;
  missing_count_ = std::min(plan.missing.size(), kMaxMissing);
  for (std::size_t index = 0; index < missing_count_; ++index) {
    missing_[index] = plan.missing[index].value;
  }
  state_ = plan.after == AfterReplay::go_live ? SinkState::live : SinkState::waiting_for_keyframe;
  replayed_until_.reset();
  if (plan.kind != ReplayKind::catch_up) {
    replayed_until_ = plan.packets.back().timestamp;
  }
}

SequenceNumber SinkRewriter::map_replayed(ExtendedSequence sequence) const {
  return SequenceNumber::wrap(sequence.value + offset_);
}

SinkVerdict SinkRewriter::admit(const ProgramPacket& packet) {
  if (state_ != SinkState::live) {
    return start_live(packet);
  }
  if (packet.sequence.value < live_from_) {
    return fill_missing(packet);
  }
  if (is_behind_replay(packet)) {
    interrupt();
    return {std::nullopt, SinkDrop::behind_replay};
  }
  return send(packet);
}

bool SinkRewriter::is_behind_replay(const ProgramPacket& packet) const {
  // A probe belongs to no frame, so its timestamp shows nothing.
  return replayed_until_ && !packet.padding_only && !packet.timestamp.is_newer_than(*replayed_until_);
}

SinkVerdict SinkRewriter::start_live(const ProgramPacket& packet) {
  if (condition_ == StartCondition::keyframe) {
    if (!packet.starts_keyframe) {
      return {std::nullopt, state_ == SinkState::waiting_for_media ? SinkDrop::waiting_for_media
                                                                   : SinkDrop::waiting_for_keyframe};
    }
    if (is_behind_replay(packet)) {
      return {std::nullopt, SinkDrop::behind_replay};
    }
  }
  state_ = SinkState::live;
  offset_ = next_ - packet.sequence.value;
  live_from_ = packet.sequence.value;
  before_live_ = SinkDrop::before_live;
  missing_count_ = 0;
  return send(packet);
}

SinkVerdict SinkRewriter::send(const ProgramPacket& packet) {
  if (!packet.padding_only) {
    replayed_until_.reset();
  }
  const std::int64_t number = packet.sequence.value + offset_;
  next_ = std::max(next_, number + 1);
  return {SequenceNumber::wrap(number), {}};
}

SinkVerdict SinkRewriter::fill_missing(const ProgramPacket& packet) {
  const auto known_end = missing_.begin() + static_cast<std::ptrdiff_t>(missing_count_);
  const auto found = std::find(missing_.begin(), known_end, packet.sequence.value);
  if (found == known_end) {
    return {std::nullopt, before_live_};
  }
  std::copy(found + 1, known_end, found);
  --missing_count_;
  return {SequenceNumber::wrap(packet.sequence.value + offset_), {}};
}

void SinkRewriter::interrupt() {
  if (state_ == SinkState::live) {
    state_ = SinkState::waiting_for_keyframe;
  }
}

}  // namespace baton::media
