// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/publisher_peer.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "tests/transports/direct/publisher_stage.hpp"

namespace baton::transport::direct::test {
namespace {

using media::RtcpPacketView;
using media::Ssrc;
using media::test::Frame;

/// All packets of all that was said to the publisher.
template <typename Pick>
auto said(const PublisherStage& stage, Pick pick) {
  std::vector<std::remove_cvref_t<decltype(*pick(std::declval<RtcpPacketView>()))>> result;
  for (const auto& each : stage.output.rtcp) {
    const auto view = media::RtcpView::parse(each.bytes);
    REQUIRE(view.ok());
    auto reader = view->packets();
    while (const auto packet = reader.next()) {
      if (const auto picked = pick(*packet)) {
        result.push_back(*picked);
      }
    }
  }
  return result;
}

std::vector<std::uint16_t> asked_for(const PublisherStage& stage) {
  std::vector<std::uint16_t> numbers;
  said(stage, [&](const RtcpPacketView& packet) -> std::optional<int> {
    auto reader = packet.lost_packets();
    while (const auto number = reader.next()) {
      CHECK(packet.media_source() == kPublisherVideo);
      CHECK(packet.sender() == kOwnSsrc);
      numbers.push_back(number->value());
    }
    return std::nullopt;
  });
  return numbers;
}

std::size_t keyframes_asked_for(const PublisherStage& stage) {
  return said(stage,
              [](const RtcpPacketView& packet) {
                const bool asks = packet.is_picture_loss_indication();
                CHECK((!asks || packet.media_source() == kPublisherVideo));
                return asks ? std::optional(1) : std::nullopt;
              })
      .size();
}

std::vector<media::ReportBlock> blocks(const PublisherStage& stage) {
  return said(stage, [](const RtcpPacketView& packet) { return packet.report_blocks().next(); });
}

TEST_CASE("What a publisher sends reaches the program, each medium with what its extensions say") {
  PublisherStage stage;
  stage.incoming(with_elements(publisher_audio(1), {{kMidId, {'0'}}, {kLevelId, {0x80 | 33}}}), 0);
  stage.incoming(with_elements(publisher_video(1, Frame::key), {{kMidId, {'1'}}, {kOrientationId, {0x09}}}),
                 1);
  stage.incoming(publisher_video(2), 33);
  const auto packets = stage.viewed();
  REQUIRE(packets.size() == 3);
  CHECK(packets[0].kind == MediaKind::audio);
  REQUIRE(packets[0].extensions.audio_level.has_value());
  CHECK(packets[0].extensions.audio_level->level == 33);
  CHECK(packets[0].extensions.audio_level->voice == AudioLevel::Voice::yes);
  CHECK(packets[1].kind == MediaKind::video);
  REQUIRE(packets[1].extensions.video_orientation.has_value());
  CHECK(packets[1].extensions.video_orientation->rotation_degrees == 90);
  CHECK(packets[1].extensions.video_orientation->camera == VideoOrientation::Camera::back);
  CHECK(packets[2].kind == MediaKind::video);
  CHECK(stage.feed->picture_began() == at_ms(1));
}

TEST_CASE("What belongs to no stream does not reach the program, and is counted") {
  PublisherStage stage;
  stage.incoming(Bytes(5, 0x80), 0);
  Bytes other = publisher_video(1, Frame::key);
  other[1] = 99;
  stage.incoming(other, 0);
  CHECK(stage.viewed().empty());
  CHECK(stage.peer.statistics().dropped_for(PublisherDrop::malformed) == 1);
  CHECK(stage.peer.statistics().refused_for(StreamRefusal::unknown_payload_type) == 1);
  CHECK_FALSE(stage.peer.next_deadline().has_value());
}

TEST_CASE("A retransmission becomes the packet that it repeats, in its place") {
  PublisherStage stage;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.incoming(publisher_video(12), 66);
  stage.incoming(publisher_rtx(500, with_elements(publisher_video(11), {{kOrientationId, {0x02}}})), 100);
  const auto packets = stage.viewed();
  REQUIRE(packets.size() == 3);
  CHECK(packets[2].sequence == packets[0].sequence + 1);
  CHECK(packets[2].timestamp == packets[0].timestamp + 2970);
  CHECK(packets[2].extensions.video_orientation->rotation_degrees == 180);
  const auto statistics = stage.peer.statistics();
  CHECK(statistics.recovered == 1);
  CHECK(statistics.of({MediaKind::video, StreamRole::original})->packets == 3);
  CHECK(statistics.of({MediaKind::video, StreamRole::original})->lost == 0);
  CHECK(statistics.of({MediaKind::video, StreamRole::original})->nack.recovered == 1);
  CHECK(statistics.of({MediaKind::video, StreamRole::repetitions})->ssrc == kPublisherRtx);
}

TEST_CASE("A retransmission of nothing is a probe, and one of an unknown stream is nobody's") {
  PublisherStage stage;
  stage.incoming(publisher_rtx(500, publisher_video(11)), 0);
  CHECK(stage.peer.statistics().dropped_for(PublisherDrop::unknown_original) == 1);
  stage.incoming(publisher_video(10, Frame::key), 1);
  Bytes probe = media::test::make_rtp(
      {.sequence = 501, .ssrc = kPublisherRtx.value, .payload_type = kVp8Rtx.value, .payload = {0, 0, 3}});
  probe[0] |= 0x20U;
  stage.incoming(probe, 2);
  CHECK(stage.peer.statistics().dropped_for(PublisherDrop::probe) == 1);
  CHECK(stage.viewed().size() == 1);
}

TEST_CASE("Lost packets are asked for after a moment, until they come") {
  PublisherStage stage;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.run_to(100);
  stage.incoming(publisher_video(13), 100);
  stage.run_to(109);
  CHECK(asked_for(stage).empty());
  stage.run_to(110);
  CHECK(asked_for(stage) == std::vector<std::uint16_t>{11, 12});
  // A browser that negotiated it is sent the request alone.
  CHECK(stage.output.rtcp.back().bytes.size() == 16);
  stage.incoming(publisher_rtx(500, publisher_video(11)), 150);
  stage.run_to(211);
  CHECK(asked_for(stage) == std::vector<std::uint16_t>{11, 12, 12});
  stage.incoming(publisher_rtx(501, publisher_video(12)), 220);
  stage.run_to(2000);
  CHECK(asked_for(stage).size() == 3);
  CHECK(keyframes_asked_for(stage) == 0);
}

TEST_CASE("More losses than fit one request are asked for in several, at once") {
  PublisherStage stage;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.run_to(5);
  // Every second packet of 400: no two share less than an entry, but 17 numbers are the most of one.
  for (std::uint16_t number = 12; number < 412; number = static_cast<std::uint16_t>(number + 2)) {
    stage.incoming(publisher_video(number), 100);
  }
  stage.run_to(110);
  CHECK(asked_for(stage).size() == 200);
  CHECK(stage.output.rtcp.size() == 1 + 4);
}

TEST_CASE("When losses cannot be mended a key frame is asked for, once a second until one comes") {
  PublisherStage stage;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.run_to(10);
  stage.incoming(publisher_video(1000), 100);  // An outage.
  stage.run_to(100);
  CHECK(keyframes_asked_for(stage) == 1);
  stage.incoming(publisher_video(2000), 300);
  stage.run_to(1099);
  CHECK(keyframes_asked_for(stage) == 1);
  SECTION("again") {
    stage.run_to(1100);
    CHECK(keyframes_asked_for(stage) == 2);
  }
  SECTION("not when one came") {
    stage.incoming(publisher_video(2001, Frame::key), 400);
    stage.run_to(5000);
    CHECK(keyframes_asked_for(stage) == 1);
  }
  CHECK(stage.peer.statistics().keyframes_requested == keyframes_asked_for(stage));
}

TEST_CASE(
    "What was asked for in vain is given up, and a key frame asked for, though nothing comes any more") {
  PublisherStage stage;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.incoming(publisher_video(12), 66);
  stage.run_to(5000);
  CHECK(asked_for(stage) == std::vector<std::uint16_t>(media::NackPolicy{}.max_requests, 11));
  CHECK(keyframes_asked_for(stage) == 1);
}

TEST_CASE("What a key frame makes needless is not asked for any more") {
  PublisherStage stage;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.incoming(publisher_video(12), 66);
  stage.incoming(publisher_video(13, Frame::key), 70);
  stage.run_to(2000);
  CHECK(asked_for(stage).empty());
}

TEST_CASE("The program's wish for a key frame goes out at once, or as soon as it is known whose") {
  PublisherStage stage;
  SECTION("at once") {
    stage.incoming(publisher_video(10, Frame::key), 0);
    stage.run_to(0);
    stage.peer.request_keyframe(at_ms(5));
    CHECK(keyframes_asked_for(stage) == 1);
    CHECK(stage.output.rtcp.back().bytes.size() == 12);
  }
  SECTION("later") {
    stage.peer.request_keyframe(at_ms(5));
    CHECK(stage.output.rtcp.empty());
    CHECK_FALSE(stage.peer.next_deadline().has_value());
    stage.incoming(publisher_video(10), 10);
    stage.run_to(10);
    CHECK(keyframes_asked_for(stage) == 1);
  }
  SECTION("at once when its SSRC was signalled") {
    PublisherSettings settings = publisher_settings();
    settings.video->ssrc = kPublisherVideo;
    PublisherStage told(settings);
    told.peer.request_keyframe(at_ms(5));
    CHECK(keyframes_asked_for(told) == 1);
  }
}

TEST_CASE("Reports say what came of each stream, and name the sender's last report") {
  PublisherStage stage;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.run_to(0);
  REQUIRE(stage.output.rtcp.size() == 1);  // Soon after the first packet.
  for (std::uint16_t number = 11; number < 20; ++number) {
    if (number != 15) {
      stage.incoming(publisher_video(number), (number - 10) * 33);
    }
  }
  const media::SenderReport report{kPublisherVideo, kWall.at(at_ms(400)), media::RtpTimestamp(1), 1, 1};
  stage.peer.incoming_rtcp(
      rtcp([&](media::RtcpWriter& writer) { static_cast<void>(writer.sender_report(report)); }), at_ms(420));
  const auto due = stage.peer.next_deadline();
  stage.run_to(1500);
  const auto told = blocks(stage);
  REQUIRE(told.size() >= 2);
  CHECK(told[0].source == kPublisherVideo);
  CHECK(told[0].highest.value() == 10);
  CHECK(told[0].last_sender_report == media::CompactNtp());
  CHECK(told[1].highest.value() == 19);
  CHECK(told[1].cumulative_lost == 1);
  CHECK(told[1].fraction_lost == 256 / 9);
  CHECK(told[1].last_sender_report == media::compact(report.ntp_time));
  REQUIRE(due.has_value());
  const auto last = stage.peer.statistics().of({MediaKind::video, StreamRole::original})->last_report;
  REQUIRE(last.has_value());
  CHECK(last->report.ntp_time == report.ntp_time);
  CHECK(last->at == at_ms(420));
  // DLSR: when it was said, less when the report came.
  const auto report_at = [&] {
    for (const auto& each : stage.output.rtcp) {
      auto reader = media::RtcpView::parse(each.bytes)->packets();
      if (reader.next()->report_blocks().next() == told[1]) {
        return each.at;
      }
    }
    return at_ms(0);
  }();
  CHECK(told[1].delay == media::compact(report_at - at_ms(420)));
}

TEST_CASE("A report is a compound with a name, and names every stream") {
  PublisherSettings settings = publisher_settings();
  settings.rtcp_form = media::RtcpForm::compound;
  PublisherStage stage(settings);
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.incoming(publisher_audio(10), 0);
  stage.incoming(publisher_rtx(1, publisher_video(9)), 0);
  stage.run_to(0);
  REQUIRE(stage.output.rtcp.size() == 1);
  auto reader = media::RtcpView::parse(stage.output.rtcp[0].bytes)->packets();
  const auto report = reader.next();
  CHECK(report->type == media::RtcpType::receiver_report);
  CHECK(report->count == 3);
  CHECK(report->sender() == kOwnSsrc);
  CHECK(reader.next()->type == media::RtcpType::source_description);
  // Without reduced size, a request has an empty report and the name before it.
  stage.incoming(publisher_video(14), 1);
  stage.run_to(30);
  REQUIRE(stage.output.rtcp.size() == 2);
  auto request = media::RtcpView::parse(stage.output.rtcp[1].bytes)->packets();
  const auto empty = request.next();
  CHECK(empty->type == media::RtcpType::receiver_report);
  CHECK(empty->count == 0);
  CHECK(request.next()->type == media::RtcpType::source_description);
  CHECK(request.next()->is_generic_nack());
}

TEST_CASE("Each packet's arrival is told several times a second, retransmissions and probes too") {
  PublisherStage stage;
  const auto numbered = [](Bytes packet, std::uint8_t number) {
    return with_elements(std::move(packet), {{kTransportId, {0, number}}});
  };
  stage.incoming(numbered(publisher_video(10, Frame::key), 0), 0);
  stage.incoming(numbered(publisher_audio(10), 1), 20);
  stage.incoming(numbered(publisher_rtx(1, publisher_video(9)), 3), 40);
  Bytes unknown = publisher_video(11);
  unknown[1] = 99;
  stage.incoming(numbered(unknown, 4), 50);
  stage.run_to(99);
  std::vector<media::PacketStatus> statuses;
  const auto collect = [&] {
    statuses.clear();
    said(stage, [&](const RtcpPacketView& packet) -> std::optional<int> {
      if (packet.is_transport_wide_feedback()) {
        auto packets = packet.transport_wide_feedback()->packets();
        while (const auto status = packets.next()) {
          statuses.push_back(*status);
        }
      }
      return std::nullopt;
    });
  };
  collect();
  CHECK(statuses.empty());
  stage.run_to(100);
  collect();
  REQUIRE(statuses.size() == 5);
  CHECK_FALSE(statuses[2].arrived.has_value());
  CHECK(*statuses[1].arrived - *statuses[0].arrived == std::chrono::milliseconds(20));
  CHECK(*statuses[4].arrived - *statuses[3].arrived == std::chrono::milliseconds(10));
  const std::size_t said_before = stage.output.rtcp.size();
  stage.run_to(400);
  CHECK(stage.output.rtcp.size() == said_before);  // No news.
  CHECK(stage.peer.statistics().arrivals.noted == 4);
}

TEST_CASE("Arrivals that do not fit one packet are told in several, at once") {
  PublisherStage stage;
  constexpr std::uint16_t kPackets = 1000;
  for (std::uint16_t number = 0; number < kPackets; ++number) {
    Bytes field(2);
    media::store_u16(field, 0, number);
    stage.incoming(with_elements(publisher_video(number, Frame::key), {{kTransportId, field}}), 0);
  }
  stage.run_to(100);
  std::size_t told = 0;
  const auto messages = said(stage, [&](const RtcpPacketView& packet) -> std::optional<std::size_t> {
    if (!packet.is_transport_wide_feedback()) {
      return std::nullopt;
    }
    told += packet.transport_wide_feedback()->packet_count();
    return packet.transport_wide_feedback()->packet_count();
  });
  CHECK(told == kPackets);
  CHECK(messages.size() > 1);
  CHECK(stage.peer.statistics().arrivals.unreported == 0);
}

TEST_CASE("A publisher without transport-wide feedback is told a fixed maximum with each report") {
  PublisherSettings settings = publisher_settings();
  settings.bandwidth = GENERATE(BandwidthFeedback::receiver_estimate, BandwidthFeedback::none);
  settings.max_bitrate = {3'000'000};
  PublisherStage stage(settings);
  stage.incoming(with_elements(publisher_video(10, Frame::key), {{kTransportId, {0, 1}}}), 0);
  stage.run_to(3'000);
  const auto estimates = said(stage, [](const RtcpPacketView& packet) { return packet.bitrate_estimate(); });
  if (settings.bandwidth == BandwidthFeedback::none) {
    CHECK(estimates.empty());
  } else {
    CHECK(estimates.size() == stage.output.rtcp.size());
    CHECK(estimates.size() >= 2);
    for (const auto& estimate : estimates) {
      CHECK(estimate.bits_per_second <= 3'000'000);
      CHECK(estimate.bits_per_second > 2'999'900);
    }
  }
}

TEST_CASE("RTCP is a sign of life of the feed, unless it is none") {
  PublisherStage stage;
  stage.peer.incoming_rtcp({}, at_ms(5));
  CHECK_FALSE(stage.feed->last_arrival().has_value());
  CHECK(stage.peer.statistics().dropped_for(PublisherDrop::malformed_rtcp) == 1);
  const media::SenderReport stranger{Ssrc{99}, {}, media::RtpTimestamp(1), 1, 1};
  stage.peer.incoming_rtcp(
      rtcp([&](media::RtcpWriter& writer) { static_cast<void>(writer.sender_report(stranger)); }), at_ms(6));
  CHECK(stage.feed->last_arrival() == at_ms(6));
  CHECK(stage.peer.statistics().dropped_for(PublisherDrop::unknown_source) == 1);
  CHECK(stage.peer.statistics().compounds == 1);
}

TEST_CASE("A stream that says goodbye is asked for nothing, and another may take its place") {
  PublisherStage stage;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.incoming(publisher_video(13), 1);
  stage.peer.incoming_rtcp(
      rtcp([&](media::RtcpWriter& writer) { static_cast<void>(writer.bye(kPublisherVideo)); }), at_ms(2));
  stage.run_to(1000);
  CHECK(asked_for(stage).empty());
  CHECK(stage.peer.statistics().goodbyes == 1);
  Bytes next = publisher_video(500, Frame::key);
  media::store_u32(next, 8, 0x99);
  stage.incoming(next, 1001);
  CHECK(stage.viewed().size() == 3);
  CHECK(stage.peer.statistics().of({MediaKind::video, StreamRole::original})->ssrc == Ssrc{0x99});
}

TEST_CASE("What cannot be said is counted, and is not said again and again") {
  PublisherStage stage;
  stage.output.answer = Handover::no_connection;
  stage.incoming(publisher_video(10, Frame::key), 0);
  stage.run_to(0);
  CHECK(stage.peer.statistics().rtcp_not_sent == 1);
  stage.peer.on_unsent(2, UnsentReason::socket_full);
  CHECK(stage.peer.statistics().unsent[static_cast<std::size_t>(UnsentReason::socket_full)] == 2);
  for (std::size_t i = 0; i < kPublisherDropCount; ++i) {
    CHECK(to_string(static_cast<PublisherDrop>(i)) != std::string("unknown"));
  }
}

}  // namespace
}  // namespace baton::transport::direct::test
