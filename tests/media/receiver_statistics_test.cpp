// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/receiver_statistics.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using std::chrono::microseconds;
using test::at_ms;
using test::Bytes;

constexpr ClockRate kRate{90'000};

struct Stream {
  ReceiverStatistics statistics{Ssrc{7}, kRate};

  void receive(std::int64_t sequence, std::uint32_t timestamp = 0, core::Instant now = at_ms(0),
               Delivery delivery = Delivery::original) {
    const Bytes bytes = test::make_rtp({.sequence = SequenceNumber::wrap(sequence).value(),
                                        .timestamp = timestamp,
                                        .ssrc = 7,
                                        .payload = {1, 2, 3}});
    statistics.received(test::view_of(bytes), delivery, now);
  }
};

TEST_CASE("A block says what was expected and did not come, in all and since the one before") {
  Stream stream;
  CHECK_FALSE(stream.statistics.take_block(at_ms(0)).has_value());
  for (std::int64_t number = 65'530; number < 65'530 + 20; ++number) {
    if (number % 4 != 0) {
      stream.receive(number);
    }
  }
  const auto first = stream.statistics.take_block(at_ms(0));
  REQUIRE(first.has_value());
  CHECK(first->source == Ssrc{7});
  CHECK(first->cumulative_lost == 5);
  CHECK(first->fraction_lost == 5 * 256 / 20);
  CHECK(first->cycles == 1);
  CHECK(first->highest == SequenceNumber::wrap(65'549));
  CHECK(first->last_sender_report == CompactNtp());
  CHECK(first->delay == CompactDuration{0});
  CHECK(stream.statistics.packets() == 15);
  CHECK(stream.statistics.bytes() == 15 * 15);

  for (std::int64_t number = 65'550; number < 65'560; ++number) {
    stream.receive(number);
  }
  const auto second = stream.statistics.take_block(at_ms(0));
  CHECK(second->fraction_lost == 0);
  CHECK(second->cumulative_lost == 5);
  CHECK(stream.statistics.take_block(at_ms(0))->fraction_lost == 0);  // Nothing was expected.
}

TEST_CASE("Losses that are mended, and duplicates, make up for others") {
  Stream stream;
  stream.receive(0);
  stream.receive(9);
  CHECK(stream.statistics.lost() == 8);
  CHECK(stream.statistics.take_block(at_ms(0)).has_value());
  for (std::int64_t number = 1; number < 9; ++number) {
    stream.receive(number, 0, at_ms(0), Delivery::retransmitted);
  }
  CHECK(stream.statistics.lost() == 0);
  stream.receive(9);
  const auto block = stream.statistics.take_block(at_ms(0));
  CHECK(block->cumulative_lost == -1);
  CHECK(block->fraction_lost == 0);
}

TEST_CASE("A packet that was overtaken by the first one counts as expected") {
  Stream stream;
  stream.receive(1);
  stream.receive(0);
  CHECK(stream.statistics.lost() == 0);
}

TEST_CASE("All lost but the last is told as the most that a byte can say") {
  Stream stream;
  stream.receive(0);
  CHECK(stream.statistics.take_block(at_ms(0)).has_value());
  stream.receive(3000);
  CHECK(stream.statistics.take_block(at_ms(0))->fraction_lost == 255);
}

TEST_CASE("A stream that begins anew is counted from there, and a stray packet is not") {
  Stream stream;
  stream.receive(0);
  stream.receive(20'000);
  CHECK(stream.statistics.take_block(at_ms(0))->highest == SequenceNumber(0));
  CHECK(stream.statistics.restarts() == 0);
  stream.receive(1);
  stream.receive(30'000);
  stream.receive(30'001);
  const auto block = stream.statistics.take_block(at_ms(0));
  CHECK(block->highest == SequenceNumber(30'001));
  CHECK(block->cumulative_lost == 0);
  CHECK(stream.statistics.restarts() == 1);
  CHECK(stream.statistics.packets() == 5);
}

TEST_CASE("Jitter is a sixteenth of each change of the way's length, over the timestamps' wrap") {
  Stream stream;
  // A steady stream has none, whatever its rate.
  std::uint32_t timestamp = 0xFFFFFFFF - 3000 * 3;
  std::int64_t us = 0;
  for (std::int64_t number = 0; number < 10; ++number, timestamp += 3000, us += 33'333) {
    stream.receive(number, timestamp, core::Instant(microseconds(us)));
  }
  CHECK(stream.statistics.jitter() <= 1);
  // Then one comes 10 ms late: 900 ticks, of which a sixteenth counts.
  us += 10'000;
  stream.receive(10, timestamp, core::Instant(microseconds(us)));
  CHECK(stream.statistics.jitter() >= 55);
  CHECK(stream.statistics.jitter() <= 57);
  // A repetition that comes very late does not change it.
  stream.receive(5, timestamp - 3000 * 5, core::Instant(microseconds(us + 900'000)), Delivery::retransmitted);
  CHECK(stream.statistics.jitter() <= 57);
}

TEST_CASE("Jitter comes to rest where RFC 3550 says it does") {
  Stream stream;
  // The way is longer by 160 ticks for every other packet: J rests where |D| - J/16 is nothing, at 160.
  for (std::int64_t number = 0; number < 2000; ++number) {
    const auto timestamp = static_cast<std::uint32_t>(number) * 9000;
    stream.receive(number, timestamp - (number % 2 == 0 ? 0 : 160), at_ms(number * 100));
  }
  CHECK(stream.statistics.jitter() >= 159);
  CHECK(stream.statistics.jitter() <= 160);
}

TEST_CASE("A block names the last sender report, and how long ago it came") {
  Stream stream;
  stream.receive(0);
  SenderReport report;
  report.sender = Ssrc{8};
  report.ntp_time = NtpTime{0x0123456789ABCDEF};
  stream.statistics.sender_reported(report, at_ms(100));
  CHECK(stream.statistics.take_block(at_ms(200))->last_sender_report == CompactNtp());
  report.sender = Ssrc{7};
  stream.statistics.sender_reported(report, at_ms(100));
  const auto block = stream.statistics.take_block(at_ms(600));
  CHECK(block->last_sender_report == CompactNtp(0x456789AB));
  CHECK(block->delay == CompactDuration{32'768});
}

}  // namespace
}  // namespace baton::media
