// SPDX-License-Identifier: GPL-3.0-or-later
// The activity that a room carries: who may use it, and who is told what. What poker itself does is in
// activities/poker_test.cpp.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/core/activity_room.hpp"

using namespace baton::core;
using namespace baton::core::test;

TEST_CASE("The host opens an activity; everybody is told, and whoever comes later finds it") {
  RoomDriver driver = live_room();
  CHECK_FALSE(shown(driver));
  const RoomVersion before = driver.room.version();
  REQUIRE_FALSE(open(driver));
  CHECK(driver.room.version() > before);
  const auto answer = answered(driver);
  REQUIRE(answer.activity);
  CHECK(answer.activity->kind == "poker");
  CHECK(answer.activity == shown(driver)->outline());
  CHECK(answer.room_version == driver.room.version());
  CHECK(own_card(answer.own).is_nothing());
  for (const char* user : {"ada", "bob", "carol", "dave"}) {
    REQUIRE(driver.told<ActivityChanged>(user).size() == 1);
    const ActivityNewsRef news = driver.told<ActivityChanged>(user).front().news;
    CHECK(news == answer.news);
    CHECK(news->outline == answer.activity);
    CHECK_FALSE(news->from);
    CHECK(news->content == shown(driver)->state);
  }
  CHECK(own_card(driver.told<ActivityChanged>("dave").front().own).is_nothing());
  // Who did it has the answer.
  CHECK_FALSE(driver.told<ActivityChanged>("ada").front().own);
  REQUIRE_FALSE(driver.join("eve", Role::viewer));
  const auto joined = std::get<JoinAccepted>(driver.all<Reply>().front().body);
  CHECK(joined.snapshot.activity == shown(driver));
  CHECK(own_card(joined.activity_own).is_nothing());
}

TEST_CASE("A closed activity is gone for everybody, and the next has higher versions") {
  RoomDriver driver = room_in("voting");
  const ActivityVersion seen = version(driver);
  REQUIRE_FALSE(driver.ask("ada", CloseActivity{}));
  CHECK_FALSE(answered(driver).activity);
  CHECK_FALSE(shown(driver));
  REQUIRE(driver.told<ActivityChanged>("dave").size() == 1);
  CHECK(driver.told<ActivityChanged>("dave").front().news == nullptr);
  CHECK_FALSE(driver.told<ActivityChanged>("dave").front().own);
  CHECK(driver.ask("dave", UseActivity{seen, {"vote", {}}}) == ErrorCode::activity_none);
  CHECK(driver.ask("ada", CloseActivity{}) == ErrorCode::activity_none);
  REQUIRE_FALSE(driver.ask("dave", Synchronize{}));
  CHECK_FALSE(std::get<Synchronized>(driver.all<Reply>().front().body).activity_own);
  REQUIRE_FALSE(open(driver));
  CHECK(version(driver) > seen);
  CHECK(driver.ask("dave", UseActivity{seen, {"vote", {}}}) == ErrorCode::activity_stale);
}

TEST_CASE("Refusals about activities change nothing") {
  RoomSettings settings;
  settings.further_roles = {{RoleName("spectator"), 1h, Rights{Right::chat}},
                            {RoleName("voter"), 1h, Rights{Right::participate}}};
  struct Row {
    const char* what;
    const char* user;
    Request request;
    ErrorCode error;
  };
  const auto now = ActivityVersion(2);
  const Value::Members five{{"card", "5"}};
  const Row rows[] = {
      {"a viewer opens", "dave", OpenActivity{"poker", {}}, ErrorCode::not_permitted},
      {"a controller opens", "bob", OpenActivity{"poker", {}}, ErrorCode::not_permitted},
      {"a controller closes", "bob", CloseActivity{}, ErrorCode::not_permitted},
      {"a second is opened", "ada", OpenActivity{"poker", {}}, ErrorCode::activity_exists},
      {"a participant leads", "dave", UseActivity{now, {"reveal", {}}}, ErrorCode::not_permitted},
      {"a voter leads", "eve", UseActivity{now, {"reset", {}}}, ErrorCode::not_permitted},
      {"a role without the right votes", "spy", UseActivity{now, {"vote", five}}, ErrorCode::not_permitted},
      {"an unknown command", "dave", UseActivity{now, {"dance", {}}}, ErrorCode::activity_command_unknown},
      {"no card", "dave", UseActivity{now, {"vote", {}}}, ErrorCode::element_missing},
      {"no such card", "dave", UseActivity{now, {"vote", Value::Members{{"card", "4"}}}},
       ErrorCode::element_invalid},
      {"in another phase", "ada", UseActivity{now, {"finish", {}}}, ErrorCode::activity_not_now},
      {"an earlier phase", "ada", UseActivity{ActivityVersion(1), {"start", {}}}, ErrorCode::activity_stale},
      {"a later phase", "ada", UseActivity{ActivityVersion(3), {"vote", five}}, ErrorCode::activity_stale},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    RoomDriver driver = room_in("voting", settings);
    REQUIRE_FALSE(driver.join_as("spy", "spectator"));
    REQUIRE_FALSE(driver.join_as("eve", "voter"));
    REQUIRE(version(driver) == now);
    const RoomSnapshot before = driver.room.snapshot();
    CHECK(driver.ask(row.user, row.request) == row.error);
    CHECK(baton::core::test::same(before, driver.room.snapshot()));
    CHECK(driver.effects.size() == 1);
    CHECK(driver.all<Refusal>().front().activity.has_value() == (row.error == ErrorCode::activity_stale));
    CHECK_FALSE(vote(driver, "eve", "3"));
  }
}

