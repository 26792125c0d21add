// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace baton::transport::direct {

/// What of a compound packet stays readable: the first word and the SSRC (RFC 7714 §9.2).
inline constexpr std::size_t kSrtcpHeaderBytes = 8;
/// The word at the end of an SRTCP packet, behind the tag: the E flag, and an index of 31 bits.
inline constexpr std::size_t kSrtcpIndexBytes = 4;
/// The E flag: the packet is encrypted (RFC 3711 §3.4).
inline constexpr std::uint32_t kSrtcpEncrypted = std::uint32_t{1} << 31U;

}  // namespace baton::transport::direct
