// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace baton::media {

/// What a packet chunk of transport-wide feedback says of a packet
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.1).
enum class ReceiveStatus : std::uint8_t {
  lost = 0,
  small_delta = 1,  ///< Arrived; its delta is one byte without a sign.
  large_delta = 2,  ///< Arrived; its delta is two bytes with a sign.
  reserved = 3,
};

/// A packet chunk (§3.1.3 and §3.1.4): one status many times, or a few one by one.
///
///     run:     0 S S L L L L L L L L L L L L L    S is the status, L how often
///     vector:  1 0 fourteen statuses of one bit, or 1 1 seven of two bits, the first one highest
namespace packet_chunk {

inline constexpr std::size_t kSize = 2;  ///< In bytes.
inline constexpr std::size_t kMaxRun = 0x1FFF;
inline constexpr std::size_t kNarrowVector = 14;
inline constexpr std::size_t kWideVector = 7;

inline constexpr std::uint16_t kVectorBit = 0x8000;
inline constexpr std::uint16_t kWideBit = 0x4000;

/// Statuses that the chunk holds.
[[nodiscard]] constexpr std::size_t capacity(std::uint16_t chunk) {
  if ((chunk & kVectorBit) == 0) {
    return chunk & kMaxRun;
  }
  return (chunk & kWideBit) != 0 ? kWideVector : kNarrowVector;
}

/// The status at a place below capacity().
[[nodiscard]] constexpr ReceiveStatus status_at(std::uint16_t chunk, std::size_t place) {
  if ((chunk & kVectorBit) == 0) {
    return static_cast<ReceiveStatus>((chunk >> 13U) & 3U);
  }
  if ((chunk & kWideBit) != 0) {
    return static_cast<ReceiveStatus>((chunk >> (2 * (kWideVector - 1 - place))) & 3U);
  }
  return static_cast<ReceiveStatus>((chunk >> (kNarrowVector - 1 - place)) & 1U);
}

/// `length` is at most kMaxRun.
[[nodiscard]] constexpr std::uint16_t run_of(ReceiveStatus status, std::size_t length) {
  return static_cast<std::uint16_t>((static_cast<std::size_t>(status) << 13U) | length);
}

/// Bytes that the delta of such a packet takes.
[[nodiscard]] constexpr std::size_t delta_size(ReceiveStatus status) {
  return static_cast<std::size_t>(status);  // None, one and two.
}

}  // namespace packet_chunk
}  // namespace baton::media
