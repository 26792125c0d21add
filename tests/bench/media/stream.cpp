// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/media/rtp_packet.hpp"
#include "core/media/vp8_payload.hpp"

namespace baton::bench {
namespace {

constexpr std::size_t kDescriptorBytes = 4;
// The header of a key frame (RFC 6386 §9.1); other packets have as many bytes of anything in its place.
constexpr std::size_t kFrameHeaderBytes = 10;
constexpr std::size_t kFillingBytes = kPayloadBytes - kDescriptorBytes - kFrameHeaderBytes - 24;

/// In the order of their bytes, as the packet has them.
struct Stamp {
  std::uint32_t mark;
  std::uint32_t room;
  std::uint64_t number;
  std::int64_t sent;
};
static_assert(sizeof(Stamp) == 24);
constexpr std::uint32_t kMark = 0xBA70BE4C;

/// Random bytes that any filling is a part of: comparing is cheaper than computing.
constexpr std::size_t kPoolBytes = 1U << 16U;
using Pool = std::array<std::uint8_t, kPoolBytes + kFillingBytes>;

const Pool& pool() {
  static const Pool kFilled = [] {
    Pool result;
    std::uint64_t state = 0x9E3779B97F4A7C15ULL;
    for (auto& byte : result) {
      state ^= state << 13U;
      state ^= state >> 7U;
      state ^= state << 17U;
      byte = static_cast<std::uint8_t>(state >> 32U);
    }
    return result;
  }();
  return kFilled;
}

media::ByteView filling(const Stamp& stamp) {
  const std::uint64_t mixed = (stamp.number * 0xD1B54A32D192ED03ULL) ^ (std::uint64_t{stamp.room} << 40U) ^
                              static_cast<std::uint64_t>(stamp.sent);
  return media::ByteView(pool()).subspan((mixed * 0x9E3779B97F4A7C15ULL) >> 48U, kFillingBytes);
}

void write_descriptor(media::ByteSpan payload, bool first_of_frame, std::uint64_t frame) {
  payload[0] = first_of_frame ? 0x90 : 0x80;  // X; S with partition 0.
  payload[1] = 0x80;                          // I
  payload[2] = static_cast<std::uint8_t>(0x80U | ((frame >> 8U) & 0x7FU));
  payload[3] = static_cast<std::uint8_t>(frame);
}

void write_frame_header(media::ByteSpan header, FrameKind kind) {
  // P is inverse; the frame is shown; its first partition has 1,000 bytes.
  constexpr std::uint32_t kShown = 0x10U | (1000U << 5U);
  const std::uint32_t tag = kShown | (kind == FrameKind::key ? 0U : 1U);
  header[0] = static_cast<std::uint8_t>(tag);
  header[1] = static_cast<std::uint8_t>(tag >> 8U);
  header[2] = static_cast<std::uint8_t>(tag >> 16U);
  constexpr std::array<std::uint8_t, 7> kStartCodeAnd1280x720 = {0x9D, 0x01, 0x2A, 0x00, 0x05, 0xD0, 0x02};
  std::ranges::copy(kStartCodeAnd1280x720, header.begin() + 3);
}

}  // namespace

std::size_t write_stream_packet(const StreamPacket& packet, media::ByteSpan buffer) {
  const std::uint64_t number = packet.number.value();
  const std::uint64_t frame = number / kPacketsPerFrame;
  const std::uint64_t place = number % kPacketsPerFrame;
  const bool last = place == kPacketsPerFrame - 1;
  buffer[0] = 0x80;
  buffer[1] = static_cast<std::uint8_t>((last ? 0x80U : 0U) | packet.payload_type.value);
  media::store_u16(buffer, 2, static_cast<std::uint16_t>(number));
  media::store_u32(buffer, 4, static_cast<std::uint32_t>(frame * (kTicksPerSecond / kFramesPerSecond)));
  media::store_u32(buffer, 8, packet.source.value);
  const auto payload = buffer.subspan(media::kRtpFixedHeaderSize, kPayloadBytes);
  write_descriptor(payload, place == 0, frame);
  write_frame_header(payload.subspan(kDescriptorBytes, kFrameHeaderBytes), packet.frame);
  const Stamp stamp{kMark, static_cast<std::uint32_t>(packet.room.value()), number,
                    packet.sent.time_since_epoch().count()};
  std::memcpy(&payload[kDescriptorBytes + kFrameHeaderBytes], &stamp, sizeof(stamp));
  media::copy_bytes(filling(stamp), payload.last(kFillingBytes));
  return media::kRtpFixedHeaderSize + kPayloadBytes;
}

std::optional<ReadStamp> read_stream_packet(media::ByteView packet) {
  const auto rtp = media::RtpPacketView::parse(packet);
  if (!rtp || rtp->payload().size() != kPayloadBytes) {
    return std::nullopt;
  }
  const auto payload = rtp->payload();
  const auto vp8 = media::parse_vp8_payload(payload);
  if (!vp8 || vp8->descriptor_size != kDescriptorBytes) {
    return std::nullopt;
  }
  Stamp stamp{};
  std::memcpy(&stamp, &payload[kDescriptorBytes + kFrameHeaderBytes], sizeof(stamp));
  if (stamp.mark != kMark) {
    return std::nullopt;
  }
  const std::uint64_t place = stamp.number % kPacketsPerFrame;
  const bool marked = rtp->marker() == media::Marker::set;
  if (vp8->begins_frame() != (place == 0) || marked != (place == kPacketsPerFrame - 1) ||
      !std::ranges::equal(payload.last(kFillingBytes), filling(stamp))) {
    return std::nullopt;
  }
  return ReadStamp{RoomNumber(stamp.room), PacketNumber(stamp.number),
                   core::Instant(core::Duration(stamp.sent)), rtp->sequence_number()};
}

}  // namespace baton::bench
