// SPDX-License-Identifier: GPL-3.0-or-later
// Packets of a program that wait for the others of their frame.
#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/media/video_codec.hpp"
#include "tests/transports/replay_stage.hpp"
#include "transports/held_packets.hpp"

namespace baton::transport::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kMore = media::Marker::clear;

/// Notes in one list who was sent something.
class LoggingSink final : public MediaSink {
public:
  LoggingSink(char name, std::string& log) : name_(name), log_(log) {}
  void send(const OutgoingPacket& /*packet*/) override { log_ += name_; }

private:
  const char name_;
  std::string& log_;
};

struct Hall {
  explicit Hall(core::Duration window) : program(settings(window), waker) {
    program.follow(media::SourceId{1}, host, at_ms(0));
  }

  static ProgramSettings settings(core::Duration window) {
    ProgramSettings settings = settings_for(media::VideoCodec::vp8);
    settings.batch_window = window;
    return settings;
  }
  void seat(char name) {
    const SinkId id{static_cast<std::uint64_t>(name)};
    program.add_sink(id, std::make_shared<LoggingSink>(name, log), {}, {});
    program.start_sink(id, at_ms(0));
    program.viewer_reported(id, {}, at_ms(0));
  }
  void sound(std::int64_t ms) {
    program.incoming(media::SourceId{1}, MediaKind::audio,
                     media::test::make_rtp({.sequence = ++sound_number,
                                            .timestamp = 960U * sound_number,
                                            .ssrc = 2,
                                            .payload_type = 111,
                                            .payload = {1}}),
                     {}, at_ms(ms));
  }
  /// What was sent since this was asked last.
  std::string sent() { return std::exchange(log, {}); }

  FakeWaker waker;
  std::string log;
  std::uint16_t sound_number = 0;
  Program program;
  std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
  Source source{program, media::VideoCodec::vp8};
};

TEST_CASE("The packets of a frame go to one viewer after the other, as soon as the frame is whole") {
  Hall hall(1ms);
  hall.seat('a');
  hall.seat('b');
  hall.source.frame(Frame::key, 1, kMore);
  hall.source.frame(Frame::delta, 1, kMore);
  CHECK(hall.sent().empty());
  hall.source.frame(Frame::delta, 1);
  CHECK(hall.sent() == "aaabbb");
  CHECK_FALSE(hall.program.next_deadline());
}

TEST_CASE("A frame that does not become whole in time goes out by what is there of it") {
  Hall hall(2ms);
  hall.seat('a');
  hall.seat('b');
  hall.source.frame(Frame::key, 0);
  hall.sent();
  const int rings = hall.waker.rings();
  hall.source.frame(Frame::delta, 10, kMore);
  CHECK(hall.program.next_deadline() == at_ms(12));
  hall.source.frame(Frame::delta, 11, kMore);
  CHECK(hall.program.next_deadline() == at_ms(12));
  // Whoever is to see to it is told once.
  CHECK(hall.waker.rings() == rings + 1);
  hall.program.tick(at_ms(12));
  CHECK(hall.sent() == "aabb");
  CHECK_FALSE(hall.program.next_deadline());
  hall.source.frame(Frame::delta, 14);
  CHECK(hall.sent() == "ab");
}

TEST_CASE("Nothing waits for sound, and what waits goes out before it") {
  Hall hall(1ms);
  hall.seat('a');
  hall.seat('b');
  hall.sound(0);
  CHECK(hall.sent() == "ab");
  hall.source.frame(Frame::key, 1, kMore);
  hall.sound(1);
  CHECK(hall.sent() == "aabb");
}

TEST_CASE("Nothing waits without a window, nor for one viewer alone") {
  struct Row {
    core::Duration window;
    std::string viewers;
  };
  for (const Row& row : std::vector<Row>{{0ms, "ab"}, {1ms, "a"}}) {
    Hall hall(row.window);
    for (const char name : row.viewers) {
      hall.seat(name);
    }
    hall.source.frame(Frame::key, 1, kMore);
    CHECK(hall.sent() == row.viewers);
    hall.source.frame(Frame::delta, 1, kMore);
    CHECK(hall.sent() == row.viewers);
    CHECK_FALSE(hall.program.next_deadline());
  }
}

