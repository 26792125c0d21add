// SPDX-License-Identifier: GPL-3.0-or-later
// A large picture on its way to viewers: it leaves at its pace, and live video waits behind it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/media/packet_history.hpp"
#include "tests/transports/replay_stage.hpp"
#include "transports/fan_out.hpp"
#include "transports/program_outlet.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport::test {
namespace {

using media::VideoCodec;

/// One frame of the stage in VP8; key frames are as large.
constexpr std::size_t kPacket = 28;
/// Packets that leave at once.
constexpr std::size_t kAtOnce = 10;

/// And one each millisecond behind them.
ProgramSettings paced(VideoCodec codec = VideoCodec::vp8) {
  ProgramSettings settings = settings_for(codec);
  settings.replay.pace = {.burst_bytes = kAtOnce * kPacket, .rate = {kPacket * 8 * 1000}};
  return settings;
}

/// A picture of so many packets that stands still.
struct Large : Still {
  explicit Large(std::size_t packets, const ProgramSettings& settings = paced()) : Still(settings) {
    for (std::size_t packet = 3; packet < packets; ++packet) {
      source.frame(Frame::delta, 100 + static_cast<std::int64_t>(packet));
    }
    report(1, witness->received().back(), 400);
  }
  [[nodiscard]] ReplayCounters replays() { return program.status().replays; }
};

TEST_CASE("The stage's packets are as large as these tests take them to be") {
  Large large(3);
  CHECK(large.witness->received().front().bytes.size() == kPacket);
}

TEST_CASE("A large picture is played at its pace, and what is live follows behind it") {
  const auto codec = GENERATE(VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::av1);
  CAPTURE(media::sdp_name(codec));
  Large large(40, paced(codec));
  const auto late = large.join(2, 2000);
  const std::size_t at_once = late->received().size();
  REQUIRE(at_once >= kAtOnce);
  REQUIRE(at_once < 2 * kAtOnce);
  CHECK(large.program.next_deadline() == at_ms(2000) + FanOut::kPacingInterval);
  large.tick_if_due(2004);
  CHECK(late->received().size() == at_once);
  large.tick_if_due(2005);
  CHECK(late->received().size() > at_once);
  CHECK(late->received().size() <= 2 * at_once);
  large.source.frame(Frame::delta, 2006);
  CHECK(late->received().size() < 40);
  for (std::int64_t ms = 2010; ms <= 2050; ms += 5) {
    large.tick_if_due(ms);
  }
  CHECK(late->received().size() == 41);
  large.source.frame(Frame::delta, 2051);
  REQUIRE(late->received().size() == 42);
  check_continuous(codec, late->received());
  CHECK(large.replays().paced == 41 - at_once);
  CHECK(large.replays().not_kept == 0);
  CHECK(large.witness->received().size() == 42);
}

TEST_CASE("A picture that is played again waits for its pace as the first one did") {
  Large large(30);
  const auto late = large.join(2, 2000);
  large.tick_if_due(2100);
  large.tick_if_due(2200);
  large.tick_if_due(2300);
  REQUIRE(late->received().size() == 30);
  large.ask(2, 4000);
  CHECK(late->received().size() == 30 + kAtOnce);
  for (std::int64_t ms = 4005; ms <= 4030; ms += 5) {
    large.tick_if_due(ms);
  }
  CHECK(late->received().size() == 60);
  check_continuous(VideoCodec::vp8, late->received());
}

TEST_CASE("Neither sound nor another viewer waits behind a viewer's picture") {
  Large large(30);
  const auto late = large.join(2, 2000);
  const Bytes sound = media::test::make_rtp(
      {.sequence = 1, .timestamp = 960, .ssrc = 2, .payload_type = 111, .payload = {1, 2, 3}});
  large.program.incoming(media::SourceId{1}, MediaKind::audio, sound, {}, at_ms(2001));
  CHECK(late->received().back().kind == MediaKind::audio);
  CHECK(large.witness->received().back().kind == MediaKind::audio);
  large.source.frame(Frame::delta, 2002);
  CHECK(large.witness->received().back().kind == MediaKind::video);
  CHECK(late->received().back().kind == MediaKind::audio);
}

TEST_CASE("A new key frame takes the place of what waits, and its numbers, and is not kept waiting by it") {
  Large large(100);
  const auto late = large.join(2, 2000);
  large.source.frame(Frame::delta, 2001);
  REQUIRE(late->received().size() == kAtOnce);
  large.source.frame(Frame::key, 2002);
  large.source.frame(Frame::delta, 2003);
  const auto received = late->received();
  REQUIRE(received.size() == kAtOnce + 2);
  CHECK(received.back().timestamp == large.witness->received().back().timestamp);
  for (std::size_t i = 1; i < received.size(); ++i) {
    CHECK(received[i].sequence == static_cast<std::uint16_t>(received[i - 1].sequence + 1));
  }
  CHECK(large.replays().superseded == 100 - kAtOnce + 1);
  large.tick_if_due(2005);
  CHECK(late->received().size() == kAtOnce + 2);
  CHECK_FALSE(large.program.next_deadline() == at_ms(2010));
}

/// An outlet with a history, as the direct transport has one: it is given what the program forwards.
class WithHistory final : public ProgramTap {
public:
  explicit WithHistory(const ProgramSettings& settings)
      : outlet(settings.video_codec, settings.last_picture, settings.replay, &history_) {}

