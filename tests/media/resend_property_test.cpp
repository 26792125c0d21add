// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <catch2/catch.hpp>
#include <map>

#include "core/media/kept_packets.hpp"
#include "core/media/keyframe_cache.hpp"
#include "core/media/program_rewriter.hpp"
#include "core/media/repeated_packet.hpp"
#include "core/media/rtx_original.hpp"
#include "core/media/rtx_stream.hpp"
#include "core/media/sink_rewriter.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::at_ms;
using test::Bytes;

constexpr Ssrc kSsrc{0x70};
constexpr PayloadType kPayloadType{96};

/// A program of VP8, and one viewer of it, of whom every packet that went out is written down.
struct Theatre {
  ProgramRewriter rewriter{VideoCodec::vp8, {kSsrc, kPayloadType, SequenceNumber(65'500), RtpTimestamp(1)}};
  PacketStore store;
  KeyframeCache cache{ClockRate{90'000}, {}};
  PacketHistory history{{.max_age = std::chrono::seconds(1)}};
  SinkRewriter sink{SequenceNumber(65'520), StartCondition::keyframe};
  SentNumbers numbers;
  ResendGate gate{{.rate = {1'000'000'000},
                   .burst_bytes = 10'000'000,
                   .unknown_round_trip = core::Duration(0),
                   .shortest_interval = core::Duration(0)}};
  RtxStream rtx{{Ssrc{0x71}, PayloadType{97}, SequenceNumber(9)}};
  std::map<std::uint16_t, Bytes> sent;
  std::int64_t frame = 0;
  enum class Viewer : std::uint8_t { away, here } viewer = Viewer::away;

  void send(Bytes bytes, SequenceNumber number, const SentAs& as) {
    numbers.sent(number, as);
    sent[number.value()] = std::move(bytes);
  }

  /// The source's next frame of three packets; the viewer gets it live.
  void play_frame(test::Frame kind, std::int64_t ms) {
    for (int piece = 0; piece < 3; ++piece) {
      Bytes bytes = test::make_rtp(
          {.sequence = static_cast<std::uint16_t>(frame * 3 + piece),
           .timestamp = static_cast<std::uint32_t>(ms) * 90,
           .marker = piece == 2 ? Marker::set : Marker::clear,
           .payload = test::make_vp8(kind, piece == 0 ? test::Piece::first : test::Piece::middle,
                                     static_cast<std::uint16_t>(0x7FF0 + frame),
                                     static_cast<std::uint8_t>(250 + frame))});
      auto packet = *MutableRtpPacket::parse(bytes);
      const auto verdict = rewriter.rewrite(SourceId{1}, at_ms(ms), packet.view());
      REQUIRE(verdict.packet.has_value());
      apply(*verdict.packet, packet);
      const SharedPacket shared = store.add(bytes, {})->packet;
      cache.append(*verdict.packet, shared, at_ms(ms));
      history.store(*verdict.packet, shared, at_ms(ms));
      const auto answer = viewer == Viewer::here ? sink.admit(*verdict.packet) : SinkVerdict{};
      if (answer.sequence) {
        packet.set_sequence_number(*answer.sequence);
        write_counters(verdict.packet->counters, sink.counter_shift(), packet, {});
        send(bytes, *answer.sequence, {verdict.packet->sequence, sink.counter_shift(), std::nullopt});
      }
    }
    ++frame;
  }

  /// The last picture, to the viewer.
  void replay(std::int64_t ms) {
    viewer = Viewer::here;
    const auto plan = cache.plan({at_ms(ms), rewriter.timestamp_at(at_ms(ms))}, {});
    REQUIRE(sink.can_replay(plan));
    sink.begin_replay(plan);
    for (const ReplayPacket& cached : plan.packets) {
      Bytes bytes(cached.bytes.begin(), cached.bytes.end());
      auto packet = *MutableRtpPacket::parse(bytes);
      packet.set_sequence_number(sink.map_replayed(cached.sequence));
      packet.set_timestamp(cached.timestamp);
      write_counters(cached.counters, sink.counter_shift(), packet, {});
      send(bytes, sink.map_replayed(cached.sequence),
           {cached.sequence, sink.counter_shift(), cached.timestamp});
    }
  }

  /// What the viewer makes of the retransmission that it gets for a number.
  Bytes repeated(SequenceNumber number, std::int64_t ms) {
    const auto verdict = gate.judge(number, numbers, KeptPackets(&history, &cache), std::nullopt, at_ms(ms));
    REQUIRE(verdict.resend.has_value());
    Bytes bytes(verdict.resend->packet.bytes.begin(), verdict.resend->packet.bytes.end());
    auto packet = *MutableRtpPacket::parse(bytes);
    apply(*verdict.resend, number, packet);
    std::array<std::uint8_t, 1500> out{};
    const auto written = rtx.write(packet.view(), out);
    REQUIRE(written.ok());
    const auto original = restore_original(*MutableRtpPacket::parse(*written), {kSsrc, kPayloadType});
    REQUIRE(original.ok());
    return {original->bytes().begin(), original->bytes().end()};
  }
};

TEST_CASE("What a viewer gets for a lost packet is, byte for byte, what was lost") {
  Theatre theatre;
  theatre.rewriter.switch_to(SourceId{1});
  std::int64_t ms = 0;
  const auto play = [&](int frames) {
    for (int index = 0; index < frames; ++index, ms += 33) {
      theatre.play_frame(theatre.frame == 0 ? test::Frame::key : test::Frame::delta, ms);
    }
  };
  play(8);
  CHECK(theatre.sent.empty());  // The viewer is not there yet.
  theatre.replay(ms);           // It joins, and catches up with a source that moves.
  play(5);
  ms += 3000;
  theatre.replay(ms);  // The source is quiet, and the viewer lost the picture.
  ms += 3000;
  theatre.replay(ms);
  ms += 200;
  play(5);
  REQUIRE(theatre.sink.counter_shift().picture_id != 0);
  CHECK(theatre.sent.size() == (8 + 5 + 13 + 13 + 5) * 3);
  for (const auto& [number, bytes] : theatre.sent) {
    CAPTURE(number);
    CHECK(theatre.repeated(SequenceNumber(number), ms) == bytes);
  }
  CHECK(theatre.gate.counters().resent == theatre.sent.size());
}

}  // namespace
}  // namespace baton::media
