// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/presence_news.hpp"

#include <catch2/catch.hpp>
#include <chrono>

using namespace baton::core;
using namespace std::chrono_literals;
using Kind = PresenceChange::Kind;

namespace {

constexpr Instant at(Duration time) {
  return Instant(time);
}

}  // namespace

TEST_CASE("Changes that come together are told together, each user once with its last") {
  PresenceNews news;
  news.note(UserId("bob"), Kind::offline);
  news.note(UserId("carol"), Kind::offline);
  news.note(UserId("bob"), Kind::active);
  const auto told = news.take_due(at(0s));
  REQUIRE(told.size() == 2);
  CHECK(told[0].user == UserId("bob"));
  CHECK(told[0].kind == Kind::active);
  CHECK(told[1].user == UserId("carol"));
  CHECK_FALSE(news.next_due(at(0s)));
}

TEST_CASE("What a burst leaves over is told when its throttle has cooled down, and other kinds do not wait") {
  PresenceNews news;
  for (const char* user : {"ann", "ben", "cas"}) {
    news.note(UserId(user), Kind::offline);
    CHECK(news.take_due(at(0s)).size() == 1);
  }
  news.note(UserId("dan"), Kind::offline);
  news.note(UserId("eve"), Kind::offline);
  news.note(UserId("ann"), Kind::active);
  const auto now = news.take_due(at(1s));
  REQUIRE(now.size() == 1);
  CHECK(now.front().user == UserId("ann"));
  CHECK(news.next_due(at(1s)) == at(10s));
  CHECK(news.take_due(at(10s - 1us)).empty());
  CHECK(news.take_due(at(10s)).size() == 2);
}

TEST_CASE("A removal that nobody was told of is remembered as it was last seen, until it is told or undone") {
  PresenceNews news;
  ParticipantView bob;
  bob.user = UserId("bob");
  bob.display_name = "Bob";
  news.note_removal(bob);
  REQUIRE(news.untold_removals().size() == 1);
  CHECK(news.untold_removals().begin()->second.display_name == "Bob");
  SECTION("told") {
    CHECK(news.take_due(at(0s)).front().kind == Kind::removed);
  }
  SECTION("told with everything") {
    CHECK(news.take_all().size() == 1);
  }
  SECTION("undone by a join") {
    news.forget(UserId("bob"));
  }
  SECTION("the room closed") {
    news.drop_all();
  }
  CHECK(news.untold_removals().empty());
  CHECK(news.take_all().empty());
  CHECK_FALSE(news.next_due(at(0s)));
}

TEST_CASE("Telling everything asks no throttle and does not tire it") {
  PresenceNews news;
  for (int i = 0; i < 10; ++i) {
    news.note(UserId("bob"), Kind::offline);
    CHECK(news.take_all().size() == 1);
  }
  news.note(UserId("bob"), Kind::offline);
  CHECK(news.next_due(at(0s)) == at(0s));
}
