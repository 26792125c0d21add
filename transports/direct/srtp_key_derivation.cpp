// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/srtp_key_derivation.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "transports/direct/cipher_context.hpp"

namespace baton::transport::direct {
namespace {

constexpr std::size_t kSaltBytes = 14;
constexpr std::size_t kBlockBytes = 16;
// Where the label meets the salt: seven bytes from the right end, as the index below it has six.
constexpr std::size_t kLabelOffset = 7;

const EVP_CIPHER* counter_mode(std::size_t key_bytes) {
  switch (key_bytes) {
    case 16:
      return EVP_aes_128_ctr();
    case 32:
      return EVP_aes_256_ctr();
    default:
      return nullptr;
  }
}

std::optional<AeadKey> derive_aead_key(media::ByteView master_key, media::ByteView master_salt,
                                       KeyLabel encryption, KeyLabel salt) {
  AeadKey derived{Secret<32>(master_key.size()), Secret<12>(master_salt.size())};
  if (!derive_key(master_key, master_salt, encryption, derived.key.bytes()) ||
      !derive_key(master_key, master_salt, salt, derived.salt.bytes())) {
    return std::nullopt;
  }
  return derived;
}

}  // namespace

bool derive_key(media::ByteView master_key, media::ByteView master_salt, KeyLabel label, media::ByteSpan to) {
  const EVP_CIPHER* cipher = counter_mode(master_key.size());
  if (cipher == nullptr || master_salt.size() > kSaltBytes) {
    return false;
  }
  Secret<kBlockBytes> counter(kBlockBytes);
  media::copy_bytes(master_salt, counter.bytes());
  counter.bytes()[kLabelOffset] ^= static_cast<std::uint8_t>(label);
  // The keystream is what zeros are encrypted to.
  std::ranges::fill(to, std::uint8_t{0});
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  return context != nullptr &&
         EVP_EncryptInit_ex2(context.get(), cipher, master_key.data(), counter.bytes().data(), nullptr) ==
             1 &&
         EVP_EncryptUpdate(context.get(), to.data(), &written, to.data(), static_cast<int>(to.size())) == 1;
}

std::optional<AeadSessionKeys> derive_aead_keys(SrtpProfile profile, const SrtpKey& master) {
  const auto sizes = key_sizes(profile);
  if (!is_aead(profile) || master.bytes().size() != sizes.key + sizes.salt) {
    return std::nullopt;
  }
  const auto key = master.bytes().first(sizes.key);
  const auto salt = master.bytes().subspan(sizes.key);
  auto rtp = derive_aead_key(key, salt, KeyLabel::rtp_encryption, KeyLabel::rtp_salt);
  auto rtcp = derive_aead_key(key, salt, KeyLabel::rtcp_encryption, KeyLabel::rtcp_salt);
  if (!rtp || !rtcp) {
    return std::nullopt;
  }
  return AeadSessionKeys{std::move(*rtp), std::move(*rtcp)};
}

}  // namespace baton::transport::direct
