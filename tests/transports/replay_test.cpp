// SPDX-License-Identifier: GPL-3.0-or-later
// The last picture, played again to a viewer who lost a part of it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/transports/replay_stage.hpp"
#include "transports/fan_out.hpp"

namespace baton::transport::test {
namespace {

using media::VideoCodec;

TEST_CASE("A viewer who asks while nothing moves gets the picture again, as a stream that goes on") {
  const auto codec = GENERATE(VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::av1);
  CAPTURE(media::sdp_name(codec));
  Still still(codec);
  const auto late = still.join(2, 2000);
  REQUIRE(late->received().size() == 3);
  still.ask(2, 3000);
  REQUIRE(late->received().size() == 6);
  still.ask(2, 4200);
  REQUIRE(late->received().size() == 9);
  still.source.frame(Frame::delta, 5000);
  still.source.frame(Frame::key, 5033);
  REQUIRE(late->received().size() == 11);
  check_continuous(codec, late->received());
  // Who had everything notices nothing of it.
  CHECK(still.witness->received().size() == 5);
  check_continuous(codec, still.witness->received());
  const auto status = still.program.status();
  CHECK(status.replays.repeated == 2);
  CHECK(status.replays.throttled == 0);
  CHECK(status.keyframes_requested == 1);
}

TEST_CASE("It is the whole picture up to the newest frame, under the bytes that were sent at first") {
  Still still(VideoCodec::av1);
  const auto late = still.join(2, 2000);
  still.ask(2, 3000);
  const auto packets = late->received();
  REQUIRE(packets.size() == 6);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(packets[i].descriptor.size() == packets[i + 3].descriptor.size());
    CHECK(Bytes(packets[i].bytes.begin() + 12, packets[i].bytes.end()) ==
          Bytes(packets[i + 3].bytes.begin() + 12, packets[i + 3].bytes.end()));
  }
}

TEST_CASE(
    "The picture that is held when the host is gone is played again, and the next host goes on with it") {
  Still still;
  still.program.source_ended(media::SourceId{1}, at_ms(100));
  const auto late = still.join(2, 2000);
  still.ask(2, 2600);
  CHECK(late->received().size() == 3);
  still.tick_if_due(3000);
  CHECK(late->received().size() == 6);
  still.program.follow(media::SourceId{1}, still.host, at_ms(4000));
  still.source.frame(Frame::delta, 4000);
  CHECK(late->received().size() == 6);
  still.source.frame(Frame::key, 4033);
  CHECK(late->received().size() == 7);
  check_continuous(VideoCodec::vp8, late->received());
}

TEST_CASE(
    "However often a viewer asks, it gets the picture at most once a second, and the host is asked "
    "meanwhile") {
  Still still;
  const auto late = still.join(2, 2000);
  const int asked = still.host->asked();
  for (int ms = 2010; ms < 5000; ms += 10) {
    still.ask(2, ms);
  }
  CHECK(late->received().size() == 3 * 3);  // At 2,000 without asking, at 3,000 and at 4,000.
  CHECK(still.host->asked() - asked <= 3);
  CHECK(still.host->asked() > asked);
  const auto status = still.program.status();
  CHECK(status.replays.repeated == 2);
  CHECK(status.replays.throttled > 200);
}

TEST_CASE(
    "A viewer that reported the whole picture gets it again only when it insists; the host is asked first") {
  Still still;
  const int asked = still.host->asked();
  still.ask(1, 3000);
  CHECK(still.witness->received().size() == 3);
  CHECK(still.host->asked() == asked + 1);
  CHECK(still.program.status().replays.doubted == 1);
  still.ask(1, 3200);
  CHECK(still.witness->received().size() == 6);
}

TEST_CASE("While the source moves it is asked, and nothing is played again") {
  Still still;
  const int asked = still.host->asked();
  SECTION("it moves") {
    still.ask(1, 500);
    CHECK(still.host->asked() == asked);
    still.tick_if_due(1000);
  }
  SECTION("it moves before the worker comes to it") {
    still.join(2, 1000);
    still.program.viewer_needs_keyframe(SinkId{2}, at_ms(2000));
    still.source.frame(Frame::delta, 2000);
    still.tick_if_due(2000);
    CHECK(still.witness->received().size() == 4);
    still.ask(2, 2100);
  }
  SECTION("nobody of that name is connected") {
    still.ask(77, 2000);
  }
  CHECK(still.host->asked() == asked + 1);
  CHECK(still.program.status().replays.repeated == 0);
}

TEST_CASE("When the newest frame is not whole, the viewer sees the ones before and waits for a key frame") {
  Still still;
  still.source.frame(Frame::delta, 99, media::Marker::clear);
  const int asked = still.host->asked();
  still.ask(1, 1800);
  still.ask(1, 2000);
  const std::size_t played = still.witness->received().size();
  CHECK(played == 4 + 3);
  CHECK(still.host->asked() == asked + 1);
  still.source.frame(Frame::delta, 2100);
  CHECK(still.witness->received().size() == played);
  still.source.frame(Frame::key, 2133);
  CHECK(still.witness->received().size() == played + 1);
}

/// A source that moves, so long after its key frame that who joins is played a preview.
struct Moving : Still {
  static constexpr std::int64_t kEnd = 2046;

