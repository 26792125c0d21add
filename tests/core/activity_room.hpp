// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/room_settings.hpp"
#include "tests/core/room_driver.hpp"

/// A room that plays poker, by short words.
namespace baton::core::test {

using namespace std::chrono_literals;

using Answer = std::optional<ErrorCode>;

inline Answer open(RoomDriver& driver, const std::string& user = "ada") {
  return driver.ask(user, OpenActivity{"poker", Value()});
}

/// As everybody was told.
inline std::optional<ActivityView> shown(const RoomDriver& driver) {
  return driver.room.snapshot().activity;
}

inline std::string phase(const RoomDriver& driver) {
  const auto view = shown(driver);
  return view ? view->phase : "none";
}

inline ActivityVersion version(const RoomDriver& driver) {
  return shown(driver)->version;
}

inline Answer use(RoomDriver& driver, const std::string& user, const std::string& command,
                  Value arguments = {}) {
  return driver.ask(user, UseActivity{version(driver), {command, std::move(arguments)}});
}

inline Answer vote(RoomDriver& driver, const std::string& user, const char* card) {
  return use(driver, user, "vote", Value::Members{{"card", card}});
}

/// What the last answer says of the activity.
inline ActivityAccepted answered(const RoomDriver& driver) {
  const auto replies = driver.all<Reply>();
  REQUIRE(replies.size() == 1);
  return std::get<ActivityAccepted>(replies.front().body);
}

inline Value own_card(const std::optional<Value>& own) {
  return own && own->member("card") != nullptr ? *own->member("card") : Value("no card at all");
}

inline std::optional<Value> joined_own(const RoomDriver& driver) {
  return std::get<JoinAccepted>(driver.all<Reply>().front().body).activity_own;
}

/// Whose votes everybody was told of.
inline std::vector<std::string> voters(const RoomDriver& driver) {
  std::vector<std::string> users;
  const auto view = shown(driver);
  for (const auto& [user, vote] : *view->state.member("votes")->get<Value::Members>()) {
    users.push_back(user);
  }
  return users;
}

/// Lets pass what everybody waits for to be told, and until the next may be told at once.
inline void settle(RoomDriver& driver) {
  driver.pass(limits::kActivityNews);
  driver.pass(limits::kActivityNews);
}

/// A live room that plays, in this phase. Dave has voted 5 wherever somebody can have, bob 8.
inline RoomDriver room_in(const std::string& wanted, RoomSettings settings = {}) {
  RoomDriver driver = live_room(std::move(settings));
  REQUIRE_FALSE(open(driver));
  const auto begin = [&] {
    REQUIRE_FALSE(use(driver, "ada", "start"));
    REQUIRE_FALSE(vote(driver, "dave", "5"));
    REQUIRE_FALSE(vote(driver, "bob", "8"));
    settle(driver);
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

inline const std::vector<std::string> kPhases{"waiting",  "voting",   "revealing",
                                              "revealed", "finished", "resetting"};

}  // namespace baton::core::test
