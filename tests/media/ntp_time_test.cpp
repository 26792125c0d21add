// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ntp_time.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("The wall clock goes on from where it was read, and back") {
  const WallClock clock{test::at_ms(1000), NtpTime{(std::uint64_t{100} << 32U) | 0x40000000U}};
  CHECK(clock.at(test::at_ms(1000)) == clock.time);
  CHECK(clock.at(test::at_ms(1500)) == NtpTime{(std::uint64_t{100} << 32U) | 0xC0000000U});
  CHECK(clock.at(test::at_ms(2000)) == NtpTime{(std::uint64_t{101} << 32U) | 0x40000000U});
  CHECK(clock.at(test::at_ms(500)) == NtpTime{(std::uint64_t{99} << 32U) | 0xC0000000U});
  const auto year = clock.at(core::Instant(seconds(1) + hours(24 * 365)));
  CHECK(year == NtpTime{(std::uint64_t{100 + 24 * 365 * 3600} << 32U) | 0x40000000U});
  const WallClock last{test::at_ms(0), NtpTime{~std::uint64_t{0}}};
  CHECK(last.at(test::at_ms(1000)).value == 0xFFFFFFFFU);  // The era of 2036.
}

TEST_CASE("The compact forms are the middle of the long ones") {
  CHECK(compact(NtpTime{0x0123456789ABCDEF}) == CompactNtp(0x456789AB));
  CHECK(compact(core::Duration(seconds(1))) == CompactDuration{65536});
  CHECK(compact(core::Duration(milliseconds(500))) == CompactDuration{32768});
  CHECK(compact(core::Duration(-1)) == CompactDuration{0});
  CHECK(compact(core::Duration(hours(30))) == CompactDuration{65535U << 16U});
  CHECK(duration_of(CompactDuration{65536}) == seconds(1));
  CHECK(duration_of(CompactDuration{1}) == microseconds(15));
  CHECK(duration_of(CompactDuration{0xFFFFFFFF}) > hours(18));
}

TEST_CASE("The round trip is what is neither before the report nor spent at the reporter") {
  struct Row {
    const char* what;
    std::uint32_t now;
    std::uint32_t last_report;
    std::uint32_t delay;
    std::optional<core::Duration> expected;
  };
  const auto row = GENERATE(values<Row>({
      {"the example of RFC 3550", 0xB7108000, 0xB7052000, 0x00054000, milliseconds(6125)},
      {"over the wrap", 0x00000100, 0xFFFFFF00, 0x100, microseconds(3906)},
      {"no SR yet", 0xB7108000, 0, 0, std::nullopt},
      {"at once", 5000, 5000, 0, microseconds(0)},
      {"clocks read in steps", 5000, 5000, 66, microseconds(0)},
      {"a delay that cannot be", 5000, 5000, 67, std::nullopt},
      {"the longest that counts", 60 * 65536 + 7, 7, 0, seconds(60)},
      {"longer than that", 61 * 65536 + 7, 7, 0, std::nullopt},
      {"an SR of the future", 7, 61 * 65536, 0, std::nullopt},
  }));
  INFO(row.what);
  CHECK(round_trip_time(CompactNtp(row.now), CompactNtp(row.last_report), CompactDuration{row.delay}) ==
        row.expected);
}

}  // namespace
}  // namespace baton::media
