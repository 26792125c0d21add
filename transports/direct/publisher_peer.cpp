// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/publisher_peer.hpp"

#include <algorithm>
#include <utility>

#include "core/media/frame_info.hpp"
#include "core/media/media_extensions.hpp"
#include "core/media/rtx_original.hpp"
#include "transports/extension_codec.hpp"

namespace baton::transport::direct {

using media::ExtensionKind;

PublisherPeer::PublisherPeer(const PublisherSettings& settings, PacketOutput& output,
                             std::shared_ptr<Feed> feed)
    : settings_(settings),
      output_(output),
      feed_(std::move(feed)),
      demultiplexer_(settings),
      reports_(settings.report_interval, settings.report_seed),
      keyframe_throttle_(settings.keyframe_interval) {
  if (settings.bandwidth == BandwidthFeedback::transport_wide) {
    arrivals_ = std::make_unique<media::PacketArrivals>();
  }
}

// --- RTP

void PublisherPeer::incoming_rtp(media::ByteSpan bytes, core::Instant now) {
  const auto packet = media::MutableRtpPacket::parse(bytes);
  if (!packet) {
    drop(PublisherDrop::malformed);
    return;
  }
  const media::RtpPacketView& view = packet->view();
  note_arrival(view, now);
  const auto mid_id = settings_.extensions.id_of(ExtensionKind::mid);
  const auto placed = demultiplexer_.place(view, mid_id ? view.extension(*mid_id) : std::nullopt, now);
  if (!placed) {
    ++counters_.refused[static_cast<std::size_t>(placed.error())];
    return;
  }
  if (placed->start == PlacedStream::Start::begins) {
    begin(placed->place, view.ssrc(), now);
  }
  if (placed->place.role == StreamRole::repetitions) {
    streams_[placed->place.index()]->received(view, media::Delivery::original, now);
    restore(placed->place.kind, *packet, now);
  } else {
    deliver(placed->place.kind, view, media::Delivery::original, now);
  }
}

void PublisherPeer::note_arrival(const media::RtpPacketView& packet, core::Instant now) {
  const auto id = settings_.extensions.id_of(ExtensionKind::transport_sequence);
  if (!arrivals_ || !id) {
    return;
  }
  const auto data = packet.extension(*id);
  if (!data || data->size() < 2) {
    return;
  }
  arrivals_->arrived(media::TransportSequence(media::load_u16(*data, 0)), now);
  if (!arrivals_due_) {
    arrivals_due_ = now + settings_.feedback_interval;
  }
}

void PublisherPeer::begin(StreamPlace place, media::Ssrc ssrc, core::Instant now) {
  const PublisherMediumSettings& settings = *medium(place.kind);
  // What repeats is not asked for again.
  const auto requests = place.role == StreamRole::original ? settings.loss_requests : LossRequests::none;
  streams_[place.index()].emplace(ssrc, settings.clock_rate, requests, settings_.nack);
  reports_.hurry(now);
}

void PublisherPeer::restore(MediaKind kind, const media::MutableRtpPacket& packet, core::Instant now) {
  const auto& repeated = streams_[StreamPlace{kind, StreamRole::original}.index()];
  if (!repeated) {
    drop(PublisherDrop::unknown_original);
    return;
  }
  const auto restored = media::restore_original(packet, {repeated->ssrc(), medium(kind)->payload_type});
  if (!restored) {
    drop(PublisherDrop::probe);
    return;
  }
  ++counters_.recovered;
  deliver(kind, restored->view(), media::Delivery::retransmitted, now);
}

void PublisherPeer::deliver(MediaKind kind, const media::RtpPacketView& packet, media::Delivery delivery,
                            core::Instant now) {
  ReceivedStream& stream = *streams_[StreamPlace{kind, StreamRole::original}.index()];
  stream.received(packet, delivery, now);
  const auto extensions = read_extensions(media::MediaExtensions(packet, settings_.extensions));
  if (kind == MediaKind::video) {
    if (stream.take_keyframe_wish()) {
      wish_for_keyframe(now);
    }
    look_for_keyframe(packet, extensions.dependency_descriptor);
  }
  // Last, since the feed may ask for a key frame.
  feed_->incoming_rtp(kind, packet.bytes(), extensions, now);
}

// --- RTCP that comes in

void PublisherPeer::incoming_rtcp(media::ByteView compound, core::Instant now) {
  const auto view = media::RtcpView::parse(compound);
  if (!view) {
    drop(PublisherDrop::malformed_rtcp);
    return;
  }
  ++counters_.compounds;
  auto reader = view->packets();
  while (const auto packet = reader.next()) {
    if (const auto report = packet->sender_report()) {
      const auto place = demultiplexer_.place_of(report->sender);
      if (place && streams_[place->index()]) {
        streams_[place->index()]->sender_reported(*report, now);
      } else {
        drop(PublisherDrop::unknown_source);
      }
    }
    auto leaving = packet->leaving_sources();
    while (const auto ssrc = leaving.next()) {
      ++counters_.goodbyes;
      if (const auto place = demultiplexer_.place_of(*ssrc)) {
        streams_[place->index()].reset();
        demultiplexer_.leave(*ssrc);
      }
    }
  }
  feed_->incoming_rtcp(now);
}

// --- key frames

void PublisherPeer::look_for_keyframe(const media::RtpPacketView& packet, media::ByteView descriptor) {
  ReceivedStream& stream = *streams_[StreamPlace{MediaKind::video, StreamRole::original}.index()];
  if (!stream.has_losses() && !keyframe_throttle_.next_deadline()) {
    return;  // Nobody waits for one.
  }
  const auto frame = media::inspect(settings_.video_codec, packet.payload(), packet.marker(), descriptor);
  if (!frame || !frame->starts_keyframe) {
    return;
  }
  keyframe_throttle_.keyframe_arrived();
  if (stream.has_losses()) {
    stream.keyframe_began(packet.sequence_number());
  }
}

void PublisherPeer::wish_for_keyframe(core::Instant now) {
  if (keyframe_throttle_.request(now).action == media::KeyframeRequest::send_now) {
    keyframe_wanted_at_ = now;
  }
}

void PublisherPeer::request_keyframe(core::Instant now) {
  keyframe_throttle_.request(now);  // So that losses do not ask for another one at once.
  keyframe_wanted_at_ = now;
  speak(now);
}

// --- time

std::optional<core::Instant> PublisherPeer::next_deadline() const {
  std::optional<core::Instant> earliest;
  const auto consider = [&](std::optional<core::Instant> due) {
    if (due && (!earliest || *due < *earliest)) {
      earliest = due;
    }
  };
  consider(reports_.due());
  consider(arrivals_due_);
  consider(keyframe_throttle_.next_deadline());
  if (original(MediaKind::video)) {
    consider(keyframe_wanted_at_);
  }
  for (const auto& stream : streams_) {
    consider(stream ? stream->next_request() : std::nullopt);
  }
  return earliest;
}

void PublisherPeer::advance(core::Instant now) {
  if (keyframe_throttle_.due(now).action == media::KeyframeRequest::send_now) {
    keyframe_wanted_at_ = now;
  }
  speak(now);
}

PublisherStatistics PublisherPeer::statistics() const {
  PublisherStatistics statistics = counters_;
  for (std::size_t index = 0; index < kStreamPlaces; ++index) {
    if (streams_[index]) {
      statistics.streams[index] = streams_[index]->statistics();
    }
  }
  if (arrivals_) {
    statistics.arrivals = arrivals_->counters();
  }
  return statistics;
}

}  // namespace baton::transport::direct
