// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of a room's activity when people come and go, and of people in it.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/activity_room.hpp"

using namespace baton::core;
using namespace baton::core::test;

TEST_CASE("A voter who was away during the reveal is brought up to date on return") {
  RoomDriver driver = room_in("voting");
  driver.lose("dave");
  REQUIRE_FALSE(use(driver, "ada", "reveal"));
  driver.pass(2s);
  REQUIRE_FALSE(driver.rejoin("dave", 1));
  const auto joined = std::get<JoinAccepted>(driver.all<Reply>().front().body);
  CHECK(joined.kind == JoinKind::rejoined);
  REQUIRE(joined.snapshot.activity);
  CHECK(joined.snapshot.activity->phase == "revealed");
  CHECK(voters(driver) == std::vector<std::string>{"bob", "dave"});
  CHECK(own_card(joined.activity_own) == Value("5"));
  SECTION("and speaks of the phase that is") {
    driver.lose("dave");
    REQUIRE_FALSE(use(driver, "ada", "reset"));
    driver.pass(1s);
    REQUIRE_FALSE(driver.rejoin("dave", 2));
    CHECK(own_card(joined_own(driver)).is_nothing());
    CHECK_FALSE(vote(driver, "dave", "3"));
  }
}

TEST_CASE("The activity goes on whatever becomes of the host, in every phase") {
  for (const std::string& from : kPhases) {
    CAPTURE(from);
    RoomDriver driver = room_in(from);
    REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("carol")}));
    const auto before = shown(driver);
    driver.lose("ada");
    CHECK(driver.state() == RoomState::host_offline);
    CHECK(shown(driver) == before);
    const bool by_time = from == "revealing" || from == "resetting";
    driver.pass(2s);
    CHECK((shown(driver) == before) == !by_time);
    // A controller leads as before, and everybody takes part.
    const std::vector<std::pair<std::string, std::string>> next{
        {"waiting", "start"}, {"voting", "reveal"}, {"revealed", "finish"}, {"finished", "next"}};
    for (const auto& [in, command] : next) {
      if (phase(driver) == in) {
        if (in == "voting") {
          REQUIRE_FALSE(vote(driver, "dave", "8"));
        }
        REQUIRE_FALSE(use(driver, "bob", command));
        break;
      }
    }
    CHECK(open(driver, "bob") == ErrorCode::not_permitted);
    CHECK(driver.ask("bob", CloseActivity{}) == ErrorCode::not_permitted);
    const auto during = shown(driver);
    driver.pass(300s);
    REQUIRE(driver.host() == "carol");
    if (during->phase != "revealing") {
      CHECK(shown(driver) == during);
    }
    CHECK_FALSE(driver.ask("carol", CloseActivity{}));
  }
}

TEST_CASE("The activity outlives a host that returns, one that is promoted, and a pause") {
  RoomDriver driver = room_in("voting");
  const auto before = shown(driver);
  driver.lose("ada");
  REQUIRE_FALSE(driver.rejoin("ada", 1));
  CHECK(driver.state() == RoomState::live);
  CHECK(shown(driver) == before);
  driver.lose("ada");
  driver.pass(300s);
  REQUIRE(driver.room.snapshot().promotion);
  CHECK(shown(driver) == before);
  REQUIRE_FALSE(driver.ask(
      "bob", AnswerPromotion{driver.room.snapshot().promotion->promotion, PromotionAnswer::decline}));
  REQUIRE_FALSE(driver.ask(
      "carol", AnswerPromotion{driver.room.snapshot().promotion->promotion, PromotionAnswer::decline}));
  CHECK(driver.state() == RoomState::paused);
  CHECK(shown(driver) == before);
  CHECK_FALSE(use(driver, "bob", "reveal"));
}

TEST_CASE("Whoever loses its place loses its secret vote, and keeps an open card on the table") {
  const auto go = GENERATE(as<std::string>(), "left", "kicked", "removed", "joined afresh");
  const auto leave = [&](RoomDriver& driver) {
    if (go == "left") {
      REQUIRE_FALSE(driver.ask("dave", Leave{}));
    } else if (go == "kicked") {
      REQUIRE_FALSE(driver.ask("ada", Kick{UserId("dave")}));
    } else if (go == "joined afresh") {
      REQUIRE_FALSE(driver.join("dave", Role::viewer));
      CHECK(own_card(joined_own(driver)) == (phase(driver) == "revealed" ? Value("5") : Value()));
    } else {
      driver.lose("dave");
      driver.pass(1h);
    }
  };
  SECTION("secret") {
    RoomDriver driver = room_in("voting");
    leave(driver);
    CHECK(voters(driver) == std::vector<std::string>{"bob"});
    CHECK(driver.told<ActivityChanged>("bob").size() == 1);
  }
  SECTION("open") {
    RoomDriver driver = room_in("revealed");
    leave(driver);
    CHECK(voters(driver) == std::vector<std::string>{"bob", "dave"});
    CHECK_FALSE(driver.happened<ActivityChanged>());
  }
}

TEST_CASE("Clients are asked to beat as often as the phase, the room and the role's patience need") {
  RoomSettings settings;
  settings.further_roles = {{RoleName("nervous"), 20s, kViewerRights}};
  const auto interval = [](RoomDriver& driver, const std::string& user) {
    REQUIRE_FALSE(driver.ask(user, Heartbeat{}));
    return std::get<HeartbeatAnswer>(driver.all<Reply>().front().body).next_within;
  };
  RoomDriver driver = room_in("voting", settings);
  CHECK(interval(driver, "dave") == 15s);
  REQUIRE_FALSE(driver.join("eve", Role::viewer));
  CHECK(std::get<JoinAccepted>(driver.all<Reply>().front().body).next_within == 15s);
  REQUIRE_FALSE(driver.join_as("fay", "nervous"));
  CHECK(interval(driver, "fay") == 10s);
  REQUIRE_FALSE(use(driver, "ada", "reveal"));
  CHECK(interval(driver, "dave") == 30s);
}

TEST_CASE("A room that closes takes its activity along, without a word of it") {
  RoomDriver driver = room_in("revealing");
  REQUIRE_FALSE(driver.ask("ada", End{}));
  CHECK_FALSE(driver.happened<ActivityChanged>());
  CHECK_FALSE(driver.room.next_deadline());
  CHECK_FALSE(shown(driver));
}
