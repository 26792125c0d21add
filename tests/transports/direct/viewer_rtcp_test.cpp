// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "tests/transports/direct/peer_stage.hpp"

/// What a viewer is told of its streams, and what it says of them.
namespace baton::transport::direct::test {
namespace {

using media::RtcpPacketView;
using media::RtcpWriter;
using media::Ssrc;

std::vector<RtcpPacketView> packets_of(const Bytes& compound) {
  std::vector<RtcpPacketView> packets;
  const auto view = media::RtcpView::parse(compound);
  REQUIRE(view.ok());
  auto reader = view->packets();
  while (const auto packet = reader.next()) {
    packets.push_back(*packet);
  }
  return packets;
}

/// A report block that says that a report of `sent_ms` came, and that the answer left `held_ms` later.
media::ReportBlock block_after(std::int64_t sent_ms, std::int64_t held_ms, Ssrc source = kVideoSsrc) {
  media::ReportBlock block;
  block.source = source;
  block.last_sender_report = media::compact(kWall.at(at_ms(sent_ms)));
  block.delay = media::compact(std::chrono::milliseconds(held_ms));
  return block;
}

TEST_CASE("The first report follows the first packet, and says when it was and what was sent") {
  ViewerStage stage;
  CHECK_FALSE(stage.peer.next_deadline().has_value());
  stage.send_video(10);
  REQUIRE(stage.peer.next_deadline() == at_ms(330));
  stage.peer.advance(at_ms(340));
  REQUIRE(stage.output.rtcp.size() == 1);
  const Bytes compound = stage.output.rtcp.front().bytes;
  const auto packets = packets_of(compound);
  REQUIRE(packets.size() == 2);
  const auto report = packets[0].sender_report();
  REQUIRE(report.has_value());
  CHECK(report->sender == kVideoSsrc);
  // Of the moment when it is sent, in both times: 10 ms after the packet.
  CHECK(report->ntp_time == kWall.at(at_ms(340)));
  CHECK(report->rtp_timestamp.value() == 10 * 2970 + 900);
  CHECK(report->packet_count == 1);
  CHECK(report->octet_count == video_packet(10).size() - 12);
  CHECK(packets[1].type == media::RtcpType::source_description);
  // SSRC, CNAME, its length, its text.
  const Bytes name{0xB0, 0xB0, 0xB0, 0xB0, 1, 5, 'b', 'a', 't', 'o', 'n', 0};
  CHECK(Bytes(packets[1].body.begin(), packets[1].body.end()) == name);
  CHECK(stage.peer.statistics().reports_sent == 1);
}

TEST_CASE("Every stream that has sent something has a report and the name in one compound, repetitions too") {
  ViewerStage stage;
  stage.send(MediaKind::audio,
             media::test::make_rtp({.sequence = 1, .ssrc = kAudioSsrc.value, .payload = {1, 2}}), 0);
  stage.send_video(1);
  stage.incoming(nack(kVideoSsrc, {1}), 50);
  stage.peer.advance(at_ms(50));
  REQUIRE(stage.output.rtcp.size() == 1);
  const Bytes compound = stage.output.rtcp.front().bytes;
  const auto packets = packets_of(compound);
  REQUIRE(packets.size() == 6);
  const std::array<Ssrc, 3> expected{kAudioSsrc, kVideoSsrc, kRtxSsrc};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(packets[2 * i].sender_report()->sender == expected[i]);
    CHECK(packets[2 * i].sender_report()->packet_count == 1);
    CHECK(packets[2 * i + 1].type == media::RtcpType::source_description);
  }
}

TEST_CASE("The longest names of four streams fit one compound") {
  ViewerSettings settings = viewer_settings();
  settings.canonical_name = std::string(255, 'n');
  settings.audio->rtx = media::RtxIdentity{Ssrc{0xA1}, media::PayloadType{112}, media::SequenceNumber(1)};
  ViewerStage stage(settings);
  stage.send(MediaKind::audio,
             media::test::make_rtp({.sequence = 1, .ssrc = kAudioSsrc.value, .payload = {1, 2}}), 0);
  stage.send_video(1);
  stage.incoming(nack(kVideoSsrc, {1}), 50);
  stage.incoming(nack(kAudioSsrc, {1}), 50);
  stage.peer.advance(at_ms(50));
  REQUIRE(stage.output.rtcp.size() == 1);
  CHECK(packets_of(stage.output.rtcp.front().bytes).size() == 8);
}

TEST_CASE(
    "Reports go on at random between half and one and a half of the interval, while nothing moves too") {
  std::vector<core::Duration> gaps;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    ViewerSettings settings = viewer_settings();
    settings.report_seed = seed;
    ViewerStage stage(settings);
    stage.send_video(0);
    core::Instant before = at_ms(0);
    stage.peer.advance(before);
    for (int i = 0; i < 200; ++i) {
      const auto due = stage.peer.next_deadline();
      REQUIRE(due.has_value());
      stage.peer.advance(*due - core::Duration(1));
      REQUIRE(stage.output.rtcp.size() == static_cast<std::size_t>(i) + 1);
      stage.peer.advance(*due);
      gaps.push_back(*due - before);
      before = *due;
    }
  }
  const auto [least, most] = std::ranges::minmax(gaps);
  CHECK(least >= std::chrono::milliseconds(500));
  CHECK(least < std::chrono::milliseconds(520));
  CHECK(most < std::chrono::milliseconds(1500));
  CHECK(most > std::chrono::milliseconds(1480));
}

