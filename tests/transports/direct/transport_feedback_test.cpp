// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <vector>

#include "tests/transports/direct/lossy_link.hpp"
#include "tests/transports/direct/peer_stage.hpp"
#include "tests/transports/direct/publisher_stage.hpp"

/// A viewer's peer sends to a publisher's peer, which plays the browser: both sides of transport-wide
/// feedback.
namespace baton::transport::direct::test {
namespace {

class Outcomes final : public BandwidthObserver {
public:
  void on_outcome(const media::PacketOutcome& outcome, core::Instant /*now*/) override {
    (outcome.arrived ? arrived : lost).push_back(outcome);
  }
  void on_estimate(const media::BitrateEstimate& estimate, core::Instant /*now*/) override {
    estimates.push_back(estimate.bits_per_second);
  }

  std::vector<media::PacketOutcome> arrived;
  std::vector<media::PacketOutcome> lost;
  std::vector<std::uint64_t> estimates;
};

ViewerSettings numbered_viewer() {
  ViewerSettings settings = viewer_settings();
  settings.first_transport_sequence = media::TransportSequence(65'000);
  settings.video->extensions.set(media::ExtensionKind::transport_sequence, kTransportId);
  return settings;
}

/// The browser of that viewer.
PublisherSettings browser_settings(BandwidthFeedback bandwidth) {
  PublisherSettings settings = publisher_settings();
  settings.audio.reset();
  settings.video->payload_type = kVideoPayloadType;
  settings.video->rtx_payload_type = kRtxPayloadType;
  settings.bandwidth = bandwidth;
  return settings;
}

TEST_CASE("The fate of every packet comes back, once, with the time that it was under way") {
  constexpr std::size_t kPackets = 3000;
  Outcomes outcomes;
  ViewerStage viewer(numbered_viewer(), &outcomes);
  PublisherStage browser(browser_settings(BandwidthFeedback::transport_wide));
  LossyLink down({30, std::chrono::milliseconds(40)}, 3);
  std::size_t down_sent = 0;
  std::size_t up_sent = 0;
  for (std::int64_t ms = 0; ms < static_cast<std::int64_t>(kPackets) * 3 + 2000; ++ms) {
    if (ms % 3 == 0 && ms / 3 < static_cast<std::int64_t>(kPackets)) {
      viewer.send(MediaKind::video, video_packet(static_cast<std::uint16_t>(ms / 3)), ms);
    }
    while (auto packet = down.arrived(at_ms(ms))) {
      browser.peer.incoming_rtp(packet->second, at_ms(ms));
    }
    browser.run_to(ms);
    for (; up_sent < browser.output.rtcp.size(); ++up_sent) {
      viewer.incoming(browser.output.rtcp[up_sent].bytes, ms);
    }
    for (; down_sent < viewer.output.rtp.size(); ++down_sent) {
      down.send(LossyLink::Protocol::rtp, viewer.output.rtp[down_sent].bytes, at_ms(ms));
    }
  }
  const auto transport = viewer.peer.statistics().transport;
  REQUIRE(transport.has_value());
  CHECK(down.lost() > 50);
  CHECK(transport->sent == down_sent);
  CHECK(transport->sent > kPackets);  // Retransmissions are packets like others.
  CHECK(transport->lost == down.lost());
  CHECK(transport->acknowledged == down_sent - down.lost());
  CHECK(transport->forgotten == 0);
  CHECK(transport->unknown == 0);
  CHECK(transport->feedback_lost == 0);
  CHECK(outcomes.arrived.size() == transport->acknowledged);
  CHECK(outcomes.lost.size() == transport->lost);
  // On a path whose length does not change, arrivals are as far apart as departures, to the unit.
  for (std::size_t i = 1; i < outcomes.arrived.size(); ++i) {
    const auto departures = outcomes.arrived[i].sent_at - outcomes.arrived[i - 1].sent_at;
    const auto arrivals = *outcomes.arrived[i].arrived - *outcomes.arrived[i - 1].arrived;
    CHECK(arrivals == departures);
  }
  const auto report = viewer.peer.statistics().video->original.reported;
  CHECK(report.has_value());
  CHECK(viewer.peer.statistics().compounds == up_sent);
}

TEST_CASE("A viewer that does no transport-wide feedback tells its own estimate") {
  Outcomes outcomes;
  ViewerStage viewer(viewer_settings(), &outcomes);
  PublisherStage browser(browser_settings(BandwidthFeedback::receiver_estimate));
  browser.incoming(*viewer.send_video(0), 20);
  browser.run_to(20);
  for (const auto& each : browser.output.rtcp) {
    viewer.incoming(each.bytes, 40);
  }
  REQUIRE(outcomes.estimates.size() == 1);
  CHECK(viewer.peer.statistics().estimate->bits_per_second == outcomes.estimates.front());
  CHECK_FALSE(viewer.peer.statistics().transport.has_value());
}

}  // namespace
}  // namespace baton::transport::direct::test
