// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>

#include "core/media/packet_writer.hpp"
#include "tests/transports/direct/peer_stage.hpp"

/// Which viewers are asked to delay their picture, so that repetitions come in time.
namespace baton::transport::direct::test {
namespace {

using namespace std::chrono_literals;
using media::ExtensionId;
using media::ExtensionKind;

constexpr ExtensionId kDelayId{12};

ViewerSettings settings_with_delay() {
  ViewerSettings settings = viewer_settings();
  settings.video->extensions.set(ExtensionKind::playout_delay, kDelayId);
  return settings;
}

/// A viewer so far away, who has reported.
struct FarViewer : ViewerStage {
  explicit FarViewer(const ViewerSettings& settings, std::int64_t round_trip_ms) : ViewerStage(settings) {
    send_video(0);
    peer.advance(at_ms(0));
    media::ReportBlock block;
    block.source = kVideoSsrc;
    block.last_sender_report = media::compact(kWall.at(at_ms(0)));
    incoming(receiver_report(block), round_trip_ms);
    REQUIRE(peer.statistics().round_trip.has_value());
    send_video(number++);
  }

  [[nodiscard]] std::int64_t ms() const { return number * std::int64_t{33}; }
  /// The next frame, and what it asks of the viewer.
  std::optional<Bytes> next_delay() {
    const auto sent = send_video(number++);
    REQUIRE(sent.has_value());
    const auto data = media::test::view_of(*sent).extension(kDelayId);
    return data ? std::optional(Bytes(data->begin(), data->end())) : std::nullopt;
  }
  /// Calls the last frame lost, and goes on for a second.
  void lose_one() {
    incoming(nack(kVideoSsrc, {static_cast<std::uint16_t>(number - 1)}), ms());
    for (int i = 0; i < 30; ++i) {
      send_video(number++);
    }
  }

  std::uint16_t number = 30;
};

TEST_CASE("Packets to a far viewer who loses some ask it to delay the picture, and no others do") {
  struct Row {
    const char* what;
    std::int64_t round_trip_ms;
    int losses;
    bool negotiated;
    std::optional<core::Duration> delay;
    std::optional<Bytes> bytes;
  };
  const auto row = GENERATE(values<Row>({
      {"far and losing", 380, 2, true, 500ms, Bytes{0x03, 0x23, 0xE8}},
      {"far", 380, 0, true, std::nullopt, std::nullopt},
      {"far, one loss", 380, 1, true, std::nullopt, std::nullopt},
      {"near and losing", 40, 5, true, std::nullopt, std::nullopt},
      {"it does not know of delays", 380, 5, false, std::nullopt, std::nullopt},
  }));
  CAPTURE(row.what);
  FarViewer viewer(row.negotiated ? settings_with_delay() : viewer_settings(), row.round_trip_ms);
  for (int i = 0; i < row.losses; ++i) {
    CHECK_FALSE(viewer.next_delay().has_value());
    viewer.lose_one();
  }
  CHECK(viewer.next_delay() == row.bytes);
  CHECK(viewer.next_delay() == row.bytes);
  CHECK(viewer.peer.statistics().playout_delay == row.delay);
}

TEST_CASE("A delay is asked for by every packet of the video and by none of the audio") {
  ViewerSettings settings = settings_with_delay();
  settings.audio->extensions.set(ExtensionKind::playout_delay, kDelayId);
  FarViewer viewer(settings, 380);
  viewer.lose_one();
  viewer.lose_one();
  for (const auto marker : {media::Marker::clear, media::Marker::set}) {
    const auto video = viewer.send(
        MediaKind::video,
        media::test::make_rtp(
            {.sequence = viewer.number++,
             .ssrc = kVideoSsrc.value,
             .marker = marker,
             .payload = media::test::make_vp8(media::test::Frame::delta, media::test::Piece::first)}),
        viewer.ms());
    CHECK(media::test::view_of(*video).extension(kDelayId).has_value());
  }
  const auto audio = viewer.send(
      MediaKind::audio, media::test::make_rtp({.sequence = 1, .ssrc = kAudioSsrc.value, .payload = {1, 2}}),
      viewer.ms());
  CHECK_FALSE(media::test::view_of(*audio).extension(kDelayId).has_value());
}

TEST_CASE("What cannot be repeated is no reason for a delay") {
  ViewerSettings settings = settings_with_delay();
  SECTION("without retransmission") {
    settings.video->rtx.reset();
    FarViewer viewer(settings, 380);
    viewer.lose_one();
    viewer.lose_one();
    CHECK_FALSE(viewer.next_delay().has_value());
  }
  SECTION("without budget") {
    settings.resend = {.rate = {0}, .burst_bytes = 0};
    FarViewer viewer(settings, 380);
    viewer.lose_one();
    viewer.lose_one();
    CHECK_FALSE(viewer.next_delay().has_value());
  }
  SECTION("what was never sent") {
    FarViewer viewer(settings, 380);
    for (int i = 0; i < 5; ++i) {
      viewer.incoming(nack(kVideoSsrc, {20}), viewer.ms() + i * 1'000);
    }
    CHECK_FALSE(viewer.next_delay().has_value());
  }
}

TEST_CASE("When nothing is lost any more the delay is taken back, and then packets are as they were") {
  FarViewer viewer(settings_with_delay(), 380);
  viewer.lose_one();
  viewer.lose_one();
  const auto asked_until = viewer.ms() + 28'000;
  while (viewer.ms() < asked_until) {
    REQUIRE(viewer.next_delay() == Bytes{0x03, 0x23, 0xE8});
  }
  while (viewer.ms() < asked_until + 2'000) {
    viewer.next_delay();
  }
  CHECK(viewer.next_delay() == Bytes{0x00, 0x13, 0xE8});
  CHECK_FALSE(viewer.peer.statistics().playout_delay.has_value());
  while (viewer.ms() < asked_until + 8'000) {
    viewer.next_delay();
  }
  const std::size_t sent = viewer.output.rtp.size();
  CHECK_FALSE(viewer.next_delay().has_value());
  CHECK(viewer.output.rtp[sent].bytes == video_packet(static_cast<std::uint16_t>(viewer.number - 1)));
}

}  // namespace
}  // namespace baton::transport::direct::test
