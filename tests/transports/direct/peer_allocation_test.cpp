// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <catch2/catch.hpp>
#include <span>

#include "tests/transports/direct/allocation_count.hpp"
#include "tests/transports/direct/peer_stage.hpp"
#include "tests/transports/direct/publisher_stage.hpp"

/// Neither direction of a peer allocates for a packet, a report, a loss, or feedback.
namespace baton::transport::direct::test {
namespace {

using media::ExtensionId;
using media::ExtensionKind;

/// What goes out ends here; the last packet of each kind can be looked at.
class LastOutput final : public PacketOutput {
public:
  Handover send_rtp(media::ByteView header, media::ByteView payload, core::Instant /*now*/) override {
    media::copy_bytes(payload, media::copy_bytes(header, rtp_));
    rtp_size_ = header.size() + payload.size();
    ++rtp_count;
    return Handover::queued;
  }
  Handover send_rtcp(media::ByteView packet, core::Instant /*now*/) override {
    media::copy_bytes(packet, rtcp_);
    rtcp_size_ = packet.size();
    ++rtcp_count;
    return Handover::queued;
  }
  [[nodiscard]] media::ByteSpan rtp() { return media::ByteSpan(rtp_).first(rtp_size_); }
  [[nodiscard]] media::ByteView rtcp() const { return media::ByteView(rtcp_).first(rtcp_size_); }

  std::size_t rtp_count = 0;
  std::size_t rtcp_count = 0;

private:
  std::array<std::uint8_t, 4096> rtp_{};
  std::array<std::uint8_t, 4096> rtcp_{};
  std::size_t rtp_size_ = 0;
  std::size_t rtcp_size_ = 0;
};

class SilentListener final : public ViewerListener {
public:
  void on_viewer_reported(const media::ReportBlock& /*report*/, core::Instant /*now*/) override { ++reports; }
  void on_keyframe_needed(core::Instant /*now*/) override {}
  std::size_t reports = 0;
};

TEST_CASE("In the steady state neither a viewer's nor a publisher's peer allocates") {
  // The viewer's peer sends to the publisher's, which plays its browser and loses every tenth packet.
  ViewerSettings settings = viewer_settings();
  settings.video->mid = "1";
  settings.video->extensions.set(ExtensionKind::mid, kMidId);
  settings.video->extensions.set(ExtensionKind::transport_sequence, kTransportId);
  settings.video->extensions.set(ExtensionKind::absolute_send_time, ExtensionId{6});
  PublisherSettings browser_settings = publisher_settings();
  browser_settings.video->payload_type = kVideoPayloadType;
  browser_settings.video->rtx_payload_type = kRtxPayloadType;
  LastOutput to_browser;
  LastOutput to_server;
  SilentListener listener;
  TurnTime turn;
  KeptProgram program;
  ViewerPeer viewer(settings, {to_browser, program, listener, turn, kWall, nullptr});
  // Whoever is not on air has a feed that goes nowhere.
  transport::test::FakeWaker waker;
  const auto nowhere = std::make_shared<Program>(transport::test::test_settings(), waker);
  PublisherPeer browser(browser_settings, to_server,
                        std::make_shared<Feed>(media::SourceId{1}, nowhere, nullptr, waker));
  const Bytes packet = video_packet(0, media::test::Frame::delta, 1100);
  Bytes bytes = packet;

  std::size_t of_the_stage = 0;
  const auto pass = [&](std::int64_t number) {
    const auto now = at_ms(number * 3);
    turn.now = now;
    program.set_time(now);
    auto copy = *media::MutableRtpPacket::parse(bytes);
    copy.set_sequence_number(media::SequenceNumber::wrap(number));
    copy.set_timestamp(media::RtpTimestamp::wrap(number * 270));
    const OutgoingPacket outgoing{
        MediaKind::video, bytes, {}, {media::ExtendedSequence{number + 70'000}, {}, {}}};
    const std::size_t before = allocations();
    program.send(outgoing);
    of_the_stage += allocations() - before;
    viewer.send(outgoing);
    if (number % 10 != 3) {
      browser.incoming_rtp(to_browser.rtp(), now);
    }
    const std::size_t said_before = to_server.rtcp_count;
    browser.advance(now);
    if (to_server.rtcp_count != said_before) {
      const std::size_t sent_before = to_browser.rtp_count;
      viewer.incoming_rtcp(to_server.rtcp(), now);
      if (to_browser.rtp_count != sent_before) {
        browser.incoming_rtp(to_browser.rtp(), now);
      }
    }
    viewer.advance(now);
    if (number % 500 == 499) {
      viewer.on_unsent(1, UnsentReason::socket_full, now);
    }
  };

  std::int64_t number = 0;
  while (number < 2000) {
    pass(number++);
  }
  const std::size_t before = allocations() - of_the_stage;
  while (number < 6000) {
    pass(number++);
  }
  const auto viewer_statistics = viewer.statistics();
  const auto browser_statistics = browser.statistics();
  const std::size_t after = allocations() - of_the_stage;
  CHECK(after - before == 0);
  CHECK(before > 0);
  // All of it has happened.
  CHECK(viewer_statistics.video->resends.resent > 500);
  CHECK(viewer_statistics.transport->acknowledged > 5000);
  CHECK_FALSE(viewer_statistics.round_trip.has_value());  // The browser is handed no reports here.
  CHECK(viewer_statistics.reports_sent > 10);
  CHECK(browser_statistics.recovered > 500);
  CHECK(listener.reports > 10);
}

}  // namespace
}  // namespace baton::transport::direct::test
