// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/program.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/transports/fake_peers.hpp"
#include "transports/packet_limits.hpp"

namespace baton::transport::test {
namespace {

media::SequenceNumber sequence(std::uint16_t value) {
  return media::SequenceNumber::wrap(value);
}

/// A program with one viewer that is connected and one host that is followed.
struct Stage {
  FakeWaker waker;
  Program program{test_settings(), waker};
  std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
  std::shared_ptr<FakeSink> viewer = std::make_shared<FakeSink>();

  std::shared_ptr<FakeSink> join(std::uint64_t id, std::int64_t ms) {
    auto sink = std::make_shared<FakeSink>();
    program.add_sink(SinkId{id}, sink, sequence(0), sequence(static_cast<std::uint16_t>(1000 * id)));
    program.start_sink(SinkId{id}, at_ms(ms));
    return sink;
  }

  void begin() {
    program.follow(media::SourceId{1}, host, at_ms(0));
    viewer = join(1, 0);
    // It says that it is there: nothing needs to be played to it again.
    program.viewer_reported(SinkId{1}, {}, at_ms(0));
  }
};

void check_contiguous(const std::vector<Received>& packets) {
  for (std::size_t i = 1; i < packets.size(); ++i) {
    CHECK(packets[i].sequence == static_cast<std::uint16_t>(packets[i - 1].sequence + 1));
  }
}

TEST_CASE("Whoever is followed is asked for a key frame at once, and asked again until one comes") {
  Stage stage;
  stage.begin();
  CHECK(stage.host->asked() == 1);
  REQUIRE(stage.program.next_deadline() == at_ms(1000));
  stage.program.tick(at_ms(1000));
  CHECK(stage.host->asked() == 2);
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::key, 1100);
  CHECK_FALSE(stage.program.next_deadline());
  stage.program.tick(at_ms(5000));
  CHECK(stage.host->asked() == 2);
}

TEST_CASE("Nothing of a source passes before its first key frame, and the first that passes is one") {
  Stage stage;
  stage.begin();
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::delta, 10);
  CHECK(stage.viewer->received().empty());
  video.frame(Frame::key, 43);
  video.frame(Frame::delta, 76);
  const auto packets = stage.viewer->received();
  REQUIRE(packets.size() == 2);
  CHECK(packets[0].ssrc == 0xB0B0B0B0);
  CHECK(packets[0].payload_type == 96);
  CHECK((packets[0].bytes[12 + 6] & 1U) == 0);  // the key frame bit of VP8's payload header is inverse
  check_contiguous(packets);
  CHECK(stage.program.status().video.dropped_for(media::ProgramDrop::waiting_for_keyframe) == 1);
}

