// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/peer_encoder.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace baton::plugin {

namespace direct = transport::direct;
using framework::Json;
using transport::MediaKind;

namespace {

constexpr double kTicksOfAudio = 48.0;  // Per millisecond: Opus, and what all video codecs have.
constexpr double kTicksOfVideo = 90.0;

double ticks_of(MediaKind kind) {
  return kind == MediaKind::audio ? kTicksOfAudio : kTicksOfVideo;
}

Json milliseconds(std::optional<core::Duration> duration) {
  return duration ? Json(std::chrono::duration<double, std::milli>(*duration).count()) : Json(nullptr);
}

/// One medium, in either direction. `lost`, `jitter` in ticks: nothing where nobody has said.
struct Medium {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t repeated = 0;
  std::optional<std::int64_t> lost = std::nullopt;
  std::optional<std::uint32_t> jitter = std::nullopt;
};

Json encode(const Medium& medium, MediaKind kind) {
  return Json::object()
      .set("packets", medium.packets)
      .set("bytes", medium.bytes)
      .set("repeated", medium.repeated)
      .set("lost", medium.lost ? Json(*medium.lost) : Json(nullptr))
      .set("jitter_ms", medium.jitter ? Json(*medium.jitter / ticks_of(kind)) : Json(nullptr));
}

/// Those reasons for which something was dropped.
class Drops {
public:
  void add(const std::string& name, std::uint64_t count) {
    if (count > 0) {
      drops_.set(name.c_str(), count);
    }
  }
  template <class Reason, std::size_t kCount>
  void add(const char* prefix, const std::array<std::uint64_t, kCount>& counts) {
    for (std::size_t i = 0; i < kCount; ++i) {
      add(std::string(prefix) + to_string(static_cast<Reason>(i)), counts[i]);
    }
  }
  void add_unsent(const std::array<std::uint64_t, direct::kUnsentReasonCount>& counts) {
    constexpr std::array<const char*, direct::kUnsentReasonCount> kNames{
        "unsent_socket_full", "unsent_too_large", "unsent_refused"};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      add(kNames[i], counts[i]);
    }
  }
  [[nodiscard]] Json take() { return std::move(drops_); }

private:
  Json drops_ = Json::object();
};

Json medium_of(const std::optional<direct::ViewerMediumStatistics>& sent, MediaKind kind) {
  if (!sent) {
    return {nullptr};
  }
  Medium medium{.packets = sent->original.packets,
                .bytes = sent->original.octets,
                .repeated = sent->repeated ? sent->repeated->packets : 0};
  if (const auto& reported = sent->original.reported) {
    medium.lost = reported->cumulative_lost;
    medium.jitter = reported->jitter;
  }
  return encode(medium, kind);
}

Json medium_of(const direct::PublisherStatistics& statistics, MediaKind kind) {
  const auto& original = statistics.of({kind, direct::StreamRole::original});
  if (!original) {
    return {nullptr};
  }
  const auto& repeated = statistics.of({kind, direct::StreamRole::repetitions});
  return encode({.packets = original->packets,
                 .bytes = original->bytes,
                 .repeated = repeated ? repeated->packets : 0,
                 .lost = original->lost,
                 .jitter = original->jitter},
                kind);
}

void add_media(Json& peer, const direct::ViewerStatistics& viewer) {
  Drops drops;
  drops.add<direct::ViewerDrop>("", viewer.dropped);
  drops.add<direct::ViewerRtcpDrop>("rtcp_", viewer.rtcp_dropped);
  drops.add_unsent(viewer.unsent);
  std::array<std::uint64_t, media::kResendDropCount> repetitions{};
  for (const auto& medium : {viewer.audio, viewer.video}) {
    for (std::size_t i = 0; medium && i < repetitions.size(); ++i) {
      repetitions[i] += medium->resends.dropped[i];
    }
  }
  drops.add<media::ResendDrop>("repetition_", repetitions);
  peer.set("round_trip_ms", milliseconds(viewer.round_trip))
      .set("playout_delay_ms", milliseconds(viewer.playout_delay))
      .set("estimate_bps", viewer.estimate ? Json(viewer.estimate->bits_per_second) : Json(nullptr))
      .set("audio", medium_of(viewer.audio, MediaKind::audio))
      .set("video", medium_of(viewer.video, MediaKind::video))
      .set("drops", drops.take());
}

