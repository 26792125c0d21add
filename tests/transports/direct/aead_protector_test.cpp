// SPDX-License-Identifier: GPL-3.0-or-later
// What our half of SRTP writes is held against libsrtp, bit for bit, and against the vectors of RFC 7714.
#include "transports/direct/aead_protector.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/transports/direct/aead_parties.hpp"
#include "tests/transports/direct/allocation_count.hpp"
#include "tests/transports/direct/hex.hpp"
#include "tests/transports/direct/packets.hpp"

namespace baton::transport::direct {
namespace {

using test::either_profile;
using test::from_hex;
using test::make_library;
using test::make_protector;
using test::with_header;
using Outcome = test::SrtpOutcome;
using Bytes = std::vector<std::uint8_t>;

template <typename Protect>
Outcome outcome(std::size_t size, Protect protect) {
  Bytes room(size + kMaxSrtpOverheadBytes, 0xEE);
  const SrtpResult result = protect(media::ByteSpan(room));
  return test::outcome_of(result, std::move(room));
}

template <typename Protector>
Outcome protect_rtp(Protector& by, const Bytes& packet) {
  return outcome(packet.size(), [&](media::ByteSpan to) { return by.protect_rtp(packet, {}, to); });
}

template <typename Protector>
Outcome protect_rtcp(Protector& by, const Bytes& packet) {
  return outcome(packet.size(), [&](media::ByteSpan to) { return by.protect_rtcp(packet, to); });
}

/// Ours, libsrtp as the sender with the same key, and libsrtp as the receiver.
struct Parties {
  explicit Parties(SrtpProfile profile)
      : ours(make_protector(profile)),
        library(make_library(profile, SrtpDirection::outbound)),
        receiver(make_library(profile, SrtpDirection::inbound)) {}

  /// Whether both write the same, or refuse for the same reason, and the receiver reads what was written.
  bool agree_on_rtp(const Bytes& packet) {
    const auto written = protect_rtp(ours, packet);
    return written == protect_rtp(library, packet) &&
           (!written.refusal.empty() || reads(written.bytes, packet, &LibrarySrtp::unprotect_rtp));
  }
  bool agree_on_rtcp(const Bytes& packet) {
    const auto written = protect_rtcp(ours, packet);
    return written == protect_rtcp(library, packet) &&
           (!written.refusal.empty() || reads(written.bytes, packet, &LibrarySrtp::unprotect_rtcp));
  }

  AeadProtector ours;
  LibrarySrtp library;
  LibrarySrtp receiver;

private:
  bool reads(Bytes written, const Bytes& packet, SrtpResult (LibrarySrtp::*unprotect)(media::ByteSpan)) {
    const auto size = (receiver.*unprotect)(written);
    if (!size) {
      return false;
    }
    written.resize(size->bytes);
    return written == packet;
  }
};

TEST_CASE("Packets are the encrypted and tagged ones of RFC 7714 16 and 17") {
  for (const auto& row : test::rfc_7714_vectors()) {
    INFO(row.what);
    auto ours = AeadProtector::make(row.keys());
    REQUIRE(ours);
    CHECK(protect_rtp(*ours, row.rtp).bytes == row.protected_rtp);
    for (int index = 1; index < 0x5d4; ++index) {
      REQUIRE(protect_rtcp(*ours, row.rtcp).refusal.empty());
    }
    CHECK(protect_rtcp(*ours, row.rtcp).bytes == row.protected_rtcp);
  }
}

TEST_CASE("A packet of any shape is protected as libsrtp does it, and libsrtp reads it") {
  const auto profile = either_profile();
  INFO(to_string(profile));
  for (const auto& [shape, packet] : test::shaped_packets()) {
    INFO(shape);
    CHECK(Parties(profile).agree_on_rtp(packet));
  }
}

TEST_CASE("What is no RTP or RTCP is refused as libsrtp does it") {
  const auto profile = either_profile();
  struct Row {
    const char* what;
    Bytes packet;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", {}},
      {"less than a header", Bytes(11, 0x80)},
      {"contributing sources that are not there", with_header(0x8F, {1, 2, 3, 4}, 0)},
      {"an extension that is not there", with_header(0x90, {}, 0)},
      {"an extension that is longer than the packet", with_header(0x90, {0xBE, 0xDE, 0, 2, 0, 0, 0, 0}, 0)},
  }));
  INFO(row.what);
  Parties parties(profile);
  CHECK(protect_rtp(parties.ours, row.packet).refusal == "malformed");
  CHECK(parties.agree_on_rtp(row.packet));
  for (std::size_t size = 0; size < 8; ++size) {
    CHECK(protect_rtcp(parties.ours, Bytes(size, 0x80)).refusal == "malformed");
    CHECK(parties.agree_on_rtcp(Bytes(size, 0x80)));
  }
}

