// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/program.hpp"

#include <algorithm>
#include <utility>

#include "transports/packet_scratch.hpp"

namespace baton::transport {

Program::Program(const ProgramSettings& settings, MediaWaker& waker)
    : waker_(waker),
      replay_policy_(settings.replay),
      audio_(media::AudioCodec::opus, settings.audio),
      video_(settings.video_codec, settings.video),
      cache_(media::clock_rate(settings.video_codec), settings.last_picture),
      throttle_(settings.keyframe_interval) {}

void Program::incoming(media::SourceId source, MediaKind kind, media::ByteView bytes,
                       const PacketExtensions& extensions, core::Instant now) {
  PacketScratch scratch;
  auto packet = scratch.copy(bytes);
  if (!packet) {
    std::atomic<std::uint64_t>& counter = bytes.size() > kMaxPacketBytes ? too_large_ : malformed_;
    counter.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  DescriptorScratch descriptor_scratch;
  const media::ByteSpan descriptor = descriptor_scratch.copy(extensions.dependency_descriptor);

  const std::lock_guard lock(mutex_);
  media::ProgramRewriter& rewriter = kind == MediaKind::audio ? audio_ : video_;
  const media::ProgramVerdict verdict = rewriter.rewrite(source, now, packet->view(), descriptor);
  if (!verdict.packet) {
    return;
  }
  media::apply(*verdict.packet, *packet, descriptor);
  if (kind == MediaKind::video) {
    if (extensions.video_orientation) {
      orientation_ = extensions.video_orientation;
    }
    if (verdict.source_switched) {
      switch_ = ProgramSwitch{source, ProgramSwitch::State::on_air, now};
      waker_.wake();
    }
    if (verdict.packet->starts_keyframe) {
      throttle_.keyframe_arrived();
      note_deadline();
    }
    cache_.append(*verdict.packet, packet->bytes(), descriptor, now);
    note_reports();
    if (cache_.take_keyframe_wish()) {
      ask_for_keyframe(now);
    }
  }
  fan_out_.send(kind, *verdict.packet, *packet, descriptor, extensions);
}

void Program::viewer_needs_keyframe(SinkId id, core::Instant now) {
  const std::lock_guard lock(mutex_);
  if (shows_still(now) && fan_out_.picture_wanted(id, now) == media::PictureWish::due_now) {
    note_deadline();
    return;
  }
  // Not quiet, or what was played a moment ago did not help, or the viewer should have all there is.
  ask_for_keyframe(now);
  note_deadline();
}

void Program::viewer_reported(SinkId id, const media::ReportBlock& report, core::Instant now) {
  if (now.time_since_epoch().count() < reports_matter_from_.load(std::memory_order_relaxed)) {
    return;
  }
  const std::lock_guard lock(mutex_);
  fan_out_.reported(id, report, shows_still(now) ? PictureState::still : PictureState::moving, now);
  note_deadline();
}

bool Program::shows_still(core::Instant now) const {
  return cache_.has_picture() && cache_.is_quiet(now, replay_policy_);
}

void Program::follow(media::SourceId source, std::shared_ptr<KeyframeSource> keyframes, core::Instant now) {
  const std::lock_guard lock(mutex_);
  if (!keyframes) {
    hold_picture(now);
    audio_.switch_to(source);
    return;
  }
  keyframes_ = std::move(keyframes);
  audio_.switch_to(source);
  video_.switch_to(source);
  throttle_.source_switched();
  ask_for_keyframe(now);
}

void Program::follow_nobody(core::Instant now) {
  const std::lock_guard lock(mutex_);
  hold_picture(now);
}

void Program::source_connected(media::SourceId source, core::Instant now) {
  const std::lock_guard lock(mutex_);
  if (video_.pending() == source) {
    // What was asked before the connection was up went nowhere.
    throttle_.source_switched();
    ask_for_keyframe(now);
  }
}

void Program::source_ended(media::SourceId source, core::Instant now) {
  const std::lock_guard lock(mutex_);
  const bool about_to = video_.pending() == source || audio_.pending() == source;
  const bool on_air = !video_.pending() && (video_.current() == source || audio_.current() == source);
  if (about_to || on_air) {
    hold_picture(now);
  }
  // Another source that is about to go on air stays so: it is asked already.
}

void Program::hold_picture(core::Instant now) {
  const auto was_on_air = video_.current();
  audio_.end_source();
  video_.end_source();
  cache_.source_ended();
  note_reports();
  keyframes_.reset();
  if (was_on_air) {
    switch_ = ProgramSwitch{*was_on_air, ProgramSwitch::State::held, now};
    waker_.wake();
  }
}

void Program::add_sink(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
                       media::SequenceNumber first_video) {
  const std::lock_guard lock(mutex_);
  fan_out_.add(id, std::move(sink), first_audio, first_video);
}

void Program::start_sink(SinkId id, core::Instant now) {
  const std::lock_guard lock(mutex_);
  if (fan_out_.started_or_unknown(id)) {
    return;
  }
  const media::ReplayPlan plan = cache_.plan({now, video_.timestamp_at(now)}, replay_policy_);
  PacketExtensions extensions;
  extensions.video_orientation = orientation_;
  fan_out_.start(id, plan, extensions, now);
  if (plan.keyframe == media::KeyframeNeed::wanted) {
    ask_for_keyframe(now);
  }
  note_deadline();
}

void Program::remove_sink(SinkId id) {
  const std::lock_guard lock(mutex_);
  fan_out_.remove(id);
}

std::optional<core::Instant> Program::next_deadline() const {
  const std::int64_t at = deadline_.load(std::memory_order_acquire);
  if (at == kNoDeadline) {
    return std::nullopt;
  }
  return core::Instant(core::Duration(at));
}

void Program::tick(core::Instant now) {
  const std::lock_guard lock(mutex_);
  if (throttle_.due(now).action == media::KeyframeRequest::send_now) {
    if (keyframes_) {
      keyframes_->request_keyframe();
      ++keyframes_requested_;
    }
    keep_asking(now);
  }
  if (const auto due = fan_out_.replay_due(); due && *due <= now) {
    play_again(now);
  }
  note_deadline();
}

void Program::play_again(core::Instant now) {
  if (!shows_still(now)) {
    fan_out_.source_moved(now);
    return;
  }
  const media::ReplayPlan plan = cache_.plan({now, video_.timestamp_at(now)}, replay_policy_);
  PacketExtensions extensions;
  extensions.video_orientation = orientation_;
  fan_out_.play_again(plan, extensions, now);
  if (plan.keyframe == media::KeyframeNeed::wanted) {
    ask_for_keyframe(now);
  }
}

std::optional<ProgramSwitch> Program::take_switch() {
  const std::lock_guard lock(mutex_);
  return std::exchange(switch_, std::nullopt);
}

ProgramStatus Program::status() {
  const std::lock_guard lock(mutex_);
  ProgramStatus status;
  status.on_air = video_.current();
  status.pending = video_.pending();
  status.has_picture = cache_.has_picture();
  status.picture_truncated = cache_.truncated();
  status.viewers = fan_out_.size();
  status.keyframes_requested = keyframes_requested_;
  status.packets_sent = fan_out_.sent();
  status.muted = muted_.load(std::memory_order_relaxed);
  status.malformed = malformed_.load(std::memory_order_relaxed);
  status.too_large = too_large_.load(std::memory_order_relaxed);
  status.cache_bytes = cache_.memory();
  status.audio = audio_.counters();
  status.video = video_.counters();
  status.cache = cache_.counters();
  status.sink_drops = fan_out_.drops();
  status.replays = fan_out_.replays();
  return status;
}

void Program::ask_for_keyframe(core::Instant now) {
  if (!keyframes_) {
    return;
  }
  if (throttle_.request(now).action == media::KeyframeRequest::send_now) {
    keyframes_->request_keyframe();
    ++keyframes_requested_;
    keep_asking(now);
  }
  note_deadline();
}

void Program::keep_asking(core::Instant now) {
  // A request may be lost, and a source may take a while to come up: while somebody cannot go on without a
  // key frame, asking again is scheduled; a key frame that arrives cancels it.
  if (video_.pending()) {
    throttle_.request(now);
  }
}

void Program::note_deadline() {
  auto due = throttle_.next_deadline();
  if (const auto replay = fan_out_.replay_due(); replay && (!due || *replay < *due)) {
    due = replay;
  }
  const std::int64_t at = due ? due->time_since_epoch().count() : kNoDeadline;
  const std::int64_t before = deadline_.exchange(at, std::memory_order_acq_rel);
  if (at < before) {
    waker_.wake();
  }
}

void Program::note_reports() {
  const core::Instant from =
      fan_out_.awaits_reports() ? core::Instant::min() : cache_.quiet_from(replay_policy_);
  reports_matter_from_.store(from.time_since_epoch().count(), std::memory_order_relaxed);
}

}  // namespace baton::transport
