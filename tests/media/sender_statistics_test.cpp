// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sender_statistics.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using std::chrono::milliseconds;
using test::at_ms;
using test::Bytes;

const WallClock kWall{at_ms(0), NtpTime{std::uint64_t{1000} << 32U}};

TEST_CASE("A sender report counts packets and payload, and pairs the two times") {
  SenderStatistics statistics(Ssrc{7});
  CHECK_FALSE(statistics.report(kWall, RtpTimestamp(5), at_ms(0)).has_value());
  const Bytes plain = test::make_rtp({.payload = {1, 2, 3}});
  Bytes padded = test::make_rtp({.payload = {1, 2, 0, 0, 3}});
  padded[0] |= 0x20;
  statistics.sent(test::view_of(plain));
  statistics.sent(test::view_of(padded));
  const auto report = statistics.report(kWall, RtpTimestamp(0xFFFFFFFF), at_ms(1500));
  REQUIRE(report.has_value());
  CHECK(report->sender == Ssrc{7});
  CHECK(report->packet_count == 2);
  CHECK(report->octet_count == 5);
  CHECK(report->rtp_timestamp == RtpTimestamp(0xFFFFFFFF));
  CHECK(report->ntp_time == NtpTime{(std::uint64_t{1001} << 32U) | 0x80000000U});
  CHECK(statistics.packets() == 2);
  CHECK(statistics.octets() == 5);
}

/// A block by a viewer `way` away, both ways together, who took `delay` over it; sent for a report of 1 s.
ReportBlock block_of(SenderStatistics& statistics, std::uint8_t fraction) {
  const Bytes bytes = test::make_rtp({.payload = {1}});
  statistics.sent(test::view_of(bytes));
  ReportBlock block;
  block.source = statistics.ssrc();
  block.fraction_lost = fraction;
  block.cumulative_lost = 9;
  block.jitter = 90;
  block.last_sender_report = compact(statistics.report(kWall, {}, at_ms(1000))->ntp_time);
  block.delay = compact(core::Duration(milliseconds(500)));
  return block;
}

TEST_CASE("A report block gives losses and the round trip, which is smoothed") {
  SenderStatistics statistics(Ssrc{7});
  const ReportBlock block = block_of(statistics, 25);
  CHECK_FALSE(statistics.round_trip().has_value());
  statistics.reported(block, kWall, at_ms(1580));
  REQUIRE(statistics.last_report().has_value());
  CHECK(statistics.last_report()->fraction_lost == 25);
  CHECK(statistics.last_report()->cumulative_lost == 9);
  CHECK(statistics.last_report()->jitter == 90);
  CHECK(statistics.last_report()->at == at_ms(1580));
  const auto near = [&](std::int64_t ms) {
    return std::abs(statistics.round_trip()->count() - ms * 1000) < 50;
  };
  CHECK(near(80));
  statistics.reported(block, kWall, at_ms(1660));  // 160 ms: an eighth of what is more.
  CHECK(near(90));
}

TEST_CASE("A block on another stream, or one that knows no sender report, changes no round trip") {
  SenderStatistics statistics(Ssrc{7});
  ReportBlock block = block_of(statistics, 25);
  block.source = Ssrc{8};
  statistics.reported(block, kWall, at_ms(1580));
  CHECK_FALSE(statistics.last_report().has_value());
  block.source = Ssrc{7};
  block.last_sender_report = CompactNtp();
  statistics.reported(block, kWall, at_ms(1580));
  CHECK(statistics.last_report().has_value());
  CHECK_FALSE(statistics.round_trip().has_value());
}

}  // namespace
}  // namespace baton::media
