// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/fan_out.hpp"

#include <algorithm>
#include <utility>

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
                          {}});
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
  std::erase_if(viewers_, [&](const Viewer& viewer) { return viewer.id == id; });
}

std::optional<media::PictureWish> FanOut::picture_wanted(SinkId id, core::Instant now) {
  Viewer* viewer = find_started(id);
  if (viewer == nullptr) {
    return std::nullopt;
  }
  const media::PictureWish wish = viewer->repair.asked(now);
  using media::PictureWish;
  replays_.throttled += wish == PictureWish::due_later || wish == PictureWish::pending ? 1 : 0;
  replays_.doubted += wish == PictureWish::doubted ? 1 : 0;
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
    if (!viewer.video.can_replay(plan)) {
      ++replays_.postponed;
      viewer.repair.postpone(now);
      continue;
    }
    if (packets > 0 && packets + plan.packets.size() > kMaxReplayRound) {
      break;
    }
    ++replays_.repeated;
    replay(viewer, plan, extensions, now);
    packets += plan.packets.size();
    served_last_ = viewer.id;
  }
  next_round_ = now + kReplayPace * static_cast<core::Duration::rep>(packets);
  find_earliest_due();
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
    if (!viewer.repair.is_mending()) {
      viewer.repair.source_moved(now);
      continue;
    }
    if (viewer.video.state() == media::SinkState::live && viewer.video.can_replay(plan) &&
        packets + plan.packets.size() <= kMaxReplayRound) {
      replay(viewer, plan, extensions, now);
      ++replays_.mended;
      packets += plan.packets.size();
    } else {
      viewer.repair.put_off_mending(obstacle, now);
      if (!viewer.repair.is_mending()) {
        keyframe = media::KeyframeNeed::wanted;
      }
    }
  }
  next_round_ = std::max(next_round_, now + kReplayPace * static_cast<core::Duration::rep>(packets));
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

void FanOut::interrupt_video() {
  for (Viewer& viewer : viewers_) {
    viewer.video.interrupt();
  }
}

void FanOut::send(Viewer& viewer, LivePacket& live) {
  media::SinkRewriter& numbering = live.kind == MediaKind::audio ? viewer.audio : viewer.video;
  const media::SinkVerdict verdict = numbering.admit(live.decided);
  if (!verdict.sequence) {
    ++drops_[static_cast<std::size_t>(verdict.drop)];
    return;
  }
  live.packet.set_sequence_number(*verdict.sequence);
  const media::CounterShift& shift = numbering.counter_shift();
  // Most viewers have the program's own counters, which are written already.
  if (shift != live.written) {
    live.written = shift;
    media::write_counters(live.decided.counters, shift, live.packet, live.descriptor);
  }
  PacketExtensions extensions = live.extensions;
  extensions.dependency_descriptor = live.descriptor;
  viewer.sink->send(
      {live.kind, live.packet.bytes(), extensions, {live.decided.sequence, shift, std::nullopt}});
  ++sent_;
}

void FanOut::replay(Viewer& viewer, const media::ReplayPlan& plan, const PacketExtensions& extensions,
                    core::Instant now) {
  const auto sent_before = viewer.video.last_sent();
  viewer.video.begin_replay(plan);
  PacketScratch scratch;
  DescriptorScratch descriptor_scratch;
  std::size_t bytes = 0;
  for (const media::ReplayPacket& cached : plan.packets) {
    auto packet = scratch.copy(cached.bytes);
    if (!packet) {
      continue;
    }
    const media::ByteSpan descriptor = descriptor_scratch.copy(cached.descriptor);
    packet->set_sequence_number(viewer.video.map_replayed(cached.sequence));
    packet->set_timestamp(cached.timestamp);
    media::write_counters(cached.counters, viewer.video.counter_shift(), *packet, descriptor);
    PacketExtensions with_descriptor = extensions;
    with_descriptor.dependency_descriptor = descriptor;
    viewer.sink->send({MediaKind::video,
                       packet->bytes(),
                       with_descriptor,
                       {cached.sequence, viewer.video.counter_shift(), cached.timestamp}});
    bytes += packet->bytes().size();
    ++sent_;
  }
  viewer.reception.replayed(sent_before, viewer.video.last_sent());
  awaited_ -= viewer.repair.awaits_report() ? 1 : 0;
  viewer.repair.played(now, bytes);
  awaited_ += viewer.repair.awaits_report() ? 1 : 0;
  note_due(viewer);
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
