// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "core/media/keyframe_cache.hpp"
#include "core/media/program_rewriter.hpp"
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
      cache.append(*verdict.packet, bytes, {}, arrival);
      sent += sink.admit(*verdict.packet).sequence.has_value() ? 1 : 0;
    }
  };

  int frame = 0;
  while (frame < 3 * kFramesPerKeyframe) {
    send_frame(frame++);
  }
  const std::size_t before = allocations;
  while (frame < 20 * kFramesPerKeyframe) {
    send_frame(frame++);
  }
  const std::size_t after = allocations;
  CHECK(after - before == 0);
  CHECK(before > 0);
  CHECK(sent == 20U * kFramesPerKeyframe * kPacketsPerFrame);
  CHECK(cache.counters().stored == sent);
}

}  // namespace
}  // namespace baton::media
