// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet_arrivals.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <optional>
#include <vector>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using std::chrono::microseconds;
using Microseconds = std::optional<std::int64_t>;
constexpr Microseconds kLost;

core::Instant at_us(std::int64_t count) {
  return core::Instant(microseconds(count));
}

TransportSequence number(std::int64_t value) {
  return TransportSequence::wrap(value);
}

struct Message {
  TransportSequence base;
  FeedbackCount count;
  std::vector<Microseconds> arrivals;  // By the clock of the test, as exactly as the format can say.
  std::size_t size;
};

/// Writes one message and reads it back.
Message next_message(PacketArrivals& arrivals, std::size_t buffer_size = 1200) {
  std::vector<std::uint8_t> buffer(buffer_size);
  RtcpWriter writer(buffer, RtcpForm::reduced_size);
  REQUIRE_FALSE(arrivals.write(writer, Ssrc{1}, Ssrc{2}).has_value());
  const ByteView bytes = *writer.finish();
  const auto view = RtcpView::parse(bytes);
  REQUIRE(view.ok());
  const auto packet = view->packets().next();
  CHECK(packet->sender() == Ssrc{1});
  CHECK(packet->media_source() == Ssrc{2});
  const auto feedback = packet->transport_wide_feedback();
  REQUIRE(feedback.ok());
  Message message{feedback->base(), feedback->feedback_count(), {}, bytes.size()};
  auto reader = feedback->packets();
  while (const auto status = reader.next()) {
    message.arrivals.push_back(status->arrived ? Microseconds(status->arrived->count()) : kLost);
  }
  return message;
}

