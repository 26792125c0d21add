// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/fan_out.hpp"

#include <algorithm>
#include <utility>

#include "transports/packet_scratch.hpp"

namespace baton::transport {

void FanOut::add(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
                 media::SequenceNumber first_video) {
  viewers_.push_back({id, std::move(sink),
                      media::SinkRewriter(first_audio, media::StartCondition::any_packet),
                      media::SinkRewriter(first_video, media::StartCondition::keyframe), Link::connecting});
}

void FanOut::start(SinkId id, const media::ReplayPlan& plan, const PacketExtensions& extensions) {
  Viewer* viewer = find(id);
  if (viewer == nullptr || viewer->link == Link::up) {
    return;
  }
  viewer->link = Link::up;
  viewer->video.begin_replay(plan);
  replay(*viewer, plan, extensions);
}

bool FanOut::started_or_unknown(SinkId id) const {
  const auto found = std::ranges::find(viewers_, id, &Viewer::id);
  return found == viewers_.end() || found->link == Link::up;
}

void FanOut::remove(SinkId id) {
  std::erase_if(viewers_, [&](const Viewer& viewer) { return viewer.id == id; });
}

void FanOut::send(MediaKind kind, const media::ProgramPacket& decided, media::MutableRtpPacket& packet,
                  const PacketExtensions& extensions) {
  for (Viewer& viewer : viewers_) {
    if (viewer.link != Link::up) {
      continue;
    }
    media::SinkRewriter& numbering = kind == MediaKind::audio ? viewer.audio : viewer.video;
    const media::SinkVerdict verdict = numbering.admit(decided);
    if (!verdict.sequence) {
      ++drops_[static_cast<std::size_t>(verdict.drop)];
      continue;
    }
    packet.set_sequence_number(*verdict.sequence);
    viewer.sink->send({kind, packet.bytes(), extensions});
    ++sent_;
  }
}

void FanOut::replay(Viewer& viewer, const media::ReplayPlan& plan, const PacketExtensions& extensions) {
  PacketScratch scratch;
  for (const media::ReplayPacket& cached : plan.packets) {
    auto packet = scratch.copy(cached.bytes);
    if (!packet) {
      continue;
    }
    packet->set_sequence_number(viewer.video.map_replayed(cached.sequence));
    packet->set_timestamp(cached.timestamp);
    PacketExtensions with_descriptor = extensions;
    with_descriptor.dependency_descriptor = cached.descriptor;
    viewer.sink->send({MediaKind::video, packet->bytes(), with_descriptor});
    ++sent_;
  }
}

FanOut::Viewer* FanOut::find(SinkId id) {
  const auto found = std::ranges::find(viewers_, id, &Viewer::id);
  return found == viewers_.end() ? nullptr : &*found;
}

}  // namespace baton::transport
