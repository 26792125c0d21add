// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/unmended_losses.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <optional>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using test::at_ms;
using Verdict = UnmendedLosses::Verdict;

ReportBlock losing(std::int32_t lost) {
  ReportBlock report;
  report.cumulative_lost = lost;
  return report;
}

TEST_CASE("What is lost before a round trip is known is unmended, each loss once") {
  UnmendedLosses losses;
  CHECK(losses.reported(losing(0), std::nullopt, at_ms(0)) == Verdict::nothing_lost);
  CHECK(losses.reported(losing(1), std::nullopt, at_ms(10)) == Verdict::unmended);
  CHECK(losses.reported(losing(1), std::nullopt, at_ms(20)) == Verdict::nothing_lost);
  CHECK(losses.reported(losing(4), std::nullopt, at_ms(30)) == Verdict::unmended);
}

TEST_CASE("The report that tells the round trip speaks of losses before it, and so do those just behind it") {
  UnmendedLosses losses;
  CHECK(losses.reported(losing(1), milliseconds(50), at_ms(1'000)) == Verdict::unmended);
  CHECK(losses.reported(losing(2), milliseconds(50), at_ms(1'149)) == Verdict::unmended);
  CHECK(losses.reported(losing(3), milliseconds(50), at_ms(1'150)) == Verdict::mended_elsewhere);
  CHECK(losses.reported(losing(3), milliseconds(50), at_ms(1'200)) == Verdict::nothing_lost);
  // It goes on keeping packets, whatever it measures later.
  CHECK(losses.reported(losing(5), std::nullopt, at_ms(9'000)) == Verdict::mended_elsewhere);
}

TEST_CASE("A round trip of less than a millisecond is none to the gateway") {
  UnmendedLosses losses;
  for (int second = 1; second < 20; ++second) {
    CHECK(losses.reported(losing(second), microseconds(999), at_ms(second * 1'000)) == Verdict::unmended);
  }
}

TEST_CASE("Duplicates that lower the count hide no later loss") {
  UnmendedLosses losses;
  CHECK(losses.reported(losing(3), std::nullopt, at_ms(0)) == Verdict::unmended);
  CHECK(losses.reported(losing(-1), std::nullopt, at_ms(10)) == Verdict::nothing_lost);
  CHECK(losses.reported(losing(0), std::nullopt, at_ms(20)) == Verdict::unmended);
}

TEST_CASE("Requests that are repeated at once and not answered are seen by their reports") {
  UnmendedLosses losses;
  losses.reported(losing(1), milliseconds(5), at_ms(0));
  // A loss that the gateway could mend, and the viewer asks for it every 20 ms.
  CHECK(losses.reported(losing(2), milliseconds(5), at_ms(5'000)) == Verdict::mended_elsewhere);
  for (int again = 1; again < UnmendedLosses::kUnanswered; ++again) {
    CHECK(losses.reported(losing(2), milliseconds(5), at_ms(5'000 + 20 * again)) == Verdict::nothing_lost);
  }
  CHECK(losses.reported(losing(2), milliseconds(5), at_ms(5'100)) == Verdict::unmended);
  CHECK(losses.reported(losing(2), milliseconds(5), at_ms(5'120)) == Verdict::nothing_lost);
}

TEST_CASE("Losses that follow one another, and reports that come by themselves, are no repeated requests") {
  UnmendedLosses losses;
  losses.reported(losing(0), milliseconds(5), at_ms(0));
  for (int count = 1; count < 50; ++count) {
    CHECK(losses.reported(losing(count), milliseconds(5), at_ms(5'000 + 20 * count)) ==
          Verdict::mended_elsewhere);
  }
  for (int count = 1; count < 50; ++count) {
    CHECK(losses.reported(losing(49), milliseconds(5), at_ms(10'000 + 101 * count)) == Verdict::nothing_lost);
  }
}

TEST_CASE("More losses at once than chance makes are told apart") {
  UnmendedLosses losses;
  CHECK(losses.reported(losing(UnmendedLosses::kFew), std::nullopt, at_ms(0)) == Verdict::unmended);
  CHECK(losses.reported(losing(2 * UnmendedLosses::kFew + 1), std::nullopt, at_ms(200)) ==
        Verdict::many_unmended);
}

}  // namespace
}  // namespace baton::media
