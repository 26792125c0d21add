// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace baton::media {

/// Bytes that are only read. Borrowed: the owner must outlive the view.
using ByteView = std::span<const std::uint8_t>;
/// Bytes that may be changed in place. Borrowed as well.
using ByteSpan = std::span<std::uint8_t>;

/// Copies `from` to the front of `to`, which has room for it and does not overlap it; answers with what is
/// left of `to`. The way to copy a packet: GCC 12's std::ranges::copy takes read-only bytes one by one,
/// twenty times slower.
constexpr ByteSpan copy_bytes(ByteView from, ByteSpan to) {
  std::copy(from.begin(), from.end(), to.begin());
  return to.subspan(from.size());
}

/// Big-endian ("network order") loads and stores. The caller has checked that the bytes exist.
constexpr std::uint16_t load_u16(ByteView bytes, std::size_t offset) {
  return static_cast<std::uint16_t>((bytes[offset] << 8U) | bytes[offset + 1]);
}

constexpr std::uint32_t load_u24(ByteView bytes, std::size_t offset) {
  return (std::uint32_t{bytes[offset]} << 16U) | load_u16(bytes, offset + 1);
}

constexpr std::uint32_t load_u32(ByteView bytes, std::size_t offset) {
  return (std::uint32_t{load_u16(bytes, offset)} << 16U) | load_u16(bytes, offset + 2);
}

constexpr void store_u16(ByteSpan bytes, std::size_t offset, std::uint16_t value) {
  bytes[offset] = static_cast<std::uint8_t>(value >> 8U);
  bytes[offset + 1] = static_cast<std::uint8_t>(value & 0xFFU);
}

constexpr void store_u32(ByteSpan bytes, std::size_t offset, std::uint32_t value) {
  store_u16(bytes, offset, static_cast<std::uint16_t>(value >> 16U));
  store_u16(bytes, offset + 2, static_cast<std::uint16_t>(value & 0xFFFFU));
}

}  // namespace baton::media
