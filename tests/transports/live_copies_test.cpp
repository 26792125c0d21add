// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/live_copies.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/media/packet_store.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::transport {
namespace {

using media::test::Bytes;

ForwardedPacket forwarded(const media::SharedPacket& packet, std::uint32_t timestamp) {
  const auto arrival = media::test::at_ms(timestamp);
  media::ProgramPacket decided;
  decided.timestamp = media::RtpTimestamp(timestamp);
  return {.kind = MediaKind::video,
          .decided = decided,
          .packet = packet,
          .extensions = {},
          .clock = media::StreamClock(media::ClockRate{90'000}, decided.timestamp),
          .arrival = arrival};
}

TEST_CASE("Whatever is written into the copies, the packets that are shared stay as they are") {
  media::PacketStore store;
  LiveCopies copies;
  std::vector<Bytes> bytes;
  std::vector<Bytes> descriptors;
  std::vector<ForwardedPacket> packets;
  for (std::uint32_t i = 0; i < 40; ++i) {
    bytes.push_back(media::test::make_rtp({.timestamp = i, .payload = Bytes(i * 31 % 1200 + 1, 7)}));
    descriptors.emplace_back(i % 4, static_cast<std::uint8_t>(i));
    packets.push_back(forwarded(store.add(bytes.back(), descriptors.back())->packet, i));
  }
  // More than once, and more in one call than in the one before.
  for (const std::size_t count : {1U, 7U, 40U, 2U}) {
    const auto live = copies.of(std::span(packets).first(count));
    REQUIRE(live.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      CAPTURE(count, i);
      CHECK(std::ranges::equal(live[i].packet.bytes(), bytes[i]));
      CHECK(std::ranges::equal(live[i].descriptor, descriptors[i]));
      CHECK(live[i].decided.timestamp == media::RtpTimestamp(static_cast<std::uint32_t>(i)));
      CHECK(live[i].arrival == packets[i].arrival);
    }
    for (LivePacket& one : live) {
      std::ranges::fill(one.packet.bytes(), std::uint8_t{0xEE});
      std::ranges::fill(one.descriptor, std::uint8_t{0xDD});
    }
  }
  for (std::size_t i = 0; i < packets.size(); ++i) {
    CHECK(std::ranges::equal(packets[i].packet.bytes(), bytes[i]));
    CHECK(std::ranges::equal(packets[i].packet.descriptor(), descriptors[i]));
  }
}

}  // namespace
}  // namespace baton::transport
