// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/rtp_types.hpp"
#include "transports/direct/aead_cipher.hpp"
#include "transports/direct/received_indexes.hpp"
#include "transports/direct/replay_window.hpp"
#include "transports/direct/srtp_error.hpp"
#include "transports/direct/srtp_key_derivation.hpp"

namespace baton::transport::direct {

/// The receiving half of SRTP and SRTCP with AES-GCM (RFC 7714), everything encrypted but the headers, for
/// one peer. What is not authentic changes nothing. Allocates when a stream's first packet was authenticated,
/// and at no other time. One thread.
class AeadUnprotector {
public:
  /// Nothing when OpenSSL refuses the keys. They are wiped, whatever comes of it.
  static std::optional<AeadUnprotector> make(AeadSessionKeys keys);

  /// Decrypts in place. After an error the bytes are of no use.
  SrtpResult unprotect_rtp(media::ByteSpan packet);
  /// The same for a compound packet of RTCP. One that is not encrypted is `malformed`: DTLS-SRTP has no
  /// profile for it.
  SrtpResult unprotect_rtcp(media::ByteSpan packet);

private:
  /// A stream of the peer's (RFC 3711 §3.2.3).
  struct Source {
    media::Ssrc ssrc;
    ReceivedIndexes rtp_indexes = {};
    ReplayWindow rtcp_indexes = {};
  };

  AeadUnprotector(AeadCipher rtp, AeadCipher rtcp) : rtp_(std::move(rtp)), rtcp_(std::move(rtcp)) {}
  /// Of what is known of a stream; null when it is new, and too_many_sources when there is no room for it.
  media::ParseResult<Source*, SrtpError> find(media::Ssrc ssrc);
  /// The state of a stream that was authenticated. `known`: what `find` said.
  Source& keep(Source* known, media::Ssrc ssrc);

  AeadCipher rtp_;
  AeadCipher rtcp_;
  std::vector<Source> sources_;
};

}  // namespace baton::transport::direct
