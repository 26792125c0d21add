// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <span>

#include "core/media/kept_packets.hpp"
#include "core/media/keyframe_cache.hpp"
#include "core/media/nack_generator.hpp"
#include "core/media/packet_arrivals.hpp"
#include "core/media/packet_writer.hpp"
#include "core/media/program_rewriter.hpp"
#include "core/media/receiver_statistics.hpp"
#include "core/media/resend_gate.hpp"
#include "core/media/rtx_stream.hpp"
#include "core/media/sent_packet_table.hpp"
#include "core/media/sink_rewriter.hpp"
#include "tests/media/media_builders.hpp"

namespace {

// Counts what this thread allocates through operator new; the tests of this executable run in one thread.
std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) {
    return memory;
  }
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace baton::media {
namespace {

TEST_CASE("In the steady state the packet path allocates nothing") {
  constexpr int kPacketsPerFrame = 10;
  constexpr int kFramesPerKeyframe = 60;
  ProgramRewriter rewriter(VideoCodec::vp8, {Ssrc{1}, PayloadType{96}, SequenceNumber(1), RtpTimestamp(1)});
  PacketStore store;
  KeyframeCache cache(ClockRate{90'000}, {});
  SinkRewriter sink(SequenceNumber(5), StartCondition::keyframe);
  rewriter.switch_to(SourceId{1});
  test::Bytes first = test::make_rtp({.payload = test::make_vp8(test::Frame::key, test::Piece::first)});
  test::Bytes start = test::make_rtp({.payload = test::make_vp8(test::Frame::delta, test::Piece::first)});
  test::Bytes middle = test::make_rtp({.payload = test::make_vp8(test::Frame::delta, test::Piece::middle)});
  for (auto* bytes : {&first, &start, &middle}) {
    bytes->resize(1200);
  }

  std::uint16_t sequence = 0;
  std::size_t sent = 0;
  const auto send_frame = [&](int frame) {
    for (int piece = 0; piece < kPacketsPerFrame; ++piece) {
      test::Bytes& bytes = piece != 0 ? middle : frame % kFramesPerKeyframe == 0 ? first : start;
      auto packet = MutableRtpPacket::parse(bytes);
      packet->set_ssrc(Ssrc{7});
      packet->set_sequence_number(SequenceNumber(sequence++));
      packet->set_timestamp(RtpTimestamp(static_cast<std::uint32_t>(frame) * 3000));
      const auto arrival = test::at_ms(frame * 33);
      const auto verdict = rewriter.rewrite(SourceId{1}, arrival, packet->view());
      apply(*verdict.packet, *packet);
      cache.append(*verdict.packet, store.add(bytes, {})->packet, arrival);
      sent += sink.admit(*verdict.packet).sequence.has_value() ? 1 : 0;
    }
  };

  int frame = 0;
  // By then a key frame has come at each place in a chunk at which it comes at all.
  while (frame < 10 * kFramesPerKeyframe) {
    send_frame(frame++);
  }
  const std::size_t before = allocations;
  while (frame < 40 * kFramesPerKeyframe) {
    send_frame(frame++);
  }
  const std::size_t after = allocations;
  CHECK(after - before == 0);
  CHECK(before > 0);
  CHECK(sent == 40U * kFramesPerKeyframe * kPacketsPerFrame);
  CHECK(cache.counters().stored == sent);
}

TEST_CASE("In the steady state neither losses, nor feedback, nor reports allocate anything") {
  PacketStore store;
  PacketHistory history({});
  const KeptPackets kept(&history, nullptr);
  SentNumbers sent;
  ResendGate gate({});
  RtxStream rtx({Ssrc{2}, PayloadType{97}, SequenceNumber(1)});
  SentPacketTable table{TransportSequence(0)};
  PacketArrivals arrivals;
  NackGenerator nack;
  ReceiverStatistics statistics(Ssrc{7}, ClockRate{90'000});
  ExtensionMap map;
  map.set(ExtensionKind::transport_sequence, ExtensionId{2});
  test::Bytes bytes = test::make_rtp({.ssrc = 7, .payload = test::Bytes(1100)});
  std::array<std::uint8_t, 1500> out{};
  std::array<std::uint8_t, 1500> repeated{};
  std::array<SequenceNumber, 64> lost{};
  std::uint64_t acknowledged = 0;
  std::size_t failures = 0;  // Catch's own checks may allocate.
  const auto expect = [&](bool holds) { failures += holds ? 0 : 1; };

  const auto pass = [&](std::int64_t number) {
    const auto now = test::at_ms(number);
    auto packet = *MutableRtpPacket::parse(bytes);
    packet.set_sequence_number(SequenceNumber::wrap(number));
    ProgramPacket program;
    program.sequence = ExtendedSequence{number};
    history.store(program, store.add(bytes, {})->packet, now);
    sent.sent(SequenceNumber::wrap(number), {program.sequence, {}, std::nullopt});
    const auto transport = table.sent(bytes.size(), now);
    const std::array<std::uint8_t, 2> field{};
    ExtensionSet set(map);
    set.add(ExtensionKind::transport_sequence, field);
    const auto written = write_packet(packet.view(), set, out);
    if (number % 10 == 3) {
      const auto verdict = gate.judge(SequenceNumber::wrap(number), sent, kept, std::nullopt, now);
      expect(verdict.resend.has_value());
      expect(rtx.write(written->view(), repeated).ok());
    } else {
      arrivals.arrived(transport, now);
      statistics.received(packet.view(), Delivery::original, now);
      nack.received(SequenceNumber::wrap(number), now);
    }
    if (number % 50 == 49) {
      RtcpWriter writer(out, RtcpForm::compound);
      const auto block = statistics.take_block(now);
      expect(!writer.receiver_report(Ssrc{1}, {&*block, 1}));
      expect(!writer.canonical_name(Ssrc{1}, "baton"));
      expect(!arrivals.write(writer, Ssrc{1}, Ssrc{7}));
      const std::size_t missing = nack.collect(lost, std::nullopt, now);
      expect(!writer.generic_nack(Ssrc{1}, Ssrc{7}, std::span(lost).first(missing)));
      const auto compound = RtcpView::parse(*writer.finish());
      auto reader = compound->packets();
      while (const auto each = reader.next()) {
        if (each->is_transport_wide_feedback()) {
          table.acknowledge(*each->transport_wide_feedback(), now,
                            [&](const PacketOutcome& outcome) { acknowledged += outcome.arrived ? 1 : 0; });
        }
      }
    }
  };

  std::int64_t number = 0;
  while (number < 3000) {
    pass(number++);
  }
  const std::size_t before = allocations;
  while (number < 9000) {
    pass(number++);
  }
  const std::size_t after = allocations;
  CHECK(after - before == 0);
  CHECK(before > 0);
  CHECK(failures == 0);
  CHECK(gate.counters().resent == 900);
  CHECK(acknowledged == 8100);
}

}  // namespace
}  // namespace baton::media
