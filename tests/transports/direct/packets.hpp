// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/media/bytes.hpp"
#include "transports/direct/ice_credentials.hpp"

namespace baton::transport::direct::test {

inline std::vector<std::uint8_t> make_rtp(std::uint16_t sequence, std::uint32_t ssrc,
                                          std::size_t size = 100) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 7 + sequence);
  }
  bytes[0] = 0x80;
  bytes[1] = 96;
  media::store_u16(bytes, 2, sequence);
  media::store_u32(bytes, 4, sequence * 3000U);
  media::store_u32(bytes, 8, ssrc);
  return bytes;
}

inline std::vector<std::uint8_t> make_receiver_report(std::uint32_t ssrc) {
  std::vector<std::uint8_t> bytes = {0x80, 201, 0, 1, 0, 0, 0, 0};
  media::store_u32(bytes, 4, ssrc);
  return bytes;
}

/// Valid credentials, different for each number.
inline IceCredentials make_credentials(std::uint32_t number) {
  IceRandom random{};
  for (std::size_t i = 0; i < random.size(); ++i) {
    random[i] = static_cast<std::uint8_t>((number >> (6 * (i % 5))) + i);
  }
  return make_ice_credentials(random);
}

}  // namespace baton::transport::direct::test
