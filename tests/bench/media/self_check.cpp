// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/self_check.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <vector>

#include "core/media/rtp_packet.hpp"
#include "tests/bench/media/client_port.hpp"
#include "tests/bench/media/reception.hpp"
#include "tests/bench/media/timed_receiver.hpp"
#include "transports/direct/dtls_context.hpp"

namespace baton::bench {
namespace {

constexpr RoomNumber kRoom(3);
constexpr std::uint64_t kFirst = 900;
constexpr std::uint64_t kCount = 90;

namespace direct = transport::direct;
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

/// Who is told by a port, and keeps what it is told.
class Recorder final : public transport::direct::EndpointListener {
public:
  explicit Recorder(std::size_t clients) : receptions(clients, Reception(kRoom)) {}
  void on_connected(direct::PeerId, direct::SrtpProfile, core::Instant) override { ++connected; }
  void on_gone(direct::PeerId, direct::GoneReason, core::Instant) override { ++gone; }
  void on_rtp(direct::PeerId client, media::ByteSpan packet, core::Instant now) override {
    (void)receptions[client.value()].take(packet, now);
  }
  void on_rtcp(direct::PeerId, media::ByteSpan, core::Instant) override {}
  void on_unsent(const direct::Unsent&, core::Instant) override {}

  std::size_t connected = 0;
  std::size_t gone = 0;
  std::vector<Reception> receptions;
};

constexpr std::size_t kClients = 3;

bool turn_until(ClientPort& one, ClientPort& other, const std::function<bool()>& done) {
  for (const auto end = monotonic_now() + std::chrono::seconds(10); monotonic_now() < end;) {
    if (done()) {
      return true;
    }
    one.turn();
    other.turn();
  }
  return false;
}

}  // namespace

bool check_that_both_sides_meet() {
  const std::shared_ptr<const direct::DtlsContext> context =
      direct::DtlsContext::make(direct::Certificate::make().value());
  const auto loopback = direct::SocketAddress::parse("127.0.0.1", {}).value();
  Recorder senders(kClients);
  Recorder receivers(kClients);
  const auto answering = open_client_port(IceSide::answering, loopback, context, senders);
  const auto checking = open_client_port(IceSide::checking, loopback, context, receivers);
  for (std::size_t i = 0; i < kClients; ++i) {
    const auto credentials = random_credentials();
    answering->add(direct::PeerId(i), credentials,
                   {.fingerprint = context->fingerprint(), .role = direct::DtlsRole::server});
    checking->add(direct::PeerId(i), random_credentials(),
                  {.fingerprint = context->fingerprint(),
                   .role = direct::DtlsRole::client,
                   .credentials = credentials,
                   .address = answering->address()});
    receivers.receptions[i].open({PacketNumber(kFirst), kCount});
  }
  const bool met = turn_until(*answering, *checking, [&] {
    return senders.connected == kClients && receivers.connected == kClients;
  });
  for (std::uint64_t number = kFirst; met && number < kFirst + kCount; ++number) {
    for (std::size_t i = 0; i < kClients; ++i) {
      answering->send_rtp(direct::PeerId(i), make(kRoom, number), monotonic_now());
    }
    answering->flush(monotonic_now());
  }
  const bool arrived = met && turn_until(*answering, *checking, [&] {
                         return std::ranges::all_of(receivers.receptions,
                                                    [](const auto& one) { return one.counts().lost() == 0; });
                       });
  if (!arrived) {
    std::fprintf(stderr, "Clients that check and clients that answer %s.\n",
                 met ? "lose what they send each other" : "do not meet");
  }
  return arrived;
}

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
