// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/keyframe_cache.hpp"
#include "core/media/packet_store.hpp"
#include "core/media/program_packet.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::media::test {

inline constexpr ClockRate kVideoRate{90'000};

/// A packet of the program as a test describes it. Frames are 33 ms (2,970 ticks) apart unless it says
/// otherwise.
struct Cached {
  std::int64_t sequence = 0;
  std::uint32_t timestamp = 0;
  bool starts_keyframe = false;
  bool ends_frame = false;
  bool padding_only = false;
  std::int64_t ms = 0;
  std::size_t size = 100;
};

inline ProgramPacket program_packet(const Cached& cached) {
  ProgramPacket packet;
  packet.sequence = ExtendedSequence{cached.sequence};
  packet.timestamp = RtpTimestamp(cached.timestamp);
  packet.starts_keyframe = cached.starts_keyframe;
  packet.ends_frame = cached.ends_frame;
  packet.padding_only = cached.padding_only;
  return packet;
}

/// Bytes that show which packet they belong to.
inline Bytes body_of(const Cached& cached) {
  return Bytes(cached.size, static_cast<std::uint8_t>(cached.sequence & 0xFF));
}

/// A packet in a store that all tests share.
inline SharedPacket shared(ByteView bytes, ByteView descriptor = {}) {
  static PacketStore store;
  return store.add(bytes, descriptor).value().packet;
}

inline CacheAppend append(KeyframeCache& cache, const Cached& cached, const Bytes& descriptor = {}) {
  return cache.append(program_packet(cached), shared(body_of(cached), descriptor), at_ms(cached.ms));
}

/// Appends `frames` frames of one packet each, one every 33 ms, the first of them the whole key frame.
inline void append_frames(KeyframeCache& cache, std::int64_t first_sequence, std::uint32_t first_timestamp,
                          std::int64_t first_ms, int frames, std::size_t size = 100) {
  for (int frame = 0; frame < frames; ++frame) {
    append(cache, {.sequence = first_sequence + frame,
                   .timestamp = first_timestamp + static_cast<std::uint32_t>(frame) * 2970U,
                   .starts_keyframe = frame == 0,
                   .ends_frame = true,
                   .ms = first_ms + frame * 33,
                   .size = size});
  }
}

}  // namespace baton::media::test
