// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/due_list.hpp"

#include <catch2/catch.hpp>
#include <chrono>

using namespace baton::core;
using namespace std::chrono_literals;

namespace {

constexpr Instant at(Duration time) {
  return Instant(time);
}

}  // namespace

TEST_CASE("A due list gives whoever is due, the earliest first and equals by name") {
  DueList list;
  CHECK_FALSE(list.first());
  list.expect(UserId("dave"), at(3s));
  list.expect(UserId("carol"), at(2s));
  list.expect(UserId("bob"), at(2s));
  CHECK(list.first() == at(2s));
  CHECK_FALSE(list.take(at(2s - 1us)));
  CHECK(list.take(at(5s)) == UserId("bob"));
  CHECK(list.take(at(5s)) == UserId("carol"));
  CHECK(list.take(at(5s)) == UserId("dave"));
  CHECK_FALSE(list.take(at(5s)));
}

TEST_CASE("Of two expectations of one user the earlier counts") {
  DueList list;
  list.expect(UserId("bob"), at(3s));
  list.expect(UserId("bob"), at(4s));
  CHECK(list.first() == at(3s));
  list.expect(UserId("bob"), at(1s));
  CHECK(list.take(at(1s)) == UserId("bob"));
  CHECK_FALSE(list.first());
}

TEST_CASE("Who is forgotten is not due, and may be expected anew") {
  DueList list;
  list.expect(UserId("bob"), at(1s));
  list.forget(UserId("bob"));
  list.forget(UserId("nobody"));
  CHECK_FALSE(list.first());
  list.expect(UserId("bob"), at(9s));
  CHECK(list.first() == at(9s));
}
