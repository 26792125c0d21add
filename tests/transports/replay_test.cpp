// SPDX-License-Identifier: GPL-3.0-or-later
// The last picture, played again to a viewer who lost a part of it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "core/media/frame_info.hpp"
#include "tests/transports/fake_peers.hpp"
#include "transports/packet_scratch.hpp"

namespace baton::transport::test {
namespace {

using media::VideoCodec;

std::uint8_t high(std::uint32_t value) {
  return static_cast<std::uint8_t>(value >> 8U);
}

std::uint8_t low(std::uint32_t value) {
  return static_cast<std::uint8_t>(value & 0xFFU);
}

/// One frame in one packet: payload, and descriptor where the codec has one.
struct Encoded {
  Bytes payload;
  Bytes descriptor;
};

Encoded encode(VideoCodec codec, Frame frame, std::uint16_t number) {
  const bool key = frame == Frame::key;
  switch (codec) {
    case VideoCodec::vp8:
      return {media::test::make_vp8(frame, Piece::first, number & 0x7FFFU, low(number)), {}};
    case VideoCodec::vp9: {
      const std::uint8_t flags = key ? 0xA8 : 0xE8;  // I, L and B; P for a delta frame.
      return {{flags, static_cast<std::uint8_t>(0x80U | high(number)), low(number), 0, low(number), 0xAA},
              {}};
    }
    case VideoCodec::h264:
      return {{static_cast<std::uint8_t>(key ? 0x65 : 0x61), 0x88, 0xAA}, {}};
    case VideoCodec::av1: {
      Bytes descriptor{0x80, high(number), low(number)};
      if (key) {
        descriptor.insert(descriptor.end(), {0x80, 0});
      }
      return {{static_cast<std::uint8_t>(key ? 0x18 : 0x10), 0x30, 1}, descriptor};
    }
  }
  return {};
}

/// A host of any codec, one packet a frame.
class Source {
public:
  Source(Program& program, VideoCodec codec) : program_(program), codec_(codec) {}

  void frame(Frame frame, std::int64_t ms, media::Marker marker = media::Marker::set) {
    const Encoded encoded = encode(codec_, frame, number_);
    const Bytes packet = media::test::make_rtp({.sequence = number_,
                                                .timestamp = static_cast<std::uint32_t>(ms * 90),
                                                .ssrc = 1,
                                                .payload_type = 120,
                                                .marker = marker,
                                                .payload = encoded.payload});
    PacketExtensions extensions;
    extensions.dependency_descriptor = encoded.descriptor;
    program_.incoming(media::SourceId{1}, MediaKind::video, packet, extensions, at_ms(ms));
    ++number_;
  }

private:
  Program& program_;
  VideoCodec codec_;
  std::uint16_t number_ = 0x7FFE;  // All counters wrap soon.
};

ProgramSettings settings_for(VideoCodec codec) {
  ProgramSettings settings = test_settings();
  settings.video_codec = codec;
  return settings;
}

/// A host that sent a key frame and two more at 0, 33 and 66 ms and nothing since, and a viewer who saw them.
struct Still {
  explicit Still(VideoCodec codec = VideoCodec::vp8)
      : program(settings_for(codec), waker), source(program, codec) {
    program.follow(media::SourceId{1}, host, at_ms(0));
    witness = join(1, 0);
    source.frame(Frame::key, 0);
    source.frame(Frame::delta, 33);
    source.frame(Frame::delta, 66);
    report(1, witness->received().back(), 100);
  }

