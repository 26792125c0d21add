// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/dtls_context.hpp"

#include <openssl/ssl.h>

#include <array>
#include <string>

#include "transports/direct/dtls_connection.hpp"

namespace baton::transport::direct {
namespace {

// The library's own names.
const char* library_name(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::aead_aes_128_gcm:
      return "SRTP_AEAD_AES_128_GCM";
    case SrtpProfile::aead_aes_256_gcm:
      return "SRTP_AEAD_AES_256_GCM";
    case SrtpProfile::aes128_cm_sha1_80:
      break;
  }
  return "SRTP_AES128_CM_SHA1_80";
}

std::string offer(std::span<const SrtpProfile> profiles) {
  std::string result;
  for (const auto profile : profiles) {
    result += result.empty() ? "" : ":";
    result += library_name(profile);
  }
  return result;
}

// Forward secrecy and authenticated encryption only. RSA is for peers whose certificate is.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* kGroups = "X25519:P-256:P-384";

bool set_up(SSL_CTX* context, const Certificate& certificate, std::span<const SrtpProfile> profiles) {
  // Nothing is resumed or renegotiated: a new association is a new PeerConnection.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_NO_QUERY_MTU | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_read_ahead(context, 1);
  // Nothing larger than a datagram is ever written; the default would keep a buffer for 16 kB.
  SSL_CTX_set_max_send_fragment(context, kDtlsMtu);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 && SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_use_certificate(context, certificate.x509()) == 1 &&
         SSL_CTX_use_PrivateKey(context, certificate.key()) == 1 &&
         // This one is 0 when all is well.
         SSL_CTX_set_tlsext_use_srtp(context, offer(profiles).c_str()) == 0;
}

}  // namespace

void DtlsContext::Free::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}
void DtlsContext::Free::operator()(BIO_METHOD* method) const {
  BIO_meth_free(method);
}

std::shared_ptr<const DtlsContext> DtlsContext::make(Certificate certificate) {
  constexpr std::array kAll = {SrtpProfile::aead_aes_128_gcm, SrtpProfile::aead_aes_256_gcm,
                               SrtpProfile::aes128_cm_sha1_80};
  return make(std::move(certificate), kAll);
}

std::shared_ptr<const DtlsContext> DtlsContext::make(Certificate certificate,
                                                     std::span<const SrtpProfile> profiles) {
  auto result = std::make_shared<DtlsContext>(std::move(certificate));
  result->context_.reset(SSL_CTX_new(DTLS_method()));
  if (!result->context_ || !set_up(result->context_.get(), result->certificate_, profiles)) {
    return nullptr;
  }
  SSL_CTX_set_cert_verify_callback(result->context_.get(), &DtlsConnection::verify, nullptr);
  // The library's own memory BIO is a stream; a flight must keep its datagrams apart.
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "baton datagrams");
  result->datagrams_.reset(method);
  if (method == nullptr || BIO_meth_set_write(method, &DtlsConnection::write_datagram) != 1 ||
      BIO_meth_set_read(method, &DtlsConnection::read_datagram) != 1 ||
      BIO_meth_set_ctrl(method, &DtlsConnection::control) != 1) {
    return nullptr;
  }
  return result;
}

}  // namespace baton::transport::direct