  Moving() {
    for (std::int64_t ms = 99; ms <= kEnd; ms += 33) {
      source.frame(Frame::delta, ms);
    }
    report(1, witness->received().back(), kEnd);
  }
  void tick_until(std::int64_t first, std::int64_t last) {
    for (std::int64_t ms = first; ms <= last; ++ms) {
      tick_if_due(ms);
    }
  }
};

TEST_CASE("A source that stops before it has sent a key frame leaves nobody with an old preview") {
  Moving moving;
  const auto late = moving.join(2, 2050);
  REQUIRE(late->received().size() == 1);
  // The browser has all of what it was played, and sees nothing wrong.
  moving.report(2, late->received().back(), 2200);
  moving.tick_until(2200, Moving::kEnd + 499);
  CHECK(late->received().size() == 1);
  SECTION("it says nothing any more") {}
  SECTION("it is gone") {
    moving.program.source_ended(media::SourceId{1}, at_ms(2545));
  }
  moving.tick_until(2545, 2650);
  CHECK(late->received().size() == 1 + moving.witness->received().size());
  CHECK(late->received().back().bytes.size() == moving.witness->received().back().bytes.size());
  check_continuous(VideoCodec::vp8, late->received());
  moving.report(2, late->received().back(), 3700);
  moving.tick_until(2650, 6000);
  CHECK(late->received().size() == 1 + moving.witness->received().size());
}

TEST_CASE(
    "When the host leaves while a preview is shown, the picture follows as soon as it is no step back") {
  Moving moving;
  const auto late = moving.join(2, 2050);
  moving.report(2, late->received().back(), 2055);
  moving.program.source_ended(media::SourceId{1}, at_ms(2060));
  moving.tick_until(2060, 2500);
  CHECK(late->received().size() == 1 + moving.witness->received().size());
  check_continuous(VideoCodec::vp8, late->received());
}

TEST_CASE(
    "Who was played a preview goes on with the key frame, and is played nothing when the source stops then") {
  Moving moving;
  const auto late = moving.join(2, 2050);
  moving.report(2, late->received().back(), 2100);
  moving.tick_until(2050, 2199);
  moving.source.frame(Frame::key, 2200);
  moving.report(2, late->received().back(), 2300);
  moving.tick_until(2200, 6000);
  CHECK(late->received().size() == 2);
  CHECK(moving.program.status().replays.repeated == 0);
}

TEST_CASE("A viewer that reports nothing is played the picture again; one that reports the end is not") {
  Still still;
  const auto late = still.join(2, 2000);
  SECTION("it reports the end") {
    still.report(2, late->received().back(), 3200);
    still.tick_if_due(4000);
    CHECK(late->received().size() == 3);
  }
  SECTION("it reports that the end did not arrive") {
    still.report(2, late->received().front(), 3200);
    CHECK(late->received().size() == 6);
    still.report(2, late->received().back(), 4500);
    CHECK(late->received().size() == 6);
  }
  SECTION("it reports nothing") {
    still.tick_if_due(3999);
    CHECK(late->received().size() == 3);
    still.tick_if_due(4000);
    CHECK(late->received().size() == 6);
    std::int64_t ms = 4000;
    for (int i = 0; i < 100; ++i) {
      still.tick_if_due(ms += 1000);
    }
    CHECK(late->received().size() == 3 * (1 + media::PictureRepair::kMaxUnreported));
    check_continuous(VideoCodec::vp8, late->received());
  }
}

TEST_CASE("A picture of many frames is played again only when that does not step back in time") {
  Still still;
  for (int i = 0; i < 1500; ++i) {
    still.source.frame(Frame::delta, 100 + i);
  }
  // Its frames are stamped one millisecond apart, and end a tenth of a second before now.
  still.ask(1, 2400);
  still.ask(1, 2600);
  CHECK(still.program.status().replays.postponed == 1);
  CHECK(still.program.status().replays.repeated == 0);
  still.tick_if_due(3600);
  CHECK(still.program.status().replays.repeated == 1);
  check_continuous(VideoCodec::vp8, still.witness->received());
}

/// A still picture of as many packets as a round has room for ten times, and viewers enough for four rounds.
struct Crowd : Still {
  static constexpr std::size_t kPicture = FanOut::kMaxReplayRound / 10;
  static constexpr std::size_t kViewers = 35;