TEST_CASE("What arrived is reported with its time, and what did not as lost") {
  struct Row {
    const char* what;
    std::vector<Microseconds> arrivals;  // From number 65534 on.
    std::size_t chunks;
  };
  const auto row = GENERATE(values<Row>({
      {"one packet", {1000}, 1},
      {"a run", {1000, 1250, 2000, 65'000}, 1},
      {"a loss in between", {1000, kLost, 2000}, 1},
      {"the largest small delta", {0, 63'750}, 1},
      {"the smallest large delta", {0, 64'000}, 1},
      {"backwards in time", {70'000, 64'250, 65'000}, 1},
      {"the largest delta of all", {0, 8'191'750}, 1},
      {"a vector of large deltas and a rest",
       {0, 100'000, kLost, 200'000, kLost, 300'000, kLost, 400'000},
       2},
      {"fifteen in turn",
       {0, kLost, 250, kLost, 500, kLost, 750, kLost, 1000, kLost, 1250, kLost, 1500, kLost, 1750},
       2},
  }));
  INFO(row.what);
  PacketArrivals arrivals;
  CHECK_FALSE(arrivals.has_news());
  for (std::size_t index = 0; index < row.arrivals.size(); ++index) {
    if (row.arrivals[index]) {
      arrivals.arrived(number(65534 + static_cast<std::int64_t>(index)), at_us(*row.arrivals[index]));
    }
  }
  CHECK(arrivals.has_news());
  const Message message = next_message(arrivals);
  CHECK(message.base == number(65534));
  CHECK(message.arrivals == row.arrivals);
  std::size_t deltas = 0;
  Microseconds before;
  for (const Microseconds when : row.arrivals) {
    if (when) {
      const std::int64_t delta = before ? *when - *before : *when % 64'000;
      deltas += delta >= 0 && delta <= 63'750 ? 1 : 2;
      before = when;
    }
  }
  CHECK(message.size == (12 + 8 + 2 * row.chunks + deltas + 3) / 4 * 4);
  CHECK_FALSE(arrivals.has_news());
}

TEST_CASE("Each message goes on where the one before ended, losses in between included") {
  PacketArrivals arrivals;
  arrivals.arrived(number(10), at_us(1000));
  CHECK(next_message(arrivals).count == FeedbackCount(0));
  arrivals.arrived(number(13), at_us(2000));
  const Message second = next_message(arrivals);
  CHECK(second.count == FeedbackCount(1));
  CHECK(second.base == number(11));
  CHECK(second.arrivals == std::vector<Microseconds>{kLost, kLost, 2000});
}

TEST_CASE("A packet that comes after it was called lost is reported again, with all behind it") {
  PacketArrivals arrivals;
  arrivals.arrived(number(10), at_us(1000));
  arrivals.arrived(number(12), at_us(2000));
  CHECK(next_message(arrivals).arrivals == std::vector<Microseconds>{1000, kLost, 2000});
  arrivals.arrived(number(11), at_us(3000));
  CHECK(arrivals.has_news());
  const Message again = next_message(arrivals);
  CHECK(again.base == number(11));
  CHECK(again.arrivals == std::vector<Microseconds>{3000, 2000});
}

TEST_CASE("Times do not drift, however the parts of a unit fall") {
  PacketArrivals arrivals;
  std::int64_t when = 123'456'789;
  for (std::int64_t index = 0; index < 500; ++index, when += 1'333) {
    arrivals.arrived(number(index), at_us(when));
  }
  const Message message = next_message(arrivals, 4096);
  REQUIRE(message.arrivals.size() == 500);
  CHECK(*message.arrivals[499] - (when - 1'333) <= 0);
  CHECK(*message.arrivals[499] - (when - 1'333) > -250);
}

TEST_CASE("A clock that began later than the packets is told apart by the circle only") {
  PacketArrivals arrivals;
  arrivals.arrived(number(0), at_us(-1));
  arrivals.arrived(number(1), at_us(300));
  const Message message = next_message(arrivals);
  const std::int64_t circle = TransportFeedback::kReferenceCircle.count();
  CHECK(message.arrivals == std::vector<Microseconds>{circle - 250, circle + 250});
}

TEST_CASE("A delta that the format cannot say begins another message") {
  PacketArrivals arrivals;
  arrivals.arrived(number(0), at_us(0));
  arrivals.arrived(number(2), at_us(8'192'000));
  CHECK(next_message(arrivals).arrivals == std::vector<Microseconds>{0});
  const Message second = next_message(arrivals);
  CHECK(second.arrivals == std::vector<Microseconds>{kLost, 8'192'000});
  CHECK_FALSE(arrivals.has_news());
}

TEST_CASE("What does not fit one message goes into the next") {
  PacketArrivals arrivals;
  for (std::int64_t index = 0; index < 1000; ++index) {
    arrivals.arrived(number(index), at_us(index * 100'000));  // Large deltas, but for the first.
  }
  std::int64_t told = 0;
  while (arrivals.has_news()) {
    const Message message = next_message(arrivals, 200);
    CHECK(message.size <= 200);
    CHECK(message.base == number(told));
    for (const Microseconds when : message.arrivals) {
      CHECK(when == told * 100'000);
      ++told;
    }
  }
  CHECK(told == 1000);
}

TEST_CASE("A message speaks of at most so many packets, whatever the room") {
  PacketArrivals arrivals;
  for (std::int64_t index = 0; index < 600; ++index) {
    arrivals.arrived(number(index), at_us(index));
  }
  CHECK(next_message(arrivals, 60'000).arrivals.size() == PacketArrivals::kMaxPerMessage);
  CHECK(next_message(arrivals, 60'000).arrivals.size() == 600 - PacketArrivals::kMaxPerMessage);
}

TEST_CASE("Losses too many for one message are left out, so that it reaches a packet with a time") {
  PacketArrivals arrivals;
  arrivals.arrived(number(0), at_us(0));
  next_message(arrivals);
  arrivals.arrived(number(700), at_us(1000));
  const Message message = next_message(arrivals, 60'000);
  CHECK(message.arrivals.size() == PacketArrivals::kMaxPerMessage);
  CHECK(message.arrivals.back() == 1000);
  CHECK(arrivals.counters().unreported == 700 - PacketArrivals::kMaxPerMessage);
}

TEST_CASE("Without room, or news, nothing is written") {
  PacketArrivals arrivals;
  std::array<std::uint8_t, 35> buffer{};
  RtcpWriter writer(buffer, RtcpForm::reduced_size);
  CHECK(arrivals.write(writer, Ssrc{1}, Ssrc{2}) == RtcpWriteError::nothing_to_say);
  arrivals.arrived(number(0), at_us(0));
  CHECK(arrivals.write(writer, Ssrc{1}, Ssrc{2}) == RtcpWriteError::buffer_too_small);
  CHECK(writer.left() == 35);
  CHECK(arrivals.has_news());
  CHECK(next_message(arrivals, 36).arrivals.size() == 1);
}

TEST_CASE("Places that pass unreported are counted, and so are packets that come too late and twice") {
  PacketArrivals arrivals;
  arrivals.arrived(number(100), at_us(0));
  arrivals.arrived(number(100), at_us(1));
  CHECK(arrivals.counters().duplicate == 1);
  arrivals.arrived(number(100 + PacketArrivals::kCapacity - 1), at_us(2));
  CHECK(arrivals.counters().unreported == 0);
  arrivals.arrived(number(100 + PacketArrivals::kCapacity), at_us(3));
  CHECK(arrivals.counters().unreported == 1);
  arrivals.arrived(number(100), at_us(4));
  CHECK(arrivals.counters().too_old == 1);
  arrivals.arrived(number(101), at_us(5));
  CHECK(arrivals.counters().noted == 4);
  arrivals.arrived(number(100 + 20 * PacketArrivals::kCapacity), at_us(6));
  CHECK(arrivals.counters().unreported == 1 + 19 * static_cast<std::uint64_t>(PacketArrivals::kCapacity) + 0);
  CHECK(next_message(arrivals).arrivals.back() == 0);  // 6 µs, in units of 250.
  CHECK_FALSE(arrivals.has_news());
}

}  // namespace
}  // namespace baton::media
