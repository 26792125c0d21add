// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include <array>
#include <cstdint>
#include <vector>

#include "transports/direct/packet_class.hpp"

namespace baton::transport::direct {
namespace {

struct Range {
  int first;
  int last;
  PacketClass packet_class;
};

TEST_CASE("The first byte of a datagram says which protocol it belongs to") {
  // RFC 7983 §7 with QUIC of RFC 9443 §3, both ends of every range.
  const std::vector<Range> ranges = {
      {0, 3, PacketClass::stun},    {4, 15, PacketClass::other},    {16, 19, PacketClass::other},
      {20, 63, PacketClass::dtls},  {64, 79, PacketClass::other},   {80, 127, PacketClass::other},
      {128, 191, PacketClass::rtp}, {192, 255, PacketClass::other},
  };
  int covered = 0;
  for (const auto& range : ranges) {
    for (int first = range.first; first <= range.last; ++first) {
      const std::array<std::uint8_t, 2> datagram = {static_cast<std::uint8_t>(first), 96};
      INFO("first byte " << first);
      CHECK(classify_datagram(datagram) == range.packet_class);
      ++covered;
    }
  }
  CHECK(covered == 256);
}

TEST_CASE("The second byte tells RTCP from RTP") {
  // RFC 5761 §4: 192–223 are RTCP packet types; with the marker bit these are the payload types 64–95.
  for (int second = 0; second <= 255; ++second) {
    const std::array<std::uint8_t, 2> datagram = {0x80, static_cast<std::uint8_t>(second)};
    INFO("second byte " << second);
    CHECK(classify_datagram(datagram) ==
          (second >= 192 && second <= 223 ? PacketClass::rtcp : PacketClass::rtp));
  }
}

TEST_CASE("A datagram that is too short to tell is no media") {
  CHECK(classify_datagram({}) == PacketClass::other);
  const std::array<std::uint8_t, 1> one = {0x80};
  CHECK(classify_datagram(one) == PacketClass::other);
}

}  // namespace
}  // namespace baton::transport::direct
