// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <cstddef>
#include <map>
#include <vector>

#include "tests/transports/replay_stage.hpp"

/// What a viewer is sent says what it is in the program: by this it is found when the viewer has lost it.
namespace baton::transport::test {
namespace {

using media::VideoCodec;

/// What the packets are in the program, as the witness was sent them, who has seen all of it live.
std::map<std::int64_t, Received> by_program_number(const std::vector<Received>& packets) {
  std::map<std::int64_t, Received> result;
  for (const Received& packet : packets) {
    result.emplace(packet.sent.program.value, packet);
  }
  return result;
}

/// Puts what `sent` says over the program's packet: that must be what the viewer got.
Bytes as_sent(const Received& program, const Received& packet, VideoCodec codec) {
  Bytes bytes = program.bytes;
  auto copy = *media::MutableRtpPacket::parse(bytes);
  const auto frame = media::inspect(codec, copy.view().payload(), copy.view().marker(), program.descriptor);
  copy.set_sequence_number(media::SequenceNumber(packet.sequence));
  if (packet.sent.timestamp) {
    copy.set_timestamp(*packet.sent.timestamp);
  }
  Bytes descriptor = program.descriptor;
  media::write_counters({frame->picture_id, frame->tl0_pic_idx, frame->frame_number}, packet.sent.shift, copy,
                        descriptor);
  CHECK(descriptor == packet.descriptor);
  return bytes;
}

TEST_CASE("A live packet is the one that the program forwarded, with its own timestamp and counters") {
  Still still;
  const auto packets = still.witness->received();
  REQUIRE(packets.size() == 3);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    CHECK(packets[i].sent.program.value == packets[0].sent.program.value + static_cast<std::int64_t>(i));
    CHECK(packets[i].sent.shift == media::CounterShift{});
    CHECK_FALSE(packets[i].sent.timestamp.has_value());
  }
  // The program's numbers begin where its settings say, whatever the viewer's are.
  CHECK(packets[0].sent.program.wire() == test_settings().video.first_sequence);
  CHECK(packets[0].sequence != test_settings().video.first_sequence.value());
}

TEST_CASE("A replayed packet says which one it is, and with what timestamp and counters it went out") {
  const auto codec = GENERATE(VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::av1);
  Still still(codec);
  const auto late = still.join(2, 5'000);
  still.ask(2, 8'000);  // It is played the picture again, behind what it has.
  const auto program = by_program_number(still.witness->received());
  const auto packets = late->received();
  REQUIRE(packets.size() == 6);
  for (const Received& packet : packets) {
    REQUIRE(program.contains(packet.sent.program.value));
    REQUIRE(packet.sent.timestamp.has_value());
    CHECK(packet.sent.timestamp->value() == packet.timestamp);
    CHECK(as_sent(program.at(packet.sent.program.value), packet, codec) == packet.bytes);
  }
  CHECK(packets[0].sent.shift == media::CounterShift{});
  // Three frames that it has seen before; H.264 has no counters.
  const bool has_counters = codec != VideoCodec::h264;
  CHECK((packets[3].sent.shift == media::CounterShift{}) != has_counters);
  CHECK(packets[3].sent.program == packets[0].sent.program);
}

TEST_CASE("After a replay, live packets keep its counters, and have the program's timestamps") {
  Still still;
  const auto late = still.join(2, 5'000);
  still.ask(2, 8'000);
  still.source.frame(Frame::delta, 9'000);
  const auto packets = late->received();
  REQUIRE(packets.size() == 7);
  const Received& live = packets.back();
  CHECK_FALSE(live.sent.timestamp.has_value());
  CHECK(live.sent.shift == packets[5].sent.shift);
  CHECK((live.sent.shift.picture_id & 0x7FFFU) == 3);  // Fifteen bits are written.
  const Received at_witness = still.witness->received().back();
  CHECK(live.sent.program == at_witness.sent.program);
  CHECK(as_sent(at_witness, live, VideoCodec::vp8) == live.bytes);
}

TEST_CASE("What is replayed while the source moves is found among what was live") {
  Still still;
  still.source.frame(Frame::delta, 10'000);
  const auto late = still.join(2, 10'010);
  still.source.frame(Frame::delta, 10'033);
  const auto packets = late->received();
  REQUIRE(packets.size() == 5);
  const auto program = by_program_number(still.witness->received());
  for (std::size_t i = 0; i < packets.size(); ++i) {
    CHECK(packets[i].sent.program.value == packets[0].sent.program.value + static_cast<std::int64_t>(i));
    CHECK(as_sent(program.at(packets[i].sent.program.value), packets[i], VideoCodec::vp8) ==
          packets[i].bytes);
    CHECK(packets[i].sent.timestamp.has_value() == (i < 4));
  }
}

}  // namespace
}  // namespace baton::transport::test