TEST_CASE("The round trip is known with the first report of the viewer") {
  ViewerStage stage;
  stage.send_video(0);
  stage.peer.advance(at_ms(0));
  CHECK_FALSE(stage.peer.statistics().round_trip.has_value());
  stage.incoming(receiver_report(block_after(0, 25)), 100);
  const auto round_trip = stage.peer.statistics().round_trip;
  REQUIRE(round_trip.has_value());
  CHECK(*round_trip > std::chrono::microseconds(74'900));
  CHECK(*round_trip < std::chrono::microseconds(75'100));
}

TEST_CASE("A report on the video is handed on, those on other streams are kept or counted") {
  ViewerStage stage;
  stage.send_video(0);
  media::ReportBlock video = block_after(0, 0);
  video.highest = media::SequenceNumber(77);
  video.fraction_lost = 5;
  stage.incoming(receiver_report(video), 50);
  REQUIRE(stage.listener.reports.size() == 1);
  CHECK(stage.listener.reports.front() == video);
  CHECK(stage.peer.statistics().video->original.reported->fraction_lost == 5);
  for (const Ssrc other : {kAudioSsrc, kRtxSsrc, Ssrc{5}}) {
    stage.incoming(receiver_report(block_after(0, 0, other)), 60);
  }
  CHECK(stage.listener.reports.size() == 1);
  CHECK(stage.peer.statistics().audio->original.reported.has_value());
  CHECK(stage.peer.statistics().video->repeated->reported.has_value());
  CHECK(stage.peer.statistics().dropped_for(ViewerRtcpDrop::unknown_source) == 1);
  CHECK(stage.peer.statistics().compounds == 4);
}

TEST_CASE("PLI and FIR for the video ask for a key frame, once for each compound") {
  const std::array<media::FullIntraRequest, 2> requests{
      {{Ssrc{5}, media::CommandSequence(1)}, {kVideoSsrc, media::CommandSequence(1)}}};
  struct Row {
    const char* what;
    Bytes compound;
    std::size_t asked;
    std::uint64_t unknown;
  };
  const std::vector<Row> rows{
      {"PLI", rtcp([&](RtcpWriter& w) { static_cast<void>(w.picture_loss_indication(Ssrc{1}, kVideoSsrc)); }),
       1, 0},
      {"FIR", rtcp([&](RtcpWriter& w) { static_cast<void>(w.full_intra_request(Ssrc{1}, requests)); }), 1, 0},
      {"both", rtcp([&](RtcpWriter& w) {
         static_cast<void>(w.picture_loss_indication(Ssrc{1}, kVideoSsrc));
         static_cast<void>(w.full_intra_request(Ssrc{1}, requests));
       }),
       1, 0},
      {"PLI for another stream",
       rtcp([&](RtcpWriter& w) { static_cast<void>(w.picture_loss_indication(Ssrc{1}, Ssrc{5})); }), 0, 1},
      {"FIR for another stream", rtcp([&](RtcpWriter& w) {
         static_cast<void>(w.full_intra_request(Ssrc{1}, std::span(requests).first(1)));
       }),
       0, 1},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    ViewerStage stage;
    stage.incoming(row.compound, 20);
    CHECK(stage.listener.keyframes_needed.size() == row.asked);
    CHECK(stage.peer.statistics().dropped_for(ViewerRtcpDrop::unknown_source) == row.unknown);
  }
}

TEST_CASE("A viewer's estimate and its goodbye are written down") {
  ViewerStage stage;
  stage.incoming(rtcp([&](RtcpWriter& w) {
                   static_cast<void>(w.bitrate_estimate(Ssrc{1}, {640'000}, std::span(&kVideoSsrc, 1)));
                   static_cast<void>(w.bye(Ssrc{1}));
                 }),
                 20);
  REQUIRE(stage.peer.statistics().estimate.has_value());
  CHECK(stage.peer.statistics().estimate->bits_per_second == 640'000);
  CHECK(stage.peer.statistics().goodbyes == 1);
}

TEST_CASE("What is no RTCP is counted and changes nothing") {
  ViewerStage stage;
  stage.incoming({}, 0);
  stage.incoming({0x80, 205, 0, 9}, 0);
  CHECK(stage.peer.statistics().dropped_for(ViewerRtcpDrop::malformed) == 2);
  CHECK(stage.peer.statistics().compounds == 0);
}

TEST_CASE("Feedback that nobody asked for, or of more packets than are awaited, is refused") {
  // 0xFFFF packets, all lost: eight runs of 8,191 and one of seven.
  const auto feedback = [](std::uint16_t packets) {
    return rtcp([&](RtcpWriter& writer) {
      const auto chunks = static_cast<std::size_t>(packets) / 8191 + 1;
      const auto control =
          writer.feedback(media::RtcpType::transport_feedback, media::rtcp::kTransportWideFormat, Ssrc{1},
                          kVideoSsrc, (8 + 2 * chunks + 3) / 4 * 4);
      REQUIRE(control.ok());
      std::ranges::fill(*control, std::uint8_t{0});
      media::store_u16(*control, 2, packets);
      for (std::size_t i = 0; i < chunks; ++i) {
        media::store_u16(*control, 8 + 2 * i, 8191);
      }
    });
  };
  struct Row {
    const char* what;
    bool negotiated;
    std::uint16_t packets;
    std::uint64_t refused;
  };
  const auto row = GENERATE(values<Row>({
      {"not negotiated", false, 10, 1},
      {"as many as are awaited", true, 1024, 0},
      {"one more", true, 1025, 1},
      {"as many as there can be", true, 0xFFFF, 1},
  }));
  INFO(row.what);
  ViewerSettings settings = viewer_settings();
  if (row.negotiated) {
    settings.video->extensions.set(media::ExtensionKind::transport_sequence, media::ExtensionId{3});
  }
  ViewerStage stage(settings);
  stage.incoming(feedback(row.packets), 0);
  CHECK(stage.peer.statistics().dropped_for(ViewerRtcpDrop::malformed_feedback) == row.refused);
}

}  // namespace
}  // namespace baton::transport::direct::test
