// SPDX-License-Identifier: GPL-3.0-or-later
// The activity that a room carries: who may use it, who is told what, and what becomes of it when people come
// and go. What poker itself does is in activities/poker_test.cpp.
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/activities/activity_slot.hpp"
#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::live_room;
using baton::core::test::RoomDriver;

namespace {

using Answer = std::optional<ErrorCode>;

Answer open(RoomDriver& driver, const std::string& user = "ada") {
  return driver.ask(user, OpenActivity{"poker", Value()});
}

std::optional<ActivityView> shown(const RoomDriver& driver) {
  return driver.room.snapshot().activity;
}

std::string phase(const RoomDriver& driver) {
  const auto view = shown(driver);
  return view ? view->phase : "none";
}

ActivityVersion version(const RoomDriver& driver) {
  return shown(driver)->version;
}

Answer use(RoomDriver& driver, const std::string& user, const std::string& command, Value arguments = {}) {
  return driver.ask(user, UseActivity{version(driver), {command, std::move(arguments)}});
}

Answer vote(RoomDriver& driver, const std::string& user, const char* card) {
  return use(driver, user, "vote", Value::Members{{"card", card}});
}

/// What the last answer says of the activity.
std::optional<ActivityState> answered(const RoomDriver& driver) {
  const auto replies = driver.all<Reply>();
  return replies.size() == 1 ? std::get<ActivityAccepted>(replies.front().body).activity : std::nullopt;
}

Value own_card(const std::optional<Value>& own) {
  return own && own->member("card") != nullptr ? *own->member("card") : Value("no card at all");
}

std::optional<Value> joined_own(const RoomDriver& driver) {
  return std::get<JoinAccepted>(driver.all<Reply>().front().body).activity_own;
}

std::vector<std::string> voters(const RoomDriver& driver) {
  std::vector<std::string> users;
  const auto view = shown(driver);
  for (const Value& vote : *view->state.member("votes")->get<Value::List>()) {
    users.push_back(*vote.member("user")->get<std::string>());
  }
  return users;
}

/// A live room that plays, in this phase. Dave has voted 5 wherever somebody can have, bob 8.
RoomDriver room_in(const std::string& wanted, RoomSettings settings = {}) {
  RoomDriver driver = live_room(std::move(settings));
  REQUIRE_FALSE(open(driver));
  const auto begin = [&] {
    REQUIRE_FALSE(use(driver, "ada", "start"));
    REQUIRE_FALSE(vote(driver, "dave", "5"));
    REQUIRE_FALSE(vote(driver, "bob", "8"));
  };
  const auto reveal = [&] {
    begin();
    REQUIRE_FALSE(use(driver, "ada", "reveal"));
  };
  const std::vector<std::pair<std::string, std::function<void()>>> ways{
      {"waiting", [] {}},
      {"voting", begin},
      {"revealing", reveal},
      {"revealed",
       [&] {
         reveal();
         driver.pass(2s);
       }},
      {"finished",
       [&] {
         reveal();
         driver.pass(2s);
         REQUIRE_FALSE(use(driver, "ada", "finish", Value::Members{{"estimate", "5"}}));
       }},
      {"resetting",
       [&] {
         begin();
         REQUIRE_FALSE(use(driver, "ada", "reset"));
       }},
  };
  for (const auto& [name, go] : ways) {
    if (name == wanted) {
      go();
    }
  }
  REQUIRE(phase(driver) == wanted);
  return driver;
}

const std::vector<std::string> kPhases{"waiting", "voting", "revealing", "revealed", "finished", "resetting"};

}  // namespace