TEST_CASE("A handover is one stream to the viewer, and the old source plays until the new one's key frame") {
  Stage stage;
  stage.begin();
  FakeVideo first(stage.program, 1, 10, 5000);
  FakeVideo second(stage.program, 2, 60'000, 900'000);
  first.frame(Frame::key, 0);
  first.frame(Frame::delta, 33);
  const auto next = std::make_shared<FakeHost>();
  stage.program.follow(media::SourceId{2}, next, at_ms(40));
  CHECK(next->asked() == 1);
  second.frame(Frame::delta, 50);
  first.frame(Frame::delta, 66);
  second.frame(Frame::key, 83);
  first.frame(Frame::delta, 99);
  second.frame(Frame::delta, 116);
  const auto packets = stage.viewer->received();
  REQUIRE(packets.size() == 5);
  check_contiguous(packets);
  for (std::size_t i = 1; i < packets.size(); ++i) {
    const std::uint32_t step = packets[i].timestamp - packets[i - 1].timestamp;
    CHECK(step > 0);
    CHECK(step < 90'000);
    CHECK(packets[i].ssrc == packets[0].ssrc);
  }
  const auto change = stage.program.take_switch();
  REQUIRE(change);
  CHECK(change->source == media::SourceId{2});
  CHECK(change->state == ProgramSwitch::State::on_air);
  CHECK(change->at == at_ms(83));
}

TEST_CASE("A viewer who joins while nothing moves gets the last picture at once") {
  Stage stage;
  stage.begin();
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::key, 0);
  for (int i = 1; i <= 100; ++i) {
    video.frame(Frame::delta, 33 * i);
  }
  const int asked = stage.host->asked();

  SECTION("while the host is there") {
    CHECK(stage.join(2, 20'000)->received().size() == 101);
  }
  SECTION("while the host is gone") {
    stage.program.source_ended(media::SourceId{1}, at_ms(3400));
    const auto late = stage.join(2, 20'000);
    const auto packets = late->received();
    REQUIRE(packets.size() == 101);
    check_contiguous(packets);
    CHECK(packets[0].sequence == 2000);
    // One millisecond apart: the receiver's clock starts where the picture is. The last one stands off.
    CHECK(packets[100].timestamp - packets[0].timestamp == (100 + 100) * 90);
    CHECK(stage.host->asked() == asked);
  }
}

TEST_CASE("A viewer who joins long after the key frame sees it and goes on with a fresh one") {
  Stage stage;
  stage.begin();
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::key, 0);
  std::int64_t ms = 0;
  for (int i = 1; i <= 100; ++i) {
    ms += 33;
    video.frame(Frame::delta, ms);
  }
  const int asked = stage.host->asked();
  const auto late = stage.join(2, ms + 5);
  CHECK(late->received().size() == 1);
  CHECK(stage.host->asked() == asked + 1);
  video.frame(Frame::delta, ms += 33);
  CHECK(late->received().size() == 1);
  video.frame(Frame::key, ms += 33);
  video.frame(Frame::delta, ms += 33);
  const auto packets = late->received();
  REQUIRE(packets.size() == 3);
  check_contiguous(packets);
}

TEST_CASE("However many viewers ask, the host is asked at most once a second") {
  Stage stage;
  stage.begin();
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::key, 1990);
  const int asked = stage.host->asked();
  for (int i = 0; i < 100; ++i) {
    stage.program.viewer_needs_keyframe(SinkId{1}, at_ms(2000 + i));
  }
  CHECK(stage.host->asked() == asked + 1);
  stage.program.tick(at_ms(3000));
  CHECK(stage.host->asked() == asked + 2);
}

TEST_CASE("A feed that is not followed is counted and not sent") {
  Stage stage;
  stage.begin();
  FakeVideo standby(stage.program, 7, 10, 5000);
  standby.frame(Frame::key, 0);
  CHECK(stage.viewer->received().empty());
  CHECK(stage.program.status().video.dropped_for(media::ProgramDrop::not_on_air) == 1);
}

TEST_CASE("The end of the feed on air holds the picture; the end of another changes nothing") {
  Stage stage;
  stage.begin();
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::key, 0);
  CHECK(stage.program.take_switch());
  stage.program.source_ended(media::SourceId{9}, at_ms(5));
  CHECK_FALSE(stage.program.take_switch());
  CHECK(stage.program.status().on_air == media::SourceId{1});
  stage.program.source_ended(media::SourceId{1}, at_ms(10));
  const auto change = stage.program.take_switch();
  REQUIRE(change);
  CHECK(change->source == media::SourceId{1});
  CHECK(change->state == ProgramSwitch::State::held);
  CHECK(stage.program.status().has_picture);
}

TEST_CASE("A picture that is held before anybody learned of its source is told as that source's") {
  Stage stage;
  stage.begin();
  FakeVideo first(stage.program, 1, 10, 5000);
  FakeVideo second(stage.program, 2, 500, 1);
  first.frame(Frame::key, 0);
  CHECK(stage.program.take_switch());
  stage.program.follow(media::SourceId{2}, std::make_shared<FakeHost>(), at_ms(5));
  second.frame(Frame::key, 40);
  stage.program.source_ended(media::SourceId{2}, at_ms(41));
  const auto change = stage.program.take_switch();
  REQUIRE(change);
  CHECK(change->source == media::SourceId{2});
  CHECK(change->state == ProgramSwitch::State::held);
}

TEST_CASE("The end of the old feed does not hold up the one that is about to go on air") {
  Stage stage;
  stage.begin();
  FakeVideo first(stage.program, 1, 10, 5000);
  FakeVideo second(stage.program, 2, 500, 1);
  first.frame(Frame::key, 0);
  stage.program.follow(media::SourceId{2}, std::make_shared<FakeHost>(), at_ms(5));
  stage.program.source_ended(media::SourceId{1}, at_ms(6));
  second.frame(Frame::key, 40);
  CHECK(stage.program.status().on_air == media::SourceId{2});
  CHECK(stage.viewer->received().size() == 2);
}

