// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/program.hpp"

#include <algorithm>
#include <utility>

#include "transports/packet_limits.hpp"

namespace baton::transport {

Program::Program(const ProgramSettings& settings, MediaWaker& waker)
    : settings_(settings),
      waker_(waker),
      audio_(media::AudioCodec::opus, settings.audio),
      video_(settings.video_codec, settings.video),
      outlet_(settings.video_codec, settings.last_picture, settings.replay, nullptr),
      throttle_(settings.keyframe_interval) {}

void Program::incoming(media::SourceId source, MediaKind kind, media::ByteView bytes,
                       const PacketExtensions& extensions, core::Instant now) {
  const auto packet = media::RtpPacketView::parse(bytes);
  if (!packet || bytes.size() > kMaxPacketBytes) {
    std::atomic<std::uint64_t>& counter = bytes.size() > kMaxPacketBytes ? too_large_ : malformed_;
    counter.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const media::ByteView descriptor = extensions.dependency_descriptor.first(
      std::min(extensions.dependency_descriptor.size(), kMaxDescriptorBytes));

  const std::lock_guard lock(mutex_);
  media::ProgramRewriter& rewriter = kind == MediaKind::audio ? audio_ : video_;
  const media::ProgramVerdict verdict = rewriter.rewrite(source, now, *packet, descriptor);
  if (!verdict.packet) {
    return;
  }
  static_assert(kMaxPacketBytes + kMaxDescriptorBytes <= media::PacketStore::kMaxPacket);
  media::PacketStore& store = kind == MediaKind::audio ? audio_store_ : video_store_;
  auto place = store.add(bytes, descriptor);
  auto rewritten = media::MutableRtpPacket::parse(place->bytes);
  media::apply(*verdict.packet, *rewritten, place->descriptor);
  ForwardedPacket forwarded{.kind = kind,
                            .decided = *verdict.packet,
                            .packet = std::move(place->packet),
                            .extensions = extensions,
                            .clock = rewriter.clock(),
                            .arrival = now};
  forwarded.extensions.dependency_descriptor = {};
  outlet_.keep(forwarded);
  for (const auto& tap : taps_) {
    tap->forward(forwarded);
  }
  if (kind == MediaKind::video) {
    follow_picture(source, verdict, now);
  }
  send_live(forwarded);
}

void Program::send_live(const ForwardedPacket& forwarded) {
  if (outlet_.viewers() == 0) {
    return;
  }
  // For one viewer alone, waking the worker in time costs what it saves.
  const bool waits = settings_.batch_window > core::Duration::zero() && outlet_.viewers() > 1;
  const bool is_complete = forwarded.decided.ends_frame;
  const bool were_waiting = !held_.empty();
  held_.hold(forwarded);
  if (is_complete || !waits || held_.full()) {
    send_held();
  }
  if (were_waiting || !held_.empty()) {
    note_deadline();
  }
}

void Program::send_held() {
  if (!held_.empty()) {
    outlet_.send(held_.take());
  }
}

void Program::follow_picture(media::SourceId source, const media::ProgramVerdict& verdict,
                             core::Instant now) {
  if (verdict.source_switched) {
    tell({source, ProgramSwitch::State::on_air, now});
  }
  if (verdict.packet->starts_keyframe) {
    throttle_.keyframe_arrived();
    note_deadline();
  }
  note_reports();
  if (outlet_.take_keyframe_wish()) {
    ask_for_keyframe(now);
  }
}

void Program::viewer_needs_keyframe(SinkId id, core::Instant now) {
  const std::lock_guard lock(mutex_);
  ask_if(outlet_.needs_keyframe(id, now), now);
  note_deadline();
}

void Program::viewer_reported(SinkId id, const media::ReportBlock& report, core::Instant now) {
  if (now.time_since_epoch().count() < reports_matter_from_.load(std::memory_order_relaxed)) {
    return;
  }
  const std::lock_guard lock(mutex_);
  outlet_.reported(id, report, now);
  note_deadline();
}

void Program::viewer_lost_for_good(SinkId id, core::Instant now) {
  const std::lock_guard lock(mutex_);
  outlet_.lost_for_good(id, now);
  note_deadline();
}

void Program::keyframe_needed_elsewhere() {
  if (!needed_elsewhere_.exchange(true, std::memory_order_acq_rel)) {
    waker_.wake();
  }
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
  send_held();
  outlet_.source_ended();
  for (const auto& tap : taps_) {
    tap->source_ended();
  }
  note_reports();
  keyframes_.reset();
  if (was_on_air) {
    tell({*was_on_air, ProgramSwitch::State::held, now});
  }
}

void Program::add_sink(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
                       media::SequenceNumber first_video) {
  const std::lock_guard lock(mutex_);
  outlet_.add(id, std::move(sink), first_audio, first_video);
}

void Program::start_sink(SinkId id, core::Instant now) {
  const std::lock_guard lock(mutex_);
  // The last picture has them already.
  send_held();
  ask_if(outlet_.start(id, now), now);
  note_deadline();
}

void Program::remove_sink(SinkId id) {
  const std::lock_guard lock(mutex_);
  outlet_.remove(id);
}

void Program::attach(std::shared_ptr<ProgramTap> tap, ProgramOutlet& outlet) {
  const std::lock_guard lock(mutex_);
  outlet_.copy_picture_to(outlet);
  taps_.push_back(std::move(tap));
}

void Program::detach(const ProgramTap& tap) {
  const std::lock_guard lock(mutex_);
  detached_ += tap.status();
  detached_.viewers = 0;
  std::erase_if(taps_, [&](const auto& one) { return one.get() == &tap; });
}

std::optional<core::Instant> Program::next_deadline() const {
  if (needed_elsewhere_.load(std::memory_order_acquire)) {
    return core::Instant{};
  }
  const std::int64_t at = deadline_.load();
  if (at == kNoDeadline) {
    return std::nullopt;
  }
  return core::Instant(core::Duration(at));
}

void Program::tick(core::Instant now) {
  const std::lock_guard lock(mutex_);
  send_held();
  if (throttle_.due(now).action == media::KeyframeRequest::send_now) {
    if (keyframes_) {
      keyframes_->request_keyframe();
      ++keyframes_requested_;
    }
    keep_asking(now);
  }
  if (needed_elsewhere_.exchange(false, std::memory_order_acq_rel)) {
    ask_for_keyframe(now);
  }
  ask_if(outlet_.tick(now), now);
  note_deadline();
}

std::optional<ProgramSwitch> Program::take_switch() {
  if (!switched_.exchange(false, std::memory_order_acq_rel)) {
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  return std::exchange(switch_, std::nullopt);
}

void Program::tell(const ProgramSwitch& change) {
  switch_ = change;
  switched_.store(true, std::memory_order_release);
  waker_.wake();
}

ProgramStatus Program::status() {
  const std::lock_guard lock(mutex_);
  ProgramStatus status;
  status += detached_;
  status += outlet_.status();
  for (const auto& tap : taps_) {
    status += tap->status();
  }
  status.on_air = video_.current();
  status.pending = video_.pending();
  status.has_picture = outlet_.cache().has_picture();
  status.picture_truncated = outlet_.cache().truncated();
  status.keyframes_requested = keyframes_requested_;
  status.muted = muted_.load(std::memory_order_relaxed);
  status.malformed = malformed_.load(std::memory_order_relaxed);
  status.too_large = too_large_.load(std::memory_order_relaxed);
  status.kept_bytes = audio_store_.memory() + video_store_.memory();
  status.audio = audio_.counters();
  status.video = video_.counters();
  status.cache = outlet_.cache().counters();
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

void Program::ask_if(media::KeyframeNeed need, core::Instant now) {
  if (need == media::KeyframeNeed::wanted) {
    ask_for_keyframe(now);
  }
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
  if (const auto outlet = outlet_.next_deadline(); outlet && (!due || *outlet < *due)) {
    due = outlet;
  }
  if (!held_.empty()) {
    const core::Instant leave = held_.since() + settings_.batch_window;
    due = due ? std::min(*due, leave) : leave;
  }
  const std::int64_t at = due ? due->time_since_epoch().count() : kNoDeadline;
  if (at < deadline_.exchange(at)) {
    waker_.wake_by(*due);
  }
}

void Program::note_reports() {
  reports_matter_from_.store(outlet_.reports_matter_from().time_since_epoch().count(),
                             std::memory_order_relaxed);
}

}  // namespace baton::transport
