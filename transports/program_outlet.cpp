// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/program_outlet.hpp"

#include <algorithm>
#include <utility>

namespace baton::transport {

using media::KeyframeNeed;

namespace {

/// A picture waits as a whole, and as many live packets behind it.
media::ReplayPace pace_for(const media::KeyframeCacheLimits& last_picture,
                           const media::ReplayPolicy& replay) {
  media::ReplayPace pace = replay.pace;
  pace.max_waiting = std::min(2 * last_picture.max_packets, media::ReplayPace::kMostWaiting);
  return pace;
}

}  // namespace

ProgramOutlet::ProgramOutlet(media::VideoCodec codec, const media::KeyframeCacheLimits& last_picture,
                             const media::ReplayPolicy& replay, const media::PacketHistory* video_history)
    : replay_policy_(replay),
      cache_(media::clock_rate(codec), last_picture),
      video_kept_(video_history, &cache_),
      fan_out_(video_kept_, pace_for(last_picture, replay)) {}

void ProgramOutlet::keep(const ForwardedPacket& packet) {
  if (packet.kind == MediaKind::audio) {
    audio_clock_ = packet.clock;
    return;
  }
  video_clock_ = packet.clock;
  if (packet.extensions.video_orientation) {
    orientation_ = packet.extensions.video_orientation;
  }
  cache_.append(packet.decided, packet.packet, packet.arrival);
}

void ProgramOutlet::add(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
                        media::SequenceNumber first_video) {
  fan_out_.add(id, std::move(sink), first_audio, first_video);
}

KeyframeNeed ProgramOutlet::start(SinkId id, core::Instant now) {
  if (fan_out_.started_or_unknown(id)) {
    return KeyframeNeed::none;
  }
  const media::ReplayPlan plan = this->plan(now);
  fan_out_.start(id, plan, replay_extensions(), now);
  return plan.keyframe;
}

void ProgramOutlet::remove(SinkId id) {
  fan_out_.remove(id);
}

KeyframeNeed ProgramOutlet::needs_keyframe(SinkId id, core::Instant now) {
  // Otherwise the source moves, or what was played a moment ago did not help, or the viewer should have all
  // there is.
  return shows_still(now) && fan_out_.picture_wanted(id, now) == media::PictureWish::due_now
             ? KeyframeNeed::none
             : KeyframeNeed::wanted;
}

void ProgramOutlet::lost_for_good(SinkId id, core::Instant now) {
  if (!shows_still(now)) {
    fan_out_.lost_for_good(id, now);
  }
}

void ProgramOutlet::reported(SinkId id, const media::ReportBlock& report, core::Instant now) {
  fan_out_.reported(id, report, shows_still(now) ? PictureState::still : PictureState::moving, now);
}

core::Instant ProgramOutlet::reports_matter_from() const {
  return fan_out_.awaits_reports() ? core::Instant::min() : cache_.quiet_from(replay_policy_);
}

std::optional<core::Instant> ProgramOutlet::next_deadline() const {
  const auto replay = fan_out_.replay_due();
  const auto waiting = fan_out_.waiting_due();
  return replay && waiting ? std::min(replay, waiting) : replay ? replay : waiting;
}

KeyframeNeed ProgramOutlet::tick(core::Instant now) {
  fan_out_.send_waiting(replay_extensions(), now);
  if (const auto due = fan_out_.replay_due(); !due || *due > now) {
    return KeyframeNeed::none;
  }
  if (!shows_still(now)) {
    const media::ReplayPlan plan =
        fan_out_.is_mending(now) ? cache_.plan_to_mend(replay_policy_) : media::ReplayPlan();
    using Obstacle = media::PictureRepair::MendObstacle;
    return fan_out_.mend(plan, cache_.keyframe_arrives() ? Obstacle::keyframe_arrives : Obstacle::any,
                         replay_extensions(), now);
  }
  const media::ReplayPlan plan = this->plan(now);
  fan_out_.play_again(plan, replay_extensions(), now);
  return plan.keyframe;
}

void ProgramOutlet::copy_picture_to(ProgramOutlet& other) const {
  cache_.copy_to(other.cache_);
  other.audio_clock_ = audio_clock_;
  other.video_clock_ = video_clock_;
  other.orientation_ = orientation_;
}

bool ProgramOutlet::shows_still(core::Instant now) const {
  return cache_.has_picture() && cache_.is_quiet(now, replay_policy_);
}

media::ReplayPlan ProgramOutlet::plan(core::Instant now) const {
  // Without a clock there is no picture either.
  return cache_.plan({now, video_clock_ ? video_clock_->at(now) : media::RtpTimestamp{}}, replay_policy_);
}

PacketExtensions ProgramOutlet::replay_extensions() const {
  PacketExtensions extensions;
  extensions.video_orientation = orientation_;
  return extensions;
}

}  // namespace baton::transport
