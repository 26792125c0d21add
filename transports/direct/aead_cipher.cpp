// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/aead_cipher.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <utility>

namespace baton::transport::direct {
namespace {

const EVP_CIPHER* galois_counter_mode(std::size_t key_bytes) {
  switch (key_bytes) {
    case 16:
      return EVP_aes_128_gcm();
    case 32:
      return EVP_aes_256_gcm();
    default:
      return nullptr;
  }
}

// A packet's size fits an int many times over.
int length(media::ByteView bytes) {
  return static_cast<int>(bytes.size());
}

}  // namespace

std::optional<AeadCipher> AeadCipher::make(AeadKey key) {
  const EVP_CIPHER* cipher = galois_counter_mode(key.key.bytes().size());
  if (cipher == nullptr || key.salt.bytes().size() != InitializationVector{}.size()) {
    return std::nullopt;
  }
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!context || EVP_EncryptInit_ex2(context.get(), cipher, key.key.bytes().data(), nullptr, nullptr) != 1) {
    return std::nullopt;
  }
  return AeadCipher(std::move(context), std::move(key.salt));
}

AeadCipher::InitializationVector AeadCipher::initialization_vector(media::Ssrc ssrc,
                                                                   std::uint64_t index) const {
  InitializationVector vector{};
  media::store_u32(vector, 2, ssrc.value);
  media::store_u16(vector, 6, static_cast<std::uint16_t>(index >> 32U));
  media::store_u32(vector, 8, static_cast<std::uint32_t>(index));
  const auto salt = salt_.bytes();
  for (std::size_t i = 0; i < vector.size(); ++i) {
    vector[i] = static_cast<std::uint8_t>(vector[i] ^ salt[i]);
  }
  return vector;
}

std::optional<media::ByteSpan> AeadCipher::seal(const InitializationVector& vector,
                                                media::ByteView associated_data,
                                                std::initializer_list<media::ByteView> pieces,
                                                media::ByteSpan to) {
  EVP_CIPHER_CTX* const context = context_.get();
  int written = 0;
  if (EVP_EncryptInit_ex2(context, nullptr, nullptr, vector.data(), nullptr) != 1 ||
      EVP_EncryptUpdate(context, nullptr, &written, associated_data.data(), length(associated_data)) != 1) {
    return std::nullopt;
  }
  for (const auto& piece : pieces) {
    if (!piece.empty() && EVP_EncryptUpdate(context, to.data(), &written, piece.data(), length(piece)) != 1) {
      return std::nullopt;
    }
    to = to.subspan(piece.size());
  }
  // Asked for by its name the tag comes a little sooner than by EVP_CIPHER_CTX_ctrl.
  std::array<OSSL_PARAM, 2> tag = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, to.data(), kTagBytes),
      OSSL_PARAM_construct_end()};
  if (EVP_EncryptFinal_ex(context, to.data(), &written) != 1 ||
      EVP_CIPHER_CTX_get_params(context, tag.data()) != 1) {
    return std::nullopt;
  }
  return to.subspan(kTagBytes);
}

std::optional<media::ByteSpan> AeadCipher::open(const InitializationVector& vector,
                                                media::ByteView associated_data, media::ByteSpan sealed) {
  if (sealed.size() < kTagBytes) {
    return std::nullopt;
  }
  const auto text = sealed.first(sealed.size() - kTagBytes);
  const auto tag = sealed.last(kTagBytes);
  EVP_CIPHER_CTX* const context = context_.get();
  const std::array<OSSL_PARAM, 2> expected = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag.data(), tag.size()),
      OSSL_PARAM_construct_end()};
  int written = 0;
  // The key was set for encrypting: the schedule is the same, since GCM runs its cipher forward both ways.
  if (EVP_DecryptInit_ex2(context, nullptr, nullptr, vector.data(), expected.data()) != 1 ||
      EVP_DecryptUpdate(context, nullptr, &written, associated_data.data(), length(associated_data)) != 1) {
    return std::nullopt;
  }
  if (!text.empty() && EVP_DecryptUpdate(context, text.data(), &written, text.data(), length(text)) != 1) {
    return std::nullopt;
  }
  // Nothing is left to be written, but OpenSSL wants a place for it.
  if (EVP_DecryptFinal_ex(context, tag.data(), &written) != 1) {
    return std::nullopt;
  }
  return text;
}

}  // namespace baton::transport::direct
