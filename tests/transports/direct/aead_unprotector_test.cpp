// SPDX-License-Identifier: GPL-3.0-or-later
// What our half of SRTP reads is held against libsrtp, which reads the same packets with the same key, and
// against the vectors of RFC 7714.
#include "transports/direct/aead_unprotector.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/transports/direct/aead_parties.hpp"
#include "tests/transports/direct/allocation_count.hpp"
#include "tests/transports/direct/hex.hpp"

namespace baton::transport::direct {
namespace {

using Bytes = std::vector<std::uint8_t>;
using test::either_profile;
using test::make_library;
using test::make_protector;
using test::make_unprotector;
using Outcome = test::SrtpOutcome;

template <typename Reader>
Outcome read_rtp(Reader& by, Bytes packet) {
  const auto result = by.unprotect_rtp(packet);
  return test::outcome_of(result, std::move(packet));
}

template <typename Reader>
Outcome read_rtcp(Reader& by, Bytes packet) {
  const auto result = by.unprotect_rtcp(packet);
  return test::outcome_of(result, std::move(packet));
}

/// A sender report of stream 9.
Bytes compound() {
  return test::from_hex("80c80006 00000009 01020304 05060708 090a0b0c 00000010 00000020");
}

/// Somebody who sends, us and libsrtp who receive.
struct Parties {
  explicit Parties(SrtpProfile profile)
      : sender(make_protector(profile)),
        ours(make_unprotector(profile)),
        library(make_library(profile, SrtpDirection::inbound)) {}

  Bytes rtp(const Bytes& packet) {
    Bytes room(packet.size() + kMaxSrtpOverheadBytes);
    const auto written = sender.protect_rtp(packet, {}, room);
    REQUIRE(written);
    room.resize(written->bytes);
    return room;
  }
  Bytes rtcp(const Bytes& packet) {
    Bytes room(packet.size() + kMaxSrtpOverheadBytes);
    const auto written = sender.protect_rtcp(packet, room);
    REQUIRE(written);
    room.resize(written->bytes);
    return room;
  }
  /// Whether both read the same, or refuse for the same reason.
  bool agree_on_rtp(const Bytes& packet) { return read_rtp(ours, packet) == read_rtp(library, packet); }
  bool agree_on_rtcp(const Bytes& packet) { return read_rtcp(ours, packet) == read_rtcp(library, packet); }

  AeadProtector sender;
  AeadUnprotector ours;
  LibrarySrtp library;
};

TEST_CASE("The encrypted packets of RFC 7714 16 and 17 are read") {
  for (const auto& row : test::rfc_7714_vectors()) {
    INFO(row.what);
    auto ours = AeadUnprotector::make(row.keys());
    REQUIRE(ours);
    CHECK(read_rtp(*ours, row.protected_rtp) == Outcome{row.rtp, ""});
    CHECK(read_rtcp(*ours, row.protected_rtcp) == Outcome{row.rtcp, ""});
    CHECK(read_rtp(*ours, row.protected_rtp).refusal == "replayed");
    CHECK(read_rtcp(*ours, row.protected_rtcp).refusal == "replayed");
  }
}

TEST_CASE("A packet of any shape is read as libsrtp does it, and no longer once any bit of it is another") {
  const auto profile = either_profile();
  INFO(to_string(profile));
  std::minstd_rand random(7);
  for (const auto& [shape, packet] : test::shaped_packets()) {
    INFO(shape);
    Parties parties(profile);
    const auto written = parties.rtp(packet);
    for (int i = 0; i < 60; ++i) {
      auto changed = written;
      changed[i < 20 ? static_cast<std::size_t>(i) : random() % changed.size()] ^=
          static_cast<std::uint8_t>(1U << random() % 8);
      CHECK_FALSE(read_rtp(parties.ours, changed).refusal.empty());
    }
    CHECK(read_rtp(parties.ours, written) == Outcome{packet, ""});
    CHECK(read_rtp(parties.library, written) == Outcome{packet, ""});
  }
}

TEST_CASE("A packet that is cut off anywhere is refused") {
  Parties parties(either_profile());
  const auto rtp = parties.rtp(test::with_header(0x91, {1, 2, 3, 4, 0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0}, 30));
  const auto rtcp = parties.rtcp(compound());
  for (std::size_t size = 0; size < rtp.size(); ++size) {
    INFO(size << " bytes");
    const auto begin = rtp.begin();
    const auto read = read_rtp(parties.ours, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)));
    // Header, sources and extension are 24 bytes, and a tag is 16.
    CHECK(read.refusal == (size < 24 + 16 ? "malformed" : "authentication_failed"));
  }
  for (std::size_t size = 0; size < rtcp.size(); ++size) {
    INFO(size << " bytes");
    auto cut = Bytes(rtcp.begin(), rtcp.begin() + static_cast<std::ptrdiff_t>(size));
    if (size >= 4) {
      // What is the last word now says that the packet is encrypted.
      cut[size - 4] |= 0x80;
    }
    // A header, a tag and an index are 28 bytes.
    CHECK(read_rtcp(parties.ours, cut).refusal == (size < 28 ? "malformed" : "authentication_failed"));
  }
  CHECK(read_rtp(parties.ours, rtp).refusal.empty());
  CHECK(read_rtcp(parties.ours, rtcp).refusal.empty());
}

