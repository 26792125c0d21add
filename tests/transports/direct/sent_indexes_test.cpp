// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/sent_indexes.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace baton::transport::direct {
namespace {

// What is answered to a number: an index or a refusal.
using Answer = std::variant<std::uint64_t, SrtpError>;

Answer take(SentIndexes& indexes, std::uint16_t number) {
  const auto index = indexes.take(media::SequenceNumber(number));
  if (index) {
    return index->value;
  }
  return index.error();
}

constexpr std::uint64_t kCycle = 65'536;

TEST_CASE("A number stands for the index that is nearest to the newest") {
  struct Step {
    std::uint16_t number;
    Answer answer;
  };
  struct Row {
    std::string what;
    std::uint32_t first_counter;
    std::vector<Step> steps;
  };
  const auto row = GENERATE(values<Row>({
      {"any number may be the first", 0, {{40'000, 40'000U}}},
      {"so may none", 0, {{0, 0U}, {0, SrtpError::replayed}, {1, 1U}}},
      {"one after the other across the wrap",
       0,
       {{65'534, 65'534U}, {65'535, 65'535U}, {0, kCycle}, {1, kCycle + 1}}},
      {"one late across the wrap", 0, {{65'534, 65'534U}, {0, kCycle}, {65'535, 65'535U}, {1, kCycle + 1}}},
      {"one twice across the wrap",
       0,
       {{65'535, 65'535U}, {0, kCycle}, {65'535, SrtpError::replayed}, {0, SrtpError::replayed}}},
      {"two cycles by great steps",
       0,
       {{0, 0U},
        {30'000, 30'000U},
        {60'000, 60'000U},
        {20'000, kCycle + 20'000},
        {50'000, kCycle + 50'000},
        {10'000, 2 * kCycle + 10'000}}},
      {"the greatest step", 0, {{0, 0U}, {32'767, 32'767U}}},
      {"half the circle ahead is in the same cycle",
       0,
       {{0, 0U}, {32'768, 32'768U}, {32'769, 32'769U}, {0, kCycle}}},
      {"half the circle behind is, too", 0, {{32'768, 32'768U}, {0, SrtpError::too_old}, {32'769, 32'769U}}},
      {"before the first cycle there is nothing", 0, {{3, 3U}, {65'530, SrtpError::too_old}, {4, 4U}}},
      {"the last of the window", 0, {{5000, 5000U}, {5000 - 1023, 5000U - 1023}}},
      {"behind the window",
       0,
       {{5000, 5000U}, {5000 - 1024, SrtpError::too_old}, {3000, SrtpError::too_old}}},
      {"a late one that was skipped by a step as wide as the window",
       0,
       {{1, 1U}, {1025, 1025U}, {2, 2U}, {2, SrtpError::replayed}, {1, SrtpError::too_old}}},
      {"a counter that somebody agreed on", 7, {{5, 7 * kCycle + 5}, {65'535, 7 * kCycle - 1}}},
      {"the last index of all",
       0xFFFF'FFFF,
       {{65'534, kPacketIndexes - 2},
        {0, SrtpError::key_expired},
        {65'535, kPacketIndexes - 1},
        {0, SrtpError::key_expired},
        {65'535, SrtpError::replayed},
        {65'533, kPacketIndexes - 3}}},
  }));
  INFO(row.what);
  SentIndexes indexes{RollOverCounter{row.first_counter}};
  for (const auto& step : row.steps) {
    INFO("number " << step.number);
    CHECK(take(indexes, step.number) == step.answer);
  }
}

TEST_CASE("Whatever the order of the numbers, no index is given out twice") {
  std::minstd_rand random(11);
  SentIndexes indexes;
  std::set<std::uint64_t> given;
  std::uint16_t number = 65'000;
  std::size_t given_twice = 0;
  std::size_t replayed = 0;
  std::size_t too_old = 0;
  for (int i = 0; i < 200'000; ++i) {
    // Mostly onward; often a little back, sometimes far.
    const auto choice = random() % 100;
    const auto back = choice < 30 ? random() % 40 : choice < 32 ? random() % 3'000 : 0;
    number = static_cast<std::uint16_t>(number + (choice > 98 ? random() % 3'000 : 1));
    const auto answer = take(indexes, static_cast<std::uint16_t>(number - back));
    if (const auto* index = std::get_if<std::uint64_t>(&answer)) {
      given_twice += given.insert(*index).second ? 0 : 1;
    } else {
      replayed += std::get<SrtpError>(answer) == SrtpError::replayed ? 1 : 0;
      too_old += std::get<SrtpError>(answer) == SrtpError::too_old ? 1 : 0;
    }
  }
  CHECK(given_twice == 0);
  // All of it happened, and often.
  CHECK(given.size() > 100'000);
  CHECK(*given.rbegin() > 20 * kCycle);
  CHECK(replayed > 1'000);
  CHECK(too_old > 100);
}

}  // namespace
}  // namespace baton::transport::direct
