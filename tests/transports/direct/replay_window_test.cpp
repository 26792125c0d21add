// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/replay_window.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace baton::transport::direct {
namespace {

/// What becomes of an index: taken (and recorded), or why not.
std::string offer(ReplayWindow& window, std::uint64_t index) {
  if (const auto refusal = window.refusal(PacketIndex{index})) {
    return to_string(*refusal);
  }
  window.record(PacketIndex{index});
  return "taken";
}

TEST_CASE("An index is taken once, and as long as it is not too far behind") {
  struct Step {
    std::uint64_t index;
    std::string outcome;
  };
  struct Row {
    std::string what;
    std::vector<Step> steps;
  };
  const auto row = GENERATE(values<Row>({
      {"any may be the first", {{70'000, "taken"}, {70'000, "replayed"}}},
      {"the lowest of all", {{0, "taken"}, {0, "replayed"}, {1, "taken"}}},
      {"before the first", {{5, "taken"}, {4, "taken"}, {4, "replayed"}, {5, "replayed"}}},
      {"the last of the window, and the one behind it",
       {{2'000, "taken"}, {2'000 - 1'023, "taken"}, {2'000 - 1'024, "too_old"}}},
      {"one that a step as wide as the window passed",
       {{1, "taken"}, {1'025, "taken"}, {2, "taken"}, {1, "too_old"}}},
      {"a step of many windows", {{3, "taken"}, {100'003, "taken"}, {100'002, "taken"}, {3, "too_old"}}},
      {"places that were used before, a window ago",
       {{10, "taken"}, {11, "taken"}, {1'034, "taken"}, {1'033, "taken"}, {11, "replayed"}, {12, "taken"}}},
      {"the last index of all", {{kPacketIndexes - 1, "taken"}, {kPacketIndexes - 2, "taken"}}},
  }));
  INFO(row.what);
  ReplayWindow window;
  for (const auto& step : row.steps) {
    INFO("index " << step.index);
    CHECK(offer(window, step.index) == step.outcome);
  }
}

TEST_CASE("What is asked about is not recorded by that") {
  ReplayWindow window;
  CHECK_FALSE(window.newest());
  CHECK_FALSE(window.refusal(PacketIndex{9'000}));
  CHECK_FALSE(window.newest());
  CHECK(offer(window, 10) == "taken");
  CHECK_FALSE(window.refusal(PacketIndex{9'000}));
  CHECK(window.newest()->value == 10);
  CHECK(offer(window, 9) == "taken");
}

TEST_CASE("Whatever the order, the window is a set of what was there within its width") {
  std::minstd_rand random(5);
  ReplayWindow window;
  std::set<std::uint64_t> taken;
  std::uint64_t newest = 0;
  std::size_t wrong = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto choice = random() % 100;
    const std::uint64_t ahead = choice == 0 ? random() % 3'000 : 1;
    const std::uint64_t back = choice < 40 ? random() % 1'200 : 0;
    const std::uint64_t index = newest + ahead > back ? newest + ahead - back : 0;
    const bool is_old = !taken.empty() && index + kReplayWindow <= newest;
    const auto expected = is_old ? "too_old" : taken.contains(index) ? "replayed" : "taken";
    wrong += offer(window, index) == expected ? 0 : 1;
    if (!is_old) {
      taken.insert(index);
      newest = std::max(newest, index);
    }
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace baton::transport::direct