TEST_CASE("The header must be whole in the first piece") {
  auto ours = make_protector(SrtpProfile::aead_aes_128_gcm);
  const auto packet = with_header(0x90, {0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0}, 50);
  const auto in_one_piece = protect_rtp(ours, packet);
  REQUIRE(in_one_piece.refusal.empty());
  for (std::size_t first = 0; first <= packet.size(); ++first) {
    INFO("the first piece has " << first << " bytes");
    auto same = make_protector(SrtpProfile::aead_aes_128_gcm);
    const auto head = media::ByteView(packet).first(first);
    const auto rest = media::ByteView(packet).subspan(first);
    const auto written =
        outcome(packet.size(), [&](media::ByteSpan to) { return same.protect_rtp(head, rest, to); });
    CHECK(written == (first < 20 ? Outcome{{}, "malformed"} : in_one_piece));
  }
}

TEST_CASE(
    "Several streams go on as libsrtp's across the wrap of their numbers, with late and repeated packets") {
  const auto profile = either_profile();
  INFO(to_string(profile));
  std::minstd_rand random(3);
  Parties parties(profile);
  std::array<std::uint16_t, 3> numbers = {65'000, 100, 40'000};
  std::size_t disagreements = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::size_t stream = random() % numbers.size();
    // At the beginning libsrtp would take a number from before the first for one of the first cycle.
    const std::uint16_t back =
        i > 3'000 && random() % 10 == 0 ? static_cast<std::uint16_t>(random() % 1'500) : 0;
    numbers[stream] = static_cast<std::uint16_t>(numbers[stream] + 1 + random() % 8);
    const auto packet = test::make_rtp(static_cast<std::uint16_t>(numbers[stream] - back),
                                       static_cast<std::uint32_t>(stream * 1'000), 40);
    disagreements += parties.agree_on_rtp(packet) ? 0 : 1;
  }
  CHECK(disagreements == 0);
}

TEST_CASE("A roll-over counter of more than 16 bits is libsrtp's as well") {
  Parties parties(SrtpProfile::aead_aes_128_gcm);
  constexpr std::uint64_t kGreatestStep = 32'767;
  std::uint64_t index = 0;
  std::size_t disagreements = 0;
  while (index < (std::uint64_t{1} << 32U) + 100'000) {
    disagreements += parties.agree_on_rtp(test::make_rtp(static_cast<std::uint16_t>(index), 1, 13)) ? 0 : 1;
    index += kGreatestStep;
  }
  CHECK(disagreements == 0);
}

