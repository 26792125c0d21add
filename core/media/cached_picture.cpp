// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/cached_picture.hpp"

#include <algorithm>
#include <utility>

namespace baton::media {
namespace {

// What a picture is offered of a packet, as far as it looks at it.
ProgramPacket as_offered(const CachedPacket& packet) {
  ProgramPacket offered;
  offered.sequence = packet.sequence;
  offered.timestamp = packet.timestamp;
  offered.counters = packet.counters;
  offered.ends_frame = packet.ends_frame;
  offered.padding_only = packet.padding_only;
  return offered;
}

template <typename Amount>
bool three_quarters_used(Amount used, Amount limit) {
  return used >= limit - limit / 4;
}

}  // namespace

CachedPicture::Insert CachedPicture::begin(const ProgramPacket& decided, SharedPacket packet,
                                           core::Instant arrival) {
  clear();
  base_ = decided.sequence.value;
  begun_at_ = arrival;
  return store(0, decided, std::move(packet), arrival);
}

CachedPicture::Insert CachedPicture::begin_within(const ProgramPacket& decided, SharedPacket packet,
                                                  core::Instant arrival) {
  const std::int64_t older = decided.sequence.value - base_;
  if (older <= 0 || older >= static_cast<std::int64_t>(slots_.size())) {
    return begin(decided, std::move(packet), arrival);
  }
  slots_.erase(slots_.begin(), slots_.begin() + older);
  base_ = decided.sequence.value;
  begun_at_ = arrival;
  age_ = core::Duration::zero();
  recount();
  return store(0, decided, std::move(packet), arrival);
}

CachedPicture::Insert CachedPicture::insert(const ProgramPacket& decided, SharedPacket packet,
                                            core::Instant arrival) {
  if (decided.sequence.value < base_) {
    return Insert::before_keyframe;
  }
  return store(static_cast<std::size_t>(decided.sequence.value - base_), decided, std::move(packet), arrival);
}

CachedPicture::Insert CachedPicture::store(std::size_t index, const ProgramPacket& decided,
                                           SharedPacket packet, core::Instant arrival) {
  if (index < slots_.size() && slots_[index].present) {
    return Insert::duplicate;
  }
  if (truncated_ || index >= limits_.max_packets || arrival - begun_at_ > limits_.max_age ||
      bytes_ + packet.size() > limits_.max_bytes) {
    truncated_ = true;
    return Insert::full;
  }
  if (index >= slots_.size()) {
    slots_.resize(index + 1);
  }
  slots_[index].present = true;
  bytes_ += packet.size();
  slots_[index].packet = CachedPacket{
      .packet = std::move(packet),
      .sequence = decided.sequence,
      .timestamp = decided.timestamp,
      .counters = decided.counters,
      .arrival = arrival,
      .ends_frame = decided.ends_frame,
      .padding_only = decided.padding_only,
  };
  age_ = std::max(age_, arrival - begun_at_);
  advance_contiguous();
  return Insert::stored;
}

void CachedPicture::advance_contiguous() {
  for (; contiguous_size_ < slots_.size() && slots_[contiguous_size_].present; ++contiguous_size_) {
    const CachedPacket& packet = slots_[contiguous_size_].packet;
    if (packet.padding_only) {
      // A probe between two frames belongs to neither; one inside a frame waits for the frame's end.
      if (!open_frame_) {
        complete_size_ = contiguous_size_ + 1;
      }
      continue;
    }
    if (open_frame_ && *open_frame_ != packet.timestamp) {
      // A sender that does not mark the last packet: the next timestamp says as much.
      frame_ends_before(contiguous_size_);
    }
    open_frame_ = packet.timestamp;
    if (packet.ends_frame) {
      frame_ends_before(contiguous_size_ + 1);
      open_frame_.reset();
    }
  }
}

void CachedPicture::frame_ends_before(std::size_t index) {
  complete_size_ = index;
  if (keyframe_size_ == 0) {
    keyframe_size_ = index;
  }
}

void CachedPicture::clear() {
  slots_.clear();
  bytes_ = 0;
  age_ = core::Duration::zero();
  keyframe_size_ = 0;
  contiguous_size_ = 0;
  complete_size_ = 0;
  open_frame_.reset();
  truncated_ = false;
}

void CachedPicture::take_from(CachedPicture& other, ExtendedSequence first) {
  if (first.value <= other.base_) {
    return;
  }
  const auto kept = static_cast<std::size_t>(first.value - other.base_);
  for (std::size_t index = kept; index < other.slots_.size(); ++index) {
    if (const CachedPacket* packet = other.at(index)) {
      insert(as_offered(*packet), packet->packet, packet->arrival);
      other.bytes_ -= packet->packet.size();
    }
  }
  if (kept < other.slots_.size()) {
    other.slots_.resize(kept);
    while (!other.slots_.empty() && !other.slots_.back().present) {
      other.slots_.pop_back();
    }
  }
}

void CachedPicture::copy_to(CachedPicture& other) const {
  other.clear();
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    const CachedPacket* packet = at(index);
    if (index == 0) {
      other.begin(as_offered(*packet), packet->packet, packet->arrival);
      other.begun_at_ = begun_at_;
    } else if (packet != nullptr) {
      other.insert(as_offered(*packet), packet->packet, packet->arrival);
    }
  }
  other.truncated_ = truncated_ || other.truncated_;
}

void CachedPicture::recount() {
  keyframe_size_ = 0;
  contiguous_size_ = 0;
  complete_size_ = 0;
  open_frame_.reset();
  bytes_ = 0;
  for (const Slot& slot : slots_) {
    bytes_ += slot.packet.packet.size();
  }
  advance_contiguous();
}

bool CachedPicture::nearly_full() const {
  return three_quarters_used(bytes_, limits_.max_bytes) ||
         three_quarters_used(slots_.size(), limits_.max_packets) ||
         three_quarters_used(age_, limits_.max_age);
}

const CachedPacket* CachedPicture::at(std::size_t index) const {
  return index < slots_.size() && slots_[index].present ? &slots_[index].packet : nullptr;
}

const CachedPacket* CachedPicture::find(ExtendedSequence sequence) const {
  return sequence.value < base_ ? nullptr : at(static_cast<std::size_t>(sequence.value - base_));
}

ExtendedSequence CachedPicture::sequence_at(std::size_t index) const {
  return ExtendedSequence{base_ + static_cast<std::int64_t>(index)};
}

}  // namespace baton::media
