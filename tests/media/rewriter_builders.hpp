// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>

#include "core/media/program_rewriter.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::media::test {

inline constexpr SourceId kAlice{1};
inline constexpr SourceId kBob{2};
inline constexpr ProgramIdentity kProgram{Ssrc{0xB0B0B0B0}, PayloadType{100}, SequenceNumber(65534),
                                          RtpTimestamp(0xFFFFFFF0)};

/// One packet from somewhere, with the defaults of VP8.
struct From {
  SourceId source = kAlice;
  std::int64_t ms = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  Frame frame = Frame::delta;
  Piece piece = Piece::first;
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_pic_idx = 0;
  std::uint32_t ssrc = 0x11111111;
};

inline ProgramVerdict offer(ProgramRewriter& rewriter, const From& from) {
  const Bytes bytes =
      make_rtp({.sequence = from.sequence,
                .timestamp = from.timestamp,
                .ssrc = from.ssrc,
                .marker = Marker::set,
                .payload = make_vp8(from.frame, from.piece, from.picture_id, from.tl0_pic_idx)});
  return rewriter.rewrite(from.source, at_ms(from.ms), view_of(bytes));
}

inline ProgramVerdict offer_audio(ProgramRewriter& rewriter, const From& from) {
  const Bytes bytes = make_rtp(
      {.sequence = from.sequence, .timestamp = from.timestamp, .ssrc = from.ssrc, .payload = {0xFC, 1, 2}});
  return rewriter.rewrite(from.source, at_ms(from.ms), view_of(bytes));
}

inline ProgramRewriter alice_on_air() {
  ProgramRewriter rewriter(VideoCodec::vp8, kProgram);
  rewriter.switch_to(kAlice);
  REQUIRE(
      offer(rewriter, {.sequence = 1000, .timestamp = 5000, .frame = Frame::key, .picture_id = 10}).packet);
  return rewriter;
}

}  // namespace baton::media::test
