// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <srtp2/srtp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"
#include "transports/direct/srtp_keys.hpp"

namespace baton::transport::direct {

/// What protection adds to a packet at most: the tag of 16 bytes, and for RTCP the index of 4.
inline constexpr std::size_t kMaxSrtpOverheadBytes = 20;
/// How many streams of one peer are decrypted: the library keeps a state for each. A publisher with three
/// layers of simulcast, their retransmissions and audio has seven.
inline constexpr std::size_t kMaxSources = 64;

/// Why a packet was not protected or unprotected.
enum class SrtpError : std::uint8_t {
  authentication_failed,  ///< Changed on the way, forged, or with another key.
  replayed,               ///< Was here before (RFC 3711 §3.3.2), or one before it was sent with its number.
  too_old,                ///< Further behind than the replay window or the roll-over counter can tell.
  too_many_sources,       ///< The peer has kMaxSources streams already.
  malformed,              ///< Too short, or no RTP or RTCP.
  no_room,                ///< The buffer has no room for the tag.
  key_expired,            ///< 2^48 packets, or 2^31 of RTCP, with one key.
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

/// SRTP and SRTCP with one peer, both directions, by libsrtp. One thread.
class SrtpSession {
public:
  /// The keys are wiped, whatever comes of it. Nothing when the library refuses them.
  static std::optional<SrtpSession> make(SrtpKeys keys);

  [[nodiscard]] SrtpProfile profile() const { return profile_; }

  /// Encrypts the packet that is the first `size` bytes of `buffer`, in place. The buffer needs
  /// kMaxSrtpOverheadBytes more; the result tells how many were used.
  SrtpResult protect_rtp(media::ByteSpan buffer, std::size_t size);
  SrtpResult protect_rtcp(media::ByteSpan buffer, std::size_t size);
  /// Decrypts in place. After an error the bytes are of no use.
  SrtpResult unprotect_rtp(media::ByteSpan packet);
  SrtpResult unprotect_rtcp(media::ByteSpan packet);

  [[nodiscard]] const SrtpErrorCounters& protect_errors() const { return protect_errors_; }
  [[nodiscard]] const SrtpErrorCounters& unprotect_errors() const { return unprotect_errors_; }

private:
  struct Free {
    void operator()(srtp_ctx_t* context) const { srtp_dealloc(context); }
  };
  using Context = std::unique_ptr<srtp_ctx_t, Free>;
  using Operation = srtp_err_status_t (*)(srtp_t, void*, int*);

  explicit SrtpSession(SrtpProfile profile) : profile_(profile) {}
  static Context make_context(SrtpProfile profile, SrtpKey& key, srtp_ssrc_type_t direction);
  SrtpResult protect(media::ByteSpan buffer, std::size_t size, Operation operation);
  SrtpResult unprotect(media::ByteSpan packet, std::size_t ssrc_offset, Operation operation);
  [[nodiscard]] bool is_known(media::Ssrc source) const;

  SrtpProfile profile_;
  Context outbound_;
  Context inbound_;
  std::array<media::Ssrc, kMaxSources> sources_;
  std::size_t source_count_ = 0;
  SrtpErrorCounters protect_errors_;
  SrtpErrorCounters unprotect_errors_;
};

}  // namespace baton::transport::direct
