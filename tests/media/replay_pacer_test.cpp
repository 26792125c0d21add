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

WaitingPacket live(std::size_t number) {
  WaitingPacket packet = numbered(number);
  packet.sent.timestamp.reset();
  return packet;
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
  CHECK(pacer.waiting() == 0);
}

TEST_CASE("The rest of a large replay leaves at its pace, in order, and live packets follow it at once") {
  ReplayPacer pacer(kPace);
  CHECK(replay(pacer, 14, at_ms(0)) == 10);
  for (std::size_t number = 14; number < 30; ++number) {
    CHECK(pacer.live(live(number)) == Passage::waits);
  }
  CHECK(pacer.waiting() == 20);
  CHECK(take_all(pacer, at_ms(0)).empty());
  CHECK(take_all(pacer, at_ms(1)) == std::vector<std::uint16_t>{10});
  CHECK(take_all(pacer, at_ms(3)) == std::vector<std::uint16_t>{11, 12});
  CHECK(take_all(pacer, at_ms(4)).size() == 17);
  CHECK(pacer.waiting() == 0);
  CHECK(pacer.live(live(30)) == Passage::at_once);
}

TEST_CASE("A second replay behind live packets is paced as the first one was") {
  ReplayPacer pacer(kPace);
  replay(pacer, 11, at_ms(0));
  CHECK(pacer.live(live(11)) == Passage::waits);
  CHECK(pacer.replayed(numbered(12), at_ms(0)) == Passage::waits);
  CHECK(pacer.replayed(numbered(13), at_ms(0)) == Passage::waits);
  CHECK(take_all(pacer, at_ms(2)) == std::vector<std::uint16_t>{10, 11});
  CHECK(take_all(pacer, at_ms(3)) == std::vector<std::uint16_t>{12});
  pacer.discard();
  CHECK(pacer.waiting() == 0);
  CHECK_FALSE(pacer.take(at_ms(10)));
  CHECK(pacer.live(live(14)) == Passage::at_once);
}

TEST_CASE("A packet that is larger than what may leave at once leaves alone") {
  ReplayPacer pacer({.burst_bytes = 500, .rate = {8'000'000}});
  CHECK(pacer.replayed(numbered(1), at_ms(0)) == Passage::at_once);
  CHECK(pacer.replayed(numbered(2), at_ms(0)) == Passage::waits);
  CHECK(take_all(pacer, at_ms(0)).empty());
  CHECK(take_all(pacer, at_ms(1)) == std::vector<std::uint16_t>{2});
}

TEST_CASE("No more packets wait than the limit, and what is more is refused") {
  constexpr std::size_t kLimit = 100;
  ReplayPace pace = kPace;
  pace.max_waiting = kLimit;
  ReplayPacer pacer(pace);
  for (std::size_t number = 0; number < 10 + kLimit; ++number) {
    CHECK_FALSE(pacer.is_full());
    REQUIRE(pacer.replayed(numbered(number), at_ms(0)) != Passage::full);
  }
  CHECK(pacer.is_full());
  CHECK(pacer.waiting() == kLimit);
  CHECK(pacer.replayed(numbered(0), at_ms(0)) == Passage::full);
  CHECK(pacer.live(live(0)) == Passage::full);
  REQUIRE(pacer.take(at_ms(1)).has_value());
  CHECK(pacer.live(live(0)) == Passage::waits);
}

TEST_CASE("As much is taken as the pace allows, however often is asked") {
  ReplayPacer pacer(kPace);
  replay(pacer, 60, at_ms(0));
  const std::int64_t step = GENERATE(1, 3, 5, 10);
  CAPTURE(step);
  std::size_t taken = 0;
  for (std::int64_t ms = step; ms <= 30; ms += step) {
    taken += take_all(pacer, at_ms(ms)).size();
    CHECK(taken == static_cast<std::size_t>(ms));
  }
}

TEST_CASE("A source that is faster than the pace is caught up with") {
  ReplayPacer pacer({.burst_bytes = 10 * kSize, .rate = {80'000}});
  replay(pacer, 11, at_ms(0));
  std::size_t number = 11;
  for (std::int64_t ms = 1; ms <= 200 && pacer.waiting() > 0; ++ms) {
    pacer.live(live(number++));
    take_all(pacer, at_ms(ms));
  }
  CHECK(pacer.waiting() == 0);
}

}  // namespace
}  // namespace baton::media
