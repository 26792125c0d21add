// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/nack_generator.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using std::chrono::milliseconds;
using test::at_ms;

struct Stream {
  NackGenerator generator;

  explicit Stream(const NackPolicy& policy = {}) : generator(policy) {}

  void receive(std::int64_t number, std::int64_t ms = 0) {
    generator.received(SequenceNumber::wrap(number), at_ms(ms));
  }
  std::vector<int> collect(std::int64_t ms, std::size_t room = 1000,
                           std::optional<core::Duration> round_trip = milliseconds(50)) {
    std::vector<SequenceNumber> lost(room);
    lost.resize(generator.collect(lost, round_trip, at_ms(ms)));
    std::vector<int> numbers;
    for (const SequenceNumber number : lost) {
      numbers.push_back(number.value());
    }
    return numbers;
  }
  [[nodiscard]] std::uint64_t given_up(NackSurrender reason) const {
    return generator.counters().given_up[static_cast<std::size_t>(reason)];
  }
};

using Numbers = std::vector<int>;

TEST_CASE("What is passed over is asked for, unless it was only overtaken") {
  Stream stream;
  stream.receive(65'534);
  CHECK_FALSE(stream.generator.next_deadline().has_value());
  stream.receive(65'539, 100);
  CHECK(stream.generator.next_deadline() == at_ms(110));
  CHECK(stream.collect(109).empty());
  stream.receive(65'536, 109);
  CHECK(stream.collect(110) == Numbers{65'535, 1, 2});
  CHECK(stream.generator.missing() == 3);
  CHECK(stream.generator.counters().missing == 4);
  CHECK(stream.generator.counters().requested == 3);
  CHECK(stream.generator.counters().recovered == 1);
}

TEST_CASE("A packet is asked for again once per round trip, until it comes") {
  struct Row {
    const char* what;
    std::optional<core::Duration> round_trip;
    std::int64_t interval_ms;
  };
  const auto row = GENERATE(values<Row>({
      {"a known round trip", milliseconds(50), 50},
      {"an unknown one", std::nullopt, 100},
      {"one that is next to nothing", core::Duration(1), 20},
  }));
  INFO(row.what);
  Stream stream;
  stream.receive(10);
  stream.receive(12);
  CHECK(stream.collect(10, 1000, row.round_trip) == Numbers{11});
  CHECK(stream.generator.next_deadline() == at_ms(10 + row.interval_ms));
  CHECK(stream.collect(9 + row.interval_ms, 1000, row.round_trip).empty());
  CHECK(stream.collect(10 + row.interval_ms, 1000, row.round_trip) == Numbers{11});
  stream.receive(11, 200);
  CHECK_FALSE(stream.generator.next_deadline().has_value());
  CHECK(stream.collect(5000).empty());
  CHECK_FALSE(stream.generator.take_keyframe_wish().has_value());
}

TEST_CASE("After so many requests a packet is given up and a key frame wished for, once") {
  Stream stream({.max_requests = 3, .max_age = std::chrono::seconds(60)});
  stream.receive(10);
  stream.receive(12);
  for (const std::int64_t ms : {10, 60, 110}) {
    CHECK(stream.collect(ms) == Numbers{11});
  }
  CHECK_FALSE(stream.generator.take_keyframe_wish().has_value());
  CHECK(stream.collect(160).empty());
  CHECK(stream.generator.take_keyframe_wish() == NackSurrender::retries_exhausted);
  CHECK_FALSE(stream.generator.take_keyframe_wish().has_value());
  CHECK(stream.given_up(NackSurrender::retries_exhausted) == 1);
  CHECK_FALSE(stream.generator.next_deadline().has_value());
}

TEST_CASE("A packet that is missing for too long is given up") {
  Stream stream({.max_requests = 1000, .max_age = std::chrono::seconds(1)});
  stream.receive(10);
  stream.receive(12);
  CHECK(stream.collect(999) == Numbers{11});
  CHECK(stream.collect(1049).empty());
  CHECK(stream.generator.take_keyframe_wish() == NackSurrender::too_late);
  CHECK(stream.given_up(NackSurrender::too_late) == 1);
}

TEST_CASE("The longest gap is asked for; a longer one is an outage") {
  Stream stream;
  stream.receive(0);
  stream.receive(1 + NackGenerator::kMaxGap);
  CHECK(stream.generator.missing() == static_cast<std::size_t>(NackGenerator::kMaxGap));
  CHECK_FALSE(stream.generator.take_keyframe_wish().has_value());
  stream.receive(3 + 2 * NackGenerator::kMaxGap);
  CHECK(stream.generator.missing() == 0);
  CHECK(stream.generator.take_keyframe_wish() == NackSurrender::gap_too_large);
  CHECK(stream.given_up(NackSurrender::gap_too_large) ==
        2 * static_cast<std::uint64_t>(NackGenerator::kMaxGap) + 1);
  CHECK_FALSE(stream.generator.next_deadline().has_value());
}

TEST_CASE("So many packets are asked for at a time, and the oldest is given up for one more") {
  Stream stream;
  stream.receive(0);
  const auto limit = static_cast<std::int64_t>(NackGenerator::kMaxMissing);
  for (std::int64_t number = 2; number <= 2 * limit; number += 2) {
    stream.receive(number);
  }
  CHECK(stream.generator.missing() == NackGenerator::kMaxMissing);
  CHECK_FALSE(stream.generator.take_keyframe_wish().has_value());
  stream.receive(2 * limit + 2);
  CHECK(stream.generator.missing() == NackGenerator::kMaxMissing);
  CHECK(stream.generator.take_keyframe_wish() == NackSurrender::too_many_missing);
  CHECK(stream.given_up(NackSurrender::too_many_missing) == 1);
  const auto lost = stream.collect(10);
  CHECK(lost.size() == NackGenerator::kMaxMissing);
  CHECK(lost.front() == 3);
  CHECK(lost.back() == 2 * limit + 1);
}

TEST_CASE("What does not fit the caller's room stays due") {
  Stream stream;
  stream.receive(0);
  stream.receive(6);
  CHECK(stream.collect(10, 3) == Numbers{1, 2, 3});
  CHECK(stream.generator.next_deadline() == at_ms(10));
  CHECK(stream.collect(10, 3) == Numbers{4, 5});
  CHECK(stream.collect(10, 0).empty());
  CHECK(stream.generator.missing() == 5);
}

TEST_CASE("A key frame makes all before it needless, and the wish for one as well") {
  Stream stream({.max_requests = 1});
  stream.receive(0);
  stream.receive(4);
  stream.receive(8);
  CHECK(stream.collect(10).size() == 6);
  stream.receive(10, 15);
  CHECK(stream.collect(70) == Numbers{9});
  stream.generator.keyframe_began(SequenceNumber(8));
  CHECK_FALSE(stream.generator.take_keyframe_wish().has_value());
  CHECK(stream.generator.missing() == 1);  // Nine belongs to the key frame.
  stream.generator.keyframe_began(SequenceNumber(10));
  CHECK(stream.generator.missing() == 0);
  CHECK_FALSE(stream.generator.next_deadline().has_value());
}

TEST_CASE("A stream that begins anew leaves nothing missing, and a stray packet is no gap") {
  Stream stream;
  stream.receive(0);
  stream.receive(2);
  stream.receive(20'000);
  CHECK(stream.generator.missing() == 1);
  stream.receive(20'001);
  CHECK(stream.generator.missing() == 0);
  stream.receive(20'003, 50);
  CHECK(stream.collect(60) == Numbers{20'002});
  CHECK_FALSE(stream.generator.take_keyframe_wish().has_value());
}

TEST_CASE("Every reason to give up has a name") {
  for (std::size_t reason = 0; reason < kNackSurrenderCount; ++reason) {
    CHECK(std::string(to_string(static_cast<NackSurrender>(reason))) != "unknown");
  }
}

}  // namespace
}  // namespace baton::media
