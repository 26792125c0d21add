// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baton::transport::direct::test {

/// The bytes that a standard prints in hexadecimal digits, with whatever spaces it groups them by.
inline std::vector<std::uint8_t> from_hex(std::string_view text) {
  std::string digits;
  for (const char character : text) {
    if (character != ' ') {
      digits += character;
    }
  }
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace baton::transport::direct::test
