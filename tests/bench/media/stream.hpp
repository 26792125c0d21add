// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/ids.hpp"
#include "core/media/bytes.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::bench {

/// 2.5 Mbit/s of video, as the packets of one frame after the other.
inline constexpr std::size_t kFramesPerSecond = 30;
inline constexpr std::size_t kPacketsPerFrame = 9;
inline constexpr std::size_t kPacketsPerSecond = kFramesPerSecond * kPacketsPerFrame;
inline constexpr std::size_t kPayloadBytes = 2'500'000 / 8 / kPacketsPerSecond;
inline constexpr std::uint32_t kTicksPerSecond = 90'000;
/// An RTP header with an extension of up to eight bytes, and the payload.
inline constexpr std::size_t kStreamPacketBytes = 12 + 4 + 8 + kPayloadBytes;

/// Which of the rooms a packet was published into.
using RoomNumber = core::NumericId<struct BenchRoomTag>;
/// Packets of one room's stream, counted from 0.
using PacketNumber = core::NumericId<struct BenchPacketTag>;

enum class FrameKind : std::uint8_t { key, delta };

/// A packet of the stream, before it is written.
struct StreamPacket {
  RoomNumber room;
  PacketNumber number;
  FrameKind frame = FrameKind::delta;
  core::Instant sent{};
  media::Ssrc source;
  media::PayloadType payload_type;
};

/// Writes VP8 that decodes to nothing but is well formed: a descriptor with a picture id of 15 bits (RFC 7741
/// §4.2) and the header of a frame; then where the packet belongs and when it was sent, and a filling that
/// follows from both.
/// @return  how many of the kStreamPacketBytes were used
std::size_t write_stream_packet(const StreamPacket& packet, media::ByteSpan buffer);

/// What a packet that arrived says of itself.
struct ReadStamp {
  RoomNumber room;
  PacketNumber number;
  core::Instant sent{};
  media::SequenceNumber sequence;
};
/// Nothing when any byte of the payload is not what was written, but for the counters of the descriptor,
/// which a server may continue.
[[nodiscard]] std::optional<ReadStamp> read_stream_packet(media::ByteView packet);

}  // namespace baton::bench
