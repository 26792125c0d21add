// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/media/parse_result.hpp"

namespace baton::transport::direct {

/// What protection adds to a packet at most: the tag of 16 bytes, and for RTCP the index of 4.
inline constexpr std::size_t kMaxSrtpOverheadBytes = 20;
/// How many streams one peer may have in each direction: there is a state for each. A publisher with three
/// layers of simulcast, their retransmissions and audio has seven.
inline constexpr std::size_t kMaxSources = 64;
/// How far a packet may be behind the newest of its stream and still be protected, or unprotected: at 1,000
/// packets a second, about a second.
inline constexpr std::size_t kReplayWindow = 1024;

/// Why a packet was not protected or unprotected.
enum class SrtpError : std::uint8_t {
  authentication_failed,  ///< Changed on the way, forged, or with another key.
  replayed,               ///< Was here before (RFC 3711 §3.3.2), or one before it was sent with its number.
  too_old,                ///< Further behind than the replay window or the roll-over counter can tell.
  too_many_sources,       ///< The peer has kMaxSources streams already.
  malformed,              ///< Too short, or no RTP or RTCP.
  no_room,                ///< The buffer has no room for the tag.
  key_expired,            ///< 2^48 packets, or 2^31 of RTCP, with one key (RFC 3711 §9.2).
  other,
};
inline constexpr std::size_t kSrtpErrors = 8;
[[nodiscard]] const char* to_string(SrtpError error);

/// The size of a packet after the call.
struct PacketSize {
  std::size_t bytes = 0;
};
using SrtpResult = media::ParseResult<PacketSize, SrtpError>;

/// Counts by reason, for one peer and direction.
struct SrtpErrorCounters {
  std::array<std::uint64_t, kSrtpErrors> counts{};
  [[nodiscard]] std::uint64_t of(SrtpError error) const { return counts[static_cast<std::size_t>(error)]; }
};

}  // namespace baton::transport::direct
