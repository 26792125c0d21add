// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/bio.h>

#include <memory>
#include <span>

#include "transports/direct/certificate.hpp"
#include "transports/direct/srtp_keys.hpp"

namespace baton::transport::direct {

/// What all DTLS connections of this process have in common: the certificate, what is offered, how datagrams
/// get to the library and from it. Made once at start; may be used by several threads.
///
/// DTLS 1.2 is the least that is spoken. OpenSSL 3.0 has no later one; a library that has will offer it.
class DtlsContext {
public:
  /// The profiles that are offered, the preferred one first; of the peer's, we choose by our order. Nothing
  /// when the library refuses.
  static std::shared_ptr<const DtlsContext> make(Certificate certificate,
                                                 std::span<const SrtpProfile> profiles);
  /// With all profiles, in their order.
  static std::shared_ptr<const DtlsContext> make(Certificate certificate);

  /// Use make(): it fails by returning nothing.
  explicit DtlsContext(Certificate certificate) : certificate_(std::move(certificate)) {}

  [[nodiscard]] const Fingerprint& fingerprint() const { return certificate_.fingerprint(); }

private:
  friend class DtlsConnection;
  struct Free {
    void operator()(SSL_CTX* context) const;
    void operator()(BIO_METHOD* method) const;
  };

  const Certificate certificate_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<BIO_METHOD, Free> datagrams_;
};

}  // namespace baton::transport::direct
