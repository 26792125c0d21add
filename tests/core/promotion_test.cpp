// SPDX-License-Identifier: GPL-3.0-or-later
// Controllers who are asked, one after the other, to become host.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::live_room;
using baton::core::test::RoomDriver;

namespace {

PromotionId asked(const RoomDriver& driver) {
  return driver.room.snapshot().promotion.value().promotion;
}

std::string candidate(const RoomDriver& driver) {
  const auto promotion = driver.room.snapshot().promotion;
  return promotion ? promotion->candidate.value() : "nobody";
}

}  // namespace

TEST_CASE("While the backup is absent controllers are asked, first come first asked") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("dave")}));
  driver.lose("dave");
  driver.lose("ada");
  driver.pass(300s);
  CHECK(driver.state() == RoomState::promoting);
  CHECK(candidate(driver) == "bob");
  CHECK(driver.told<PromotionStarted>("carol").size() == 1);
  CHECK(driver.host() == "ada");
}

TEST_CASE("A controller who accepts becomes host") {
  RoomDriver driver = live_room();
  driver.lose("ada");
  driver.pass(300s);
  REQUIRE_FALSE(driver.ask("bob", AnswerPromotion{asked(driver), PromotionAnswer::accept}));
  CHECK(driver.host() == "bob");
  CHECK(driver.events<HostChanged>().front().change == HostChange::promotion);
}

TEST_CASE(
    "Controllers are asked one after the other: one declines, the next times out, then the room pauses") {
  RoomDriver driver = live_room();
  driver.lose("ada");
  driver.pass(300s);
  REQUIRE(candidate(driver) == "bob");
  REQUIRE_FALSE(driver.ask("bob", AnswerPromotion{asked(driver), PromotionAnswer::decline}));
  CHECK(candidate(driver) == "carol");
  driver.pass(15s - 1us);
  CHECK(candidate(driver) == "carol");
  driver.pass(1us);
  CHECK(driver.state() == RoomState::paused);
  CHECK(driver.host() == "nobody");
  CHECK(driver.told<PromotionEnded>("carol").size() == 1);
  CHECK(driver.told<RoomPaused>("dave").size() == 1);
  CHECK_FALSE(driver.room.closed());
}

TEST_CASE("A candidate who leaves, is lost or is kicked makes place for the next") {
  enum class Way { leaves, lost, kicked };
  const Way way = GENERATE(Way::leaves, Way::lost, Way::kicked);
  RoomDriver driver = live_room();
  driver.lose("ada");
  driver.pass(300s);
  REQUIRE(candidate(driver) == "bob");
  switch (way) {
    case Way::leaves:
      REQUIRE_FALSE(driver.ask("bob", Leave{}));
      break;
    case Way::lost:
      driver.lose("bob");
      break;
    case Way::kicked:
      REQUIRE_FALSE(driver.administer(Kick{UserId("bob")}));
      break;
  }
  CHECK(candidate(driver) == "carol");
}

TEST_CASE("A host who returns while controllers are asked is host again, and the candidate is told") {
  RoomDriver driver = live_room();
  driver.lose("ada");
  driver.pass(300s);
  const PromotionId question = asked(driver);
  REQUIRE_FALSE(driver.rejoin("ada", 1));
  CHECK(driver.state() == RoomState::live);
  CHECK(driver.host() == "ada");
  REQUIRE(driver.told<PromotionEnded>("bob").size() == 1);
  CHECK(driver.told<PromotionEnded>("bob").front().promotion == question);
  CHECK(driver.ask("bob", AnswerPromotion{question, PromotionAnswer::accept}) == ErrorCode::promotion_over);
}

TEST_CASE("A backup who arrives while controllers are asked takes over, and the candidate is told") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", SetBackup{UserId("eve")}));
  driver.lose("ada");
  driver.pass(300s);
  REQUIRE(candidate(driver) == "bob");
  REQUIRE_FALSE(driver.join("eve", Role::viewer));
  CHECK(driver.host() == "eve");
  CHECK(driver.view("eve")->role == Role::host);
  CHECK(driver.told<PromotionEnded>("bob").size() == 1);
}

TEST_CASE("A silent host who leaves while a controller is asked does not cut the question short") {
  RoomSettings settings;
  settings.grace = 0s;
  RoomDriver driver = live_room(settings);
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  driver.report(driver.clients.at("ada").connection, MediaHangup{});
  REQUIRE(candidate(driver) == "bob");
  const PromotionId question = asked(driver);
  REQUIRE_FALSE(driver.ask("ada", Leave{}));
  CHECK(candidate(driver) == "bob");
  CHECK_FALSE(driver.happened<PromotionEnded>());
  REQUIRE_FALSE(driver.ask("bob", AnswerPromotion{question, PromotionAnswer::accept}));
  CHECK(driver.host() == "bob");
}

TEST_CASE("A succession asks the limit of controllers and then gives up, however many come along") {
  RoomSettings settings;
  settings.max_controllers = 1000;
  settings.grace = 0s;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("c0", Role::controller));
  driver.lose("ada");
  for (std::size_t i = 1; i < limits::kQuestionsPerSuccession; ++i) {
    REQUIRE_FALSE(driver.join("c" + std::to_string(i), Role::controller));
    REQUIRE_FALSE(driver.ask(candidate(driver), Leave{}));
    REQUIRE(driver.state() == RoomState::promoting);
  }
  REQUIRE_FALSE(driver.join("one-too-many", Role::controller));
  REQUIRE_FALSE(driver.ask(candidate(driver), Leave{}));
  CHECK(driver.state() == RoomState::paused);
}

TEST_CASE("A host who leaves a room without backup has its controllers asked at once") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Leave{}));
  CHECK(driver.state() == RoomState::promoting);
  CHECK(candidate(driver) == "bob");
}
