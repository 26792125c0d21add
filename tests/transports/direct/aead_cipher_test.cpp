// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/aead_cipher.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/transports/direct/hex.hpp"

namespace baton::transport::direct {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;

AeadCipher make_cipher(const std::string& key, const std::string& salt) {
  AeadKey keys{Secret<32>(from_hex(key).size()), Secret<12>(from_hex(salt).size())};
  media::copy_bytes(from_hex(key), keys.key.bytes());
  media::copy_bytes(from_hex(salt), keys.salt.bytes());
  auto cipher = AeadCipher::make(std::move(keys));
  REQUIRE(cipher);
  return std::move(*cipher);
}

TEST_CASE(
    "An initialization vector is the salt with the stream and the index in it, as RFC 7714 8.1 and 9.1 draw "
    "it") {
  struct Row {
    const char* what;
    std::string salt;
    std::uint32_t ssrc;
    std::uint64_t index;
    std::string vector;
  };
  const auto row = GENERATE(values<Row>({
      {"RFC 7714 16.1.1", "51756964 2070726f 2071756f", 0x5501'A0B2, 0xF17B, "51753c65 80c2726f 20718414"},
      {"RFC 7714 17.1", "51756964 2070726f 2071756f", 0x4D61'7273, 0x5D4, "51752405 5203726f 207170bb"},
      {"a roll-over counter of 32 bits", "00000000 00000000 00000000", 0x0102'0304, 0xA1B2'C3D4'E5F6,
       "00000102 0304a1b2 c3d4e5f6"},
      {"the last report", "00000000 00000000 00000000", 0, 0x7FFF'FFFF, "00000000 00000000 7fffffff"},
  }));
  INFO(row.what);
  const auto cipher = make_cipher("000102030405060708090a0b0c0d0e0f", row.salt);
  const auto vector = cipher.initialization_vector(media::Ssrc{row.ssrc}, row.index);
  CHECK(Bytes(vector.begin(), vector.end()) == from_hex(row.vector));
}

TEST_CASE("What is sealed in pieces is what is sealed whole") {
  auto cipher = make_cipher("000102030405060708090a0b0c0d0e0f", "51756964 2070726f 2071756f");
  const Bytes header(12, 9);
  Bytes text(100);
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = static_cast<std::uint8_t>(i);
  }
  const auto vector = cipher.initialization_vector(media::Ssrc{1}, 2);
  const media::ByteView all(text);
  Bytes whole(text.size() + AeadCipher::kTagBytes + 3, 0xEE);
  const auto behind = cipher.seal(vector, header, {all}, whole);
  REQUIRE(behind);
  CHECK(Bytes(behind->begin(), behind->end()) == Bytes(3, 0xEE));
  for (const std::size_t first : {0U, 1U, 16U, 17U, 99U, 100U}) {
    INFO(first << " bytes first");
    Bytes pieces(whole.size(), 0xEE);
    REQUIRE(cipher.seal(vector, header, {all.first(first), all.subspan(first)}, pieces));
    CHECK(pieces == whole);
  }
}

TEST_CASE("What was sealed is opened where it is, and nothing else is") {
  auto cipher = make_cipher("000102030405060708090a0b0c0d0e0f", "51756964 2070726f 2071756f");
  const Bytes header(12, 9);
  const auto vector = cipher.initialization_vector(media::Ssrc{1}, 2);
  for (const std::size_t size : {0U, 1U, 16U, 100U}) {
    INFO(size << " bytes");
    const Bytes text(size, 0x5A);
    Bytes sealed(size + AeadCipher::kTagBytes);
    REQUIRE(cipher.seal(vector, header, {media::ByteView(text)}, sealed));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      Bytes changed = sealed;
      changed[i] ^= 0x10;
      CHECK_FALSE(cipher.open(vector, header, changed));
    }
    Bytes same = sealed;
    CHECK_FALSE(cipher.open(vector, Bytes(12, 8), same));
    same = sealed;
    CHECK_FALSE(cipher.open(cipher.initialization_vector(media::Ssrc{1}, 3), header, same));
    same = sealed;
    const auto opened = cipher.open(vector, header, same);
    REQUIRE(opened);
    CHECK(Bytes(opened->begin(), opened->end()) == text);
    // The same key seals as before.
    Bytes again(sealed.size());
    REQUIRE(cipher.seal(vector, header, {media::ByteView(text)}, again));
    CHECK(again == sealed);
  }
  Bytes short_of_a_tag(AeadCipher::kTagBytes - 1);
  CHECK_FALSE(cipher.open(vector, header, short_of_a_tag));
}

}  // namespace
}  // namespace baton::transport::direct
