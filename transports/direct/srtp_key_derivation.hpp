// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "transports/direct/srtp_keys.hpp"

namespace baton::transport::direct {

/// What a session key is for (RFC 3711 §4.3.2).
enum class KeyLabel : std::uint8_t {
  rtp_encryption = 0,
  rtp_authentication = 1,
  rtp_salt = 2,
  rtcp_encryption = 3,
  rtcp_authentication = 4,
  rtcp_salt = 5,
};

/// Derives the bytes of `to` from a master key of 16 or 32 bytes and its salt of at most 14, by AES in
/// counter mode (RFC 3711 §4.3.3, RFC 6188 §3), with a key derivation rate of 0. A salt that is shorter is
/// followed by zeros, as AES-GCM's with its 12 bytes (RFC 7714 §11). False when the sizes are others or
/// OpenSSL refuses.
[[nodiscard]] bool derive_key(media::ByteView master_key, media::ByteView master_salt, KeyLabel label,
                              media::ByteSpan to);

/// A key of AES-GCM with its salt.
struct AeadKey {
  Secret<32> key;
  Secret<12> salt;
};

/// What one direction of a peer is encrypted with.
struct AeadSessionKeys {
  AeadKey rtp;
  AeadKey rtcp;
};

/// The session keys of an AEAD profile. Nothing when `master` has the wrong size, the profile is no AEAD, or
/// OpenSSL refuses.
[[nodiscard]] std::optional<AeadSessionKeys> derive_aead_keys(SrtpProfile profile, const SrtpKey& master);

}  // namespace baton::transport::direct