TEST_CASE("A large frame goes out in pieces") {
  Hall hall(1ms);
  hall.seat('a');
  hall.seat('b');
  hall.source.frame(Frame::key, 1, kMore);
  for (std::size_t i = 2; i < HeldPackets::kMax; ++i) {
    hall.source.frame(Frame::delta, 1, kMore);
  }
  CHECK(hall.sent().empty());
  hall.source.frame(Frame::delta, 1, kMore);
  CHECK(hall.sent() == std::string(HeldPackets::kMax, 'a') + std::string(HeldPackets::kMax, 'b'));
}

TEST_CASE("What waits goes out before the picture is played to who joins, and when the source ends") {
  Hall hall(1ms);
  hall.seat('a');
  hall.seat('b');
  hall.source.frame(Frame::key, 1, kMore);
  hall.seat('c');
  CHECK(hall.sent() == "abc");
  hall.source.frame(Frame::delta, 1, kMore);
  CHECK(hall.sent().empty());
  hall.program.source_ended(media::SourceId{1}, at_ms(1));
  CHECK(hall.sent() == "abc");
}

TEST_CASE("Whatever happens meanwhile, viewers are sent the same packets with a window as without one") {
  const auto codec = GENERATE(media::VideoCodec::vp8, media::VideoCodec::vp9, media::VideoCodec::h264,
                              media::VideoCodec::av1);
  const auto seed = GENERATE(range(1U, 21U));
  CAPTURE(static_cast<int>(codec), seed);
  struct World {
    World(media::VideoCodec codec, core::Duration window) : program(settings(codec, window), waker) {}
    static ProgramSettings settings(media::VideoCodec codec, core::Duration window) {
      ProgramSettings settings = settings_for(codec);
      settings.batch_window = window;
      return settings;
    }
    FakeWaker waker;
    Program program;
    Source source{program, program.settings().video_codec};
    std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
    std::vector<std::shared_ptr<FakeSink>> sinks;
  };
  World with(codec, 5ms);
  World without(codec, 0ms);
  std::mt19937 random(seed);
  std::int64_t ms = 0;
  const auto both = [&](auto&& deed) {
    deed(with);
    deed(without);
  };
  both([&](World& world) { world.program.follow(media::SourceId{1}, world.host, at_ms(ms)); });
  for (int step = 0; step < 300; ++step) {
    const auto choice = random() % 20;
    const auto viewer = random();
    const auto frame = step == 0 || random() % 40 == 0 ? Frame::key : Frame::delta;
    ms += static_cast<std::int64_t>(random() % 4);
    both([&](World& world) {
      const auto known = [&] { return SinkId{viewer % world.sinks.size()}; };
      if (choice < 15) {
        world.source.frame(frame, ms, choice < 10 ? kMore : media::Marker::set);
      } else if (choice < 17 && world.sinks.size() < 8) {
        const SinkId id{world.sinks.size()};
        world.sinks.push_back(std::make_shared<FakeSink>());
        world.program.add_sink(id, world.sinks.back(), {}, {});
        world.program.start_sink(id, at_ms(ms));
      } else if (choice == 17 && !world.sinks.empty()) {
        world.program.viewer_needs_keyframe(known(), at_ms(ms));
      } else if (choice == 18 && !world.sinks.empty()) {
        world.program.viewer_reported(known(), {}, at_ms(ms));
      }
      if (const auto due = world.program.next_deadline(); due && *due <= at_ms(ms)) {
        world.program.tick(at_ms(ms));
      }
    });
  }
  ms += 3000;
  both([&](World& world) { world.program.tick(at_ms(ms)); });
  REQUIRE(with.sinks.size() > 1);
  for (std::size_t i = 0; i < with.sinks.size(); ++i) {
    const auto one = with.sinks[i]->received();
    const auto other = without.sinks[i]->received();
    REQUIRE(one.size() == other.size());
    for (std::size_t k = 0; k < one.size(); ++k) {
      REQUIRE(one[k].bytes == other[k].bytes);
      REQUIRE(one[k].descriptor == other[k].descriptor);
    }
  }
}

}  // namespace
}  // namespace baton::transport::test
