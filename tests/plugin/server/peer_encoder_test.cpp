// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/peer_encoder.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

namespace baton::plugin {
namespace {

using namespace std::chrono_literals;
namespace direct = transport::direct;

constexpr core::Instant kNow{10s};
constexpr ClockReading kClock{kNow, 0};

direct::PeerStatistics connected() {
  direct::PeerStatistics statistics;
  statistics.profile = direct::SrtpProfile::aead_aes_256_gcm;
  statistics.connected_at = kNow - 1500ms;
  statistics.path = {.restarts = 1, .moves = 2};
  return statistics;
}

TEST_CASE(
    "A viewer is shown with what was sent, what it said of that, and only the reasons that there were") {
  direct::PeerStatistics statistics = connected();
  direct::ViewerStatistics viewer;
  viewer.video.emplace();
  viewer.video->original = {media::Ssrc{1}, 100, 90'000, media::Reported{0, 3, 180, kNow}};
  viewer.video->repeated = direct::SentStreamStatistics{media::Ssrc{2}, 4, 4000, std::nullopt};
  viewer.video->resends.dropped[0] = 5;
  viewer.round_trip = 12'500us;
  viewer.playout_delay = 250ms;
  viewer.estimate = media::BitrateEstimate{2'000'000};
  viewer.dropped[static_cast<std::size_t>(direct::ViewerDrop::rest_of_frame)] = 7;
  viewer.rtcp_dropped[static_cast<std::size_t>(direct::ViewerRtcpDrop::malformed)] = 8;
  viewer.unsent[static_cast<std::size_t>(direct::UnsentReason::socket_full)] = 9;
  statistics.media = viewer;
  CHECK(
      encode_peer(statistics, kClock).dump() ==
      R"({"transport":"direct","connected_ms":1500,"srtp":"AEAD_AES_256_GCM","ice_restarts":1,)"
      R"("address_changes":2,"round_trip_ms":12.5,"playout_delay_ms":250.0,"estimate_bps":2000000,"audio":null,)"
      R"("video":{"packets":100,"bytes":90000,"repeated":4,"lost":3,"jitter_ms":2.0},)"
      R"("drops":{"rest_of_frame":7,"rtcp_malformed":8,"unsent_socket_full":9,"repetition_never_sent":5}})");
}

TEST_CASE("A publisher is shown with what came, and what was not taken") {
  direct::PeerStatistics statistics = connected();
  direct::PublisherStatistics publisher;
  const auto place = [&publisher](
                         transport::MediaKind kind,
                         direct::StreamRole role) -> std::optional<direct::ReceivedStreamStatistics>& {
    return publisher.streams[direct::StreamPlace{kind, role}.index()];
  };
  auto& audio = place(transport::MediaKind::audio, direct::StreamRole::original).emplace();
  audio.packets = 50;
  audio.bytes = 5000;
  audio.lost = 1;
  audio.jitter = 48;
  place(transport::MediaKind::video, direct::StreamRole::original).emplace().packets = 9;
  place(transport::MediaKind::video, direct::StreamRole::repetitions).emplace().packets = 2;
  publisher.dropped[static_cast<std::size_t>(direct::PublisherDrop::probe)] = 6;
  publisher.refused[static_cast<std::size_t>(direct::StreamRefusal::unknown_mid)] = 7;
  statistics.media = publisher;
  const auto json = encode_peer(statistics, kClock);
  CHECK(json.get("audio").dump() == R"({"packets":50,"bytes":5000,"repeated":0,"lost":1,"jitter_ms":1.0})");
  CHECK(json.get("video").integer("repeated") == 2);
  CHECK(json.get("drops").dump() == R"({"probe":6,"unknown_mid":7})");
  CHECK(json.get("round_trip_ms").dump() == "null");
}

TEST_CASE("What is not connected yet, and what goes by the gateway, has the same members") {
  const auto nothing = encode_peer(direct::PeerStatistics{}, kClock);
  GatewayPeerStatistics seen;
  seen.video = {12, 3400};
  seen.video_reported = ReportedByViewer{3, 900};
  seen.malformed_rtcp = 1;
  const auto gateway = encode_peer(seen);
  CHECK(gateway.get("video").dump() ==
        R"({"packets":12,"bytes":3400,"repeated":0,"lost":3,"jitter_ms":10.0})");
  CHECK(gateway.get("drops").dump() == R"({"malformed_rtcp":1})");
  std::string names;
  nothing.for_each_member([&](std::string_view name, framework::JsonView member) {
    INFO(name);
    CHECK(gateway.contains(std::string(name).c_str()));
    CHECK((name == "transport" || member.is_object() || member.dump() == "null" || member.dump() == "0"));
    names += name;
  });
  gateway.for_each_member([&](std::string_view name, framework::JsonView /*member*/) {
    INFO(name);
    CHECK(nothing.contains(std::string(name).c_str()));
  });
  CHECK(names.starts_with("transport"));
}

}  // namespace
}  // namespace baton::plugin
