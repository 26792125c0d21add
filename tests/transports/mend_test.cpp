// SPDX-License-Identifier: GPL-3.0-or-later
// A viewer of a moving source lost what nobody sends again.
#include <catch2/catch.hpp>

#include "tests/transports/replay_stage.hpp"

namespace baton::transport::test {
namespace {

using media::VideoCodec;

constexpr SinkId kLate{2};

/// A source that goes on from Still's three frames, every 33 ms.
void move(Still& still, std::int64_t from_ms, int frames) {
  for (int frame = 0; frame < frames; ++frame) {
    still.source.frame(Frame::delta, from_ms + 33 * frame);
  }
}

TEST_CASE("It is played all since the key frame again, at once, as a stream that goes on") {
  const auto codec = GENERATE(VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::av1);
  CAPTURE(media::sdp_name(codec));
  Still still(codec);
  const auto late = still.join(2, 100);
  REQUIRE(late->received().size() == 3);
  move(still, 99, 4);  // Until 198.
  still.program.viewer_lost_for_good(kLate, at_ms(205));
  still.tick_if_due(205);
  REQUIRE(late->received().size() == 3 + 4 + 7);
  move(still, 231, 2);
  CHECK(late->received().size() == 3 + 4 + 7 + 2);
  check_continuous(codec, late->received());
  // Nobody else notices, the source neither.
  CHECK(still.witness->received().size() == 9);
  const auto status = still.program.status();
  CHECK(status.replays.mended == 1);
  CHECK(status.keyframes_requested == 1);
}

TEST_CASE("However many losses are told, a tenth of a second lies between two of them") {
  Still still;
  const auto late = still.join(2, 100);
  int frames = 0;
  for (std::int64_t ms = 200; ms < 500; ms += 5) {
    if (ms >= 99 + 33 * frames) {
      still.source.frame(Frame::delta, ms);
      ++frames;
    }
    still.program.viewer_lost_for_good(kLate, at_ms(ms));
    still.tick_if_due(ms);
  }
  CHECK(still.program.status().replays.mended == 3);
  check_continuous(VideoCodec::vp8, late->received());
}

TEST_CASE("While a frame is under way it is waited for, and then it is a part of what is played") {
  Still still;
  const auto late = still.join(2, 100);
  still.source.frame(Frame::delta, 210, media::Marker::clear);
  const auto before = late->received().size();
  still.program.viewer_lost_for_good(kLate, at_ms(212));
  still.tick_if_due(212);
  CHECK(late->received().size() == before);
  still.source.frame(Frame::delta, 243);
  still.tick_if_due(217);
  still.tick_if_due(244);
  CHECK(late->received().size() > before + 4);
}

TEST_CASE("What cannot be mended is asked of the source, and live goes on from its key frame") {
  Still still;
  const auto late = still.join(2, 100);
  move(still, 99, 40);  // More than is caught up with, until 1386.
  const int asked = still.host->asked();
  const auto before = late->received().size();
  still.program.viewer_lost_for_good(kLate, at_ms(1'390));
  for (std::int64_t ms = 1'390; ms < 1'430; ms += 1) {
    still.tick_if_due(ms);
  }
  CHECK(still.host->asked() == asked + 1);
  CHECK(late->received().size() == before);
  still.source.frame(Frame::key, 1'450);
  CHECK(late->received().size() == before + 1);
  CHECK(still.program.status().replays.mended == 0);
}

TEST_CASE("A key frame that is arriving is waited for as long as it takes, and no other one is asked for") {
  Still still;
  const auto late = still.join(2, 100);
  move(still, 99, 2);
  still.source.frame(Frame::key, 165, media::Marker::clear);
  const int asked = still.host->asked();
  still.program.viewer_lost_for_good(kLate, at_ms(170));
  for (std::int64_t ms = 170; ms < 320; ++ms) {
    still.tick_if_due(ms);
  }
  CHECK(still.program.status().replays.mended == 0);
  still.source.frame(Frame::delta, 320);
  still.tick_if_due(330);
  CHECK(still.program.status().replays.mended == 1);
  CHECK(still.host->asked() == asked);
}

TEST_CASE("That one viewer is mended takes nothing from the patience with one who has not reported yet") {
  Still still;
  still.join(2, 100);
  const auto silent = still.join(3, 100);
  std::int64_t ms = 200;
  for (; ms < 4'000; ms += 10) {
    if (ms % 30 == 0) {
      still.source.frame(Frame::delta, ms);
    }
    still.program.viewer_lost_for_good(kLate, at_ms(ms));
    still.tick_if_due(ms);
  }
  const auto before = silent->received().size();
  for (; ms < 12'000; ms += 10) {
    still.tick_if_due(ms);
  }
  // The source stands still, and nothing says that any of it arrived.
  CHECK(silent->received().size() > before);
}

TEST_CASE(
    "While nothing moves, a loss that nobody repeats is left to reports and to what the viewer asks for") {
  Still still;
  const auto late = still.join(2, 2'000);
  still.program.viewer_lost_for_good(kLate, at_ms(3'000));
  still.tick_if_due(3'000);
  CHECK(late->received().size() == 3);
}

TEST_CASE("Who is not there, or not connected yet, is not mended") {
  Still still;
  auto sink = std::make_shared<FakeSink>();
  still.program.add_sink(kLate, sink, media::SequenceNumber(0), media::SequenceNumber(0));
  move(still, 99, 2);
  still.program.viewer_lost_for_good(kLate, at_ms(140));
  still.program.viewer_lost_for_good(SinkId{9}, at_ms(140));
  still.tick_if_due(140);
  CHECK(sink->received().empty());
  CHECK(still.program.status().replays.mended == 0);
}

}  // namespace
}  // namespace baton::transport::test
