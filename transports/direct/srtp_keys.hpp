// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/media/bytes.hpp"

namespace baton::transport::direct {

/// How media is encrypted, by the names of RFC 5764 §4.1.2 and RFC 7714 §14.2, in the order in which we
/// prefer them.
enum class SrtpProfile : std::uint8_t { aead_aes_128_gcm, aead_aes_256_gcm, aes128_cm_sha1_80 };
/// Such as "AEAD_AES_128_GCM".
[[nodiscard]] const char* to_string(SrtpProfile profile);
/// Whether one algorithm encrypts and authenticates at once (RFC 7714).
[[nodiscard]] bool is_aead(SrtpProfile profile);

/// Sizes of one master key and its salt, in bytes.
struct SrtpKeySizes {
  std::size_t key = 0;
  std::size_t salt = 0;
};
[[nodiscard]] SrtpKeySizes key_sizes(SrtpProfile profile);

/// Overwrites what must not be found in memory later; the compiler cannot leave it out.
void wipe(media::ByteSpan secret);

/// Bytes that are wiped when they are not needed any more. Moving wipes what was moved from.
template <std::size_t kCapacity>
class Secret {
public:
  Secret() = default;
  explicit Secret(std::size_t size) : size_(std::min(size, kCapacity)) {}
  Secret(Secret&& other) noexcept { *this = std::move(other); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      size_ = other.size_;
      other.clear();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { clear(); }

  void clear() {
    wipe(bytes_);
    size_ = 0;
  }
  [[nodiscard]] media::ByteSpan bytes() { return media::ByteSpan(bytes_).first(size_); }
  [[nodiscard]] media::ByteView bytes() const { return media::ByteView(bytes_).first(size_); }

private:
  std::array<std::uint8_t, kCapacity> bytes_{};
  std::size_t size_ = 0;
};

/// A master key followed by its salt: 46 bytes would hold any of the profiles.
using SrtpKey = Secret<46>;

/// What a DTLS handshake leaves for the media (RFC 5764 §4.2).
struct SrtpKeys {
  SrtpProfile profile{};
  SrtpKey local;   ///< For what we send.
  SrtpKey remote;  ///< For what the peer sends.
};

}  // namespace baton::transport::direct
