// SPDX-License-Identifier: GPL-3.0-or-later
// A large picture on its way to one viewer.
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "tests/transports/direct/peer_stage.hpp"

namespace baton::transport::direct::test {
namespace {

constexpr std::size_t kPacket = 1'000;
constexpr std::int64_t kProgramNumber = 70'000;
/// Ten packets at once, and one each millisecond behind them.
constexpr std::size_t kAtOnce = 10;

ViewerSettings paced() {
  ViewerSettings settings = viewer_settings();
  settings.replay_pace = {.burst_bytes = kAtOnce * kPacket, .rate = {8'000'000}};
  return settings;
}

struct PaceStage : ViewerStage {
  PaceStage() : ViewerStage(paced()) {}

  /// Packets of the program that nobody was sent yet.
  void keep(std::uint16_t first, std::uint16_t count) {
    for (std::uint16_t number = first; number < first + count; ++number) {
      const Bytes bytes = video_packet(number, media::test::Frame::delta, kPacket);
      program->send(
          {MediaKind::video, bytes, {}, {media::ExtendedSequence{number + kProgramNumber}, {}, {}}});
    }
  }
  /// They are replayed, each with another time than it has.
  void replay(std::uint16_t first, std::uint16_t count, std::int64_t ms) {
    turn.now = at_ms(ms);
    program->set_time(at_ms(ms));
    keep(first, count);
    for (std::uint16_t number = first; number < first + count; ++number) {
      Bytes bytes = video_packet(number, media::test::Frame::delta, kPacket);
      media::MutableRtpPacket::parse(bytes)->set_timestamp(stamp(number));
      peer.send({MediaKind::video,
                 bytes,
                 {},
                 {media::ExtendedSequence{number + kProgramNumber}, {}, stamp(number)}});
    }
  }
  static media::RtpTimestamp stamp(std::uint16_t number) { return media::RtpTimestamp(5'000'000U + number); }

  [[nodiscard]] std::vector<std::uint16_t> numbers() const {
    std::vector<std::uint16_t> found;
    for (const auto& sent : output.rtp) {
      found.push_back(media::test::view_of(sent.bytes).sequence_number().value());
    }
    return found;
  }
};

std::vector<std::uint16_t> up_to(std::uint16_t count) {
  std::vector<std::uint16_t> numbers(count);
  for (std::uint16_t number = 0; number < count; ++number) {
    numbers[number] = number;
  }
  return numbers;
}

TEST_CASE("A large replay leaves at its pace, as it was to be sent, and live packets follow behind it") {
  PaceStage stage;
  stage.replay(0, 15, 0);
  CHECK(stage.output.rtp.size() == kAtOnce);
  CHECK_FALSE(stage.send(MediaKind::video, video_packet(15, media::test::Frame::delta, kPacket), 0));
  const auto due = stage.peer.next_deadline();
  REQUIRE(due.has_value());
  CHECK(*due <= at_ms(1));
  for (std::int64_t ms = 1; ms <= 6; ++ms) {
    stage.peer.advance(at_ms(ms));
  }
  REQUIRE(stage.numbers() == up_to(16));
  for (std::uint16_t number = 0; number < 15; ++number) {
    Bytes expected = video_packet(number, media::test::Frame::delta, kPacket);
    media::MutableRtpPacket::parse(expected)->set_timestamp(PaceStage::stamp(number));
    CHECK(stage.output.rtp[number].bytes == expected);
  }
  CHECK(stage.output.rtp[15].bytes == video_packet(15, media::test::Frame::delta, kPacket));
  CHECK(stage.peer.statistics().paced == 6);
  CHECK(stage.peer.statistics().video->original.packets == 16);
  // Nothing waits any more: what is live leaves as it comes.
  CHECK(stage.send(MediaKind::video, video_packet(16), 7).has_value());
}

TEST_CASE("Audio does not wait behind a picture") {
  PaceStage stage;
  stage.replay(0, 15, 0);
  const Bytes audio = media::test::make_rtp(
      {.sequence = 1, .timestamp = 960, .ssrc = kAudioSsrc.value, .payload_type = 111, .payload = {1, 2}});
  CHECK(stage.send(MediaKind::audio, audio, 0).has_value());
}

TEST_CASE("What waits until the program does not have it any more is left out and counted") {
  ViewerStage stage(paced());
  for (std::uint16_t number = 0; number < 12; ++number) {
    const Bytes bytes = video_packet(number, media::test::Frame::delta, kPacket);
    stage.peer.send(
        {MediaKind::video, bytes, {}, {media::ExtendedSequence{number}, {}, media::RtpTimestamp(7)}});
  }
  stage.peer.advance(at_ms(100));
  CHECK(stage.output.rtp.size() == kAtOnce);
  CHECK(stage.peer.statistics().dropped_for(ViewerDrop::not_kept) == 2);
  CHECK_FALSE(stage.peer.next_deadline() == at_ms(100));
}

TEST_CASE("What the program does not have any more keeps nothing else waiting") {
  PaceStage stage;
  constexpr std::uint16_t kGone = 200;
  stage.turn.now = at_ms(0);
  for (std::uint16_t number = 0; number < kAtOnce + kGone; ++number) {
    const Bytes bytes = video_packet(number, media::test::Frame::delta, kPacket);
    stage.peer.send(
        {MediaKind::video, bytes, {}, {media::ExtendedSequence{number}, {}, media::RtpTimestamp(7)}});
  }
  REQUIRE(stage.output.rtp.size() == kAtOnce);
  // The next source begins.
  constexpr std::uint16_t kNext = kAtOnce + kGone;
  stage.keep(kNext, 1);
  const Bytes key = video_packet(kNext, media::test::Frame::key, kPacket);
  stage.peer.send({MediaKind::video, key, {}, {media::ExtendedSequence{kNext + kProgramNumber}, {}, {}}});
  stage.program->set_time(at_ms(2));
  stage.peer.advance(at_ms(2));
  CHECK(stage.peer.statistics().dropped_for(ViewerDrop::not_kept) == kGone);
  CHECK(stage.numbers().back() == kNext);
}

TEST_CASE("A lost packet of a picture that is on its way is repeated meanwhile") {
  PaceStage stage;
  stage.replay(0, 15, 0);
  stage.incoming(nack(kVideoSsrc, {3}), 1);
  REQUIRE(stage.output.rtp.size() == kAtOnce + 1);
  CHECK(media::test::view_of(stage.output.rtp.back().bytes).ssrc() == kRtxSsrc);
}

}  // namespace
}  // namespace baton::transport::direct::test
