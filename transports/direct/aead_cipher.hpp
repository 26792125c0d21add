// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/rtp_types.hpp"
#include "transports/direct/cipher_context.hpp"
#include "transports/direct/srtp_key_derivation.hpp"

namespace baton::transport::direct {

/// AES-GCM with one key and its salt, by OpenSSL. A key is one direction's. Holds some 1.2 kB of heap. One
/// thread.
class AeadCipher {
public:
  static constexpr std::size_t kTagBytes = 16;
  using InitializationVector = std::array<std::uint8_t, 12>;

  /// A key of 16 or 32 bytes; OpenSSL keeps a copy, and what is given is wiped. Nothing when OpenSSL refuses.
  static std::optional<AeadCipher> make(AeadKey key);

  /// Of the packet with this index in its stream (RFC 7714 §8.1); and of RTCP, whose index of 31 bits stands
  /// where the low bits of the other's 48 do (§9.1).
  [[nodiscard]] InitializationVector initialization_vector(media::Ssrc ssrc, std::uint64_t index) const;

  /// Encrypts `pieces`, one after the other, to the front of `to`, puts the tag behind it, and answers with
  /// what is left of `to`, which has room for both and overlaps with nothing. Nothing when OpenSSL fails. An
  /// initialization vector is used once with a key: to see to that is the caller's duty. Allocates nothing.
  [[nodiscard]] std::optional<media::ByteSpan> seal(const InitializationVector& vector,
                                                    media::ByteView associated_data,
                                                    std::initializer_list<media::ByteView> pieces,
                                                    media::ByteSpan to);

  /// Decrypts in place what `sealed` begins with, and checks it and `associated_data` against the tag at its
  /// end; the answer is what was encrypted. Nothing when that is not authentic, or is shorter than a tag, or
  /// OpenSSL fails: then the bytes are of no use. Allocates nothing.
  [[nodiscard]] std::optional<media::ByteSpan> open(const InitializationVector& vector,
                                                    media::ByteView associated_data, media::ByteSpan sealed);

private:
  AeadCipher(CipherContext context, Secret<12> salt) : context_(std::move(context)), salt_(std::move(salt)) {}

  CipherContext context_;
  Secret<12> salt_;
};

}  // namespace baton::transport::direct