  std::shared_ptr<FakeSink> join(std::uint64_t id, std::int64_t ms) {
    auto sink = std::make_shared<FakeSink>();
    program.add_sink(SinkId{id}, sink, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(65'534));
    program.start_sink(SinkId{id}, at_ms(ms));
    return sink;
  }
  /// What the worker does.
  void tick_if_due(std::int64_t ms) {
    if (const auto due = program.next_deadline(); due && *due <= at_ms(ms)) {
      program.tick(at_ms(ms));
    }
  }
  /// A viewer sends PLI.
  void ask(std::uint64_t id, std::int64_t ms) {
    program.viewer_needs_keyframe(SinkId{id}, at_ms(ms));
    tick_if_due(ms);
  }
  void report(std::uint64_t id, const Received& last, std::int64_t ms) {
    program.viewer_reported(SinkId{id}, media::SequenceNumber(last.sequence), at_ms(ms));
    tick_if_due(ms);
  }

  FakeWaker waker;
  Program program;
  std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
  std::shared_ptr<FakeSink> witness;
  Source source;
};

/// What a viewer got is one stream: no number missing, time and codec counters go on by each frame.
void check_continuous(VideoCodec codec, const std::vector<Received>& packets) {
  std::optional<media::FrameInfo> before;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    CAPTURE(i);
    const auto view = media::test::view_of(packets[i].bytes);
    const auto info = media::inspect(codec, view.payload(), view.marker(), packets[i].descriptor);
    REQUIRE(info.ok());
    if (i > 0) {
      CHECK(packets[i].sequence == static_cast<std::uint16_t>(packets[i - 1].sequence + 1));
      CHECK(media::RtpTimestamp(packets[i].timestamp)
                .is_newer_than(media::RtpTimestamp(packets[i - 1].timestamp)));
      if (info->picture_id) {
        CHECK(info->picture_id->value == ((before->picture_id->value + 1U) & 0x7FFFU));
      }
      if (info->tl0_pic_idx) {
        CHECK(info->tl0_pic_idx->value == low(before->tl0_pic_idx->value + 1U));
      }
      if (info->frame_number) {
        CHECK(*info->frame_number == static_cast<std::uint16_t>(*before->frame_number + 1));
      }
    }
    before = *info;
  }
}

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

/// A viewer that is sent a packet, under the program's lock, only when another thread has brought a report or
/// has waited for that lock.
class SlowSink final : public MediaSink {
public:
  ~SlowSink() override { join(); }
  /// The next packet takes until `report` is done, and no longer than this.
  void hold_next(std::function<void()> report, std::chrono::milliseconds at_most) {
    report_ = std::move(report);
    at_most_ = at_most;
  }
  void send(const OutgoingPacket& /*packet*/) override {
    if (report_) {
      std::promise<void> done;
      const auto reported = done.get_future();
      reporter_ = std::thread([report = std::exchange(report_, {}), done = std::move(done)]() mutable {
        report();
        done.set_value();
      });
      outcome_ = reported.wait_for(at_most_);
    }
  }
  /// How it went; the report is over then.
  [[nodiscard]] std::future_status outcome() {
    join();
    return outcome_;
  }

private:
  void join() {
    if (reporter_.joinable()) {
      reporter_.join();
    }
  }

  std::function<void()> report_;
  std::chrono::milliseconds at_most_{};
  std::future_status outcome_ = std::future_status::deferred;
  std::thread reporter_;
};

TEST_CASE("A report takes the program's lock only while it can matter") {
  struct Row {
    const char* what;
    bool all_have_reported;
    std::int64_t ms;
    bool locks;
  };
  const auto row = GENERATE(values<Row>({
      {"the source moves", true, 689, false},
      {"the source is quiet", true, 690, true},
      {"somebody was played the picture and has not reported since", false, 689, true},
  }));
  CAPTURE(row.what);
  Still still;
  const auto late = still.join(2, 150);
  const auto slow = std::make_shared<SlowSink>();
  still.program.add_sink(SinkId{3}, slow, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(0));
  still.program.start_sink(SinkId{3}, at_ms(150));
  still.report(3, late->received().back(), 160);
  if (row.all_have_reported) {
    still.report(2, late->received().back(), 160);
  }
  // A report that takes no lock is done at once, however long one would wait for it.
  slow->hold_next(
      [&] { still.program.viewer_reported(SinkId{1}, media::SequenceNumber::wrap(0), at_ms(row.ms)); },
      std::chrono::milliseconds(row.locks ? 50 : 20'000));
  still.source.frame(Frame::delta, 190);
  CHECK(slow->outcome() == (row.locks ? std::future_status::timeout : std::future_status::ready));
}

TEST_CASE("A viewer that leaves without a report does not keep those of the others waiting") {
  Still still;
  still.join(2, 150);
  still.program.remove_sink(SinkId{2});
  const auto slow = std::make_shared<SlowSink>();
  still.program.add_sink(SinkId{3}, slow, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(0));
  still.program.start_sink(SinkId{3}, at_ms(150));
  still.report(3, still.witness->received().back(), 160);
  slow->hold_next(
      [&] { still.program.viewer_reported(SinkId{1}, media::SequenceNumber::wrap(0), at_ms(300)); },
      std::chrono::seconds(20));
  still.source.frame(Frame::delta, 190);
  CHECK(slow->outcome() == std::future_status::ready);
}

TEST_CASE("When the host goes, reports matter at once") {
  Still still;
  still.source.frame(Frame::delta, 1200);
  still.report(1, still.witness->received().back(), 1210);
  still.source.frame(Frame::delta, 1233);
  still.program.source_ended(media::SourceId{1}, at_ms(1300));
  const auto packets = still.witness->received();
  still.report(1, packets[packets.size() - 2], 1400);
  CHECK(still.witness->received().size() == 2 * packets.size());
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
  CHECK(crowd.program.next_deadline() == at_ms(3010) + media::PictureRepair::kUnreportedInterval);
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
  Still still;
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