TEST_CASE(
    "Several streams are followed as libsrtp does it, across the wrap, with late and repeated packets") {
  const auto profile = either_profile();
  INFO(to_string(profile));
  std::minstd_rand random(3);
  Parties parties(profile);
  std::array<std::uint16_t, 3> numbers = {65'000, 100, 40'000};
  std::vector<Bytes> kept;
  std::size_t disagreements = 0;
  std::size_t replayed = 0;
  std::size_t taken_late = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::size_t stream = random() % numbers.size();
    numbers[stream] = static_cast<std::uint16_t>(numbers[stream] + 1 + random() % 8);
    const auto packet =
        parties.rtp(test::make_rtp(numbers[stream], static_cast<std::uint32_t>(stream * 1'000), 40));
    // One in ten comes later, one in ten a second time, and one in twenty never.
    const auto choice = random() % 20;
    if (choice < 4) {
      kept.push_back(packet);
    }
    if (choice >= 2 && choice != 4) {
      disagreements += parties.agree_on_rtp(packet) ? 0 : 1;
    }
    if (kept.size() > 50) {
      const auto late = kept.begin() + static_cast<std::ptrdiff_t>(random() % kept.size());
      const auto read = read_rtp(parties.ours, *late);
      disagreements += read == read_rtp(parties.library, *late) ? 0 : 1;
      taken_late += read.refusal.empty() ? 1 : 0;
      replayed += read.refusal == "replayed" ? 1 : 0;
      kept.erase(late);
    }
  }
  CHECK(disagreements == 0);
  CHECK(replayed > 100);
  CHECK(taken_late > 100);
}

TEST_CASE("Reports are read as libsrtp does it, each stream with indexes of its own") {
  const auto profile = either_profile();
  INFO(to_string(profile));
  Parties parties(profile);
  Bytes first;
  for (int round = 0; round < 100; ++round) {
    const auto report = parties.rtcp(test::make_receiver_report(7));
    const auto other = parties.rtcp(compound());
    first = first.empty() ? report : first;
    REQUIRE(parties.agree_on_rtcp(other));
    REQUIRE(parties.agree_on_rtcp(report));
    CHECK(read_rtcp(parties.ours, report).refusal == "replayed");
    // RTP of the same stream has other keys and other indexes.
    REQUIRE(parties.agree_on_rtp(parties.rtp(test::make_rtp(static_cast<std::uint16_t>(round), 9))));
  }
  CHECK(read_rtcp(parties.ours, first).refusal == "replayed");
  for (std::size_t i = 0; i < kReplayWindow; ++i) {
    CHECK(read_rtcp(parties.ours, parties.rtcp(test::make_receiver_report(7))).refusal.empty());
  }
  CHECK(read_rtcp(parties.ours, first).refusal == "too_old");
}

TEST_CASE("A report may come late") {
  Parties parties(either_profile());
  const auto late = parties.rtcp(test::make_receiver_report(7));
  CHECK(read_rtcp(parties.ours, parties.rtcp(test::make_receiver_report(7))).refusal.empty());
  CHECK(read_rtcp(parties.ours, late) == Outcome{test::make_receiver_report(7), ""});
}

TEST_CASE("A report that says that it is not encrypted is refused, and so is any other change of one") {
  Parties parties(either_profile());
  const auto report = parties.rtcp(compound());
  for (std::size_t bit = 0; bit < report.size() * 8; ++bit) {
    INFO("bit " << bit);
    auto changed = report;
    changed[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> bit % 8);
    const bool is_flag = bit == (report.size() - 4) * 8;
    CHECK(read_rtcp(parties.ours, changed).refusal == (is_flag ? "malformed" : "authentication_failed"));
  }
  CHECK(read_rtcp(parties.ours, report).refusal.empty());
}

TEST_CASE("Who has no key moves no window and takes no place") {
  const auto profile = either_profile();
  Parties parties(profile);
  // With the index that it claims to have, but another's: authentic nowhere.
  const auto forged_rtp = [&](std::uint16_t number, std::uint32_t ssrc) {
    return test::make_rtp(number, ssrc);
  };
  const auto forged_rtcp = [&](std::uint32_t index, std::uint32_t ssrc) {
    auto report = compound();
    media::store_u32(report, 4, ssrc);
    report.resize(report.size() + kMaxSrtpOverheadBytes);
    media::store_u32(report, report.size() - 4, 0x8000'0000 + index);
    return report;
  };
  CHECK(read_rtp(parties.ours, parties.rtp(test::make_rtp(100, 9))).refusal.empty());
  CHECK(read_rtcp(parties.ours, parties.rtcp(compound())).refusal.empty());
  const auto next_report = parties.rtcp(compound());
  // A known stream: the next packet itself, one far ahead, and one late.
  for (const std::uint16_t number : std::to_array<std::uint16_t>({101, 30'000, 99})) {
    CHECK(read_rtp(parties.ours, forged_rtp(number, 9)).refusal == "authentication_failed");
  }
  for (const std::uint32_t index : {2U, 1'000'000U, 0U}) {
    CHECK(read_rtcp(parties.ours, forged_rtcp(index, 9)).refusal == "authentication_failed");
  }
  CHECK(read_rtp(parties.ours, parties.rtp(test::make_rtp(101, 9))).refusal.empty());
  CHECK(read_rtp(parties.ours, parties.rtp(test::make_rtp(99, 9))).refusal.empty());
  CHECK(read_rtcp(parties.ours, next_report).refusal.empty());
  // Streams that there are not.
  for (std::uint32_t ssrc = 1'000; ssrc < 1'000 + 2 * kMaxSources; ++ssrc) {
    CHECK(read_rtp(parties.ours, forged_rtp(1, ssrc)).refusal == "authentication_failed");
    CHECK(read_rtcp(parties.ours, forged_rtcp(1, ssrc)).refusal == "authentication_failed");
  }
  for (std::uint32_t ssrc = 10; ssrc < 9 + kMaxSources; ++ssrc) {
    CHECK(read_rtp(parties.ours, parties.rtp(test::make_rtp(101, ssrc))).refusal.empty());
  }
}

TEST_CASE("A roll-over counter of more than 16 bits is followed as libsrtp does it") {
  Parties parties(SrtpProfile::aead_aes_128_gcm);
  constexpr std::uint64_t kGreatestStep = 32'767;
  std::uint64_t index = 0;
  std::size_t disagreements = 0;
  std::size_t read = 0;
  while (index < (std::uint64_t{1} << 32U) + 100'000) {
    const auto packet = parties.rtp(test::make_rtp(static_cast<std::uint16_t>(index), 1, 13));
    const auto ours = read_rtp(parties.ours, packet);
    read += ours.refusal.empty() ? 1 : 0;
    disagreements += ours == read_rtp(parties.library, packet) ? 0 : 1;
    index += kGreatestStep;
  }
  CHECK(disagreements == 0);
  CHECK(read == index / kGreatestStep);
}

TEST_CASE("A step of half a circle after a loss is followed as libsrtp does it") {
  Parties parties(SrtpProfile::aead_aes_128_gcm);
  struct Step {
    std::uint16_t number;
    const char* arrives;
  };
  for (const auto& step : std::to_array<Step>({{30'000, "yes"},
                                               {60'000, "yes"},
                                               {0, "yes"},
                                               {30'000, "no"},
                                               {32'768, "yes"},
                                               {32'769, "yes"},
                                               {33'000, "yes"}})) {
    INFO("number " << step.number);
    const auto packet = parties.rtp(test::make_rtp(step.number, 1));
    if (std::string_view(step.arrives) == "yes") {
      CHECK(read_rtp(parties.ours, packet).refusal.empty());
      CHECK(read_rtp(parties.library, packet).refusal.empty());
    }
  }
}

TEST_CASE("A peer has 64 streams, of packets and reports together; what it has goes on") {
  const auto profile = either_profile();
  Parties parties(profile);
  for (std::uint32_t ssrc = 0; ssrc < kMaxSources; ++ssrc) {
    CHECK((ssrc % 2 == 0 ? read_rtcp(parties.ours, parties.rtcp(test::make_receiver_report(ssrc)))
                         : read_rtp(parties.ours, parties.rtp(test::make_rtp(1, ssrc))))
              .refusal.empty());
  }
  Parties others(profile);
  CHECK(read_rtp(parties.ours, others.rtp(test::make_rtp(1, 500))).refusal == "too_many_sources");
  CHECK(read_rtcp(parties.ours, others.rtcp(test::make_receiver_report(501))).refusal == "too_many_sources");
  // A stream of reports may begin to send as well.
  CHECK(read_rtp(parties.ours, parties.rtp(test::make_rtp(1, 0))).refusal.empty());
  CHECK(read_rtp(parties.ours, parties.rtp(test::make_rtp(2, 1))).refusal.empty());
}

TEST_CASE("Once a stream has begun, its packets allocate nothing when they are read") {
  Parties parties(SrtpProfile::aead_aes_128_gcm);
  std::vector<Bytes> packets;
  std::vector<Bytes> reports;
  for (std::uint16_t number = 0; number < 1'000; ++number) {
    packets.push_back(parties.rtp(test::make_rtp(number, 1, 1'200)));
    reports.push_back(parties.rtcp(test::make_receiver_report(1)));
  }
  REQUIRE(parties.ours.unprotect_rtp(packets[0]));
  REQUIRE(parties.ours.unprotect_rtcp(reports[0]));
  auto forged = packets;
  for (auto& packet : forged) {
    packet.back() ^= 1;
  }
  std::size_t read = 0;
  std::size_t not_authentic = 0;
  const auto before = test::allocations();
  for (std::size_t i = 1; i < packets.size(); ++i) {
    const auto result = parties.ours.unprotect_rtp(forged[i]);
    not_authentic += !result && result.error() == SrtpError::authentication_failed ? 1 : 0;
    read += parties.ours.unprotect_rtp(packets[i]).ok() ? 1 : 0;
    read += parties.ours.unprotect_rtcp(reports[i]).ok() ? 1 : 0;
  }
  CHECK(test::allocations() == before);
  CHECK(read == 2 * 999);
  CHECK(not_authentic == 999);
}

}  // namespace
}  // namespace baton::transport::direct
