// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/playout_delay.hpp"

#include <chrono>
#include <cstdint>

namespace baton::media {
namespace {

constexpr core::Duration kUnit = std::chrono::milliseconds(10);
constexpr std::uint32_t kTwelveBits = 0xFFF;

std::uint32_t units(core::Duration duration) {
  return static_cast<std::uint32_t>(duration / kUnit) & kTwelveBits;
}

}  // namespace

void write_playout_delay(ByteSpan data, const PlayoutDelay& delay) {
  const std::uint32_t value = (units(delay.min) << 12U) | units(delay.max);
  data[0] = static_cast<std::uint8_t>(value >> 16U);
  store_u16(data, 1, static_cast<std::uint16_t>(value & 0xFFFFU));
}

}  // namespace baton::media
