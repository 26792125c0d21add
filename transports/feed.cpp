// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/feed.hpp"

#include <utility>

namespace baton::transport {

namespace {

std::optional<core::Instant> as_instant(std::int64_t microseconds, std::int64_t never) {
  if (microseconds == never) {
    return std::nullopt;
  }
  return core::Instant(core::Duration(microseconds));
}

}  // namespace

Feed::Feed(media::SourceId source, std::shared_ptr<Program> program,
           std::shared_ptr<KeyframeSource> keyframes, MediaWaker& waker)
    : source_(source), program_(std::move(program)), keyframes_(std::move(keyframes)), waker_(waker) {}

void Feed::incoming_rtp(MediaKind kind, media::ByteView bytes, const PacketExtensions& extensions,
                        core::Instant now) {
  sign_of_life(now);
  if (begins_picture(kind) && picture_began_.load(std::memory_order_relaxed) == kNever) {
    picture_began_.store(now.time_since_epoch().count(), std::memory_order_release);
  }
  if (kind == MediaKind::audio && audio_.load(std::memory_order_relaxed) == AudioState::muted) {
    program_->count_muted();
    return;
  }
  program_->incoming(source_, kind, bytes, extensions, now);
}

void Feed::incoming_rtcp(core::Instant now) {
  sign_of_life(now);
}

void Feed::sign_of_life(core::Instant now) {
  // In one order with `watch`: either that sees this arrival, or this sees that it is watched.
  last_arrival_.store(now.time_since_epoch().count(), std::memory_order_seq_cst);
  if (watched_.load(std::memory_order_seq_cst)) {
    tell_if_watched();
  }
}

void Feed::tell_if_watched() {
  if (watched_.exchange(false, std::memory_order_acq_rel)) {
    resumed_.store(true, std::memory_order_release);
    waker_.wake();
  }
}

std::optional<core::Instant> Feed::last_arrival() const {
  return as_instant(last_arrival_.load(std::memory_order_acquire), kNever);
}

std::optional<core::Instant> Feed::picture_began() const {
  return as_instant(picture_began_.load(std::memory_order_acquire), kNever);
}

void Feed::watch(std::optional<core::Instant> seen) {
  watched_.store(true, std::memory_order_seq_cst);
  if (as_instant(last_arrival_.load(std::memory_order_seq_cst), kNever) > seen) {
    tell_if_watched();
  }
}

bool Feed::take_resumed() {
  return resumed_.exchange(false, std::memory_order_acq_rel);
}

}  // namespace baton::transport
