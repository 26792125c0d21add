// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/throttle.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

using namespace baton::core;
using namespace std::chrono_literals;

namespace {

constexpr ThrottleLimits kLimits{2s, 3, 10s};

/// Asks at each of these times and says when it may; gives the times at which something was said.
std::vector<Duration> said_of(const std::vector<Duration>& asked) {
  Throttle throttle(kLimits);
  std::vector<Duration> said;
  for (const Duration at : asked) {
    if (throttle.allows(Instant(at))) {
      throttle.said(Instant(at));
      said.push_back(at);
    }
  }
  return said;
}

}  // namespace

TEST_CASE("A throttle lets a burst through, then cools down; who keeps the interval is never stopped") {
  struct Row {
    const char* what;
    std::vector<Duration> asked;
    std::vector<Duration> said;
  };
  const Row rows[] = {
      {"one each interval", {0s, 2s, 4s, 6s, 8s, 10s}, {0s, 2s, 4s, 6s, 8s, 10s}},
      {"three close together, and no fourth", {0s, 1s, 2s, 3s, 11s}, {0s, 1s, 2s}},
      {"again when it has cooled down", {0s, 1s, 2s, 12s, 13s, 14s, 15s}, {0s, 1s, 2s, 12s, 13s, 14s}},
      {"just before it has cooled down", {0s, 0s, 0s, 10s - 1us, 10s}, {0s, 0s, 0s, 10s}},
      {"a pause ends the burst", {0s, 1s, 3s, 4s, 5s, 6s}, {0s, 1s, 3s, 4s, 5s}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(said_of(row.asked) == row.said);
  }
}

TEST_CASE("A throttle says when the next may be said") {
  Throttle throttle(kLimits);
  CHECK(throttle.next_allowed() < Instant());
  for (const Duration at : {0s, 1s, 1s}) {
    throttle.said(Instant(at));
  }
  CHECK(throttle.next_allowed() == Instant(11s));
}
