// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/media/bytes.hpp"

namespace baton::transport::direct::test {

/// Writes STUN messages that no well-behaved library would: attributes as they are given, true or not.
class StunBuilder {
public:
  /// 0x0001 is a Binding request, 0x0101 its success response, 0x0011 an indication.
  explicit StunBuilder(std::uint16_t type) : bytes_(20) {
    media::store_u16(bytes_, 0, type);
    media::store_u32(bytes_, 4, 0x2112A442);
  }

  StunBuilder& attribute(std::uint16_t type, std::string_view value) {
    const auto offset = bytes_.size();
    bytes_.resize(offset + 4);
    media::store_u16(bytes_, offset, type);
    media::store_u16(bytes_, offset + 2, static_cast<std::uint16_t>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    media::store_u16(bytes_, 2, static_cast<std::uint16_t>(bytes_.size() - 20));
    return *this;
  }

  /// Adds a FINGERPRINT that is right (RFC 8489 §14.7).
  StunBuilder& fingerprint() {
    attribute(0x8028, "0000");
    const media::ByteView covered(bytes_.data(), bytes_.size() - 8);
    media::store_u32(bytes_, bytes_.size() - 4, crc32(covered) ^ 0x5354554EU);
    return *this;
  }

  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }

private:
  static std::uint32_t crc32(media::ByteView bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const std::uint8_t byte : bytes) {
      crc ^= byte;
      for (int bit = 0; bit < 8; ++bit) {
        crc = (crc >> 1U) ^ (0xEDB88320U & (0U - (crc & 1U)));
      }
    }
    return ~crc;
  }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace baton::transport::direct::test
