// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/program_rewriter.hpp"

#include <catch2/catch.hpp>

#include "tests/media/rewriter_builders.hpp"

namespace baton::media {
namespace {

using test::alice_on_air;
using test::at_ms;
using test::Frame;
using test::kAlice;
using test::kBob;
using test::kProgram;
using test::offer;
using test::offer_audio;

TEST_CASE("Late packets take their own place, and what lies before the switch is dropped") {
  auto rewriter = alice_on_air();
  CHECK(offer(rewriter, {.sequence = 1003}).packet->sequence.value == 65534 + 3);
  CHECK(offer(rewriter, {.sequence = 1001}).packet->sequence.value == 65534 + 1);
  CHECK(offer(rewriter, {.sequence = 1002}).packet->sequence.value == 65534 + 2);
  CHECK(offer(rewriter, {.sequence = 999, .frame = Frame::key}).drop == ProgramDrop::before_switch);
  CHECK(offer(rewriter, {.sequence = 1004}).packet->sequence.value == 65534 + 4);
  CHECK(rewriter.counters().late == 2);
}

TEST_CASE("A late packet does not move the program's clock") {
  auto rewriter = alice_on_air();
  offer(rewriter, {.ms = 100, .sequence = 1002, .timestamp = 14'000});
  offer(rewriter, {.ms = 400, .sequence = 1001, .timestamp = 5000});
  rewriter.switch_to(kBob);
  const auto verdict = offer(rewriter, {.source = kBob, .ms = 500, .frame = Frame::key});
  // 9,000 ticks for Alice's newest frame, and 400 ms since it arrived.
  CHECK(verdict.packet->timestamp == kProgram.first_timestamp.plus(9'000 + 36'000));
}

TEST_CASE("Frames that are sent in another order than they are shown do not move the program's clock back") {
  auto rewriter = alice_on_air();
  offer(rewriter, {.ms = 33, .sequence = 1001, .timestamp = 5000 + 9000});
  offer(rewriter, {.ms = 66, .sequence = 1002, .timestamp = 5000 + 3000});
  CHECK(rewriter.timestamp_at(at_ms(66)) == kProgram.first_timestamp.plus(9000));
}

TEST_CASE("A duplicate is dropped as long as it can be told") {
  auto rewriter = alice_on_air();
  CHECK(offer(rewriter, {.sequence = 1000, .frame = Frame::key}).drop == ProgramDrop::duplicate);
  offer(rewriter, {.sequence = 1001});
  offer(rewriter, {.sequence = static_cast<std::uint16_t>(1000 + ArrivalWindow::kSize)});
  CHECK(offer(rewriter, {.sequence = 1001}).drop == ProgramDrop::duplicate);  // The last place of the window.
  CHECK(offer(rewriter, {.sequence = 1000}).drop == ProgramDrop::sequence_jump);  // One further.
}

TEST_CASE("A gap up to the limit is a loss, and one more is a jump") {
  auto rewriter = alice_on_air();
  const auto most = static_cast<std::uint16_t>(1000 + ProgramRewriter::kMaxDropout);
  CHECK(offer(rewriter, {.sequence = most}).packet->sequence.value == 65534 + ProgramRewriter::kMaxDropout);
  const auto too_far = static_cast<std::uint16_t>(most + ProgramRewriter::kMaxDropout + 1);
  CHECK(offer(rewriter, {.sequence = too_far}).drop == ProgramDrop::sequence_jump);
}

TEST_CASE("A jump is believed at its second packet and continues with the next key frame") {
  const auto jump =
      GENERATE(values<int>({1000 + 3001, 1000 + 32767, 1000 + 32768, 1000 - 1025, 1000 - 20000}));
  CAPTURE(jump);
  const auto far = static_cast<std::uint16_t>(jump);
  auto rewriter = alice_on_air();
  CHECK(offer(rewriter, {.ms = 10, .sequence = far, .timestamp = 70'000}).drop == ProgramDrop::sequence_jump);
  CHECK(rewriter.current() == kAlice);
  CHECK(offer(rewriter, {.ms = 20, .sequence = static_cast<std::uint16_t>(far + 1), .timestamp = 70'000})
            .drop == ProgramDrop::waiting_for_keyframe);
  CHECK_FALSE(rewriter.current().has_value());
  CHECK(rewriter.pending() == kAlice);
  const auto again = offer(
      rewriter,
      {.ms = 50, .sequence = static_cast<std::uint16_t>(far + 2), .timestamp = 72'000, .frame = Frame::key});
  REQUIRE(again.packet.has_value());
  CHECK(again.source_switched);
  CHECK(again.packet->sequence.value == 65535);
  CHECK(again.packet->timestamp == kProgram.first_timestamp.plus(4500));
  CHECK(rewriter.counters().restarts == 1);
}

TEST_CASE("A single stray packet does not disturb the source on air") {
  auto rewriter = alice_on_air();
  CHECK(offer(rewriter, {.sequence = 40'000}).drop == ProgramDrop::sequence_jump);
  CHECK(offer(rewriter, {.sequence = 1001}).packet.has_value());
  CHECK(offer(rewriter, {.sequence = 40'001}).drop == ProgramDrop::sequence_jump);
  CHECK(offer(rewriter, {.sequence = 1002}).packet->sequence.value == 65536);
  CHECK(rewriter.counters().restarts == 0);
}

TEST_CASE("A jump that starts a key frame is believed at once") {
  auto rewriter = alice_on_air();
  const auto verdict = offer(rewriter, {.ms = 10, .sequence = 40'000, .timestamp = 1, .frame = Frame::key});
  REQUIRE(verdict.packet.has_value());
  CHECK(verdict.source_switched);
  CHECK(verdict.packet->sequence.value == 65535);
}

TEST_CASE("A new SSRC of the same source is a restart, and a straggler of the old one is not") {
  auto rewriter = alice_on_air();
  const auto verdict = offer(
      rewriter,
      {.ms = 10, .sequence = 1001, .timestamp = 1, .frame = Frame::key, .picture_id = 3, .ssrc = 0x22222222});
  REQUIRE(verdict.packet.has_value());
  CHECK(verdict.source_switched);
  CHECK(verdict.packet->counters.picture_id->value == 11);
  CHECK(offer(rewriter, {.ms = 11, .sequence = 1001}).drop == ProgramDrop::sequence_jump);
  CHECK(offer(rewriter, {.ms = 12, .sequence = 1002, .ssrc = 0x22222222}).packet.has_value());
}

TEST_CASE("A source that restarts while another one is about to take over does not get in its way") {
  auto rewriter = alice_on_air();
  rewriter.switch_to(kBob);
  offer(rewriter, {.sequence = 40'000});
  CHECK(offer(rewriter, {.sequence = 40'001}).drop == ProgramDrop::not_on_air);
  CHECK(rewriter.pending() == kBob);
  CHECK(offer(rewriter, {.source = kBob, .frame = Frame::key}).source_switched);
}

TEST_CASE("A restart with a key frame keeps the picture on air and the pending switch pending") {
  auto rewriter = alice_on_air();
  rewriter.switch_to(kBob);
  CHECK(offer(rewriter, {.ms = 5, .sequence = 40'000, .frame = Frame::key}).source_switched);
  CHECK(rewriter.current() == kAlice);
  CHECK(rewriter.pending() == kBob);
}

TEST_CASE("An audio source that restarts goes on at its second packet") {
  ProgramRewriter rewriter(AudioCodec::opus, kProgram);
  rewriter.switch_to(kAlice);
  offer_audio(rewriter, {.ms = 0, .sequence = 500});
  CHECK(offer_audio(rewriter, {.ms = 20, .sequence = 30'000, .ssrc = 9}).drop == ProgramDrop::sequence_jump);
  const auto again = offer_audio(rewriter, {.ms = 40, .sequence = 30'001, .timestamp = 5, .ssrc = 9});
  REQUIRE(again.packet.has_value());
  CHECK(again.packet->sequence.value == 65535);
  CHECK(again.packet->timestamp == kProgram.first_timestamp.plus(1920));
}

TEST_CASE("A source whose numbers start at zero may be followed by a packet from before, which is dropped") {
  ProgramRewriter rewriter(VideoCodec::vp8, kProgram);
  rewriter.switch_to(kAlice);
  REQUIRE(offer(rewriter, {.sequence = 0, .frame = Frame::key}).packet.has_value());
  CHECK(offer(rewriter, {.sequence = 65535}).drop == ProgramDrop::before_switch);
  CHECK(offer(rewriter, {.sequence = 1}).packet->sequence.value == 65535);
}

}  // namespace
}  // namespace baton::media
