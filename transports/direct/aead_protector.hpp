// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/rtp_types.hpp"
#include "transports/direct/aead_cipher.hpp"
#include "transports/direct/sent_indexes.hpp"
#include "transports/direct/srtp_error.hpp"
#include "transports/direct/srtp_key_derivation.hpp"

namespace baton::transport::direct {

/// How many packets may be sent with one master key, whatever their streams (RFC 3711 §9.2).
struct AeadLimits {
  std::uint64_t rtp_packets = kPacketIndexes;
  /// One less than there are indexes, as the first of them is 1.
  std::uint64_t rtcp_packets = (std::uint64_t{1} << 31U) - 1;
};

/// The sending half of SRTP and SRTCP with AES-GCM (RFC 7714), everything encrypted but the headers, for one
/// peer. Every initialization vector is used at most once. Allocates when a stream sends its first packet,
/// and at no other time. One thread.
class AeadProtector {
public:
  /// Nothing when OpenSSL refuses the keys. They are wiped, whatever comes of it.
  static std::optional<AeadProtector> make(AeadSessionKeys keys, AeadLimits limits = {});

  /// Writes the packet that is `head` followed by `rest`, protected, to the front of `to`, which has room for
  /// kMaxSrtpOverheadBytes more and overlaps with neither. `head` holds the whole header at least. A packet
  /// that is refused changes nothing; but after `other`, its index counts as used.
  SrtpResult protect_rtp(media::ByteView head, media::ByteView rest, media::ByteSpan to);
  /// The same for a compound packet of RTCP.
  SrtpResult protect_rtcp(media::ByteView packet, media::ByteSpan to);

private:
  /// A stream of ours (RFC 3711 §3.2.3).
  struct Source {
    media::Ssrc ssrc;
    std::uint32_t rtcp_index = 0;
    SentIndexes rtp_indexes;
  };

  AeadProtector(AeadCipher rtp, AeadCipher rtcp, AeadLimits limits)
      : rtp_(std::move(rtp)), rtcp_(std::move(rtcp)), left_(limits) {}
  /// Nothing when there are kMaxSources others.
  Source* source_of(media::Ssrc ssrc);

  AeadCipher rtp_;
  AeadCipher rtcp_;
  AeadLimits left_;
  std::vector<Source> sources_;
};

}  // namespace baton::transport::direct
