// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/transports/direct/aead_parties.hpp"

#include "tests/transports/direct/hex.hpp"

namespace baton::transport::direct::test {

std::vector<ShapedPacket> shaped_packets() {
  const std::vector<std::uint8_t> one_byte_form = {0xBE, 0xDE, 0, 2, 0x10, 7, 0x22, 1, 2, 3, 0, 0};
  const std::vector<std::uint8_t> two_byte_form = {0x10, 0, 0, 1, 1, 0, 2, 0};
  const std::vector<std::uint8_t> sources(15 * 4, 0xAB);
  auto all = sources;
  all.insert(all.end(), one_byte_form.begin(), one_byte_form.end());
  return {
      {"no payload at all", with_header(0x80, {}, 0)},
      {"one byte", with_header(0x80, {}, 1)},
      {"one block", with_header(0x80, {}, 16)},
      {"one block and a byte", with_header(0x80, {}, 17)},
      {"as large as a path takes", with_header(0x80, {}, 1'440)},
      {"as large as a datagram can be", with_header(0x80, {}, 65'507 - 12 - 16)},
      {"one contributing source", with_header(0x81, {1, 2, 3, 4}, 100)},
      {"fifteen contributing sources", with_header(0x8F, sources, 100)},
      {"fifteen contributing sources and no payload", with_header(0x8F, sources, 0)},
      {"an extension of the one-byte form", with_header(0x90, one_byte_form, 100)},
      {"an extension of the two-byte form", with_header(0x90, two_byte_form, 100)},
      {"an extension and no payload", with_header(0x90, one_byte_form, 0)},
      {"an empty extension", with_header(0x90, {0xBE, 0xDE, 0, 0}, 100)},
      {"contributing sources and an extension", with_header(0x9F, all, 100)},
      {"padding", with_header(0xA0, {}, 100)},
  };
}

AeadSessionKeys AeadVector::keys() const {
  const auto one = [this] {
    AeadKey result{Secret<32>(key.size()), Secret<12>(12)};
    media::copy_bytes(key, result.key.bytes());
    media::copy_bytes(from_hex("517569642070726f2071756f"), result.salt.bytes());
    return result;
  };
  return {one(), one()};
}

std::vector<AeadVector> rfc_7714_vectors() {
  const auto rtp = from_hex(
      "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 "
      "73207472 6573");
  const auto rtcp = from_hex(
      "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef "
      "deadbeef deadbeef");
  return {
      {"16.1.1 and 17.1", from_hex("000102030405060708090a0b0c0d0e0f"),
       from_hex("8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a "
                "51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce"),
       from_hex("81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda "
                "4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4"),
       rtp, rtcp},
      {"16.2.1 and 17.2", from_hex("000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f"),
       from_hex("8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 "
                "76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13"),
       from_hex("81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be "
                "8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4"),
       rtp, rtcp},
  };
}

}  // namespace baton::transport::direct::test
