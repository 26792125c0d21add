// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/worker_program.hpp"

#include <algorithm>
#include <span>

namespace baton::transport::direct {

WorkerProgram::WorkerProgram(const std::shared_ptr<Program>& program, ForwardQueue& queue,
                             const media::PacketHistoryLimits& history)
    : program_(program),
      queue_(queue),
      audio_history_(history),
      video_history_(history),
      audio_kept_(&audio_history_, nullptr),
      outlet_(program->settings().video_codec, program->settings().last_picture, program->settings().replay,
              &video_history_) {}

std::shared_ptr<WorkerProgram> WorkerProgram::attach(const std::shared_ptr<Program>& program,
                                                     ForwardQueue& queue,
                                                     const media::PacketHistoryLimits& history) {
  // The constructor is private, so that there is none without an owner.
  std::shared_ptr<WorkerProgram> attached(new WorkerProgram(program, queue, history));
  program->attach(attached, attached->outlet_);
  return attached;
}

void WorkerProgram::detach() {
  {
    const std::lock_guard lock(status_mutex_);
    status_ = outlet_.status();
  }
  program_->detach(*this);
}

void WorkerProgram::forward(const ForwardedPacket& packet) {
  if (queue_.put(shared_from_this(), packet, continuity_) == ForwardQueue::Put::full) {
    overrun_.fetch_add(1, std::memory_order_relaxed);
    continuity_ = Continuity::after_gap;
    return;
  }
  continuity_ = Continuity::unbroken;
  last_put_ = LastPut::packet;
}

void WorkerProgram::source_ended() {
  if (last_put_ != LastPut::source_ended) {
    last_put_ = LastPut::source_ended;
    queue_.put_source_ended(shared_from_this());
  }
}

OutletStatus WorkerProgram::status() const {
  const std::lock_guard lock(status_mutex_);
  OutletStatus status = status_;
  status.overrun = overrun_.load(std::memory_order_relaxed);
  return status;
}

void WorkerProgram::publish() {
  // The worker does not wait: what is read meanwhile is a second older.
  if (const std::unique_lock lock(status_mutex_, std::try_to_lock); lock) {
    status_ = outlet_.status();
  }
}

void WorkerProgram::take(const QueuedPacket& queued, LiveCopies& copies) {
  if (!queued.packet) {
    send(copies);
    outlet_.source_ended();
    return;
  }
  if (queued.continuity == Continuity::after_gap) {
    send(copies);
    outlet_.interrupt_video();
    program_->keyframe_needed_elsewhere();
  }
  const ForwardedPacket& packet = *queued.packet;
  outlet_.keep(packet);
  media::PacketHistory& history = packet.kind == MediaKind::audio ? audio_history_ : video_history_;
  history.store(packet.decided, packet.packet, packet.arrival);
  taken_.push_back(packet);
}

void WorkerProgram::send(LiveCopies& copies) {
  const std::span<const ForwardedPacket> all(taken_);
  for (std::size_t first = 0; first < all.size(); first += kPacketsPerTurn) {
    outlet_.send(copies.of(all.subspan(first, std::min(kPacketsPerTurn, all.size() - first))));
  }
  taken_.clear();
}

std::optional<media::RtpTimestamp> WorkerProgram::time(MediaKind kind, core::Instant now) const {
  const auto& clock = outlet_.clock(kind);
  return clock ? std::optional(clock->at(now)) : std::nullopt;
}

void WorkerProgram::ask_if(media::KeyframeNeed need) {
  if (need == media::KeyframeNeed::wanted) {
    program_->keyframe_needed_elsewhere();
  }
}

}  // namespace baton::transport::direct
