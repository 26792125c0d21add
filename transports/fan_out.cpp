// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/fan_out.hpp"

#include <algorithm>
#include <utility>

#include "core/media/repeated_packet.hpp"
#include "transports/packet_scratch.hpp"

namespace baton::transport {

void FanOut::add(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
                 media::SequenceNumber first_video) {
  const auto place = std::ranges::upper_bound(viewers_, id, {}, &Viewer::id);
  viewers_.insert(place, {id,
                          std::move(sink),
                          media::SinkRewriter(first_audio, media::StartCondition::any_packet),
                          media::SinkRewriter(first_video, media::StartCondition::keyframe),
                          Link::connecting,
                          {},
                          {},
                          media::ReplayPacer(pace_)});
}

void FanOut::start(SinkId id, const media::ReplayPlan& plan, const PacketExtensions& extensions,
                   core::Instant now) {
  Viewer* viewer = find(id);
  if (viewer == nullptr || viewer->link == Link::up) {
    return;
  }
  viewer->link = Link::up;
  awaited_ += viewer->repair.awaits_report() ? 1 : 0;
  replay(*viewer, plan, extensions, now);
}

bool FanOut::started_or_unknown(SinkId id) const {
  const auto found = std::ranges::lower_bound(viewers_, id, {}, &Viewer::id);
  return found == viewers_.end() || found->id != id || found->link == Link::up;
}

void FanOut::remove(SinkId id) {
  if (const Viewer* viewer = find_started(id); viewer != nullptr && viewer->repair.awaits_report()) {
    --awaited_;
  }
  std::erase(waiting_, id);
  std::erase_if(viewers_, [&](const Viewer& viewer) { return viewer.id == id; });
}

std::optional<media::PictureWish> FanOut::picture_wanted(SinkId id, core::Instant now) {
  Viewer* viewer = find_started(id);
  if (viewer == nullptr) {
    return std::nullopt;
  }
  const media::PictureWish wish = viewer->repair.asked(now);
  using media::PictureWish;
  status_.replays.throttled += wish == PictureWish::due_later || wish == PictureWish::pending ? 1 : 0;
  status_.replays.doubted += wish == PictureWish::doubted ? 1 : 0;
  note_due(*viewer);
  return wish;
}

void FanOut::reported(SinkId id, const media::ReportBlock& report, PictureState picture, core::Instant now) {
  Viewer* viewer = find_started(id);
  if (viewer == nullptr) {
    return;
  }
  const bool was_due = viewer->repair.due().has_value();
  const media::Reception judged = viewer->reception.judge(report, viewer->video.last_sent());
  awaited_ -= viewer->repair.awaits_report() ? 1 : 0;
  viewer->repair.reported(picture == PictureState::still ? judged : media::Reception::complete, now);
  awaited_ += viewer->repair.awaits_report() ? 1 : 0;
  if (was_due && !viewer->repair.due()) {
    find_earliest_due();
  }
  note_due(*viewer);
}

std::optional<core::Instant> FanOut::replay_due() const {
  return replay_due_ ? std::optional(std::max(*replay_due_, next_round_)) : std::nullopt;
}

void FanOut::play_again(const media::ReplayPlan& plan, const PacketExtensions& extensions,
                        core::Instant now) {
  const auto behind = std::ranges::upper_bound(viewers_, served_last_, {}, &Viewer::id);
  const auto first = static_cast<std::size_t>(behind - viewers_.begin());
  std::size_t packets = 0;
  for (std::size_t step = 0; step < viewers_.size(); ++step) {
    Viewer& viewer = viewers_[(first + step) % viewers_.size()];
    if (const auto due = viewer.repair.due(); !due || *due > now) {
      continue;
    }
    if (viewer.repair.awaits_still() && !viewer.video.wants_keyframe()) {
      viewer.repair.source_moved(now);
      continue;
    }
    if (!viewer.video.can_replay(plan)) {
      ++status_.replays.postponed;
      viewer.repair.postpone(now);
      continue;
    }
    if (packets > 0 && packets + plan.packets.size() > kMaxReplayRound) {
      break;
    }
    ++status_.replays.repeated;
    replay(viewer, plan, extensions, now);
    packets += plan.packets.size();
    served_last_ = viewer.id;
  }
  end_round(packets, now);
  find_earliest_due();
}

/// The lock was held for so many packets; whoever has the next round leaves it to others for longer.
void FanOut::end_round(std::size_t packets, core::Instant now) {
  const core::Instant next = now + kReplayPace * static_cast<core::Duration::rep>(packets);
  next_round_ = std::max(next_round_, next);
  next_waiting_round_ = std::max(next_waiting_round_, next);
}

void FanOut::lost_for_good(SinkId id, core::Instant now) {
  if (Viewer* viewer = find_started(id); viewer != nullptr) {
    viewer->repair.lost_for_good(now);
    note_due(*viewer);
  }
}

bool FanOut::is_mending(core::Instant now) const {
  return std::ranges::any_of(viewers_, [now](const Viewer& viewer) {
    const auto due = viewer.repair.due();
    return due && *due <= now && viewer.repair.is_mending();
  });
}

media::KeyframeNeed FanOut::mend(const media::ReplayPlan& plan, media::PictureRepair::MendObstacle obstacle,
                                 const PacketExtensions& extensions, core::Instant now) {
  auto keyframe = media::KeyframeNeed::none;
  std::size_t packets = 0;
  for (Viewer& viewer : viewers_) {
    const auto due = viewer.repair.due();
    if (!due || *due > now) {
      continue;
    }
    if (viewer.repair.awaits_still() && viewer.video.wants_keyframe()) {
      viewer.repair.await_still(now);
      keyframe = media::KeyframeNeed::wanted;
      continue;
    }
    if (!viewer.repair.is_mending()) {
      viewer.repair.source_moved(now);
      continue;
    }
    if (viewer.video.state() == media::SinkState::live && viewer.video.can_replay(plan) &&
        packets + plan.packets.size() <= kMaxReplayRound) {
      replay(viewer, plan, extensions, now);
      ++status_.replays.mended;
      packets += plan.packets.size();
    } else {
      viewer.repair.put_off_mending(obstacle, now);
      if (!viewer.repair.is_mending()) {
        keyframe = media::KeyframeNeed::wanted;
      }
    }
  }
  end_round(packets, now);
  find_earliest_due();
  return keyframe;
}

void FanOut::send(std::span<LivePacket> packets) {
  for (Viewer& viewer : viewers_) {
    if (viewer.link != Link::up) {
      continue;
    }
    for (LivePacket& packet : packets) {
      send(viewer, packet);
    }
  }
}

OutletStatus FanOut::status() const {
  OutletStatus status = status_;
  status.viewers = viewers_.size();
  return status;
}

void FanOut::interrupt_video() {
  for (Viewer& viewer : viewers_) {
    viewer.video.interrupt();
  }
}

void FanOut::send(Viewer& viewer, LivePacket& live) {
  if (live.kind == MediaKind::video && viewer.pacer.waiting() > 0) {
    make_way(viewer, live.decided, live.arrival);
  }
  media::SinkRewriter& numbering = live.kind == MediaKind::audio ? viewer.audio : viewer.video;
  const media::SinkVerdict verdict = numbering.admit(live.decided);
  if (!verdict.sequence) {
    ++status_.sink_drops[static_cast<std::size_t>(verdict.drop)];
    return;
  }
  const media::CounterShift& shift = numbering.counter_shift();
  const media::SentAs sent{live.decided.sequence, shift, std::nullopt};
  if (viewer.pacer.waiting() > 0 &&
      waits(viewer, live, {*verdict.sequence, sent, live.packet.bytes().size()})) {
    return;
  }
  live.packet.set_sequence_number(*verdict.sequence);
  // Most viewers have the program's own counters, which are written already.
  if (shift != live.written) {
    live.written = shift;
    media::write_counters(live.decided.counters, shift, live.packet, live.descriptor);
  }
  PacketExtensions extensions = live.extensions;
  extensions.dependency_descriptor = live.descriptor;
  if (live.kind == MediaKind::video) {
    viewer.note_handed_over(*verdict.sequence);
  }
  viewer.sink->send({live.kind, live.packet.bytes(), extensions, sent});
  ++status_.packets_sent;
}

/// What waits is given up for a key frame, which shows more. Whoever lets too much wait needs one.
void FanOut::make_way(Viewer& viewer, const media::ProgramPacket& packet, core::Instant arrival) {
  if (viewer.last_video && viewer.video.can_begin_anew(packet)) {
    status_.replays.superseded += viewer.pacer.waiting();
    viewer.pacer.discard();
    viewer.video.begin_anew(*viewer.last_video);
  } else if (viewer.pacer.is_full() && viewer.video.state() == media::SinkState::live) {
    ++status_.replays.too_many_wait;
    viewer.video.interrupt();
    viewer.repair.await_still(arrival);
    note_due(viewer);
  }
}

/// Whether a live packet waits behind a replay. One that would not be found again leaves at once instead: out
/// of order is better than not at all.
bool FanOut::waits(Viewer& viewer, const LivePacket& live, const media::WaitingPacket& named) {
  if (live.kind != MediaKind::video || !video_kept_.find(live.decided.sequence, live.arrival) ||
      viewer.pacer.live(named) != media::ReplayPacer::Passage::waits) {
    return false;
  }
  ++status_.replays.paced;
  return true;
}

void FanOut::replay(Viewer& viewer, const media::ReplayPlan& plan, const PacketExtensions& extensions,
                    core::Instant now) {
  const auto sent_before = viewer.video.last_sent();
  viewer.video.begin_replay(plan);
  std::size_t bytes = 0;
  for (const media::ReplayPacket& cached : plan.packets) {
    const media::SentAs sent{cached.sequence, viewer.video.counter_shift(), cached.timestamp};
    const media::SequenceNumber number = viewer.video.map_replayed(cached.sequence);
    bytes += cached.bytes.size();
    using Passage = media::ReplayPacer::Passage;
    switch (viewer.pacer.replayed({number, sent, cached.bytes.size()}, now)) {
      case Passage::at_once:
        send_kept(viewer, {{cached.bytes, cached.descriptor, cached.sequence, cached.counters, {}}, sent},
                  number, extensions);
        break;
      case Passage::waits:
        ++status_.replays.paced;
        break;
      case Passage::full:
        ++status_.replays.too_many_wait;
        break;
    }
  }
  note_waiting(viewer, now);
  viewer.reception.replayed(sent_before, viewer.video.last_sent());
  awaited_ -= viewer.repair.awaits_report() ? 1 : 0;
  viewer.repair.played(now, bytes);
  if (plan.kind == media::ReplayKind::preview) {
    viewer.repair.await_still(now);
  }
  awaited_ += viewer.repair.awaits_report() ? 1 : 0;
  note_due(viewer);
}

/// Sends what is kept as the viewer is to see it.
void FanOut::send_kept(Viewer& viewer, const media::Resend& kept, media::SequenceNumber number,
                       const PacketExtensions& extensions) {
  PacketScratch scratch;
  DescriptorScratch descriptor_scratch;
  auto packet = scratch.copy(kept.packet.bytes);
  if (!packet) {
    return;  // Cannot be: the program has parsed it.
  }
  const media::ByteSpan descriptor = descriptor_scratch.copy(kept.packet.descriptor);
  media::apply(kept, number, *packet, descriptor);
  PacketExtensions with_descriptor = extensions;
  with_descriptor.dependency_descriptor = descriptor;
  viewer.note_handed_over(number);
  viewer.sink->send({MediaKind::video, packet->bytes(), with_descriptor, kept.sent});
  ++status_.packets_sent;
}

void FanOut::note_waiting(const Viewer& viewer, core::Instant now) {
  if (viewer.pacer.waiting() == 0 || std::ranges::find(waiting_, viewer.id) != waiting_.end()) {
    return;
  }
  if (waiting_.empty()) {
    next_waiting_round_ = now + kPacingInterval;
  }
  waiting_.push_back(viewer.id);
}

std::optional<core::Instant> FanOut::waiting_due() const {
  return waiting_.empty() ? std::nullopt : std::optional(next_waiting_round_);
}

void FanOut::send_waiting(const PacketExtensions& extensions, core::Instant now) {
  if (waiting_.empty() || now < next_waiting_round_) {
    return;
  }
  std::size_t packets = 0;
  std::size_t served = 0;
  for (; served < waiting_.size() && packets < kMaxReplayRound; ++served) {
    packets += send_waiting(*find(waiting_[served]), extensions, now);
  }
  // Who was not served comes first in the next round.
  std::rotate(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(served), waiting_.end());
  std::erase_if(waiting_, [this](SinkId id) { return find(id)->pacer.waiting() == 0; });
  next_waiting_round_ = now + kPacingInterval;
  end_round(packets, now);
}

std::size_t FanOut::send_waiting(Viewer& viewer, const PacketExtensions& extensions, core::Instant now) {
  std::size_t packets = 0;
  while (const auto waiting = viewer.pacer.take(now)) {
    const auto kept = video_kept_.find(waiting->sent.program, now);
    if (!kept) {
      viewer.pacer.not_sent(*waiting);
      ++status_.replays.not_kept;
      continue;
    }
    send_kept(viewer, {*kept, waiting->sent}, waiting->number, extensions);
    ++packets;
  }
  return packets;
}

void FanOut::note_due(const Viewer& viewer) {
  if (const auto due = viewer.repair.due(); due && (!replay_due_ || *due < *replay_due_)) {
    replay_due_ = due;
  }
}

void FanOut::find_earliest_due() {
  replay_due_.reset();
  for (const Viewer& viewer : viewers_) {
    note_due(viewer);
  }
}

FanOut::Viewer* FanOut::find_started(SinkId id) {
  Viewer* viewer = find(id);
  return viewer != nullptr && viewer->link == Link::up ? viewer : nullptr;
}

FanOut::Viewer* FanOut::find(SinkId id) {
  const auto found = std::ranges::lower_bound(viewers_, id, {}, &Viewer::id);
  return found == viewers_.end() || found->id != id ? nullptr : &*found;
}

}  // namespace baton::transport
