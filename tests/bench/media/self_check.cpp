// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/self_check.hpp"

#include <array>
#include <cstdio>
#include <functional>
#include <vector>

#include "core/media/rtp_packet.hpp"
#include "tests/bench/media/reception.hpp"

namespace baton::bench {
namespace {

constexpr RoomNumber kRoom(3);
constexpr std::uint64_t kFirst = 900;
constexpr std::uint64_t kCount = 90;

using Packet = std::vector<std::uint8_t>;
using Packets = std::vector<Packet>;

Packet make(RoomNumber room, std::uint64_t number) {
  Packet packet(kStreamPacketBytes);
  packet.resize(
      write_stream_packet({room, PacketNumber(number), FrameKind::delta, core::Instant{}, {}, {96}}, packet));
  return packet;
}

void set_sequence(Packet& packet, std::uint16_t sequence) {
  media::store_u16(packet, 2, sequence);
}

struct Case {
  const char* name;
  std::function<void(Packets&)> spoil;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t renumbered = 0;
  std::uint64_t other_rooms = 0;
  std::uint64_t damaged = 0;
};

std::vector<Case> cases() {
  return {
      {.name = "nothing", .spoil = [](Packets&) {}},
      {.name = "one lost", .spoil = [](Packets& all) { all.erase(all.begin() + 5); }, .lost = 1},
      {.name = "one twice",
       .spoil = [](Packets& all) { all.insert(all.begin() + 9, all[5]); },
       .duplicated = 1},
      {.name = "two exchanged", .spoil = [](Packets& all) { std::swap(all[7], all[8]); }, .reordered = 1},
      // There and back again.
      {.name = "one with a number of its own",
       .spoil = [](Packets& all) { set_sequence(all[20], 1); },
       .renumbered = 2},
      {.name = "one of another room",
       .spoil = [](Packets& all) { all[30] = make(RoomNumber(4), kFirst + 30); },
       .lost = 1,
       .other_rooms = 1},
      {.name = "a byte changed",
       .spoil = [](Packets& all) { all[40].back() ^= 1U; },
       .lost = 1,
       .damaged = 1},
      {.name = "cut short", .spoil = [](Packets& all) { all[50].pop_back(); }, .lost = 1, .damaged = 1},
      {.name = "another picture id: servers continue it",
       .spoil = [](Packets& all) { all[60][media::kRtpFixedHeaderSize + 3] ^= 1U; }},
  };
}

bool holds(const Case& one) {
  Packets packets;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    packets.push_back(make(kRoom, kFirst + i));
  }
  one.spoil(packets);
  Reception reception(kRoom);
  reception.open({PacketNumber(kFirst), kCount});
  for (const auto& packet : packets) {
    (void)reception.take(packet, core::Instant{});
  }
  const auto& counts = reception.counts();
  return counts.lost() == one.lost && counts.duplicated == one.duplicated &&
         counts.reordered == one.reordered && counts.renumbered == one.renumbered &&
         counts.other_rooms == one.other_rooms && counts.damaged == one.damaged;
}

}  // namespace

bool check_that_faults_are_seen() {
  bool all = true;
  for (const auto& one : cases()) {
    if (!holds(one)) {
      std::fprintf(stderr, "The account of packets is wrong after: %s\n", one.name);
      all = false;
    }
  }
  return all;
}

}  // namespace baton::bench
