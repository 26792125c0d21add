// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/keyframe_throttle.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::at_ms;

TEST_CASE("The first wish is sent at once, and the next one an interval later") {
  KeyframeThrottle throttle;
  CHECK(throttle.request(at_ms(10)).action == KeyframeRequest::send_now);
  CHECK_FALSE(throttle.next_deadline().has_value());
  CHECK(throttle.request(at_ms(1010)).action == KeyframeRequest::send_now);
}

TEST_CASE("A wish within the interval is due at its end, once") {
  KeyframeThrottle throttle;
  throttle.request(at_ms(0));
  const auto scheduled = throttle.request(at_ms(1));
  CHECK(scheduled.action == KeyframeRequest::scheduled);
  CHECK(scheduled.due_at == at_ms(1000));
  const auto suppressed = throttle.request(at_ms(999));
  CHECK(suppressed.action == KeyframeRequest::suppressed);
  CHECK(suppressed.due_at == at_ms(1000));
  CHECK(throttle.next_deadline() == at_ms(1000));

  CHECK(throttle.due(at_ms(999)).action == KeyframeRequest::suppressed);
  CHECK(throttle.due(at_ms(1000)).action == KeyframeRequest::send_now);
  CHECK(throttle.due(at_ms(1000)).action == KeyframeRequest::suppressed);
  CHECK_FALSE(throttle.next_deadline().has_value());
}

TEST_CASE("What was sent because it was due starts an interval of its own") {
  KeyframeThrottle throttle;
  throttle.request(at_ms(0));
  throttle.request(at_ms(500));
  throttle.due(at_ms(1200));
  CHECK(throttle.request(at_ms(1300)).due_at == at_ms(2200));
}

TEST_CASE("A wish that comes when another is overdue is sent and takes its place") {
  KeyframeThrottle throttle;
  throttle.request(at_ms(0));
  throttle.request(at_ms(500));
  CHECK(throttle.request(at_ms(1000)).action == KeyframeRequest::send_now);
  CHECK(throttle.due(at_ms(1000)).action == KeyframeRequest::suppressed);
}

TEST_CASE("A key frame cancels what is scheduled but not the interval") {
  KeyframeThrottle throttle;
  throttle.request(at_ms(0));
  throttle.request(at_ms(100));
  throttle.keyframe_arrived();
  CHECK_FALSE(throttle.next_deadline().has_value());
  CHECK(throttle.due(at_ms(1000)).action == KeyframeRequest::suppressed);
  CHECK(throttle.request(at_ms(200)).due_at == at_ms(1000));
}

TEST_CASE("After a source switch the next wish is sent at once") {
  KeyframeThrottle throttle;
  throttle.request(at_ms(0));
  throttle.request(at_ms(100));
  throttle.source_switched();
  CHECK_FALSE(throttle.next_deadline().has_value());
  CHECK(throttle.request(at_ms(101)).action == KeyframeRequest::send_now);
  CHECK(throttle.request(at_ms(102)).action == KeyframeRequest::scheduled);
}

TEST_CASE(
    "However many wishes come, no interval sees more than one request, and no wish waits longer than one") {
  KeyframeThrottle throttle(std::chrono::milliseconds(300));
  std::optional<std::int64_t> last_sent;
  for (std::int64_t now = 0; now < 5000; now += 7) {
    bool sent = throttle.due(at_ms(now)).action == KeyframeRequest::send_now;
    sent |= throttle.request(at_ms(now)).action == KeyframeRequest::send_now;
    if (sent) {
      REQUIRE((!last_sent || now - *last_sent >= 300));
      last_sent = now;
    }
    REQUIRE(last_sent.has_value());
    REQUIRE(now - *last_sent < 300 + 7);
  }
}

}  // namespace
}  // namespace baton::media
