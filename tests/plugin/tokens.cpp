// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/tokens.hpp"

#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace baton::testing {

namespace {

jwt_alg_t algorithm_of(Signature signature) {
  switch (signature) {
    case Signature::hs256:
      return JWT_ALG_HS256;
    case Signature::hs512:
      return JWT_ALG_HS512;
    case Signature::rs256:
      return JWT_ALG_RS256;
    case Signature::none:
      break;
  }
  return JWT_ALG_NONE;
}

void must(int failed, const char* what) {
  if (failed != 0) {
    throw std::runtime_error(std::string("libjwt refuses ") + what);
  }
}

std::string drain(BIO* memory) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

std::string TokenDraft::text() const {
  jwt_t* made = nullptr;
  must(jwt_new(&made), "a token");
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> token(made, &jwt_free);
  must(jwt_add_grant(made, "sub", user.c_str()), "sub");
  must(jwt_add_grant(made, "room", room.c_str()), "room");
  if (role) {
    must(jwt_add_grant(made, "role", role->c_str()), "role");
  }
  if (expires) {
    must(jwt_add_grant_int(made, "exp", static_cast<long>(expires->time_since_epoch().count())), "exp");
  }
  if (not_before) {
    must(jwt_add_grant_int(made, "nbf", static_cast<long>(not_before->time_since_epoch().count())), "nbf");
  }
  if (key_id) {
    must(jwt_add_header(made, "kid", key_id->c_str()), "kid");
  }
  const bool is_signed = signature != Signature::none;
  must(jwt_set_alg(made, algorithm_of(signature),
                   is_signed ? reinterpret_cast<const unsigned char*>(key.data()) : nullptr,
                   is_signed ? static_cast<int>(key.size()) : 0),
       "the key");
  const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(made), &std::free);
  must(text == nullptr ? 1 : 0, "to sign");
  return text.get();
}

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string public_pem_of(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PUBKEY(text.get(), key);
  return drain(text.get());
}

}  // namespace

KeyPair make_rsa_keys(unsigned bits) {
  const Key key(EVP_RSA_gen(bits), &EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> hidden(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(hidden.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {drain(hidden.get()), public_pem_of(key.get())};
}

std::string make_ec_public_key() {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  return public_pem_of(key.get());
}

}  // namespace baton::testing
