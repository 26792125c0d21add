// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/secrets.hpp"

#include <catch2/catch.hpp>

using namespace baton;
using core::SecretHash;

TEST_CASE("Hashes of secrets are the same only if every byte is") {
  const SecretHash hash = plugin::hash_secret("a secret");
  CHECK(plugin::same_secret(hash, plugin::hash_secret("a secret")));
  CHECK_FALSE(plugin::same_secret(hash, plugin::hash_secret("a secreT")));
  for (std::size_t i = 0; i < SecretHash::kBytes; ++i) {
    SecretHash::Bytes other = hash.bytes();
    other[i] ^= 0x80U;
    CAPTURE(i);
    CHECK_FALSE(plugin::same_secret(hash, SecretHash(other)));
  }
}