void add_media(Json& peer, const direct::PublisherStatistics& publisher) {
  Drops drops;
  drops.add<direct::PublisherDrop>("", publisher.dropped);
  drops.add<direct::StreamRefusal>("", publisher.refused);
  drops.add_unsent(publisher.unsent);
  peer.set("round_trip_ms", nullptr)
      .set("playout_delay_ms", nullptr)
      .set("estimate_bps", nullptr)
      .set("audio", medium_of(publisher, MediaKind::audio))
      .set("video", medium_of(publisher, MediaKind::video))
      .set("drops", drops.take());
}

/// It was not put up yet what there is.
void add_media(Json& peer, std::monostate /*nothing*/) {
  peer.set("round_trip_ms", nullptr)
      .set("playout_delay_ms", nullptr)
      .set("estimate_bps", nullptr)
      .set("audio", nullptr)
      .set("video", nullptr)
      .set("drops", Json::object());
}

Json encode_received(const GatewayReceived& received, MediaKind kind,
                     const std::optional<ReportedByViewer>& reported) {
  Medium medium{.packets = received.packets, .bytes = received.bytes};
  if (reported) {
    medium.lost = reported->lost;
    medium.jitter = reported->jitter;
  }
  return encode(medium, kind);
}

}  // namespace

Json encode_peer(const direct::PeerStatistics& statistics, const ClockReading& clock) {
  Json peer = Json::object()
                  .set("transport", "direct")
                  .set("connected_ms",
                       statistics.connected_at ? Json(clock.age_ms(*statistics.connected_at)) : Json(nullptr))
                  .set("srtp", statistics.profile ? Json(to_string(*statistics.profile)) : Json(nullptr))
                  .set("ice_restarts", statistics.path.restarts)
                  .set("address_changes", statistics.path.moves);
  std::visit([&peer](const auto& media) { add_media(peer, media); }, statistics.media);
  return peer;
}

Json encode_peer(const GatewayPeerStatistics& statistics) {
  Drops drops;
  drops.add("not_publishing", statistics.not_publishing);
  drops.add("malformed_rtcp", statistics.malformed_rtcp);
  return Json::object()
      .set("transport", "gateway")
      .set("connected_ms", nullptr)
      .set("srtp", nullptr)
      .set("ice_restarts", nullptr)
      .set("address_changes", nullptr)
      .set("round_trip_ms", nullptr)
      .set("playout_delay_ms", nullptr)
      .set("estimate_bps", nullptr)
      .set("audio", encode_received(statistics.audio, MediaKind::audio, std::nullopt))
      .set("video", encode_received(statistics.video, MediaKind::video, statistics.video_reported))
      .set("drops", drops.take());
}

Json encode_direct_transport(const direct::WorkerStatistics& statistics) {
  const direct::EndpointCounters& endpoint = statistics.endpoint;
  return Json::object()
      .set("peers", statistics.peers)
      .set("addresses", statistics.addresses)
      .set("handshakes", statistics.handshakes)
      .set("handshakes_begun", endpoint.handshakes_begun)
      .set("handshakes_postponed", endpoint.handshakes_postponed)
      .set("dtls_before_answer", endpoint.dtls_before_answer)
      .set("address_changes", statistics.ice.moves)
      .set("expired", statistics.ice.expired)
      .set("drops", Json::object()
                        .set("unknown_source", statistics.ice.unknown_source)
                        .set("unknown_protocol", endpoint.other)
                        .set("unprotect_failed", endpoint.unprotect_failed)
                        .set("media_before_keys", endpoint.media_before_keys)
                        .set("handshakes_refused", endpoint.handshakes_refused)
                        .set("dtls_after_release", endpoint.dtls_after_release)
                        .set("dtls_waiting_full", endpoint.waiting_full)
                        .set("no_room_to_answer", endpoint.no_room_to_answer)
                        .set("inbox_full", statistics.handovers.inbox_full)
                        .set("astray", statistics.handovers.astray));
}

}  // namespace baton::plugin
