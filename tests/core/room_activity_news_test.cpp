// SPDX-License-Identifier: GPL-3.0-or-later
// How everybody is told what changes in an activity: in differences, and not too often.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/activities/merge_patch.hpp"
#include "tests/core/activity_room.hpp"
#include "tests/sim/merged.hpp"

using namespace baton::core;
using namespace baton::core::test;
using baton::sim::merged;

namespace {

/// What one user, who was told everything, makes of it.
class Follower {
public:
  Follower(const RoomDriver& driver, std::string user)
      : user_(std::move(user)), version_(driver.room.version()), view_(*shown(driver)) {}

  /// Takes the events of the last call, if they are for this user. Nothing is told that cannot be followed.
  void follow(const RoomDriver& driver) {
    for (const Notify& notify : driver.all<Notify>()) {
      const auto* changed = std::get_if<ActivityChanged>(&notify.event);
      const bool for_us =
          std::ranges::find(notify.to, driver.clients.at(user_).connection) != notify.to.end();
      if (changed == nullptr || !for_us) {
        continue;
      }
      REQUIRE(changed->news != nullptr);
      const ActivityNews& news = *changed->news;
      patches_ += news.from ? 1 : 0;
      CHECK((!news.from || *news.from <= version_));
      const auto& [kind, phase, version] = news.outline;
      view_ = {kind, phase, version, news.from ? merged(view_.state, news.content) : news.content};
      version_ = notify.version;
    }
  }
  [[nodiscard]] const ActivityView& view() const { return view_; }
  [[nodiscard]] int patches() const { return patches_; }

private:
  std::string user_;
  RoomVersion version_;
  ActivityView view_;
  int patches_ = 0;
};

/// What the one event of the last call tells; null if there was none.
ActivityNewsRef told_now(const RoomDriver& driver) {
  const auto events = driver.events<ActivityChanged>();
  return events.empty() ? nullptr : events.front().news;
}

std::string user_number(std::size_t number, std::size_t length) {
  std::string user = std::to_string(number);
  return std::string(length - user.size(), 'u') + user;
}

}  // namespace

TEST_CASE("A vote is told as the difference that it is, the same to everybody") {
  RoomDriver driver = room_in("voting");
  const RoomVersion before = driver.room.version();
  REQUIRE_FALSE(vote(driver, "carol", "3"));
  const ActivityNewsRef news = told_now(driver);
  REQUIRE(news != nullptr);
  REQUIRE(news->from);
  CHECK(*news->from <= before);
  CHECK(news->content == Value(Value::Members{{"votes", Value::Members{{"carol", Value::Members{}}}}}));
  CHECK(news->outline == shown(driver)->outline());
  CHECK(driver.events<ActivityChanged>().size() == 1);
  CHECK(driver.all<Notify>().front().to.size() == 4);
  // Its own answer came first, and says the same.
  CHECK(std::holds_alternative<Reply>(driver.effects.front()));
  CHECK(answered(driver).news == news);
  CHECK(answered(driver).room_version == driver.room.version());
}

TEST_CASE("Votes that come soon after each other are told together, and the last state always") {
  RoomDriver driver = room_in("voting");
  Follower dave(driver, "dave");
  REQUIRE_FALSE(vote(driver, "carol", "3"));
  dave.follow(driver);
  const RoomVersion told = driver.room.version();
  driver.pass(10ms);
  REQUIRE_FALSE(vote(driver, "ada", "1"));
  CHECK(answered(driver).news == nullptr);
  CHECK(own_card(answered(driver).own) == Value("1"));
  CHECK(answered(driver).room_version == told);
  REQUIRE_FALSE(use(driver, "bob", "vote", Value::Members{{"card", Value()}}));
  CHECK_FALSE(driver.happened<ActivityChanged>());
  // Nothing of it is to be seen before it is told, so that what is told next starts from there.
  CHECK(voters(driver) == std::vector<std::string>{"bob", "carol", "dave"});
  CHECK(driver.room.version() == told);
  REQUIRE(driver.room.next_deadline());
  CHECK(driver.room.next_deadline()->why == DeadlineKind::activity_news);
  CHECK(driver.room.next_deadline()->at == driver.now + 90ms);
  SECTION("when their time has come") {
    driver.pass(90ms);
    dave.follow(driver);
    CHECK(told_now(driver)->from == told);
    CHECK(voters(driver) == std::vector<std::string>{"ada", "carol", "dave"});
    CHECK(driver.room.version() == told.next());
  }
  SECTION("together with a phase") {
    REQUIRE_FALSE(use(driver, "ada", "reveal"));
    dave.follow(driver);
    CHECK(driver.room.version() == told.next());
    CHECK(phase(driver) == "revealing");
  }
  SECTION("to those who come in between as a snapshot and a difference") {
    REQUIRE_FALSE(driver.join("eve", Role::viewer));
    Follower eve(driver, "eve");
    driver.pass(90ms);
    eve.follow(driver);
    dave.follow(driver);
    CHECK(eve.patches() == 1);
    CHECK(eve.view() == shown(driver));
  }
  CHECK(dave.view() == shown(driver));
  driver.pass(1s);
  CHECK_FALSE(driver.happened<ActivityChanged>());
}

