// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/program_rewriter.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/media/rewriter_builders.hpp"

namespace baton::media {
namespace {

using test::alice_on_air;
using test::at_ms;
using test::Bytes;
using test::Frame;
using test::kAlice;
using test::kBob;
using test::kProgram;
using test::offer;
using test::offer_audio;
using test::Piece;

TEST_CASE("Nothing passes before a source is named") {
  ProgramRewriter rewriter(VideoCodec::vp8, kProgram);
  const auto verdict = offer(rewriter, {.frame = Frame::key});
  CHECK_FALSE(verdict.packet.has_value());
  CHECK(verdict.drop == ProgramDrop::not_on_air);
  CHECK_FALSE(rewriter.current().has_value());
  CHECK(rewriter.timestamp_at(at_ms(99)) == kProgram.first_timestamp);
}

TEST_CASE("The first source starts with its key frame and with the program's own numbers") {
  ProgramRewriter rewriter(VideoCodec::vp8, kProgram);
  rewriter.switch_to(kAlice);
  CHECK(rewriter.pending() == kAlice);
  CHECK(offer(rewriter, {.sequence = 999}).drop == ProgramDrop::waiting_for_keyframe);
  CHECK(offer(rewriter, {.sequence = 999, .frame = Frame::key, .piece = Piece::middle}).drop ==
        ProgramDrop::waiting_for_keyframe);

  const auto verdict =
      offer(rewriter, {.sequence = 1000, .timestamp = 5000, .frame = Frame::key, .picture_id = 10});
  REQUIRE(verdict.packet.has_value());
  CHECK(verdict.source_switched);
  CHECK(verdict.packet->starts_keyframe);
  CHECK(verdict.packet->ends_frame);
  CHECK(verdict.packet->sequence.wire() == kProgram.first_sequence);
  CHECK(verdict.packet->timestamp == kProgram.first_timestamp);
  CHECK(verdict.packet->ssrc == kProgram.ssrc);
  CHECK(verdict.packet->payload_type == kProgram.payload_type);
  CHECK(verdict.packet->counters.picture_id->value == 10);
  CHECK(rewriter.current() == kAlice);
  CHECK_FALSE(rewriter.pending().has_value());
}

TEST_CASE("Within a source sequence numbers and timestamps keep their steps over the ends of both circles") {
  auto rewriter = alice_on_air();
  const auto second = offer(rewriter, {.ms = 33, .sequence = 1001, .timestamp = 5000 + 2970});
  CHECK_FALSE(second.source_switched);
  CHECK(second.packet->sequence.wire() == SequenceNumber(65535));
  CHECK(second.packet->timestamp == RtpTimestamp(0xFFFFFFF0 + 2970));
  const auto third = offer(rewriter, {.ms = 66, .sequence = 1002, .timestamp = 5000 + 5940});
  CHECK(third.packet->sequence.wire() == SequenceNumber(0));
  CHECK(third.packet->sequence.value == 65536);
  // A loss stays a loss: the viewer asks for it, or its decoder copes.
  CHECK(offer(rewriter, {.ms = 99, .sequence = 1004, .timestamp = 5000 + 8910}).packet->sequence.wire() ==
        SequenceNumber(2));
}

TEST_CASE("The old source stays on air until the new one's key frame starts") {
  auto rewriter = alice_on_air();
  rewriter.switch_to(kBob);
  CHECK(rewriter.current() == kAlice);
  CHECK(rewriter.pending() == kBob);
  CHECK(offer(rewriter, {.source = kBob, .ms = 10, .sequence = 7}).drop == ProgramDrop::waiting_for_keyframe);
  CHECK(offer(rewriter, {.ms = 33, .sequence = 1001, .timestamp = 7970}).packet.has_value());

  const auto switched = offer(
      rewriter, {.source = kBob, .ms = 133, .sequence = 8, .timestamp = 0x80000000, .frame = Frame::key});
  REQUIRE(switched.packet.has_value());
  CHECK(switched.source_switched);
  CHECK(switched.packet->sequence.wire() == SequenceNumber(0));
  // 100 ms after Alice's last packet arrived.
  CHECK(switched.packet->timestamp == RtpTimestamp(0xFFFFFFF0 + 2970 + 9000));
  CHECK(rewriter.current() == kBob);
  CHECK(offer(rewriter, {.ms = 140, .sequence = 1002, .frame = Frame::key}).drop == ProgramDrop::not_on_air);
  CHECK(rewriter.counters().switches == 2);
}

TEST_CASE("A switch in the same instant still moves the timestamp by a tick") {
  auto rewriter = alice_on_air();
  rewriter.switch_to(kBob);
  const auto verdict = offer(rewriter, {.source = kBob, .ms = 0, .timestamp = 77, .frame = Frame::key});
  CHECK(verdict.packet->timestamp == kProgram.first_timestamp.plus(1));
}

TEST_CASE("An arrival that seems earlier than the last one still moves the timestamp forward") {
  auto rewriter = alice_on_air();
  offer(rewriter, {.ms = 500, .sequence = 1001, .timestamp = 5000});
  rewriter.switch_to(kBob);
  const auto verdict = offer(rewriter, {.source = kBob, .ms = 400, .frame = Frame::key});
  CHECK(verdict.packet->timestamp == kProgram.first_timestamp.plus(1));
}

TEST_CASE("Naming the source on air again takes the switch back") {
  auto rewriter = alice_on_air();
  rewriter.switch_to(kBob);
  rewriter.switch_to(kAlice);
  CHECK_FALSE(rewriter.pending().has_value());
  CHECK(offer(rewriter, {.source = kBob, .frame = Frame::key}).drop == ProgramDrop::not_on_air);
  CHECK(offer(rewriter, {.sequence = 1001}).packet.has_value());
}

TEST_CASE("A later switch replaces one that has not happened") {
  auto rewriter = alice_on_air();
  rewriter.switch_to(kBob);
  rewriter.switch_to(SourceId{3});
  CHECK(offer(rewriter, {.source = kBob, .frame = Frame::key}).drop == ProgramDrop::not_on_air);
  CHECK(offer(rewriter, {.source = SourceId{3}, .frame = Frame::key}).source_switched);
}

TEST_CASE(
    "After the source ended nothing passes, and its return starts with a key frame where the program "
    "stopped") {
  auto rewriter = alice_on_air();
  rewriter.end_source();
  CHECK(offer(rewriter, {.ms = 1, .sequence = 1001}).drop == ProgramDrop::not_on_air);
  CHECK(rewriter.timestamp_at(at_ms(2000)) == kProgram.first_timestamp.plus(180'000));
  rewriter.switch_to(kAlice);
  CHECK(offer(rewriter, {.ms = 2, .sequence = 1002}).drop == ProgramDrop::waiting_for_keyframe);
  const auto back = offer(rewriter, {.ms = 2000, .sequence = 1700, .timestamp = 1, .frame = Frame::key});
  CHECK(back.packet->sequence.wire() == SequenceNumber(65535));
  CHECK(back.packet->timestamp == kProgram.first_timestamp.plus(180'000));
}

TEST_CASE("Picture ID and TL0PICIDX continue across a switch after the highest that went out") {
  auto rewriter = alice_on_air();
  offer(rewriter, {.sequence = 1002, .picture_id = 14, .tl0_pic_idx = 2});
  offer(rewriter, {.sequence = 1001, .picture_id = 12, .tl0_pic_idx = 1});  // Late.
  rewriter.switch_to(kBob);
  const auto key = offer(
      rewriter, {.source = kBob, .sequence = 5, .frame = Frame::key, .picture_id = 900, .tl0_pic_idx = 30});
  CHECK(key.packet->counters.picture_id->value == 15);
  CHECK(key.packet->counters.tl0_pic_idx->value == 3);
  const auto delta = offer(rewriter, {.source = kBob, .sequence = 6, .picture_id = 901, .tl0_pic_idx = 32});
  CHECK(delta.packet->counters.picture_id->value == 16);
  CHECK(delta.packet->counters.tl0_pic_idx->value == 5);
}

TEST_CASE("Counters wrap in the program while they continue") {
  ProgramRewriter rewriter(VideoCodec::vp8, kProgram);
  rewriter.switch_to(kAlice);
  offer(rewriter, {.sequence = 1, .frame = Frame::key, .picture_id = 32767, .tl0_pic_idx = 255});
  rewriter.switch_to(kBob);
  const auto key = offer(
      rewriter, {.source = kBob, .sequence = 5, .frame = Frame::key, .picture_id = 900, .tl0_pic_idx = 30});
  CHECK(key.packet->counters.picture_id->value == 0);
  CHECK(key.packet->counters.tl0_pic_idx->value == 0);
}

TEST_CASE("VP9 counters and the frame number of a dependency descriptor continue as well") {
  ProgramRewriter rewriter(VideoCodec::vp9, kProgram);
  const Bytes alice = test::make_rtp({.sequence = 1, .payload = {0xA8, 0x80, 0x63, 0x00, 0x10, 0xAA}});
  const Bytes bob = test::make_rtp({.sequence = 9, .payload = {0xA8, 0x80, 0x05, 0x00, 0xFF, 0xAA}});
  const Bytes alice_descriptor{0x80, 0x00, 0x63, 0x80};
  const Bytes bob_descriptor{0x80, 0xFF, 0xFF, 0x80};
  rewriter.switch_to(kAlice);
  REQUIRE(rewriter.rewrite(kAlice, at_ms(0), test::view_of(alice), alice_descriptor).packet.has_value());
  rewriter.switch_to(kBob);
  const auto verdict = rewriter.rewrite(kBob, at_ms(1), test::view_of(bob), bob_descriptor);
  REQUIRE(verdict.packet.has_value());
  CHECK(verdict.packet->counters.picture_id->value == 0x64);
  CHECK(verdict.packet->counters.tl0_pic_idx->value == 0x11);
  CHECK(verdict.packet->counters.frame_number == 0x64);

  // And what was decided ends up in the bytes.
  Bytes copy = bob;
  Bytes descriptor = bob_descriptor;
  auto packet = MutableRtpPacket::parse(copy);
  apply(*verdict.packet, *packet, descriptor);
  CHECK(packet->view().ssrc() == kProgram.ssrc);
  CHECK(packet->view().payload_type() == kProgram.payload_type);
  CHECK(packet->view().sequence_number() == SequenceNumber(65535));
  CHECK(packet->view().timestamp() == kProgram.first_timestamp.plus(90));
  CHECK(Bytes(packet->payload().begin(), packet->payload().end()) ==
        Bytes{0xA8, 0x80, 0x64, 0x00, 0x11, 0xAA});
  CHECK(descriptor == Bytes{0x80, 0x00, 0x64, 0x80});
}

TEST_CASE("AV1 starts with the template structure and continues its frame numbers") {
  ProgramRewriter rewriter(VideoCodec::av1, kProgram);
  rewriter.switch_to(kAlice);
  const Bytes packet = test::make_rtp({.sequence = 1, .payload = {0x18, 0x30, 1}});
  const Bytes no_structure{0x80, 0, 1};
  const Bytes structure{0x80, 0xFF, 0xFF, 0x80, 0};
  CHECK(rewriter.rewrite(kAlice, at_ms(0), test::view_of(packet), no_structure).drop ==
        ProgramDrop::waiting_for_keyframe);
  CHECK(rewriter.rewrite(kAlice, at_ms(0), test::view_of(packet), structure).packet->counters.frame_number ==
        0xFFFF);
  rewriter.switch_to(kBob);
  CHECK(rewriter.rewrite(kBob, at_ms(0), test::view_of(packet), structure).packet->counters.frame_number ==
        0);
}

TEST_CASE("H.264: the SPS starts the key frame, and the rest of the frame does not start another") {
  ProgramRewriter rewriter(VideoCodec::h264, kProgram);
  rewriter.switch_to(kAlice);
  const auto send = [&](std::uint16_t sequence, std::uint32_t timestamp, Bytes payload) {
    const Bytes bytes =
        test::make_rtp({.sequence = sequence, .timestamp = timestamp, .payload = std::move(payload)});
    return rewriter.rewrite(kAlice, at_ms(sequence), test::view_of(bytes));
  };
  CHECK(send(1, 100, {0x41, 0x9A}).drop == ProgramDrop::waiting_for_keyframe);
  CHECK(send(2, 200, {0x68, 0xCE}).drop == ProgramDrop::waiting_for_keyframe);  // A PPS alone.
  CHECK(send(3, 200, {0x67, 0x42}).packet->starts_keyframe);
  CHECK_FALSE(send(4, 200, {0x68, 0xCE}).packet->starts_keyframe);
  CHECK_FALSE(send(5, 200, {0x65, 0x88}).packet->starts_keyframe);
  CHECK_FALSE(send(6, 300, {0x41, 0x9A}).packet->starts_keyframe);
  // Parameter sets were sent out of band: the slice itself starts it.
  CHECK(send(7, 400, {0x65, 0x88}).packet->starts_keyframe);
  // The same in one aggregate.
  CHECK(send(8, 500, {0x78, 0, 1, 0x67, 0, 1, 0x68, 0, 2, 0x65, 0x88}).packet->starts_keyframe);
}

TEST_CASE("A payload that is not what the codec says is dropped, on air and before") {
  auto rewriter = alice_on_air();
  const Bytes broken = test::make_rtp({.sequence = 1001, .payload = {0x80}});
  CHECK(rewriter.rewrite(kAlice, at_ms(1), test::view_of(broken)).drop == ProgramDrop::malformed_payload);
  rewriter.switch_to(kBob);
  CHECK(rewriter.rewrite(kBob, at_ms(1), test::view_of(broken)).drop == ProgramDrop::malformed_payload);
  CHECK(rewriter.counters().dropped_for(ProgramDrop::malformed_payload) == 2);
}

TEST_CASE("A probe of the source on air passes in its place, and one of the next source starts nothing") {
  auto rewriter = alice_on_air();
  Bytes probe = test::make_rtp({.sequence = 1001, .payload = {0, 0, 3}});
  probe[0] = 0xA0;
  const auto verdict = rewriter.rewrite(kAlice, at_ms(1), test::view_of(probe));
  REQUIRE(verdict.packet.has_value());
  CHECK(verdict.packet->padding_only);
  CHECK_FALSE(verdict.packet->ends_frame);
  rewriter.switch_to(kBob);
  CHECK(rewriter.rewrite(kBob, at_ms(1), test::view_of(probe)).drop == ProgramDrop::waiting_for_keyframe);
}

TEST_CASE("Audio switches at once and continues by its own clock") {
  ProgramRewriter rewriter(AudioCodec::opus, kProgram);
  rewriter.switch_to(kAlice);
  const auto first = offer_audio(rewriter, {.ms = 0, .sequence = 500, .timestamp = 960});
  CHECK(first.source_switched);
  CHECK_FALSE(first.packet->starts_keyframe);
  CHECK(first.packet->sequence.wire() == kProgram.first_sequence);
  CHECK(offer_audio(rewriter, {.ms = 20, .sequence = 501, .timestamp = 1920}).packet.has_value());

  rewriter.switch_to(kBob);
  CHECK_FALSE(rewriter.current().has_value());
  CHECK(offer_audio(rewriter, {.ms = 40, .sequence = 502, .timestamp = 2880}).drop ==
        ProgramDrop::not_on_air);
  const auto bob = offer_audio(rewriter, {.source = kBob, .ms = 120, .sequence = 3, .timestamp = 77});
  CHECK(bob.source_switched);
  CHECK(bob.packet->sequence.wire() == SequenceNumber(0));
  CHECK(bob.packet->timestamp == kProgram.first_timestamp.plus(960 + 4800));
}

TEST_CASE("A day of silence does not make the timestamp step back") {
  auto rewriter = alice_on_air();
  rewriter.end_source();
  rewriter.switch_to(kBob);
  const auto verdict = offer(rewriter, {.source = kBob, .ms = 24LL * 3600 * 1000, .frame = Frame::key});
  CHECK(verdict.packet->timestamp.is_newer_than(kProgram.first_timestamp));
}

TEST_CASE("A source that goes on after any silence is newer than all that was and that was shown again") {
  struct Row {
    std::int64_t seconds;
    std::int64_t ticks;  // By which the program's timestamp moves on.
  };
  constexpr std::int64_t kHour = 3600;
  // Real time while a receiver can tell ahead from behind with ease, then slower (ticks_of_silence).
  const std::vector<Row> rows = {
      {1, 90'000},
      {3 * kHour, 972'000'000},
      {10 * kHour, 1'290'367'641},
      {11 * kHour, 1'322'767'641},
      {14 * kHour, 1'419'967'641},
      {18 * kHour, 1'549'567'641},
      {30 * kHour, 1'938'367'641},
  };
  for (const Row& row : rows) {
    INFO(row.seconds << " s");
    auto rewriter = alice_on_air();
    const std::int64_t ms = row.seconds * 1000;
    const auto source_timestamp = static_cast<std::uint32_t>(5000 + row.seconds * 90'000);
    const RtpTimestamp shown_again = rewriter.timestamp_at(at_ms(ms - 100));
    const auto key =
        offer(rewriter, {.ms = ms, .sequence = 1002, .timestamp = source_timestamp, .frame = Frame::key});
    REQUIRE(key.packet.has_value());
    CHECK_FALSE(key.source_switched);
    CHECK(key.packet->sequence.value == 65536);
    CHECK(key.packet->timestamp.is_newer_than(kProgram.first_timestamp));
    CHECK(key.packet->timestamp.is_newer_than(shown_again));
    CHECK(kProgram.first_timestamp.distance_to(key.packet->timestamp) == row.ticks);
    // From here on the source's own steps count again.
    const auto next =
        offer(rewriter, {.ms = ms + 33, .sequence = 1003, .timestamp = source_timestamp + 2970});
    CHECK(next.packet->timestamp == key.packet->timestamp.plus(2970));
  }
}

TEST_CASE("What a source sent before its timestamps were joined anew cannot be placed, and is dropped") {
  auto rewriter = alice_on_air();
  const std::int64_t ms = 11LL * 3600 * 1000;
  REQUIRE(
      offer(rewriter, {.ms = ms, .sequence = 1002, .timestamp = 3'564'005'000U, .frame = Frame::key}).packet);
  CHECK(offer(rewriter, {.ms = ms + 1, .sequence = 1001, .timestamp = 7970}).drop ==
        ProgramDrop::before_switch);
}

TEST_CASE("A source whose timestamps leap while it sends goes on where the program is") {
  struct Row {
    const char* what;
    std::int64_t leap;
  };
  const std::vector<Row> rows = {{"half the circle", std::int64_t{1} << 31},
                                 {"just over a quarter ahead", (std::int64_t{1} << 30) + 1},
                                 {"just over a quarter back", -(std::int64_t{1} << 30) - 1}};
  for (const Row& row : rows) {
    INFO(row.what);
    auto rewriter = alice_on_air();
    const auto leapt = offer(rewriter, {.ms = 100,
                                        .sequence = 1001,
                                        .timestamp = RtpTimestamp(5000).plus(row.leap).value(),
                                        .frame = Frame::key});
    CHECK(leapt.packet->timestamp == kProgram.first_timestamp.plus(9000));
    CHECK(leapt.packet->sequence.value == 65535);
  }
}

TEST_CASE("Every packet is counted once") {
  auto rewriter = alice_on_air();
  offer(rewriter, {.sequence = 1001});
  offer(rewriter, {.sequence = 1001});
  offer(rewriter, {.sequence = 999});
  offer(rewriter, {.sequence = 40'000});
  offer(rewriter, {.source = kBob});
  rewriter.switch_to(kBob);
  offer(rewriter, {.source = kBob});
  const auto& counters = rewriter.counters();
  CHECK(counters.forwarded == 2);
  CHECK(counters.dropped_for(ProgramDrop::duplicate) == 1);
  CHECK(counters.dropped_for(ProgramDrop::before_switch) == 1);
  CHECK(counters.dropped_for(ProgramDrop::sequence_jump) == 1);
  CHECK(counters.dropped_for(ProgramDrop::not_on_air) == 1);
  CHECK(counters.dropped_for(ProgramDrop::waiting_for_keyframe) == 1);
  for (std::size_t reason = 0; reason < kProgramDropCount; ++reason) {
    CHECK(std::string(to_string(static_cast<ProgramDrop>(reason))) != "unknown");
  }
}

}  // namespace
}  // namespace baton::media