TEST_CASE("A packet that is no RTP, or too large, is counted and reaches nobody") {
  Stage stage;
  stage.begin();
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::key, 0);
  const auto before = stage.viewer->received().size();
  const std::vector<Bytes> bad = {
      {},                                                    // nothing
      Bytes(11, 0x80),                                       // shorter than the fixed header
      Bytes(40, 0x00),                                       // version 0
      {0x8F, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1},              // fifteen CSRCs that are not there
      {0x90, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 9, 9},  // an extension longer than the packet
      {0xA0, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 200},         // padding longer than the packet
  };
  for (const Bytes& bytes : bad) {
    stage.program.incoming(media::SourceId{1}, MediaKind::video, bytes, {}, at_ms(1));
  }
  CHECK(stage.program.status().malformed == bad.size());
  Bytes huge(kMaxPacketBytes + 1, 0);
  huge[0] = 0x80;
  stage.program.incoming(media::SourceId{1}, MediaKind::video, huge, {}, at_ms(1));
  CHECK(stage.program.status().too_large == 1);
  CHECK(stage.viewer->received().size() == before);
}

TEST_CASE("Audio switches with its next packet and needs no key frame") {
  Stage stage;
  stage.begin();
  const auto opus = [&](std::uint64_t source, std::uint16_t number, std::uint32_t timestamp,
                        std::int64_t ms) {
    const Bytes packet = media::test::make_rtp({.sequence = number,
                                                .timestamp = timestamp,
                                                .ssrc = static_cast<std::uint32_t>(source),
                                                .payload_type = 109,
                                                .payload = Bytes(40, 0x55)});
    stage.program.incoming(media::SourceId{source}, MediaKind::audio, packet, {}, at_ms(ms));
  };
  opus(1, 7, 960, 0);
  opus(1, 8, 1920, 20);
  stage.program.follow(media::SourceId{2}, std::make_shared<FakeHost>(), at_ms(25));
  opus(2, 900, 77, 40);
  const auto packets = stage.viewer->received();
  REQUIRE(packets.size() == 3);
  check_contiguous(packets);
  CHECK(packets[2].payload_type == 111);
  CHECK(packets[2].timestamp - packets[1].timestamp == 960);
}

TEST_CASE("A source without video is heard, asked for nothing, and leaves the last picture standing") {
  Stage stage;
  stage.begin();
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::key, 0);
  stage.program.follow(media::SourceId{2}, nullptr, at_ms(20));
  const Bytes opus =
      media::test::make_rtp({.sequence = 5, .timestamp = 960, .ssrc = 2, .payload = Bytes(40, 0x55)});
  stage.program.incoming(media::SourceId{2}, MediaKind::audio, opus, {}, at_ms(40));
  const auto packets = stage.viewer->received();
  REQUIRE(packets.size() == 2);
  CHECK(packets[1].kind == MediaKind::audio);
  CHECK_FALSE(stage.program.next_deadline());
  CHECK_FALSE(stage.program.status().pending);
  CHECK(stage.join(2, 5000)->received().size() == 1);
}

TEST_CASE("A viewer is sent nothing before its connection is up, nor after it was removed") {
  Stage stage;
  stage.program.follow(media::SourceId{1}, stage.host, at_ms(0));
  const auto sink = std::make_shared<FakeSink>();
  stage.program.add_sink(SinkId{5}, sink, sequence(0), sequence(0));
  FakeVideo video(stage.program, 1, 10, 5000);
  video.frame(Frame::key, 0);
  CHECK(sink->received().empty());
  stage.program.start_sink(SinkId{5}, at_ms(10));
  CHECK(sink->received().size() == 1);
  stage.program.start_sink(SinkId{5}, at_ms(11));
  CHECK(sink->received().size() == 1);
  stage.program.remove_sink(SinkId{5});
  video.frame(Frame::delta, 33);
  CHECK(sink->received().size() == 1);
  CHECK(stage.program.status().viewers == 0);
}

}  // namespace
}  // namespace baton::transport::test
