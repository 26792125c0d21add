// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sink_rewriter.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/media/program_builders.hpp"

namespace baton::media {
namespace {

using test::Cached;

SinkVerdict admit(SinkRewriter& sink, const Cached& packet) {
  return sink.admit(test::program_packet(packet));
}

/// A plan of `count` packets from `first` on, one frame each, the last stamped `last_timestamp`.
ReplayPlan plan_of(ReplayKind kind, AfterReplay after, std::int64_t first, int count,
                   std::uint32_t last_timestamp) {
  ReplayPlan plan;
  plan.kind = kind;
  plan.after = after;
  for (int index = 0; index < count; ++index) {
    const auto stamp = RtpTimestamp(last_timestamp).plus(-90LL * (count - 1 - index));
    plan.packets.push_back({{}, {}, ExtendedSequence{first + index}, stamp});
  }
  return plan;
}

TEST_CASE("A video viewer without a replay starts with the first key frame") {
  SinkRewriter sink(SequenceNumber(65535), StartCondition::keyframe);
  sink.begin_replay({});
  CHECK(sink.state() == SinkState::waiting_for_media);
  CHECK(sink.wants_keyframe());
  CHECK(admit(sink, {.sequence = 500}).drop == SinkDrop::waiting_for_media);
  CHECK(admit(sink, {.sequence = 501, .starts_keyframe = true}).sequence == SequenceNumber(65535));
  CHECK(sink.state() == SinkState::live);
  CHECK_FALSE(sink.wants_keyframe());
  CHECK(admit(sink, {.sequence = 502}).sequence == SequenceNumber(0));
  CHECK(admit(sink, {.sequence = 505}).sequence == SequenceNumber(3));
  CHECK(admit(sink, {.sequence = 504}).sequence == SequenceNumber(2));  // Late, in its own place.
  CHECK(admit(sink, {.sequence = 500}).drop == SinkDrop::before_live);
}

TEST_CASE("An audio viewer starts with any packet") {
  SinkRewriter sink(SequenceNumber(7), StartCondition::any_packet);
  CHECK_FALSE(sink.wants_keyframe());
  CHECK(admit(sink, {.sequence = 500}).sequence == SequenceNumber(7));
  CHECK(admit(sink, {.sequence = 499}).drop == SinkDrop::before_live);
  CHECK(admit(sink, {.sequence = 501}).sequence == SequenceNumber(8));
}

TEST_CASE("Live continues a catch_up without a gap, and its missing packets take their places once") {
  SinkRewriter sink(SequenceNumber(1000), StartCondition::keyframe);
  auto plan = plan_of(ReplayKind::catch_up, AfterReplay::go_live, 50, 3, 9000);
  plan.packets.push_back({{}, {}, ExtendedSequence{55}, RtpTimestamp(9000)});
  plan.missing = {ExtendedSequence{53}, ExtendedSequence{54}};
  sink.begin_replay(plan);
  CHECK(sink.state() == SinkState::live);
  CHECK(sink.map_replayed(ExtendedSequence{50}) == SequenceNumber(1000));
  CHECK(sink.map_replayed(ExtendedSequence{55}) == SequenceNumber(1005));
  CHECK(admit(sink, {.sequence = 56, .timestamp = 9000}).sequence == SequenceNumber(1006));
  CHECK(admit(sink, {.sequence = 54, .timestamp = 9000}).sequence == SequenceNumber(1004));
  CHECK(admit(sink, {.sequence = 54, .timestamp = 9000}).drop == SinkDrop::already_replayed);
  CHECK(admit(sink, {.sequence = 53, .timestamp = 9000}).sequence == SequenceNumber(1003));
  CHECK(admit(sink, {.sequence = 53, .timestamp = 9000}).drop == SinkDrop::already_replayed);
  CHECK(admit(sink, {.sequence = 52, .timestamp = 6000}).drop == SinkDrop::already_replayed);
  CHECK(admit(sink, {.sequence = 49, .timestamp = 3000}).drop == SinkDrop::already_replayed);
}

TEST_CASE("Missing packets are remembered up to the limit, and one more counts as replayed") {
  SinkRewriter sink(SequenceNumber(0), StartCondition::keyframe);
  auto plan = plan_of(ReplayKind::catch_up, AfterReplay::go_live, 100, 1, 9000);
  for (std::int64_t number = 101; number <= 101 + static_cast<std::int64_t>(SinkRewriter::kMaxMissing);
       ++number) {
    plan.missing.push_back(ExtendedSequence{number});
  }
  plan.packets.push_back({{}, {}, ExtendedSequence{200}, RtpTimestamp(9000)});
  sink.begin_replay(plan);
  const auto limit = 101 + static_cast<std::int64_t>(SinkRewriter::kMaxMissing);
  CHECK(admit(sink, {.sequence = limit - 1}).sequence ==
        SequenceNumber(static_cast<std::uint16_t>(limit - 101)));
  CHECK(admit(sink, {.sequence = limit}).drop == SinkDrop::already_replayed);
}

TEST_CASE("After a preview live starts with a key frame, numbered right behind it") {
  SinkRewriter sink(SequenceNumber(10), StartCondition::keyframe);
  sink.begin_replay(plan_of(ReplayKind::preview, AfterReplay::wait_for_keyframe, 50, 2, 9000));
  CHECK(sink.state() == SinkState::waiting_for_keyframe);
  CHECK(sink.wants_keyframe());
  CHECK(admit(sink, {.sequence = 90, .timestamp = 9500}).drop == SinkDrop::waiting_for_keyframe);
  CHECK(admit(sink, {.sequence = 95, .timestamp = 12'000, .starts_keyframe = true}).sequence ==
        SequenceNumber(12));
  CHECK(admit(sink, {.sequence = 94, .timestamp = 9500}).drop == SinkDrop::before_live);
  CHECK(admit(sink, {.sequence = 96, .timestamp = 12'000}).sequence == SequenceNumber(13));
}

TEST_CASE("A source that was quiet goes on behind its still picture when its time has passed it") {
  SinkRewriter sink(SequenceNumber(10), StartCondition::keyframe);
  sink.begin_replay(plan_of(ReplayKind::still, AfterReplay::go_live, 50, 2, 9000));
  CHECK(sink.state() == SinkState::live);
  CHECK(admit(sink, {.sequence = 52, .timestamp = 9001}).sequence == SequenceNumber(12));
  // The check is for the first packet only: later ones may be out of order.
  CHECK(admit(sink, {.sequence = 54, .timestamp = 9300}).sequence == SequenceNumber(14));
  CHECK(admit(sink, {.sequence = 53, .timestamp = 9001}).sequence == SequenceNumber(13));
}

TEST_CASE(
    "A packet stamped before the still picture sends the viewer back to waiting, until a key frame is "
    "newer") {
  SinkRewriter sink(SequenceNumber(10), StartCondition::keyframe);
  sink.begin_replay(plan_of(ReplayKind::still, AfterReplay::go_live, 50, 2, 9000));
  CHECK(admit(sink, {.sequence = 52, .timestamp = 9000}).drop == SinkDrop::behind_replay);
  CHECK(sink.wants_keyframe());
  CHECK(admit(sink, {.sequence = 53, .timestamp = 9200}).drop == SinkDrop::waiting_for_keyframe);
  CHECK(admit(sink, {.sequence = 54, .timestamp = 9000, .starts_keyframe = true}).drop ==
        SinkDrop::behind_replay);
  CHECK(admit(sink, {.sequence = 55, .timestamp = 9300, .starts_keyframe = true}).sequence ==
        SequenceNumber(12));
}

TEST_CASE("A probe behind the still picture passes whatever its time, and the next frame is still checked") {
  SinkRewriter sink(SequenceNumber(10), StartCondition::keyframe);
  sink.begin_replay(plan_of(ReplayKind::still, AfterReplay::go_live, 50, 2, 9000));
  CHECK(admit(sink, {.sequence = 52, .timestamp = 100, .padding_only = true}).sequence == SequenceNumber(12));
  CHECK(admit(sink, {.sequence = 53, .timestamp = 100}).drop == SinkDrop::behind_replay);
}

TEST_CASE("An interrupted viewer continues with a key frame and without a gap") {
  SinkRewriter sink(SequenceNumber(10), StartCondition::keyframe);
  sink.interrupt();
  CHECK(sink.state() == SinkState::waiting_for_media);
  admit(sink, {.sequence = 100, .starts_keyframe = true});
  admit(sink, {.sequence = 103});
  CHECK(admit(sink, {.sequence = 102}).sequence == SequenceNumber(12));  // Late: the next number is still 14.
  sink.interrupt();
  CHECK(sink.wants_keyframe());
  CHECK(admit(sink, {.sequence = 101}).drop == SinkDrop::waiting_for_keyframe);
  CHECK(admit(sink, {.sequence = 200, .starts_keyframe = true}).sequence == SequenceNumber(14));
  CHECK(admit(sink, {.sequence = 101}).drop == SinkDrop::before_live);
}

TEST_CASE("Who begins anew with a key frame gets it under the numbers of what was never sent") {
  SinkRewriter sink(SequenceNumber(65'530), StartCondition::keyframe);
  sink.begin_replay(plan_of(ReplayKind::still, AfterReplay::go_live, 50, 20, 9000));
  CHECK(admit(sink, {.sequence = 70, .timestamp = 9090}).sequence == SequenceNumber(14));
  const auto key = test::program_packet({.sequence = 71, .timestamp = 9180, .starts_keyframe = true});
  REQUIRE(sink.can_begin_anew(key));
  sink.begin_anew(SequenceNumber(2));
  CHECK(sink.wants_keyframe());
  CHECK(sink.last_sent() == SequenceNumber(2));
  CHECK(sink.admit(key).sequence == SequenceNumber(3));
  CHECK(admit(sink, {.sequence = 72, .timestamp = 9180}).sequence == SequenceNumber(4));
  CHECK(admit(sink, {.sequence = 70, .timestamp = 9090}).drop == SinkDrop::before_live);
}

TEST_CASE("Only a key frame that is the newest lets a viewer begin anew") {
  SinkRewriter sink(SequenceNumber(0), StartCondition::keyframe);
  const auto key = [](std::int64_t sequence, std::uint32_t timestamp) {
    return test::program_packet({.sequence = sequence, .timestamp = timestamp, .starts_keyframe = true});
  };
  CHECK_FALSE(sink.can_begin_anew(key(60, 9180)));  // There is nothing to begin anew.
  sink.begin_replay(plan_of(ReplayKind::still, AfterReplay::go_live, 50, 10, 9000));
  CHECK(sink.can_begin_anew(key(60, 9180)));
  CHECK_FALSE(sink.can_begin_anew(key(60, 9000)));  // It would step back in time.
  CHECK_FALSE(sink.can_begin_anew(test::program_packet({.sequence = 60, .timestamp = 9180})));
  // Its second packet has come before its first one.
  admit(sink, {.sequence = 61, .timestamp = 9180});
  CHECK_FALSE(sink.can_begin_anew(key(60, 9180)));
}

TEST_CASE("Packets that a replay lacked are of no use after an interruption") {
  SinkRewriter sink(SequenceNumber(10), StartCondition::keyframe);
  auto plan = plan_of(ReplayKind::catch_up, AfterReplay::go_live, 50, 1, 9000);
  plan.missing = {ExtendedSequence{51}};
  plan.packets.push_back({{}, {}, ExtendedSequence{52}, RtpTimestamp(9000)});
  sink.begin_replay(plan);
  sink.interrupt();
  CHECK(admit(sink, {.sequence = 60, .timestamp = 12'000, .starts_keyframe = true}).sequence ==
        SequenceNumber(13));
  CHECK(admit(sink, {.sequence = 51, .timestamp = 9000}).drop == SinkDrop::before_live);
}

/// A packet's counters, all of them.
CodecCounters counters_of(std::uint16_t picture_id, std::uint8_t tl0_pic_idx, std::uint16_t frame_number) {
  return {PictureIdField{1, PictureIdWidth::bits_15, picture_id}, Tl0PicIdxField{3, tl0_pic_idx},
          frame_number};
}

TEST_CASE("A picture that is played again is numbered on, with counters that are ahead from then on") {
  SinkRewriter sink(SequenceNumber(65'534), StartCondition::keyframe);
  CHECK_FALSE(sink.last_sent().has_value());
  auto plan = plan_of(ReplayKind::still, AfterReplay::go_live, 50, 3, 9000);
  plan.newest_timestamp = RtpTimestamp(8000);
  plan.packets[0].counters = counters_of(0x7FFE, 254, 0xFFFF);
  plan.packets[1].counters = counters_of(0x7FFF, 255, 0);
  plan.packets[2].counters.picture_id = PictureIdField{1, PictureIdWidth::bits_15, 0};
  sink.begin_replay(plan);
  CHECK(sink.counter_shift() == CounterShift{});
  CHECK(sink.last_sent() == SequenceNumber(0));
  for (auto& packet : plan.packets) {
    packet.timestamp = packet.timestamp.plus(90'000);
  }
  REQUIRE(sink.can_replay(plan));
  sink.begin_replay(plan);
  // From 0x7FFE to 1, from 254 to 0, from 0xFFFF to 1, each in the width of its field.
  CHECK((sink.counter_shift().picture_id & 0x7FFFU) == 3);
  CHECK(sink.counter_shift().tl0_pic_idx == 2);
  CHECK(sink.counter_shift().frame_number == 2);
  CHECK(sink.map_replayed(ExtendedSequence{50}) == SequenceNumber(1));
  CHECK(sink.last_sent() == SequenceNumber(3));
  CHECK(admit(sink, {.sequence = 52, .timestamp = 8000}).drop == SinkDrop::already_replayed);

  auto live = test::program_packet({.sequence = 54, .timestamp = 99'001});
  live.counters = counters_of(4, 3, 4);
  CHECK(sink.admit(live).sequence == SequenceNumber(5));
  live = test::program_packet({.sequence = 53, .timestamp = 99'001});
  live.counters = counters_of(3, 2, 3);
  CHECK(sink.admit(live).sequence == SequenceNumber(4));  // Late: what went out before is the newest.
  sink.begin_replay(plan);
  CHECK((sink.counter_shift().picture_id & 0x7FFFU) == 3 + 7);
  CHECK(sink.counter_shift().tl0_pic_idx == 2 + 6);
  CHECK(sink.counter_shift().frame_number == 2 + 6);
}

TEST_CASE("A picture is not played again when it would step back in time") {
  SinkRewriter sink(SequenceNumber(10), StartCondition::keyframe);
  ReplayPlan nothing;
  CHECK_FALSE(sink.can_replay(nothing));
  auto plan = plan_of(ReplayKind::still, AfterReplay::wait_for_keyframe, 50, 3, 9000);
  plan.newest_timestamp = RtpTimestamp(8900);
  CHECK(sink.can_replay(plan));  // Nothing was sent yet.
  sink.begin_replay(plan);
  struct Row {
    std::uint32_t last;
    std::uint32_t newest;
    bool possible;
  };
  // The first of three frames is 180 ticks before the last.
  const auto row = GENERATE(values<Row>({
      {9000, 8000, false},  // At the time of the one before.
      {9180, 8000, false},  // Its first frame at the last one's time.
      {9181, 8000, true},   // Behind it.
      {9181, 9001, false},  // At the time of a frame of the live stream.
      {9182, 9001, true},
  }));
  auto again = plan_of(ReplayKind::still, AfterReplay::go_live, 50, 3, row.last);
  again.newest_timestamp = RtpTimestamp(row.newest);
  CAPTURE(row.last, row.newest);
  CHECK(sink.can_replay(again) == row.possible);
}

TEST_CASE("The viewer's order holds when the program is far beyond the 16 bits") {
  SinkRewriter sink(SequenceNumber(0), StartCondition::any_packet);
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  admit(sink, {.sequence = kFar});
  CHECK(admit(sink, {.sequence = kFar + 70'000}).sequence == SequenceNumber(70'000 - 65'536));
  CHECK(admit(sink, {.sequence = kFar - 1}).drop == SinkDrop::before_live);
}

TEST_CASE("Every reason has a name") {
  for (std::size_t reason = 0; reason < kSinkDropCount; ++reason) {
    CHECK(std::string(to_string(static_cast<SinkDrop>(reason))) != "unknown");
  }
}

}  // namespace
}  // namespace baton::media
