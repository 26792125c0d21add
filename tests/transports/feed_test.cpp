// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/feed.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <utility>

#include "tests/transports/fake_peers.hpp"

namespace baton::transport::test {
namespace {

TEST_CASE("Audio of a muted feed is counted and dropped, its video goes on, and it is alive") {
  FakeWaker waker;
  const auto program = std::make_shared<Program>(test_settings(), waker);
  const auto viewer = std::make_shared<FakeSink>();
  program->add_sink(SinkId{1}, viewer, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(0));
  program->start_sink(SinkId{1}, at_ms(0));
  Feed feed(media::SourceId{1}, program, std::make_shared<FakeHost>(), waker);
  program->follow(feed.source(), feed.keyframes(), at_ms(0));
  std::uint16_t number = 0;
  const auto opus = [&](std::int64_t ms) {
    const Bytes packet = media::test::make_rtp({.sequence = number,
                                                .timestamp = number * 960U,
                                                .ssrc = 5,
                                                .payload_type = 109,
                                                .payload = Bytes(40, 0x55)});
    ++number;
    feed.incoming_rtp(MediaKind::audio, packet, {}, at_ms(ms));
  };
  opus(0);
  CHECK(viewer->received().size() == 1);
  feed.set_audio(AudioState::muted);
  opus(20);
  opus(40);
  CHECK(viewer->received().size() == 1);
  CHECK(program->status().muted == 2);
  CHECK(feed.last_arrival() == at_ms(40));
  FakeVideo(*program, 1, 10, 5000).frame(Frame::key, 50);
  const std::size_t with_picture = viewer->received().size();
  CHECK(with_picture > 1);
  feed.set_audio(AudioState::heard);
  opus(60);
  CHECK(viewer->received().size() == with_picture + 1);
  CHECK(program->status().muted == 2);
}

TEST_CASE(
    "A feed's picture begins with its first packet of video, and with one of audio if it has no video") {
  const Bytes audio = media::test::make_rtp({.ssrc = 5, .payload_type = 109, .payload = Bytes(40, 0x55)});
  const Bytes video = media::test::make_rtp({.payload = media::test::make_vp8(Frame::key, Piece::first)});
  const std::shared_ptr<KeyframeSource> no_video;
  for (const auto& [keyframes, began] :
       {std::pair{std::shared_ptr<KeyframeSource>(std::make_shared<FakeHost>()), at_ms(90)},
        std::pair{no_video, at_ms(20)}}) {
    FakeWaker waker;
    Feed feed(media::SourceId{1}, std::make_shared<Program>(test_settings(), waker), keyframes, waker);
    CHECK_FALSE(feed.picture_began());
    feed.incoming_rtcp(at_ms(10));
    CHECK_FALSE(feed.picture_began());
    feed.incoming_rtp(MediaKind::audio, audio, {}, at_ms(20));
    CHECK(feed.picture_began().has_value() == !keyframes);
    feed.incoming_rtp(MediaKind::video, video, {}, at_ms(90));
    feed.incoming_rtp(MediaKind::video, video, {}, at_ms(120));
    CHECK(feed.picture_began() == began);
  }
}

}  // namespace
}  // namespace baton::transport::test
