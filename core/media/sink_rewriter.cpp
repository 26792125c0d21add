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

bool SinkRewriter::can_replay(const ReplayPlan& plan) const {
  if (plan.packets.empty() || state_ == SinkState::waiting_for_media) {
    return !plan.packets.empty();
  }
  const RtpTimestamp first = plan.packets.front().timestamp;
  return first.is_newer_than(plan.newest_timestamp) &&
         (!replayed_until_ || first.is_newer_than(*replayed_until_));
}

void SinkRewriter::begin_replay(const ReplayPlan& plan) {
  if (plan.packets.empty()) {
    return;
  }
  shift_ = shift_ + shift_behind(newest_, plan.packets.front().counters);
  for (const ReplayPacket& packet : plan.packets) {
    note_counters(packet.counters);
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

bool SinkRewriter::can_begin_anew(const ProgramPacket& packet) const {
  const bool is_newest = state_ != SinkState::live || packet.sequence.value + offset_ >= next_;
  return packet.starts_keyframe && is_newest && state_ != SinkState::waiting_for_media &&
         !is_behind_replay(packet);
}

void SinkRewriter::begin_anew(SequenceNumber last_handed_over) {
  const SequenceNumber last = SequenceNumber::wrap(next_ - 1);
  next_ -= static_cast<std::uint16_t>(last.value() - last_handed_over.value());
  interrupt();
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
  if (number >= next_) {
    next_ = number + 1;
    note_counters(packet.counters);
  }
  return {SequenceNumber::wrap(number), {}};
}

void SinkRewriter::note_counters(const CodecCounters& counters) {
  if (counters.picture_id) {
    newest_.picture_id = counters.picture_id;
  }
  if (counters.tl0_pic_idx) {
    newest_.tl0_pic_idx = counters.tl0_pic_idx;
  }
  if (counters.frame_number) {
    newest_.frame_number = counters.frame_number;
  }
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

std::optional<SequenceNumber> SinkRewriter::last_sent() const {
  return state_ == SinkState::waiting_for_media ? std::nullopt
                                                : std::optional(SequenceNumber::wrap(next_ - 1));
}

void SinkRewriter::interrupt() {
  if (state_ == SinkState::live) {
    state_ = SinkState::waiting_for_keyframe;
  }
}

}  // namespace baton::media
