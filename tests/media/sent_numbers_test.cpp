// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sent_numbers.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "core/media/sink_rewriter.hpp"
#include "tests/media/program_builders.hpp"

namespace baton::media {
namespace {

SentAs live(std::int64_t program, CounterShift shift = {}) {
  return {ExtendedSequence{program}, shift, std::nullopt};
}

SentAs replayed(std::int64_t program, std::uint32_t timestamp) {
  return {ExtendedSequence{program}, {}, RtpTimestamp(timestamp)};
}

SequenceNumber wire(std::int64_t number) {
  return SequenceNumber::wrap(number);
}

TEST_CASE("A number leads to the packet that went out under it, over the wrap as well") {
  SentNumbers numbers;
  CHECK_FALSE(numbers.find(wire(5)).has_value());
  for (std::int64_t step = 0; step < 70'000; ++step) {
    numbers.sent(wire(65'530 + step), live(1'000'000 + step));
  }
  CHECK(numbers.find(wire(65'530 + 69'999)) == live(1'069'999));
  CHECK(numbers.find(wire(65'530 + 50'000)) == live(1'050'000));
  CHECK_FALSE(numbers.find(wire(65'530 + 70'000)).has_value());
}

TEST_CASE("A late packet does not disturb its run, and a gap in it is part of it") {
  SentNumbers numbers;
  numbers.sent(wire(10), live(100));
  numbers.sent(wire(14), live(104));
  numbers.sent(wire(12), live(102));
  CHECK(numbers.find(wire(12)) == live(102));
  CHECK(numbers.find(wire(13)) == live(103));
  CHECK_FALSE(numbers.find(wire(9)).has_value());
}

TEST_CASE("Each run keeps its own distance, counters and timestamp") {
  SentNumbers numbers;
  numbers.sent(wire(10), replayed(50, 9000));
  numbers.sent(wire(11), replayed(51, 9000));
  numbers.sent(wire(12), replayed(52, 9090));
  numbers.sent(wire(13), live(53));
  numbers.sent(wire(14), live(90));  // An interruption: the program has gone on.
  const CounterShift ahead{.picture_id = 3, .tl0_pic_idx = 2, .frame_number = 1};
  numbers.sent(wire(15), live(91, ahead));
  CHECK(numbers.find(wire(10)) == replayed(50, 9000));
  CHECK(numbers.find(wire(11)) == replayed(51, 9000));
  CHECK(numbers.find(wire(12)) == replayed(52, 9090));
  CHECK(numbers.find(wire(13)) == live(53));
  CHECK(numbers.find(wire(14)) == live(90));
  CHECK(numbers.find(wire(15)) == live(91, ahead));
}

TEST_CASE("A distance of a whole circle is a distance") {
  SentNumbers numbers;
  numbers.sent(wire(10), live(10));
  numbers.sent(wire(11), live(11 + 65'536));
  CHECK(numbers.find(wire(10)) == live(10));
  CHECK(numbers.find(wire(11)) == live(11 + 65'536));
}

TEST_CASE("So many runs are remembered, and the oldest is forgotten") {
  SentNumbers numbers;
  const auto limit = static_cast<std::int64_t>(SentNumbers::kMaxRuns);
  for (std::int64_t run = 0; run < limit; ++run) {
    numbers.sent(wire(run), live(run * 2));
  }
  CHECK(numbers.find(wire(0)) == live(0));
  numbers.sent(wire(limit), live(limit * 2));
  CHECK_FALSE(numbers.find(wire(0)).has_value());
  CHECK(numbers.find(wire(1)) == live(2));
  CHECK(numbers.find(wire(limit)) == live(limit * 2));
}

TEST_CASE("Whatever a viewer goes through, its numbers lead back to what it was sent") {
  SinkRewriter sink(SequenceNumber(65'500), StartCondition::keyframe);
  SentNumbers numbers;
  std::map<std::uint16_t, SentAs> expected;
  const auto note = [&](SequenceNumber number, const SentAs& packet) {
    numbers.sent(number, packet);
    expected[number.value()] = packet;
  };
  const auto play = [&](std::int64_t first, std::uint32_t timestamp) {
    ReplayPlan plan;
    plan.kind = ReplayKind::catch_up;
    plan.after = AfterReplay::go_live;
    for (std::int64_t index = 0; index < 30; ++index) {
      plan.packets.push_back({{},
                              {},
                              ExtendedSequence{first + index},
                              RtpTimestamp(timestamp + static_cast<std::uint32_t>(index / 2) * 90)});
    }
    sink.begin_replay(plan);
    for (const ReplayPacket& packet : plan.packets) {
      note(sink.map_replayed(packet.sequence), {packet.sequence, sink.counter_shift(), packet.timestamp});
    }
  };
  const auto go_live = [&](std::int64_t first, std::int64_t count, bool with_keyframe) {
    for (std::int64_t index = 0; index < count; ++index) {
      const std::int64_t sequence = first + (index ^ 1);  // Each pair out of order.
      const auto packet = test::program_packet(
          {.sequence = sequence, .timestamp = 5'000'000, .starts_keyframe = with_keyframe && index == 0});
      if (const auto verdict = sink.admit(packet); verdict.sequence) {
        note(*verdict.sequence, {packet.sequence, sink.counter_shift(), std::nullopt});
      }
    }
  };
  play(1000, 90'000);
  go_live(1030, 50, false);
  sink.interrupt();
  go_live(2000, 20, true);
  play(2010, 9'000'000);
  go_live(2040, 10, false);
  REQUIRE(expected.size() > 100);
  for (const auto& [number, packet] : expected) {
    CAPTURE(number);
    CHECK(numbers.find(SequenceNumber(number)) == packet);
  }
}

}  // namespace
}  // namespace baton::media
