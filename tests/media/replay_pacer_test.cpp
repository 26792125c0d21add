// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/replay_pacer.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::at_ms;
using Passage = ReplayPacer::Passage;

constexpr std::size_t kSize = 1'000;
/// Ten packets at once, and one for each millisecond behind them.
const ReplayPace kPace{.burst_bytes = 10 * kSize, .rate = {8'000'000}};

WaitingPacket numbered(std::size_t number, std::size_t size = kSize) {
  return {SequenceNumber::wrap(static_cast<std::int64_t>(number)),
          {ExtendedSequence{static_cast<std::int64_t>(number)}, {}, RtpTimestamp(7)},
          size};
}

/// Offers so many packets of a replay; answers how many left at once.
std::size_t replay(ReplayPacer& pacer, std::size_t count, core::Instant now) {
  std::size_t at_once = 0;
  for (std::size_t number = 0; number < count; ++number) {
    at_once += pacer.replayed(numbered(number), now) == Passage::at_once ? 1 : 0;
  }
  return at_once;
}

std::vector<std::uint16_t> take_all(ReplayPacer& pacer, core::Instant now) {
  std::vector<std::uint16_t> numbers;
  while (const auto packet = pacer.take(now)) {
    numbers.push_back(packet->number.value());
  }
  return numbers;
}

TEST_CASE("A small replay leaves at once, and nothing waits behind it") {
  ReplayPacer pacer(kPace);
  CHECK(replay(pacer, 10, at_ms(0)) == 10);
  CHECK(pacer.live(numbered(10)) == Passage::at_once);
  CHECK_FALSE(pacer.due());
}

TEST_CASE("The rest of a large replay leaves at its pace, in order, and live packets wait behind it") {
  ReplayPacer pacer(kPace);
  CHECK(replay(pacer, 14, at_ms(0)) == 10);
  CHECK(pacer.live(numbered(14)) == Passage::waits);
  CHECK(pacer.waiting() == 5);
  // What is live makes no longer wait: 1 ms is credited to it.
  CHECK(pacer.due() == at_ms(0));
  CHECK(take_all(pacer, at_ms(0)) == std::vector<std::uint16_t>{10});
  CHECK(pacer.due() == at_ms(1));
  CHECK(take_all(pacer, at_ms(1)) == std::vector<std::uint16_t>{11});
  CHECK(take_all(pacer, at_ms(4)) == std::vector<std::uint16_t>{12, 13, 14});
  CHECK_FALSE(pacer.due());
  CHECK(pacer.live(numbered(15)) == Passage::at_once);
}

TEST_CASE("A packet that is larger than what may leave at once leaves alone") {
  ReplayPacer pacer({.burst_bytes = 500, .rate = {8'000'000}});
  CHECK(pacer.replayed(numbered(1), at_ms(0)) == Passage::at_once);
  CHECK(pacer.replayed(numbered(2), at_ms(0)) == Passage::waits);
  const auto due = pacer.due();
  REQUIRE(due.has_value());
  CHECK(*due <= at_ms(1));
  CHECK(take_all(pacer, at_ms(1)) == std::vector<std::uint16_t>{2});
}

TEST_CASE("No more packets wait than the limit, and what is more is refused") {
  ReplayPacer pacer(kPace);
  for (std::size_t number = 0; number < 10 + ReplayPacer::kMaxWaiting; ++number) {
    REQUIRE(pacer.replayed(numbered(number), at_ms(0)) != Passage::full);
  }
  CHECK(pacer.waiting() == ReplayPacer::kMaxWaiting);
  CHECK(pacer.replayed(numbered(0), at_ms(0)) == Passage::full);
  CHECK(pacer.live(numbered(0)) == Passage::full);
  REQUIRE(pacer.take(at_ms(1)).has_value());
  CHECK(pacer.live(numbered(0)) == Passage::waits);
}

TEST_CASE("Whenever a packet is due it can be taken, and none before") {
  ReplayPacer pacer(kPace);
  replay(pacer, 60, at_ms(0));
  std::size_t taken = 0;
  core::Instant before = at_ms(0);
  while (const auto due = pacer.due()) {
    REQUIRE(*due >= before);
    if (*due > before) {
      CHECK_FALSE(pacer.take(*due - core::Duration(1)));
    }
    REQUIRE(pacer.take(*due));
    before = *due;
    ++taken;
  }
  CHECK(taken == 50);
  CHECK(before == at_ms(50));
}

TEST_CASE("A source that is faster than the pace is caught up with") {
  ReplayPacer pacer({.burst_bytes = 10 * kSize, .rate = {80'000}});
  replay(pacer, 11, at_ms(0));
  std::size_t number = 11;
  for (std::int64_t ms = 1; ms <= 200 && pacer.waiting() > 0; ++ms) {
    pacer.live(numbered(number++));
    take_all(pacer, at_ms(ms));
  }
  CHECK(pacer.waiting() == 0);
}

}  // namespace
}  // namespace baton::media