  void forward(const ForwardedPacket& packet) override {
    outlet.keep(packet);
    history_.store(packet.decided, packet.packet, packet.arrival);
    outlet.send(copies_.of({&packet, 1}));
  }
  void source_ended() override {}
  [[nodiscard]] OutletStatus status() const override { return outlet.status(); }

private:
  media::PacketHistory history_{{}};
  LiveCopies copies_;

public:
  ProgramOutlet outlet;
};

/// A picture on an outlet with a history, and one who joins it.
struct LargeElsewhere : Still {
  explicit LargeElsewhere(const ProgramSettings& settings)
      : Still(settings), elsewhere(std::make_shared<WithHistory>(settings)) {
    program.attach(elsewhere, elsewhere->outlet);
    for (std::int64_t ms = 100; ms < 127; ++ms) {
      source.frame(Frame::delta, ms);
    }
    elsewhere->outlet.add(SinkId{2}, late, {}, {});
    static_cast<void>(elsewhere->outlet.start(SinkId{2}, at_ms(1000)));
  }

  std::shared_ptr<WithHistory> elsewhere;
  std::shared_ptr<FakeSink> late = std::make_shared<FakeSink>();
};

TEST_CASE(
    "Where packets are kept for repetition, what the picture has no room for waits for its turn as well") {
  ProgramSettings settings = paced();
  settings.last_picture.max_packets = 35;
  LargeElsewhere stage(settings);
  REQUIRE(stage.late->received().size() == kAtOnce);
  for (std::int64_t i = 1; i <= 8; ++i) {
    stage.source.frame(Frame::delta, 1000 + i);
  }
  CHECK(stage.late->received().size() == kAtOnce);
  for (std::int64_t ms = 1005; ms <= 1040; ms += 5) {
    static_cast<void>(stage.elsewhere->outlet.tick(at_ms(ms)));
  }
  CHECK(stage.late->received().size() == 38);
  CHECK(stage.elsewhere->status().replays.not_kept == 0);
  check_continuous(VideoCodec::vp8, stage.late->received());
}

TEST_CASE("When too many packets wait for a viewer it goes on with a key frame, which is asked for") {
  ProgramSettings settings = paced();
  settings.last_picture.max_packets = 40;
  LargeElsewhere stage(settings);
  // 20 of the picture wait already, of 80 that may.
  for (std::int64_t i = 1; i <= 61; ++i) {
    stage.source.frame(Frame::delta, 1000 + i);
  }
  CHECK(stage.elsewhere->status().replays.too_many_wait == 1);
  CHECK(stage.late->received().size() == kAtOnce);
  auto need = media::KeyframeNeed::none;
  for (std::int64_t ms = 1065; ms <= 1200; ms += 5) {
    if (stage.elsewhere->outlet.tick(at_ms(ms)) == media::KeyframeNeed::wanted) {
      need = media::KeyframeNeed::wanted;
    }
  }
  CHECK(need == media::KeyframeNeed::wanted);
  CHECK(stage.late->received().size() == 30 + 60);
  stage.source.frame(Frame::delta, 1201);
  CHECK(stage.late->received().size() == 30 + 60);
  stage.source.frame(Frame::key, 1202);
  CHECK(stage.late->received().size() == 30 + 60 + 1);
}

TEST_CASE("A preview gives way to the key frame that was asked for") {
  ProgramSettings settings = paced();
  // Whole frames that may be shown, and no more of them.
  settings.last_picture.max_packets = 20;
  Large moving(40, settings);
  const auto late = moving.join(2, 150);
  REQUIRE(late->received().size() == kAtOnce);
  moving.source.frame(Frame::delta, 151);
  moving.source.frame(Frame::key, 152);
  REQUIRE(late->received().size() == kAtOnce + 1);
  CHECK(late->received().back().sequence ==
        static_cast<std::uint16_t>(late->received()[kAtOnce - 1].sequence + 1));
  CHECK(moving.replays().superseded == 10);
}

TEST_CASE("A live packet that would not be found again does not wait") {
  ProgramSettings settings = paced();
  settings.last_picture.max_packets = 35;
  Large large(30, settings);
  const auto late = large.join(2, 2000);
  REQUIRE(late->received().size() == kAtOnce);
  for (std::int64_t i = 1; i <= 8; ++i) {
    large.source.frame(Frame::delta, 2000 + i);
  }
  // Five found room in the cache.
  CHECK(late->received().size() == kAtOnce + 3);
  CHECK(late->received().back().timestamp == large.witness->received().back().timestamp);
  for (std::int64_t ms = 2010; ms <= 2050; ms += 5) {
    large.tick_if_due(ms);
  }
  CHECK(late->received().size() == 38);
  CHECK(large.replays().not_kept == 0);
}

TEST_CASE(
    "Of many viewers' pictures as much leaves at a time as a round has room for, and nobody is passed over") {
  constexpr std::size_t kPicture = FanOut::kMaxReplayRound / 10;
  constexpr std::size_t kViewers = 15;
  ProgramSettings settings = paced();
  settings.replay.pace = {.burst_bytes = kPicture * kPacket, .rate = {1'000'000'000}};
  Large large(3 * kPicture, settings);
  std::vector<std::shared_ptr<FakeSink>> viewers;
  for (std::uint64_t id = 2; id < 2 + kViewers; ++id) {
    viewers.push_back(large.join(id, 3000));
    REQUIRE(viewers.back()->received().size() == kPicture);
  }
  // How many viewers have been sent so many thirds.
  const auto served = [&](std::size_t thirds) {
    return std::ranges::count_if(
        viewers, [&](const auto& viewer) { return viewer->received().size() == thirds * kPicture; });
  };
  large.tick_if_due(3005);
  CHECK(served(2) == 10);
  // A lock that is taken again at once is not had by those who wait for it.
  large.tick_if_due(3014);
  CHECK(served(2) == 10);
  large.tick_if_due(3015);
  CHECK(served(1) == 0);
  CHECK(served(3) == 5);
  large.tick_if_due(3025);
  CHECK(served(3) == kViewers);
}

TEST_CASE("For a viewer who leaves while its picture waits nothing is due") {
  Large large(30);
  const auto late = large.join(2, 2000);
  large.program.remove_sink(SinkId{2});
  large.tick_if_due(2005);
  CHECK(late->received().size() == kAtOnce);
  // At most a look at who has not reported: that nobody waits is found out then.
  CHECK(large.program.next_deadline() == at_ms(2000) + media::PictureRepair::kUnreportedInterval);
}

}  // namespace
}  // namespace baton::transport::test
