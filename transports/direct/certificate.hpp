// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::transport::direct {

/// The SHA-256 hash of a certificate, which `a=fingerprint:sha-256` of an SDP carries (RFC 8122 §5).
struct Fingerprint {
  std::array<std::uint8_t, 32> sha256{};

  /// From 32 pairs of hexadecimal digits with colons between them, in either case; nothing for other text.
  static std::optional<Fingerprint> parse(std::string_view text);
  /// As an SDP has it, in upper case.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// The hash of this certificate; nothing when the library cannot.
[[nodiscard]] std::optional<Fingerprint> fingerprint_of(const X509* certificate);

/// Who we are: an ECDSA P-256 key and a certificate that it signed itself. It says nothing but its
/// fingerprint, and lives as long as the process.
class Certificate {
public:
  /// Makes a new one; nothing when the library has no randomness or no such curve.
  static std::optional<Certificate> make();

  [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
  /// For SSL_CTX_use_*; they stay this object's.
  [[nodiscard]] X509* x509() const { return x509_.get(); }
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

private:
  struct Free {
    void operator()(X509* certificate) const;
    void operator()(EVP_PKEY* key) const;
  };
  Certificate() = default;

  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> x509_;
  Fingerprint fingerprint_;
};

}  // namespace baton::transport::direct
