// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/received_indexes.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace baton::transport::direct {
namespace {

constexpr std::uint64_t kCycle = 65'536;

TEST_CASE("What a number stands for is nearest to what was authenticated last") {
  struct Step {
    std::uint16_t number;
    /// The index, or the refusal.
    std::string answer;
  };
  struct Row {
    std::string what;
    std::vector<Step> steps;
  };
  const auto at = [](std::uint64_t index) { return std::to_string(index); };
  const auto row = GENERATE_COPY(values<Row>({
      {"any number may be the first", {{40'000, "40000"}}},
      {"one after the other across the wrap", {{65'535, "65535"}, {0, at(kCycle)}, {1, at(kCycle + 1)}}},
      {"one late across the wrap",
       {{65'534, "65534"}, {0, at(kCycle)}, {65'535, "65535"}, {65'535, "replayed"}}},
      {"behind the window", {{5'000, "5000"}, {3'976, "too_old"}, {3'977, "3977"}}},
      {"more than half of the first cycle was lost", {{100, "100"}, {40'000, "40000"}, {39'999, "39999"}}},
      {"the end of the first cycle when its beginning has been, which nobody can have sent before",
       {{100, "100"}, {65'530, "65530"}, {101, at(kCycle + 101)}}},
      {"of two that are half a circle away, the one in the same cycle",
       {{0, "0"}, {32'768, "32768"}, {0, "too_old"}, {32'769, "32769"}, {0, at(kCycle)}}},
      {"so in later cycles",
       {{30'000, "30000"},
        {60'000, "60000"},
        {0, at(kCycle)},
        {32'768, at(kCycle + 32'768)},
        {0, "too_old"},
        {32'769, at(kCycle + 32'769)}}},
  }));
  INFO(row.what);
  ReceivedIndexes indexes;
  for (const auto& step : row.steps) {
    INFO("number " << step.number);
    const auto index = indexes.find(media::SequenceNumber(step.number));
    CHECK((index ? at(index->value) : to_string(index.error())) == step.answer);
    if (index) {
      indexes.record(*index);
    }
  }
}

TEST_CASE("A number that was looked at and not authenticated changes nothing") {
  ReceivedIndexes indexes;
  indexes.record(PacketIndex{100});
  for (const std::uint16_t number : std::to_array<std::uint16_t>({30'000, 101, 60'000})) {
    CHECK(indexes.find(media::SequenceNumber(number)));
  }
  CHECK(indexes.find(media::SequenceNumber(99))->value == 99);
  CHECK(indexes.find(media::SequenceNumber(101))->value == 101);
}

TEST_CASE("Behind the last index of all there is none") {
  ReceivedIndexes indexes;
  indexes.record(PacketIndex{kPacketIndexes - 2});
  CHECK(indexes.find(media::SequenceNumber(0)).error() == SrtpError::key_expired);
  CHECK(indexes.find(media::SequenceNumber(65'535))->value == kPacketIndexes - 1);
}

}  // namespace
}  // namespace baton::transport::direct
