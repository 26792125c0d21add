// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/signal_queue.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/room_settings.hpp"

using namespace baton::core;
using namespace std::chrono_literals;

namespace {

constexpr Instant kStart{1h};

SignalQueue::Relayed signal(std::uint64_t number, const std::string& from = "ada", std::size_t bytes = 1) {
  return {{UserId(from), SignalNumber(number), SignalKind::message,
           std::make_shared<const std::string>(bytes, 'x')},
          SignalLine(1)};
}

FailedSignals notice() {
  return {UserId("eve"), {SignalNumber(1)}, SignalFailure::receiver_left};
}

/// The numbers of what is delivered now, and a check of how the deliveries are chained.
std::vector<std::uint64_t> deliver(SignalQueue& queue) {
  std::vector<std::uint64_t> numbers;
  for (const auto& delivery : queue.deliver_waiting()) {
    CHECK(delivery.previous < delivery.sequence);
    const auto* relayed = std::get_if<SignalQueue::Relayed>(delivery.body);
    numbers.push_back(relayed != nullptr ? relayed->signal.number.value() : 0);
  }
  return numbers;
}

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("What waits is delivered once and in order") {
  SignalQueue queue;
  queue.push(signal(1), kStart);
  queue.push(signal(2), kStart);
  CHECK(deliver(queue) == Numbers{1, 2});
  CHECK(deliver(queue).empty());
  queue.push(signal(3), kStart);
  CHECK(deliver(queue) == Numbers{3});
  CHECK(queue.last_under_way() == SignalSequence(3));
}

TEST_CASE("What was confirmed is not delivered again; what was under way is, with its old sequence") {
  SignalQueue queue;
  for (std::uint64_t number = 1; number <= 3; ++number) {
    queue.push(signal(number), kStart);
  }
  REQUIRE(deliver(queue) == Numbers{1, 2, 3});
  queue.confirm(SignalSequence(2));
  queue.wait_again(kStart);
  const auto again = queue.deliver_waiting();
  REQUIRE(again.size() == 1);
  CHECK(again.front().sequence == SignalSequence(3));
  CHECK(again.front().previous == SignalSequence(2));
}

TEST_CASE("Confirming what was never sent confirms only what was") {
  SignalQueue queue;
  queue.push(signal(1), kStart);
  queue.confirm(SignalSequence(99));
  CHECK(deliver(queue) == Numbers{1});
  queue.confirm(SignalSequence(99));
  CHECK(queue.size() == 0);
  queue.push(signal(2), kStart);
  const auto next = queue.deliver_waiting();
  CHECK(next.front().sequence == SignalSequence(2));
  CHECK(next.front().previous == SignalSequence(1));
}

TEST_CASE("When a sender is forgotten, the chain closes over what it had sent") {
  SignalQueue queue;
  queue.push(signal(1, "ada"), kStart);
  queue.push(signal(1, "bob"), kStart);
  queue.push(signal(2, "ada"), kStart);
  REQUIRE(deliver(queue) == Numbers{1, 1, 2});
  queue.wait_again(kStart);
  queue.forget_from(UserId("bob"));
  const auto again = queue.deliver_waiting();
  REQUIRE(again.size() == 2);
  CHECK(again[0].sequence == SignalSequence(1));
  CHECK(again[1].sequence == SignalSequence(3));
  CHECK(again[1].previous == SignalSequence(1));
  CHECK(queue.last_under_way() == SignalSequence(3));
}

TEST_CASE("A queue is bounded in entries and in bytes") {
  SignalQueue queue;
  for (std::size_t i = 1; i < limits::kSignalsQueued; ++i) {
    queue.push(signal(i), kStart);
  }
  CHECK(queue.admits(1));
  queue.push(signal(999), kStart);
  CHECK_FALSE(queue.admits(0));

  SignalQueue heavy;
  heavy.push(signal(1, "ada", limits::kSignalBytesQueued - 1), kStart);
  CHECK(heavy.admits(1));
  CHECK_FALSE(heavy.admits(2));
  REQUIRE(deliver(heavy) == Numbers{1});
  heavy.confirm(SignalSequence(1));
  CHECK(heavy.bytes() == 0);
  CHECK(heavy.admits(limits::kSignalBytesQueued));
}

TEST_CASE("What waits too long expires; what is under way, and notices of failure, do not") {
  SignalQueue queue;
  queue.push(signal(1), kStart);
  REQUIRE(deliver(queue) == Numbers{1});
  queue.push(signal(2), kStart + 1s);
  queue.push(notice(), kStart + 1s);
  CHECK(queue.next_expiry() == kStart + 1s + limits::kSignalPatience);
  CHECK(queue.take_expired(kStart + limits::kSignalPatience).empty());
  CHECK(queue.take_expired(kStart + 1s + limits::kSignalPatience).size() == 1);
  CHECK_FALSE(queue.next_expiry());
  CHECK(queue.size() == 2);
  // Its time begins anew when its connection is lost.
  queue.wait_again(kStart + 1h);
  CHECK(queue.next_expiry() == kStart + 1h + limits::kSignalPatience);
}

TEST_CASE("A queue that is emptied gives back everything, and its bytes") {
  SignalQueue queue;
  queue.push(signal(1, "ada", 10), kStart);
  queue.push(notice(), kStart);
  SECTION("all") {
    CHECK(queue.take_all().size() == 2);
  }
  SECTION("by sender and kind") {
    queue.forget_from(UserId("ada"));
    queue.forget_notices();
  }
  CHECK(queue.size() == 0);
  CHECK(queue.bytes() == 0);
}
