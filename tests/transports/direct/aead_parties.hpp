// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/transports/direct/packets.hpp"
#include "transports/direct/aead_protector.hpp"
#include "transports/direct/aead_unprotector.hpp"
#include "transports/direct/library_srtp.hpp"
#include "transports/direct/srtp_key_derivation.hpp"

/// Our halves of SRTP, and libsrtp with the same key, for tests that hold one against the other.
namespace baton::transport::direct::test {

inline SrtpKey master_key(SrtpProfile profile) {
  const auto sizes = key_sizes(profile);
  SrtpKey key(sizes.key + sizes.salt);
  std::uint8_t value = 17;
  for (auto& byte : key.bytes()) {
    byte = value;
    value = static_cast<std::uint8_t>(value * 7 + 1);
  }
  return key;
}

inline AeadProtector make_protector(SrtpProfile profile, AeadLimits limits = {}) {
  auto keys = derive_aead_keys(profile, master_key(profile));
  REQUIRE(keys);
  auto ours = AeadProtector::make(std::move(*keys), limits);
  REQUIRE(ours);
  return std::move(*ours);
}

inline AeadUnprotector make_unprotector(SrtpProfile profile) {
  auto keys = derive_aead_keys(profile, master_key(profile));
  REQUIRE(keys);
  auto ours = AeadUnprotector::make(std::move(*keys));
  REQUIRE(ours);
  return std::move(*ours);
}

inline LibrarySrtp make_library(SrtpProfile profile, SrtpDirection direction) {
  auto key = master_key(profile);
  auto library = LibrarySrtp::make(profile, key, direction);
  REQUIRE(library);
  return std::move(*library);
}

/// What became of a packet: its bytes, or why there are none.
struct SrtpOutcome {
  std::vector<std::uint8_t> bytes;
  std::string refusal;
  friend bool operator==(const SrtpOutcome&, const SrtpOutcome&) = default;
};
/// `buffer` begins with what the call left, which `result` tells about.
inline SrtpOutcome outcome_of(const SrtpResult& result, std::vector<std::uint8_t> buffer) {
  if (!result) {
    return {{}, to_string(result.error())};
  }
  buffer.resize(result->bytes);
  return {std::move(buffer), ""};
}

/// A generator: the test runs with each.
inline SrtpProfile either_profile() {
  return GENERATE(SrtpProfile::aead_aes_128_gcm, SrtpProfile::aead_aes_256_gcm);
}

/// An RTP packet with this first byte, and behind the fixed header what is given.
inline std::vector<std::uint8_t> with_header(std::uint8_t first,
                                             const std::vector<std::uint8_t>& sources_and_extension,
                                             std::size_t payload) {
  auto packet = make_rtp(1, 0xCAFE'BABE, 12);
  packet[0] = first;
  packet.insert(packet.end(), sources_and_extension.begin(), sources_and_extension.end());
  for (std::size_t i = 0; i < payload; ++i) {
    packet.push_back(static_cast<std::uint8_t>(i * 31));
  }
  return packet;
}

/// A packet and what shape it has.
struct ShapedPacket {
  const char* shape;
  std::vector<std::uint8_t> packet;
};
/// Every shape that an RTP packet can have.
[[nodiscard]] std::vector<ShapedPacket> shaped_packets();

/// What RFC 7714 prints of a packet and a compound, with index 0x5d4, before and after.
struct AeadVector {
  const char* what;
  std::vector<std::uint8_t> key;
  std::vector<std::uint8_t> protected_rtp;
  std::vector<std::uint8_t> protected_rtcp;
  std::vector<std::uint8_t> rtp;
  std::vector<std::uint8_t> rtcp;

  /// The session keys, RTP's and RTCP's alike.
  [[nodiscard]] AeadSessionKeys keys() const;
};
/// §16.1.1 and §17.1, §16.2.1 and §17.2.
[[nodiscard]] std::vector<AeadVector> rfc_7714_vectors();

}  // namespace baton::transport::direct::test
