// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/srtp_key_derivation.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/transports/direct/hex.hpp"

namespace baton::transport::direct {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;

TEST_CASE("Session keys are those of RFC 3711 B.3 and RFC 6188 7.4") {
  const std::string key_128 = "E1F97A0D3E018BE0D64FA32C06DE4139";
  const std::string salt_128 = "0EC675AD498AFEEBB6960B3AABE6";
  const std::string key_256 = "f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6";
  const std::string salt_256 = "3b04803de51ee7c96423ab5b78d2";
  struct Row {
    const char* what;
    std::string key;
    std::string salt;
    KeyLabel label;
    std::string derived;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"RFC 3711 B.3, cipher key", key_128, salt_128, KeyLabel::rtp_encryption,
       "C61E7A93744F39EE10734AFE3FF7A087"},
      {"RFC 3711 B.3, cipher salt", key_128, salt_128, KeyLabel::rtp_salt, "30CBBC08863D8C85D49DB34A9AE1"},
      {"RFC 3711 B.3, auth key", key_128, salt_128, KeyLabel::rtp_authentication,
       "CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE E049646C43D9327AD175578EF7227098 "
       "6371C10C9A369AC2F94A8C5FBCDDDC25 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2"},
      {"RFC 6188 7.4, cipher key", key_256, salt_256, KeyLabel::rtp_encryption,
       "5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4"},
      {"RFC 6188 7.4, cipher salt", key_256, salt_256, KeyLabel::rtp_salt, "fa31791685ca444a9e07c6c64e93"},
      {"RFC 6188 7.4, auth key", key_256, salt_256, KeyLabel::rtp_authentication,
       "fd9c32d39ed5fbb5a9dc96b30818454d 1313dc05"},
  }));
  INFO(row.what);
  const Bytes expected = from_hex(row.derived);
  Bytes derived(expected.size());
  REQUIRE(derive_key(from_hex(row.key), from_hex(row.salt), row.label, derived));
  CHECK(derived == expected);
}

TEST_CASE("A salt of 96 bits is one of 112 whose last two bytes are zero") {
  const Bytes key(16, 1);
  Bytes salt(12, 2);
  Bytes one(16);
  REQUIRE(derive_key(key, salt, KeyLabel::rtp_salt, one));
  salt.resize(14);
  Bytes other(16);
  REQUIRE(derive_key(key, salt, KeyLabel::rtp_salt, other));
  CHECK(one == other);
  salt.resize(15);
  CHECK_FALSE(derive_key(key, salt, KeyLabel::rtp_salt, other));
}

TEST_CASE("Every label leads to another key") {
  const Bytes key(32, 1);
  const Bytes salt(12, 2);
  std::vector<Bytes> keys;
  for (const auto label : {KeyLabel::rtp_encryption, KeyLabel::rtp_authentication, KeyLabel::rtp_salt,
                           KeyLabel::rtcp_encryption, KeyLabel::rtcp_authentication, KeyLabel::rtcp_salt}) {
    Bytes derived(32);
    REQUIRE(derive_key(key, salt, label, derived));
    CHECK(std::ranges::find(keys, derived) == keys.end());
    keys.push_back(derived);
  }
}

TEST_CASE("Keys of other sizes, or of a profile without AEAD, are refused") {
  Bytes derived(16);
  for (const std::size_t size : {0U, 15U, 17U, 24U, 33U}) {
    CHECK_FALSE(derive_key(Bytes(size), Bytes(12), KeyLabel::rtp_encryption, derived));
  }
  CHECK(derive_aead_keys(SrtpProfile::aead_aes_128_gcm, SrtpKey(28)));
  CHECK(derive_aead_keys(SrtpProfile::aead_aes_256_gcm, SrtpKey(44)));
  CHECK_FALSE(derive_aead_keys(SrtpProfile::aead_aes_128_gcm, SrtpKey(44)));
  CHECK_FALSE(derive_aead_keys(SrtpProfile::aead_aes_256_gcm, SrtpKey(28)));
  CHECK_FALSE(derive_aead_keys(SrtpProfile::aes128_cm_sha1_80, SrtpKey(30)));
}

}  // namespace
}  // namespace baton::transport::direct
