// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/certificate.hpp"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

namespace baton::transport::direct {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

std::optional<std::uint8_t> hexadecimal(char character) {
  if (character >= 'a' && character <= 'f') {
    character = static_cast<char>(character - 'a' + 'A');
  }
  const auto value = kDigits.find(character);
  return value == std::string_view::npos ? std::nullopt : std::optional(static_cast<std::uint8_t>(value));
}

// Valid from yesterday, because browsers' clocks are wrong, for as long as a server may stay up.
constexpr long kDay = 24 * 60 * 60;
constexpr long kValidFor = 10 * 365 * kDay;

bool fill_in(X509* certificate, EVP_PKEY* key) {
  std::array<std::uint8_t, 16> serial{};
  if (RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) {
    return false;
  }
  serial[0] &= 0x7F;  // A serial number is positive (RFC 5280 §4.1.2.2).
  BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  const bool numbered =
      number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  X509_NAME* name = X509_get_subject_name(certificate);
  constexpr std::string_view kName = "WebRTC";
  return numbered && X509_set_version(certificate, 2) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kValidFor) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(kName.data()),
                                    static_cast<int>(kName.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         X509_sign(certificate, key, EVP_sha256()) != 0;
}

}  // namespace

std::optional<Fingerprint> Fingerprint::parse(std::string_view text) {
  Fingerprint result;
  if (text.size() != result.sha256.size() * 3 - 1) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < result.sha256.size(); ++i) {
    const auto high = hexadecimal(text[3 * i]);
    const auto low = hexadecimal(text[3 * i + 1]);
    if (!high || !low || (3 * i + 2 < text.size() && text[3 * i + 2] != ':')) {
      return std::nullopt;
    }
    result.sha256[i] = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return result;
}

std::string Fingerprint::to_string() const {
  std::string result;
  for (const auto byte : sha256) {
    if (!result.empty()) {
      result += ':';
    }
    result += kDigits[byte >> 4U];
    result += kDigits[byte & 0xFU];
  }
  return result;
}

std::optional<Fingerprint> fingerprint_of(const X509* certificate) {
  Fingerprint result;
  unsigned size = 0;
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), result.sha256.data(), &size) != 1 ||
      size != result.sha256.size()) {
    return std::nullopt;
  }
  return result;
}

void Certificate::Free::operator()(X509* certificate) const {
  X509_free(certificate);
}
void Certificate::Free::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

std::optional<Certificate> Certificate::make() {
  Certificate result;
  result.key_.reset(EVP_EC_gen("P-256"));
  result.x509_.reset(X509_new());
  if (!result.key_ || !result.x509_ || !fill_in(result.x509_.get(), result.key_.get())) {
    return std::nullopt;
  }
  const auto fingerprint = fingerprint_of(result.x509_.get());
  if (!fingerprint) {
    return std::nullopt;
  }
  result.fingerprint_ = *fingerprint;
  return result;
}

}  // namespace baton::transport::direct
