// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/srtp_keys.hpp"

#include <openssl/crypto.h>

namespace baton::transport::direct {

const char* to_string(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::aead_aes_128_gcm:
      return "AEAD_AES_128_GCM";
    case SrtpProfile::aead_aes_256_gcm:
      return "AEAD_AES_256_GCM";
    case SrtpProfile::aes128_cm_sha1_80:
      break;
  }
  return "AES128_CM_SHA1_80";
}

bool is_aead(SrtpProfile profile) {
  return profile == SrtpProfile::aead_aes_128_gcm || profile == SrtpProfile::aead_aes_256_gcm;
}

SrtpKeySizes key_sizes(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::aead_aes_128_gcm:
      return {16, 12};
    case SrtpProfile::aead_aes_256_gcm:
      return {32, 12};
    case SrtpProfile::aes128_cm_sha1_80:
      break;
  }
  return {16, 14};
}

void wipe(media::ByteSpan secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
}

}  // namespace baton::transport::direct