TEST_CASE("What was taken back before it was told is told to nobody") {
  RoomDriver driver = room_in("voting");
  REQUIRE_FALSE(vote(driver, "carol", "3"));
  REQUIRE_FALSE(vote(driver, "ada", "1"));
  REQUIRE_FALSE(use(driver, "ada", "vote", Value::Members{{"card", Value()}}));
  const RoomVersion told = driver.room.version();
  driver.pass(1s);
  CHECK_FALSE(driver.happened<ActivityChanged>());
  CHECK(driver.room.version() == told);
}

TEST_CASE("A phase is told at once, however soon it comes") {
  RoomDriver driver = room_in("voting");
  for (const char* command : {"reveal", "finish", "next"}) {
    REQUIRE_FALSE(use(driver, "ada", command));
    REQUIRE(told_now(driver) != nullptr);
    CHECK(told_now(driver)->outline.version == version(driver));
    if (phase(driver) == "revealing") {
      driver.pass(1500ms);
      CHECK(phase(driver) == "revealed");
    }
  }
}

TEST_CASE("An activity that is closed and opened anew is told as a whole, and nothing of the one before") {
  RoomDriver driver = room_in("voting");
  REQUIRE_FALSE(vote(driver, "carol", "3"));
  REQUIRE_FALSE(vote(driver, "ada", "1"));
  REQUIRE_FALSE(driver.ask("ada", CloseActivity{}));
  REQUIRE_FALSE(open(driver));
  REQUIRE(told_now(driver) != nullptr);
  CHECK_FALSE(told_now(driver)->from);
  driver.pass(1h);
  CHECK_FALSE(driver.happened<ActivityChanged>());
}

TEST_CASE("What everybody is told is small beside the state, and the state at the limits is sane") {
  constexpr std::size_t kVoters = 1000;
  RoomSettings settings;
  settings.max_viewers = kVoters;
  RoomDriver driver = live_room(settings);
  const bool longest = GENERATE(true, false);
  const std::size_t id = longest ? 64 : 8;
  for (std::size_t i = 1; i < kVoters; ++i) {
    REQUIRE_FALSE(driver.join(user_number(i, id), Role::viewer));
  }
  REQUIRE_FALSE(open(driver));
  // Nothing takes more bytes as JSON than what must be escaped.
  const std::string topic(longest ? kMaxTextBytes : 20, longest ? '"' : 't');
  constexpr int kRounds = 50;
  for (int round = 0; round <= kRounds; ++round) {
    REQUIRE_FALSE(use(driver, "ada", round == 0 ? "start" : "next", Value::Members{{"topic", topic}}));
    REQUIRE_FALSE(vote(driver, "dave", "☕"));
    if (round < kRounds) {
      REQUIRE_FALSE(use(driver, "ada", "reveal"));
      driver.pass(2s);
      REQUIRE_FALSE(use(driver, "ada", "finish", Value::Members{{"estimate", "☕"}}));
    }
  }
  settle(driver);
  Follower dave(driver, "dave");
  for (std::size_t i = 1; i < kVoters; ++i) {
    settle(driver);
    REQUIRE_FALSE(vote(driver, user_number(i, id), "☕"));
    dave.follow(driver);
  }
  const std::size_t patch = json_size(told_now(driver)->content);
  CHECK(patch < id + 20);
  const std::size_t voting = json_size(shown(driver)->state);
  settle(driver);
  REQUIRE_FALSE(use(driver, "ada", "reveal"));
  dave.follow(driver);
  driver.pass(2s);
  dave.follow(driver);
  CHECK(dave.view() == shown(driver));
  const std::size_t open_cards = json_size(shown(driver)->state);
  WARN("A vote among " << kVoters << ": " << patch << " B of " << voting
                       << " B; with open cards the state is " << open_cards << " B");
  CHECK(open_cards < (longest ? 120'000 : 36'000));
  CHECK(shown(driver)->state.member("finished")->get<Value::Members>()->size() == kRounds);
}
