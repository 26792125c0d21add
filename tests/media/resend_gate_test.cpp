// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/resend_gate.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/media/kept_packets.hpp"
#include "tests/media/program_builders.hpp"

namespace baton::media {
namespace {

using std::chrono::milliseconds;
using test::at_ms;

constexpr std::size_t kPacketSize = 1000;

/// A viewer who was sent the packets 1000 to 1999 of a program under the numbers 0 to 999.
struct Viewer {
  PacketHistory history{{}};
  KeyframeCache cache{test::kVideoRate, {}};
  SentNumbers sent;
  ResendGate gate;

  explicit Viewer(const ResendLimits& limits = {.rate = {100'000'000}, .burst_bytes = 10'000'000})
      : gate(limits) {
    for (std::int64_t index = 0; index < 1000; ++index) {
      const test::Cached cached{.sequence = 1000 + index, .size = kPacketSize};
      history.store(test::program_packet(cached), test::shared(test::body_of(cached)), at_ms(0));
      sent.sent(SequenceNumber::wrap(index), {ExtendedSequence{1000 + index}, {}, std::nullopt});
    }
  }

  ResendVerdict judge(int number, std::int64_t ms,
                      std::optional<core::Duration> round_trip = milliseconds(50)) {
    return gate.judge(SequenceNumber(static_cast<std::uint16_t>(number)), sent, KeptPackets(&history, &cache),
                      round_trip, at_ms(ms));
  }
  [[nodiscard]] std::uint64_t dropped(ResendDrop reason) const {
    return gate.counters().dropped[static_cast<std::size_t>(reason)];
  }
};

TEST_CASE("A lost packet is sent again as it was") {
  Viewer viewer;
  const auto verdict = viewer.judge(7, 10);
  REQUIRE(verdict.resend.has_value());
  CHECK(verdict.resend->packet.sequence == ExtendedSequence{1007});
  CHECK(verdict.resend->packet.bytes.size() == kPacketSize);
  CHECK(verdict.resend->sent == SentAs{ExtendedSequence{1007}, {}, std::nullopt});
  CHECK(viewer.gate.counters().resent == 1);
  CHECK(viewer.gate.counters().resent_bytes == kPacketSize);
}

TEST_CASE("A packet is sent again at most once per round trip") {
  struct Row {
    const char* what;
    std::optional<core::Duration> round_trip;
    std::int64_t too_soon_ms;
    std::int64_t in_time_ms;
  };
  const auto row = GENERATE(values<Row>({
      {"a known round trip", milliseconds(50), 49, 50},
      {"an unknown one", std::nullopt, 99, 100},
      {"one that is next to nothing", core::Duration(1), 9, 10},
      {"a long one", milliseconds(1500), 1499, 1500},
  }));
  INFO(row.what);
  Viewer viewer;
  CHECK(viewer.judge(7, 0, row.round_trip).resend.has_value());
  CHECK(viewer.judge(7, row.too_soon_ms, row.round_trip).drop == ResendDrop::too_soon);
  CHECK(viewer.judge(8, row.too_soon_ms, row.round_trip).resend.has_value());
  CHECK(viewer.judge(7, row.in_time_ms, row.round_trip).resend.has_value());
  CHECK(viewer.judge(7, row.in_time_ms, row.round_trip).drop == ResendDrop::too_soon);
  CHECK(viewer.dropped(ResendDrop::too_soon) == 2);
}

TEST_CASE("What was never sent, or is no longer kept, is refused as that") {
  Viewer viewer;
  CHECK(viewer.judge(1000, 0).drop == ResendDrop::never_sent);
  viewer.sent.sent(SequenceNumber(1000), {ExtendedSequence{5000}, {}, std::nullopt});
  CHECK(viewer.judge(1000, 0).drop == ResendDrop::not_kept);
  CHECK(viewer.judge(7, 60'000).drop == ResendDrop::not_kept);
  CHECK(viewer.dropped(ResendDrop::never_sent) == 1);
  CHECK(viewer.dropped(ResendDrop::not_kept) == 2);
}

TEST_CASE("A packet of a replay is found in the cache when the history has lost it") {
  Viewer viewer;
  test::append(viewer.cache,
               {.sequence = 500, .timestamp = 9000, .starts_keyframe = true, .ends_frame = true});
  viewer.sent.sent(SequenceNumber(1000), {ExtendedSequence{500}, {}, RtpTimestamp(77'000)});
  const auto verdict = viewer.judge(1000, 60'000);
  REQUIRE(verdict.resend.has_value());
  CHECK(verdict.resend->packet.bytes.size() == 100);
  CHECK(verdict.resend->sent.timestamp == RtpTimestamp(77'000));
  const auto without =
      viewer.gate.judge(SequenceNumber(1000), viewer.sent, KeptPackets(&viewer.history, nullptr),
                        milliseconds(50), at_ms(90'000));
  CHECK(without.drop == ResendDrop::not_kept);
}

TEST_CASE("As many packets are repeated within a round trip as are remembered, and one more is refused") {
  Viewer viewer;
  const auto limit = static_cast<int>(ResendGate::kMaxRemembered);
  for (int number = 0; number < limit; ++number) {
    CHECK(viewer.judge(number, 0).resend.has_value());
  }
  CHECK(viewer.judge(limit, 0).drop == ResendDrop::too_many_at_once);
  CHECK(viewer.judge(0, 0).drop == ResendDrop::too_soon);
  CHECK(viewer.judge(limit, 50).resend.has_value());
  CHECK(viewer.dropped(ResendDrop::too_many_at_once) == 1);
}

TEST_CASE("A storm of NACKs costs no more than the budget") {
  // 800 kbit/s: a hundred packets a second, and ten at once.
  Viewer viewer({.rate = {800'000}, .burst_bytes = 10 * kPacketSize});
  int resent = 0;
  for (int ms = 0; ms < 2000; ++ms) {
    for (int packet = 0; packet < 5; ++packet) {
      resent += viewer.judge((ms * 5 + packet) % 1000, ms).resend.has_value() ? 1 : 0;
    }
  }
  CHECK(resent == 10 + 199);
  CHECK(viewer.dropped(ResendDrop::over_budget) > 9000);
  CHECK(viewer.gate.counters().resent_bytes == static_cast<std::uint64_t>(resent) * kPacketSize);
}

TEST_CASE("A refusal for the budget's sake does not count as a repetition") {
  Viewer viewer({.rate = {8'000}, .burst_bytes = kPacketSize});
  CHECK(viewer.judge(1, 0).resend.has_value());
  CHECK(viewer.judge(2, 0).drop == ResendDrop::over_budget);
  CHECK(viewer.judge(2, 999).drop == ResendDrop::over_budget);
  CHECK(viewer.judge(2, 1000).resend.has_value());
}

TEST_CASE("A budget fills with time up to its burst, and exactly") {
  ByteBudget budget({8'000}, 100);  // A byte each millisecond.
  using Spend = ByteBudget::Spend;
  CHECK(budget.spend(101, at_ms(0)) == Spend::refused);
  CHECK(budget.spend(100, at_ms(0)) == Spend::spent);
  CHECK(budget.spend(1, core::Instant(std::chrono::microseconds(999))) == Spend::refused);
  CHECK(budget.spend(1, at_ms(1)) == Spend::spent);
  CHECK(budget.spend(1, at_ms(0)) == Spend::refused);  // A clock that stands or steps back fills nothing.
  CHECK(budget.spend(100, at_ms(3'600'000)) == Spend::spent);
  CHECK(budget.spend(1, at_ms(3'600'000)) == Spend::refused);
  ByteBudget most({UINT64_MAX}, SIZE_MAX);
  CHECK(most.spend(std::size_t{1} << 30U, at_ms(0)) == Spend::spent);
  CHECK(most.spend(std::size_t{1} << 30U, at_ms(1)) == Spend::refused);
  CHECK(most.spend(std::size_t{1} << 30U, at_ms(3'600'000)) == Spend::spent);
}

TEST_CASE("Every reason not to send again has a name") {
  for (std::size_t reason = 0; reason < kResendDropCount; ++reason) {
    CHECK(std::string(to_string(static_cast<ResendDrop>(reason))) != "unknown");
  }
}

}  // namespace
}  // namespace baton::media
