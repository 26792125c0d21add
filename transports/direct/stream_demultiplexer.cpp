// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/stream_demultiplexer.hpp"

#include <algorithm>

namespace baton::transport::direct {

const char* to_string(StreamRefusal reason) {
  switch (reason) {
    case StreamRefusal::unknown_mid:
      return "unknown_mid";
    case StreamRefusal::unknown_payload_type:
      return "unknown_payload_type";
    case StreamRefusal::wrong_medium:
      return "wrong_medium";
    case StreamRefusal::too_many_sources:
      return "too_many_sources";
  }
  return "unknown";
}

StreamDemultiplexer::StreamDemultiplexer(const PublisherSettings& settings) {
  for (const MediaKind kind : {MediaKind::audio, MediaKind::video}) {
    for (const StreamRole role : {StreamRole::original, StreamRole::repetitions}) {
      const StreamPlace place{kind, role};
      places_[place.index()].place = place;
    }
  }
  negotiate(MediaKind::audio, settings.audio);
  negotiate(MediaKind::video, settings.video);
}

void StreamDemultiplexer::negotiate(MediaKind kind, const std::optional<PublisherMediumSettings>& medium) {
  if (!medium) {
    return;
  }
  mids_[static_cast<std::size_t>(kind)] = medium->mid;
  Place& original = places_[StreamPlace{kind, StreamRole::original}.index()];
  original.payload_type = medium->payload_type;
  original.ssrc = medium->ssrc;
  Place& repetitions = places_[StreamPlace{kind, StreamRole::repetitions}.index()];
  repetitions.payload_type = medium->rtx_payload_type;
  if (medium->rtx_payload_type) {
    repetitions.ssrc = medium->rtx_ssrc;
  }
}

StreamDemultiplexer::Place* StreamDemultiplexer::find(media::Ssrc ssrc) {
  const auto found = std::ranges::find(places_, std::optional(ssrc), &Place::ssrc);
  return found == places_.end() ? nullptr : &*found;
}

StreamDemultiplexer::Place* StreamDemultiplexer::find(media::PayloadType payload_type,
                                                      std::optional<MediaKind> kind) {
  const auto found = std::ranges::find_if(places_, [&](const Place& each) {
    return each.payload_type == payload_type && (!kind || each.place.kind == *kind);
  });
  return found == places_.end() ? nullptr : &*found;
}

std::optional<MediaKind> StreamDemultiplexer::medium_of(media::ByteView mid) const {
  for (const MediaKind kind : {MediaKind::audio, MediaKind::video}) {
    const auto& name = mids_[static_cast<std::size_t>(kind)];
    if (name &&
        std::ranges::equal(*name, mid, {}, [](char each) { return static_cast<std::uint8_t>(each); })) {
      return kind;
    }
  }
  return std::nullopt;
}

std::optional<StreamPlace> StreamDemultiplexer::place_of(media::Ssrc ssrc) const {
  const auto found = std::ranges::find(places_, std::optional(ssrc), &Place::ssrc);
  return found == places_.end() ? std::nullopt : std::optional(found->place);
}

void StreamDemultiplexer::leave(media::Ssrc ssrc) {
  if (Place* place = find(ssrc)) {
    place->ssrc.reset();
    place->last_packet.reset();
  }
}

media::ParseResult<PlacedStream, StreamRefusal> StreamDemultiplexer::place(const media::RtpPacketView& packet,
                                                                           std::optional<media::ByteView> mid,
                                                                           core::Instant now) {
  using Start = PlacedStream::Start;
  const auto kind = mid ? medium_of(*mid) : std::nullopt;
  if (mid && !kind) {
    return StreamRefusal::unknown_mid;
  }
  if (Place* known = find(packet.ssrc())) {
    if (kind && known->place.kind != *kind) {
      return StreamRefusal::wrong_medium;
    }
    if (known->payload_type != packet.payload_type()) {
      return StreamRefusal::unknown_payload_type;
    }
    const Start start = known->last_packet ? Start::goes_on : Start::begins;
    known->last_packet = now;
    return PlacedStream{known->place, start};
  }
  Place* place = find(packet.payload_type(), kind);
  if (place == nullptr) {
    return StreamRefusal::unknown_payload_type;
  }
  if (place->last_packet && now - *place->last_packet < kSilence) {
    return StreamRefusal::too_many_sources;
  }
  place->ssrc = packet.ssrc();
  place->last_packet = now;
  return PlacedStream{place->place, Start::begins};
}

}  // namespace baton::transport::direct
