// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/rsa_public_key.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace baton::plugin {

namespace {

constexpr int kMinBits = 2048;

}  // namespace

std::optional<std::string> problem_of_rsa_public_key(std::string_view pem) {
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
    return "holds a private key, which belongs to the application alone";
  }
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  if (key == nullptr) {
    // What is left in this thread's queue would be taken for the gateway's own errors.
    ERR_clear_error();
    return "holds no public key in PEM";
  }
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    return "holds no RSA key";
  }
  if (EVP_PKEY_get_bits(key.get()) < kMinBits) {
    return "holds a key of fewer than " + std::to_string(kMinBits) + " bits";
  }
  return std::nullopt;
}

}  // namespace baton::plugin
