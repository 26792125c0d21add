// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sequence_tracker.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace baton::media {
namespace {

using Step = StreamStep;

TEST_CASE("Each packet is placed in its stream") {
  struct Row {
    const char* what;
    std::vector<int> numbers;
    std::vector<Step> steps;
  };
  const auto row = GENERATE(values<Row>({
      {"in order over the wrap", {65535, 0, 1}, {Step::first, Step::newer, Step::newer}},
      {"late and twice", {10, 12, 11, 12}, {Step::first, Step::newer, Step::late, Step::late}},
      {"the longest step forward", {0, 3000}, {Step::first, Step::newer}},
      {"one more", {0, 3001}, {Step::first, Step::outside}},
      {"the longest step back", {1000, 0}, {Step::first, Step::late}},
      {"one more back", {1001, 0}, {Step::first, Step::outside}},
      {"two in line", {0, 9000, 9001, 9002}, {Step::first, Step::outside, Step::restart, Step::newer}},
      {"two not in line", {0, 9000, 9002, 1}, {Step::first, Step::outside, Step::outside, Step::newer}},
      {"a stray, then one in its line, but late",
       {0, 9000, 1, 9001},
       {Step::first, Step::outside, Step::newer, Step::outside}},
  }));
  INFO(row.what);
  SequenceTracker tracker;
  std::vector<Step> steps;
  for (const int number : row.numbers) {
    steps.push_back(tracker.track(SequenceNumber(static_cast<std::uint16_t>(number))).step);
  }
  CHECK(steps == row.steps);
}

TEST_CASE("Numbers are unwrapped, and begin anew at a restart") {
  SequenceTracker tracker;
  CHECK_FALSE(tracker.highest().has_value());
  CHECK(tracker.track(SequenceNumber(65535)).number == 65535);
  CHECK(tracker.track(SequenceNumber(1)).number == 65537);
  CHECK(tracker.track(SequenceNumber(0)).number == 65536);
  CHECK(tracker.highest() == 65537);
  tracker.track(SequenceNumber(30'000));
  CHECK(tracker.track(SequenceNumber(30'001)).number == 30'001);
  CHECK(tracker.highest() == 30'001);
}

}  // namespace
}  // namespace baton::media
