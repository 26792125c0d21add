// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// Numbers and sizes (in bytes) of header extensions (RFC 8285) that the reader and the writer share.
namespace baton::media::extension_format {

inline constexpr std::size_t kBlockHeaderSize = 4;  // Profile, and length in words.

// Profiles of the extension block (RFC 8285 §4.2, §4.3). The low four bits of the two-byte one are for the
// application.
inline constexpr std::uint16_t kOneByteProfile = 0xBEDE;
inline constexpr std::uint16_t kTwoByteProfile = 0x1000;
inline constexpr std::uint16_t kTwoByteProfileMask = 0xFFF0;

inline constexpr std::uint8_t kPaddingElement = 0;
inline constexpr std::uint8_t kReservedOneByteId = 15;

inline constexpr std::uint8_t kMaxOneByteId = 14;
inline constexpr std::size_t kMaxOneByteSize = 16;
inline constexpr std::size_t kMaxTwoByteSize = 255;
inline constexpr std::size_t kOneByteHeadSize = 1;
inline constexpr std::size_t kTwoByteHeadSize = 2;

}  // namespace baton::media::extension_format
