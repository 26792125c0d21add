// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/due_list.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace baton::core;
using namespace std::chrono_literals;

namespace {

constexpr Instant at(Duration time) {
  return Instant(time);
}

using Names = std::vector<std::string>;

/// Looks at who is due, once.
Names due(DueList& list, Instant now) {
  Names names;
  list.look_at_due(now, [&](const UserId& user) -> std::optional<Instant> {
    names.push_back(user.value());
    return std::nullopt;
  });
  return names;
}

}  // namespace

TEST_CASE("A due list gives whoever is due, the earliest first and equals by name") {
  DueList list;
  CHECK_FALSE(list.first());
  list.expect(UserId("dave"), at(3s));
  list.expect(UserId("carol"), at(2s));
  list.expect(UserId("bob"), at(2s));
  CHECK(list.first() == at(2s));
  CHECK(due(list, at(2s - 1us)) == Names{});
  CHECK(due(list, at(2s)) == Names{"bob", "carol"});
  CHECK(due(list, at(5s)) == Names{"dave"});
  CHECK(due(list, at(5s)) == Names{});
}

TEST_CASE("Of two expectations of one user the earlier counts") {
  DueList list;
  list.expect(UserId("bob"), at(3s));
  list.expect(UserId("bob"), at(4s));
  CHECK(list.first() == at(3s));
  list.expect(UserId("bob"), at(1s));
  CHECK(due(list, at(1s)) == Names{"bob"});
  CHECK_FALSE(list.first());
}

TEST_CASE("Who is looked at may be looked at again later, and be known under the same name meanwhile") {
  DueList list;
  list.expect(UserId("bob"), at(1s));
  list.expect(UserId("carol"), at(2s));
  list.look_at_due(at(1s), [](const UserId&) { return std::optional(at(3s)); });
  CHECK(list.first() == at(2s));
  CHECK(due(list, at(3s)) == Names{"carol", "bob"});
  CHECK_FALSE(list.first());
}

TEST_CASE("A look may expect and forget others, and the one whom it looks at") {
  DueList list;
  for (const char* name : {"bob", "carol", "dave"}) {
    list.expect(UserId(name), at(1s));
  }
  Names seen;
  list.look_at_due(at(1s), [&](const UserId& user) -> std::optional<Instant> {
    seen.push_back(user.value());
    list.forget(UserId("carol"));
    list.forget(user);
    list.expect(UserId("erin"), at(6s));
    if (user != UserId("bob")) {
      return std::nullopt;
    }
    // Of the two expectations of one user the earlier counts here, too.
    list.expect(user, at(4s));
    return at(5s);
  });
  CHECK(seen == Names{"bob", "dave"});
  CHECK(list.first() == at(4s));
  CHECK(due(list, at(9s)) == Names{"bob", "erin"});
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