TEST_CASE("The host opens an activity; everybody is told, and whoever comes later finds it") {
  RoomDriver driver = live_room();
  CHECK_FALSE(shown(driver));
  const RoomVersion before = driver.room.version();
  REQUIRE_FALSE(open(driver));
  CHECK(driver.room.version() > before);
  const auto answer = answered(driver);
  REQUIRE(answer);
  CHECK(answer->view == shown(driver));
  CHECK(answer->view.kind == "poker");
  CHECK(own_card(answer->own).is_nothing());
  for (const char* user : {"ada", "bob", "carol", "dave"}) {
    REQUIRE(driver.told<ActivityChanged>(user).size() == 1);
    CHECK(driver.told<ActivityChanged>(user).front().activity == shown(driver));
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
  CHECK_FALSE(answered(driver));
  CHECK_FALSE(shown(driver));
  REQUIRE(driver.told<ActivityChanged>("dave").size() == 1);
  CHECK_FALSE(driver.told<ActivityChanged>("dave").front().activity);
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
      CHECK_FALSE(driver.happened<ActivityChanged>());
    }
  }
}

TEST_CASE("A vote is told to its owner alone, and everybody else that there is one") {
  RoomDriver driver = room_in("waiting");
  REQUIRE_FALSE(use(driver, "ada", "start"));
  REQUIRE_FALSE(vote(driver, "dave", "13"));
  CHECK(own_card(answered(driver)->own) == Value("13"));
  // One event for all: nobody's own part is news.
  REQUIRE(driver.events<ActivityChanged>().size() == 1);
  CHECK_FALSE(driver.events<ActivityChanged>().front().own);
  REQUIRE(driver.told<ActivityChanged>("bob").size() == 1);
  CHECK(driver.told<ActivityChanged>("bob").front().activity->state.member("statistics") == nullptr);
  CHECK(voters(driver) == std::vector<std::string>{"dave"});
  SECTION("a changed mind is told to nobody") {
    REQUIRE_FALSE(vote(driver, "dave", "21"));
    CHECK(driver.effects.size() == 1);
    CHECK(own_card(answered(driver)->own) == Value("21"));
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
  CHECK(driver.told<ActivityChanged>("dave").front().activity->state.member("statistics") != nullptr);
}

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

namespace {

/// An activity that breaks when told to, and asks for a time that is over.
class Fragile final : public Activity {
public:
  [[nodiscard]] std::string_view phase() const override { return broken_ ? "broken" : "whole"; }
  [[nodiscard]] Value public_state() const override { return {}; }
  [[nodiscard]] Value own_state(const UserId& /*user*/) const override { return {}; }
  [[nodiscard]] std::variant<Change, ErrorCode> handle(const UserId& /*user*/, ActivityPart /*part*/,
                                                       const ActivityCommand& /*command*/,
                                                       Instant /*now*/) override {
    broken_ = true;
    return Change::state;
  }
  [[nodiscard]] Change forget(const UserId& /*user*/) override { return Change::nothing; }
  [[nodiscard]] std::optional<Instant> next_deadline() const override { return Instant(1s); }
  [[nodiscard]] std::optional<std::string> inconsistency() const override {
    return broken_ ? std::optional<std::string>("it is broken") : std::nullopt;
  }
  void repair() override { broken_ = false; }

private:
  bool broken_ = false;
};

ActivitySlot fragile() {
  ActivitySlot slot;
  slot.open("fragile", std::make_unique<Fragile>());
  return slot;
}

}  // namespace

TEST_CASE("An activity that does not hold together is repaired before anybody sees it, in a new phase") {
  ActivitySlot slot = fragile();
  const ActivityVersion before = slot.view()->version;
  const auto outcome =
      slot.handle(UserId("ada"), ActivityPart::leader, before, {"break", {}}, Instant(std::chrono::hours(1)));
  CHECK(outcome == std::variant<Activity::Change, ErrorCode>(Activity::Change::phase));
  CHECK(slot.view()->phase == "whole");
  CHECK(slot.view()->version > before);
  CHECK_FALSE(slot.inconsistency());
}

TEST_CASE("An activity whose time is always over is asked once for each instant, and holds nobody up") {
  ActivitySlot slot = fragile();
  CHECK(slot.next_deadline() == Instant(1s));
  CHECK(slot.advance(Instant(1h)) == Activity::Change::nothing);
  CHECK(slot.next_deadline() == Instant(1h) + Duration(1));
}