  Crowd() {
    for (std::size_t packet = 3; packet < kPicture; ++packet) {
      source.frame(Frame::delta, 100 + static_cast<std::int64_t>(packet));
    }
    report(1, witness->received().back(), 400);
    for (std::size_t i = 0; i < kViewers; ++i) {
      viewers.push_back(join(name(i), 2000));
    }
  }
  /// Not in the order in which they join.
  static std::uint64_t name(std::size_t i) { return 1000 - i * 7 + i % 2 * 500; }
  void all_ask(std::int64_t ms) {
    for (std::size_t i = 0; i < kViewers; ++i) {
      program.viewer_needs_keyframe(SinkId{name(i)}, at_ms(ms));
    }
  }
  void sound(std::int64_t ms) {
    const Bytes packet = media::test::make_rtp({.sequence = sounds_++,
                                                .timestamp = static_cast<std::uint32_t>(ms * 48),
                                                .ssrc = 2,
                                                .payload_type = 111,
                                                .payload = {1, 2, 3}});
    program.incoming(media::SourceId{1}, MediaKind::audio, packet, {}, at_ms(ms));
  }
  static std::vector<Received> of_kind(const FakeSink& sink, MediaKind kind) {
    std::vector<Received> packets = sink.received();
    std::erase_if(packets, [&](const Received& packet) { return packet.kind != kind; });
    return packets;
  }
  /// How many viewers have been played the picture so many times, the first time included.
  [[nodiscard]] std::size_t played(std::size_t times) const {
    return static_cast<std::size_t>(std::ranges::count_if(viewers, [&](const auto& viewer) {
      return of_kind(*viewer, MediaKind::video).size() / kPicture == times;
    }));
  }

