// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "tests/transports/direct/peer_stage.hpp"
#include "transports/direct/frame_cut.hpp"

/// What becomes of a viewer whose datagrams the socket does not take.
namespace baton::transport::direct::test {
namespace {

using media::Marker;
using Passage = FrameCut::Passage;

/// A packet of the frame with this timestamp.
Bytes piece(std::uint16_t number, std::uint32_t timestamp, Marker marker = Marker::clear) {
  return media::test::make_rtp(
      {.sequence = number,
       .timestamp = timestamp,
       .ssrc = kVideoSsrc.value,
       .payload_type = kVideoPayloadType.value,
       .marker = marker,
       .payload = media::test::make_vp8(media::test::Frame::delta, media::test::Piece::middle)});
}

TEST_CASE("A frame is cut from where it stands to its end") {
  FrameCut cut;
  const media::RtpTimestamp first(0xFFFFFF00);
  const media::RtpTimestamp second(100);  // The timestamp has wrapped.
  CHECK(cut.cut() == FrameCut::Cut::nothing_under_way);
  CHECK(cut.judge(first, Marker::clear) == Passage::passes);
  CHECK(cut.cut() == FrameCut::Cut::cut);
  CHECK(cut.cut() == FrameCut::Cut::nothing_under_way);
  CHECK(cut.judge(first, Marker::clear) == Passage::dropped);

  SECTION("which is its last packet") {
    CHECK(cut.judge(first, Marker::set) == Passage::dropped);
    CHECK(cut.judge(first, Marker::clear) == Passage::passes);  // One that comes late.
  }
  SECTION("or the first of the next frame, if the last one was lost") {
    CHECK(cut.judge(second, Marker::clear) == Passage::passes);
    CHECK(cut.judge(first, Marker::set) == Passage::passes);  // Late, and no end of the frame under way.
    CHECK(cut.cut() == FrameCut::Cut::cut);
    CHECK(cut.judge(second, Marker::set) == Passage::dropped);
  }
  SECTION("and a frame that has ended is not cut") {
    CHECK(cut.judge(second, Marker::set) == Passage::passes);
    CHECK(cut.cut() == FrameCut::Cut::nothing_under_way);
    CHECK(cut.judge(media::RtpTimestamp(200), Marker::clear) == Passage::passes);
  }
}

TEST_CASE(
    "A full socket drops the video to the end of the frame, and not the audio, the padding or the rest") {
  ViewerStage stage;
  CHECK(stage.send(MediaKind::video, piece(1, 100), 0).has_value());
  stage.peer.on_unsent(3, UnsentReason::socket_full, at_ms(0));
  CHECK_FALSE(stage.send(MediaKind::video, piece(2, 100), 1).has_value());
  CHECK(stage
            .send(MediaKind::audio,
                  media::test::make_rtp({.sequence = 1, .ssrc = kAudioSsrc.value, .payload = {1}}), 1)
            .has_value());
  Bytes padding = piece(3, 100);
  padding.resize(media::kRtpFixedHeaderSize);
  padding[0] |= 0x20U;
  padding.insert(padding.end(), {0, 0, 0, 4});
  CHECK(stage.send(MediaKind::video, padding, 1).has_value());
  CHECK_FALSE(stage.send(MediaKind::video, piece(4, 100, Marker::set), 1).has_value());
  CHECK(stage.send(MediaKind::video, piece(5, 3000, Marker::set), 33).has_value());
  const auto statistics = stage.peer.statistics();
  CHECK(statistics.dropped_for(ViewerDrop::rest_of_frame) == 2);
  CHECK(statistics.frames_cut == 1);
  CHECK(statistics.unsent[static_cast<std::size_t>(UnsentReason::socket_full)] == 3);
  CHECK(statistics.video->original.packets == 3);
}

TEST_CASE("What was dropped is repeated when the viewer asks for it") {
  ViewerStage stage;
  stage.send(MediaKind::video, piece(1, 100), 0);
  stage.peer.on_unsent(1, UnsentReason::socket_full, at_ms(0));
  stage.send(MediaKind::video, piece(2, 100, Marker::set), 1);
  stage.send(MediaKind::video, piece(3, 3000, Marker::set), 33);
  const std::size_t before = stage.output.rtp.size();
  REQUIRE(before == 2);
  stage.incoming(nack(kVideoSsrc, {1, 2}), 50);
  CHECK(stage.output.rtp.size() == before + 2);
  CHECK(stage.listener.keyframes_needed.empty());
}

TEST_CASE("Without retransmission a key frame is asked for, later and once") {
  ViewerSettings settings = viewer_settings();
  settings.video->rtx.reset();
  ViewerStage stage(settings);
  stage.peer.on_unsent(1, UnsentReason::socket_full, at_ms(0));
  CHECK_FALSE(stage.peer.next_deadline().has_value());  // There was no video among it.
  stage.send(MediaKind::video, piece(1, 100), 10);
  stage.peer.advance(at_ms(10));
  stage.peer.on_unsent(1, UnsentReason::socket_full, at_ms(11));
  stage.peer.on_unsent(1, UnsentReason::socket_full, at_ms(12));
  CHECK(stage.listener.keyframes_needed.empty());  // Whoever flushes may hold a lock.
  CHECK(stage.peer.next_deadline() == at_ms(12));
  stage.peer.advance(at_ms(13));
  stage.peer.advance(at_ms(14));
  CHECK(stage.listener.keyframes_needed == std::vector{at_ms(13)});
}

TEST_CASE("Datagrams that the path does not take cut nothing") {
  for (const auto reason : {UnsentReason::too_large, UnsentReason::refused}) {
    ViewerStage stage;
    stage.send(MediaKind::video, piece(1, 100), 0);
    stage.peer.on_unsent(2, reason, at_ms(0));
    CHECK(stage.send(MediaKind::video, piece(2, 100), 1).has_value());
    CHECK(stage.peer.statistics().unsent[static_cast<std::size_t>(reason)] == 2);
    CHECK(stage.peer.statistics().frames_cut == 0);
  }
}

}  // namespace
}  // namespace baton::transport::direct::test