TEST_CASE("An activity that does not exist, or whose options are wrong, is not opened") {
  RoomDriver driver = live_room();
  CHECK(driver.ask("ada", OpenActivity{"chess", {}}) == ErrorCode::activity_unknown);
  const Value options = Value::Members{{"reveal_ms", std::int64_t{-1}}};
  CHECK(driver.ask("ada", OpenActivity{"poker", options}) == ErrorCode::element_invalid);
  CHECK_FALSE(shown(driver));
  CHECK(driver.effects.size() == 1);
}

TEST_CASE("Of two who press the same button at once one is heard, and the other told how it is") {
  struct Row {
    const char* from;
    const char* command;
    const char* to;
  };
  const Row rows[] = {{"voting", "reveal", "revealing"},
                      {"voting", "reset", "resetting"},
                      {"revealed", "reset", "resetting"},
                      {"finished", "next", "voting"}};
  for (const Row& row : rows) {
    CAPTURE(row.from, row.command);
    RoomDriver driver = room_in(row.from);
    const UseActivity press{version(driver), {row.command, {}}};
    REQUIRE_FALSE(driver.ask("ada", press));
    const auto once = shown(driver);
    CHECK(once->phase == row.to);
    // And a double click of the slower one is no different.
    for (int again = 0; again < 2; ++again) {
      CHECK(driver.ask("bob", press) == ErrorCode::activity_stale);
      CHECK(shown(driver) == once);
      const Refusal refusal = driver.all<Refusal>().front();
      REQUIRE(refusal.activity);
      CHECK(refusal.activity->view == once);
      CHECK(refusal.room_version == driver.room.version());
      CHECK_FALSE(driver.happened<ActivityChanged>());
    }
  }
}

TEST_CASE("A vote is told to its owner alone, and everybody else that there is one") {
  RoomDriver driver = room_in("waiting");
  REQUIRE_FALSE(use(driver, "ada", "start"));
  settle(driver);
  REQUIRE_FALSE(vote(driver, "dave", "13"));
  CHECK(own_card(answered(driver).own) == Value("13"));
  // One event for all: nobody's own part is news.
  REQUIRE(driver.events<ActivityChanged>().size() == 1);
  CHECK_FALSE(driver.events<ActivityChanged>().front().own);
  REQUIRE(driver.told<ActivityChanged>("bob").size() == 1);
  CHECK(voters(driver) == std::vector<std::string>{"dave"});
  SECTION("a changed mind is told to nobody") {
    REQUIRE_FALSE(vote(driver, "dave", "21"));
    CHECK(driver.effects.size() == 1);
    CHECK(own_card(answered(driver).own) == Value("21"));
    driver.pass(1s);
    CHECK_FALSE(driver.happened<ActivityChanged>());
  }
  SECTION("one whose press is late is told its own") {
    const UseActivity late{ActivityVersion(1), {"vote", {}}};
    CHECK(driver.ask("bob", late) == ErrorCode::activity_stale);
    CHECK(own_card(driver.all<Refusal>().front().activity->own).is_nothing());
    CHECK(driver.ask("dave", late) == ErrorCode::activity_stale);
    CHECK(own_card(driver.all<Refusal>().front().activity->own) == Value("13"));
  }
  SECTION("whoever synchronizes is told its own") {
    for (const auto& [user, card] : {std::pair("dave", Value("13")), std::pair("bob", Value())}) {
      REQUIRE_FALSE(driver.ask(user, Synchronize{}));
      CHECK(own_card(std::get<Synchronized>(driver.all<Reply>().front().body).activity_own) == card);
    }
  }
  SECTION("whose vote is taken back by another is told") {
    REQUIRE_FALSE(vote(driver, "ada", "1"));
    REQUIRE_FALSE(use(driver, "ada", "reset"));
    REQUIRE(driver.told<ActivityChanged>("dave").size() == 1);
    CHECK(own_card(driver.told<ActivityChanged>("dave").front().own).is_nothing());
    // Who did it has the answer, and who had nothing lost nothing; all by one version.
    for (const char* user : {"ada", "bob", "carol"}) {
      REQUIRE(driver.told<ActivityChanged>(user).size() == 1);
      CHECK_FALSE(driver.told<ActivityChanged>(user).front().own);
    }
    for (const Notify& notify : driver.all<Notify>()) {
      CHECK(notify.version == driver.room.version());
    }
  }
}

TEST_CASE("Phases that end by themselves do, at their time, and everybody is told") {
  RoomDriver driver = room_in("revealing");
  REQUIRE(driver.room.next_deadline());
  CHECK(driver.room.next_deadline()->why == DeadlineKind::activity);
  CHECK(driver.room.next_deadline()->at == driver.now + 1500ms);
  driver.pass(1500ms);
  CHECK(phase(driver) == "revealed");
  REQUIRE(driver.told<ActivityChanged>("dave").size() == 1);
  CHECK(driver.told<ActivityChanged>("dave").front().news->content.member("statistics") != nullptr);
}
