// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rate_limit.hpp"

#include <catch2/catch.hpp>
#include <chrono>

using namespace baton::core;
using namespace std::chrono_literals;

namespace {

constexpr RateLimit kLimit{5, 10};

int admitted(RateMeter& meter, Instant now, int asked) {
  int count = 0;
  for (int i = 0; i < asked; ++i) {
    count += meter.admit(kLimit, now) ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("A burst is admitted, and then as much as time allows") {
  RateMeter meter;
  const Instant start(1h);
  CHECK(admitted(meter, start, 100) == 5);
  CHECK(admitted(meter, start + 99ms, 100) == 0);
  CHECK(admitted(meter, start + 100ms, 100) == 1);
  CHECK(admitted(meter, start + 300ms, 100) == 2);
  CHECK(admitted(meter, start + 1h, 100) == 5);
}

TEST_CASE("Whoever keeps to the rate is never refused, and refusals cost nothing") {
  RateMeter meter;
  Instant now(1h);
  for (int i = 0; i < 1000; ++i, now += 100ms) {
    CHECK(admitted(meter, now, 1) == 1);
  }
  RateMeter flooded;
  int count = 0;
  for (int i = 0; i < 10'000; ++i) {
    count += admitted(flooded, Instant(1h) + i * 1ms, 10);
  }
  // Ten seconds at ten a second, and the burst.
  CHECK(count >= 100);
  CHECK(count <= 105);
}

TEST_CASE("A limit of one admits one at a time") {
  RateMeter meter;
  const RateLimit one{1, 1};
  CHECK(meter.admit(one, Instant(1h)));
  CHECK_FALSE(meter.admit(one, Instant(1h) + 999ms));
  CHECK(meter.admit(one, Instant(1h) + 1s));
}

TEST_CASE("Whoever waits as long as it is told is admitted, and not before") {
  for (const RateLimit limit : {RateLimit{5, 10}, RateLimit{1, 1}, RateLimit{3, 7}}) {
    RateMeter meter;
    Instant now(1h);
    CHECK(meter.wait(limit, now) == 0s);
    for (int i = 0; i < 100; ++i) {
      while (meter.admit(limit, now)) {
      }
      const Duration wait = meter.wait(limit, now);
      REQUIRE(wait > 0s);
      RateMeter early = meter;
      CHECK_FALSE(early.admit(limit, now + wait - 1us));
      now += wait;
      CHECK(meter.wait(limit, now) == 0s);
      CHECK(meter.admit(limit, now));
    }
  }
}