  std::vector<std::shared_ptr<FakeSink>> viewers;

private:
  std::uint16_t sounds_ = 0;
};

TEST_CASE("When many viewers lack the picture at once, each gets it once, ten in each round") {
  Crowd crowd;
  REQUIRE(crowd.played(1) == Crowd::kViewers);
  crowd.all_ask(3000);
  struct Row {
    std::int64_t ms;
    std::size_t served;
  };
  for (const Row row : {Row{3000, 10}, Row{3009, 10}, Row{3010, 20}, Row{3020, 30}, Row{3030, 35}}) {
    CAPTURE(row.ms);
    crowd.tick_if_due(row.ms);
    CHECK(crowd.played(2) == row.served);
    CHECK(crowd.played(1) == Crowd::kViewers - row.served);
    crowd.sound(row.ms);
    const auto heard = Crowd::of_kind(*crowd.viewers.back(), MediaKind::audio).size();
    for (const auto& viewer : crowd.viewers) {
      CHECK(viewer->received().back().kind == MediaKind::audio);
      CHECK(Crowd::of_kind(*viewer, MediaKind::audio).size() == heard);
    }
  }
  // The next round is for those of whom no report ever came.
  CHECK(crowd.program.next_deadline() == at_ms(3000) + media::PictureRepair::kUnreportedInterval);
  CHECK(crowd.program.status().replays.repeated == Crowd::kViewers);
  crowd.source.frame(Frame::delta, 3031);
  for (const auto& viewer : crowd.viewers) {
    const auto video = Crowd::of_kind(*viewer, MediaKind::video);
    CHECK(video.size() == 2 * Crowd::kPicture + 1);
    check_continuous(VideoCodec::vp8, video);
  }
}

TEST_CASE("A picture that moves between two rounds goes to all at once, and nobody is served any more") {
  Crowd crowd;
  crowd.all_ask(3000);
  crowd.tick_if_due(3000);
  crowd.source.frame(Frame::delta, 3005);
  crowd.tick_if_due(3010);
  crowd.source.frame(Frame::key, 3038);
  CHECK(crowd.played(2) == 10);
  CHECK(crowd.played(1) == Crowd::kViewers - 10);
  // Those of the first round have not reported.
  CHECK(crowd.program.next_deadline() == at_ms(3000) + media::PictureRepair::kUnreportedInterval);
  for (const auto& viewer : crowd.viewers) {
    const auto video = Crowd::of_kind(*viewer, MediaKind::video);
    CHECK(video.size() % Crowd::kPicture == 2);
    check_continuous(VideoCodec::vp8, video);
  }
}

TEST_CASE("Whoever has just got the picture and asks again comes after all those who still wait") {
  Crowd crowd;
  crowd.all_ask(3000);
  crowd.tick_if_due(3000);
  crowd.all_ask(3001);
  // A worker so late that those who were served are due again.
  for (const std::int64_t ms : {5000, 5010}) {
    crowd.tick_if_due(ms);
    CHECK(crowd.played(3) == 0);
  }
  CHECK(crowd.played(2) == 30);
  crowd.tick_if_due(5020);
  CHECK(crowd.played(1) == 0);
  CHECK(crowd.played(3) == 5);
}

TEST_CASE("A round goes on behind the one who was served last, also when that one has left") {
  Crowd crowd;
  crowd.all_ask(3000);
  crowd.tick_if_due(3000);
  for (std::size_t i = 0; i < Crowd::kViewers; ++i) {
    if (crowd.viewers[i]->received().size() > Crowd::kPicture) {
      crowd.program.remove_sink(SinkId{Crowd::name(i)});
    }
  }
  for (const std::int64_t ms : {3010, 3020, 3030}) {
    crowd.tick_if_due(ms);
  }
  CHECK(crowd.played(2) == Crowd::kViewers);
}

TEST_CASE("A picture that is larger than a round is played to one viewer in each") {
  ProgramSettings settings = settings_for(VideoCodec::vp8);
  settings.replay.pace.burst_bytes = std::size_t{1024} * 1024;
  Still still(settings);
  for (std::size_t packet = 3; packet <= FanOut::kMaxReplayRound; ++packet) {
    still.source.frame(Frame::delta, 100 + static_cast<std::int64_t>(packet));
  }
  const auto first = still.join(2, 6000);
  const auto second = still.join(3, 6000);
  const std::size_t picture = first->received().size();
  REQUIRE(picture > FanOut::kMaxReplayRound);
  still.program.viewer_needs_keyframe(SinkId{2}, at_ms(9000));
  still.program.viewer_needs_keyframe(SinkId{3}, at_ms(9000));
  still.tick_if_due(9000);
  CHECK(first->received().size() == 2 * picture);
  CHECK(second->received().size() == picture);
  still.tick_if_due(9011);
  CHECK(second->received().size() == 2 * picture);
}

TEST_CASE("However long nothing moves, a viewer who asks gets the picture, and time goes on") {
  // Timestamps of video are ambiguous after 6.6 hours and have come round after 13.3.
  const std::int64_t minutes = GENERATE(60, 390, 420, 840, 1440, 2160);
  enum class Host { silent, gone };
  const auto host = GENERATE(Host::silent, Host::gone);
  CAPTURE(minutes, static_cast<int>(host));
  Still still;
  if (host == Host::gone) {
    still.program.source_ended(media::SourceId{1}, at_ms(500));
  }
  std::int64_t ms = minutes * 60'000;
  for (std::size_t times = 2; times < 6; ++times) {
    still.ask(1, ms);
    still.ask(1, ms + 200);
    CHECK(still.witness->received().size() == 3 * times);
    ms += 10'000;
  }
  CHECK(still.program.status().replays.postponed == 0);
  if (host == Host::gone) {
    still.program.follow(media::SourceId{1}, still.host, at_ms(ms));
    still.source.frame(Frame::key, ms);
    CHECK(still.witness->received().size() == 3 * 5 + 1);
  }
  check_continuous(VideoCodec::vp8, still.witness->received());
}

}  // namespace
}  // namespace baton::transport::test
