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

TEST_CASE("A new key frame takes the place of what waits, and is not kept waiting by it") {
  Large large(100);
  const auto late = large.join(2, 2000);
  REQUIRE(late->received().size() == kAtOnce);
  large.source.frame(Frame::key, 2001);
  large.source.frame(Frame::delta, 2002);
  large.tick_if_due(2005);
  CHECK(late->received().size() == kAtOnce + 2);
  CHECK(late->received().back().timestamp == large.witness->received().back().timestamp);
  CHECK(large.replays().not_kept == 100 - kAtOnce);
  CHECK_FALSE(large.program.next_deadline() == at_ms(2010));
}

/// An outlet with a history, as the direct transport has one: it is given what the program forwards.
class WithHistory final : public ProgramTap {
public:
  explicit WithHistory(const ProgramSettings& settings)
      : outlet(settings.video_codec, settings.last_picture, settings.replay, &history_) {}

  void forward(const ForwardedPacket& packet) override {
    outlet.keep(packet);
    history_.store(packet.decided, packet.bytes, packet.extensions.dependency_descriptor, packet.arrival);
    Bytes copy(packet.bytes.begin(), packet.bytes.end());
    LivePacket live{packet.kind, packet.decided, *media::MutableRtpPacket::parse(copy), {},
                    {},          packet.arrival};
    outlet.send({&live, 1});
  }
  void source_ended() override {}
  [[nodiscard]] OutletStatus status() const override { return outlet.status(); }

private:
  media::PacketHistory history_{{}};

public:
  ProgramOutlet outlet;
};

TEST_CASE(
    "Where packets are kept for repetition, all of a picture comes, and then the key frame that replaced "
    "it") {
  Still still(paced());
  const auto elsewhere = std::make_shared<WithHistory>(paced());
  still.program.attach(elsewhere, elsewhere->outlet);
  for (std::int64_t ms = 100; ms < 130; ++ms) {
    still.source.frame(Frame::delta, ms);
  }
  const auto late = std::make_shared<FakeSink>();
  elsewhere->outlet.add(SinkId{2}, late, {}, {});
  CHECK(elsewhere->outlet.start(SinkId{2}, at_ms(1000)) == media::KeyframeNeed::none);
  REQUIRE(late->received().size() == kAtOnce);
  still.source.frame(Frame::key, 1001);
  CHECK(elsewhere->outlet.next_deadline() == at_ms(1005));
  for (std::int64_t ms = 1005; ms <= 1040; ms += 5) {
    CHECK(elsewhere->outlet.tick(at_ms(ms)) == media::KeyframeNeed::none);
  }
  // What came before the outlet was attached is in its picture only, and that has been replaced.
  CHECK(late->received().size() == 34);
  CHECK(elsewhere->status().replays.not_kept == 0);
  check_continuous(VideoCodec::vp8, late->received());
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
