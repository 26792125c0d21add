// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media::test {

using Bytes = std::vector<std::uint8_t>;

/// Borrowed bytes, to be compared and kept.
inline Bytes copy_of(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

/// The instant `milliseconds` after the test's beginning.
inline core::Instant at_ms(std::int64_t milliseconds) {
  return core::Instant(std::chrono::milliseconds(milliseconds));
}

/// What a hand-made RTP packet consists of; defaults where a test does not care.
struct PacketSpec {
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0x11111111;
  std::uint8_t payload_type = 96;
  Marker marker = Marker::clear;
  Bytes payload;
};

/// A packet with a fixed header only.
inline Bytes make_rtp(const PacketSpec& spec) {
  Bytes bytes;
  bytes.reserve(kRtpFixedHeaderSize + spec.payload.size());
  bytes.resize(kRtpFixedHeaderSize);
  bytes[0] = 0x80;
  bytes[1] = static_cast<std::uint8_t>((spec.marker == Marker::set ? 0x80U : 0U) | spec.payload_type);
  store_u16(bytes, 2, spec.sequence);
  store_u32(bytes, 4, spec.timestamp);
  store_u32(bytes, 8, spec.ssrc);
  bytes.insert(bytes.end(), spec.payload.begin(), spec.payload.end());
  return bytes;
}

enum class Frame : std::uint8_t { key, delta };
enum class Piece : std::uint8_t { first, middle };

/// A VP8 payload: 15-bit picture ID and TL0PICIDX in the descriptor, as browsers send it, and ten bytes of
/// "picture".
inline Bytes make_vp8(Frame frame, Piece piece, std::uint16_t picture_id = 0, std::uint8_t tl0_pic_idx = 0) {
  const std::uint8_t start = piece == Piece::first ? 0x10 : 0x00;
  Bytes payload{static_cast<std::uint8_t>(0x80U | start),
                0xE0,  // I, L and T.
                static_cast<std::uint8_t>(0x80U | (picture_id >> 8U)),
                static_cast<std::uint8_t>(picture_id & 0xFFU),
                tl0_pic_idx,
                0x20};  // Temporal layer 0, layer sync.
  payload.push_back(frame == Frame::key ? 0x10 : 0x11);
  payload.insert(payload.end(), 9, 0xAB);
  return payload;
}

/// The view of bytes that are known to be a packet.
inline RtpPacketView view_of(const Bytes& bytes) {
  return *RtpPacketView::parse(bytes);
}

}  // namespace baton::media::test