TEST_CASE("Compounds of RTCP are protected as libsrtp does it, each stream with an index of its own") {
  const auto profile = either_profile();
  INFO(to_string(profile));
  Parties parties(profile);
  const auto report = test::make_receiver_report(7);
  Bytes compound = from_hex("80c80006 00000009 01020304 05060708 090a0b0c 00000010 00000020");
  const auto names = from_hex("81ca0003 00000009 01046e61 6d650000");
  compound.insert(compound.end(), names.begin(), names.end());
  Bytes large = compound;
  while (large.size() < 1'400) {
    large.insert(large.end(), report.begin(), report.end());
  }
  for (int round = 0; round < 300; ++round) {
    REQUIRE(parties.agree_on_rtcp(report));
    REQUIRE(parties.agree_on_rtcp(compound));
    REQUIRE(parties.agree_on_rtcp(large));
    // RTP of the same stream has other keys and other indexes.
    REQUIRE(parties.agree_on_rtp(test::make_rtp(static_cast<std::uint16_t>(round), 9)));
  }
  const auto written = protect_rtcp(parties.ours, compound).bytes;
  // Both compounds are stream 9's, so this is its 601st packet; the highest bit says that it is encrypted.
  CHECK(media::load_u32(written, written.size() - 4) == 0x8000'0000 + 601);
}

TEST_CASE("A number that was sent is refused, and the refusal uses up nothing") {
  Parties parties(either_profile());
  REQUIRE(parties.agree_on_rtp(test::make_rtp(5, 1)));
  CHECK(protect_rtp(parties.ours, test::make_rtp(5, 1)).refusal == "replayed");
  auto changed = test::make_rtp(5, 1);
  changed.back() ^= 1;
  CHECK(protect_rtp(parties.ours, changed).refusal == "replayed");
  Bytes small(test::make_rtp(6, 1).size() + kMaxSrtpOverheadBytes - 1);
  CHECK(parties.ours.protect_rtp(test::make_rtp(6, 1), {}, small).error() == SrtpError::no_room);
  CHECK(parties.agree_on_rtp(test::make_rtp(6, 1)));
  CHECK(parties.agree_on_rtp(test::make_rtp(5, 2)));
}

TEST_CASE("A step that nobody can follow is refused, where libsrtp would take it and break the stream") {
  Parties parties(SrtpProfile::aead_aes_128_gcm);
  REQUIRE(parties.agree_on_rtp(test::make_rtp(100, 1)));
  CHECK(protect_rtp(parties.ours, test::make_rtp(65'530, 1)).refusal == "too_old");
  CHECK(protect_rtp(parties.library, test::make_rtp(65'530, 1)).refusal.empty());
  CHECK(protect_rtp(parties.ours, test::make_rtp(101, 1)).refusal.empty());
}

TEST_CASE("A key is used up by the packets of all streams together, and RTCP's by its own") {
  auto ours = make_protector(either_profile(), {.rtp_packets = 3, .rtcp_packets = 2});
  const auto report = test::make_receiver_report(7);
  CHECK(protect_rtp(ours, test::make_rtp(1, 1)).refusal.empty());
  CHECK(protect_rtp(ours, test::make_rtp(1, 1)).refusal == "replayed");
  CHECK(protect_rtp(ours, test::make_rtp(1, 2)).refusal.empty());
  CHECK(protect_rtp(ours, test::make_rtp(2, 1)).refusal.empty());
  CHECK(protect_rtp(ours, test::make_rtp(3, 1)).refusal == "key_expired");
  CHECK(protect_rtp(ours, test::make_rtp(1, 3)).refusal == "key_expired");
  CHECK(protect_rtcp(ours, report).refusal.empty());
  CHECK(protect_rtcp(ours, test::make_receiver_report(8)).refusal.empty());
  CHECK(protect_rtcp(ours, report).refusal == "key_expired");
  CHECK(AeadLimits{}.rtp_packets == 281'474'976'710'656);
  CHECK(AeadLimits{}.rtcp_packets == 2'147'483'647);
}

TEST_CASE("Reports count as streams, and the limit is theirs as well") {
  auto ours = make_protector(SrtpProfile::aead_aes_128_gcm);
  for (std::uint32_t ssrc = 0; ssrc < kMaxSources; ++ssrc) {
    CHECK(protect_rtcp(ours, test::make_receiver_report(ssrc)).refusal.empty());
  }
  CHECK(protect_rtcp(ours, test::make_receiver_report(kMaxSources)).refusal == "too_many_sources");
  CHECK(protect_rtp(ours, test::make_rtp(1, kMaxSources)).refusal == "too_many_sources");
  CHECK(protect_rtp(ours, test::make_rtp(1, 5)).refusal.empty());
}

TEST_CASE("Once a stream has begun, its packets allocate nothing") {
  auto ours = make_protector(SrtpProfile::aead_aes_128_gcm);
  const auto report = test::make_receiver_report(1);
  REQUIRE(protect_rtp(ours, test::make_rtp(0, 1)).refusal.empty());
  auto packet = test::make_rtp(0, 1, 1'200);
  Bytes room(packet.size() + kMaxSrtpOverheadBytes);
  std::size_t written = 0;
  const auto before = test::allocations();
  for (std::uint16_t number = 1; number < 1'000; ++number) {
    media::store_u16(packet, 2, number);
    written += ours.protect_rtp(packet, {}, room).ok() ? 1 : 0;
    written += ours.protect_rtcp(report, room).ok() ? 1 : 0;
  }
  CHECK(test::allocations() == before);
  CHECK(written == 2 * 999);
}

}  // namespace
}  // namespace baton::transport::direct
