// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/poker.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/activities/activity_slot.hpp"

using namespace baton::core;
using namespace std::chrono_literals;

namespace {

const UserId kAda("ada");
const UserId kBob("bob");

/// A game in a room, with its clock.
struct Table {
  ActivitySlot slot;
  Instant now{1h};

  Table() { slot.open("poker", std::get<std::unique_ptr<Activity>>(Poker::make(Value()))); }

  [[nodiscard]] std::string phase() const { return slot.view()->phase; }
  [[nodiscard]] Value state() const { return slot.view()->state; }

  std::optional<ErrorCode> say(const UserId& user, ActivityPart part, const std::string& name,
                               Value arguments = {}) {
    return say_of(slot.view()->version, user, part, name, std::move(arguments));
  }
  std::optional<ErrorCode> say_of(ActivityVersion seen, const UserId& user, ActivityPart part,
                                  const std::string& name, Value arguments = {}) {
    const auto outcome = slot.handle(user, part, seen, {name, std::move(arguments)}, now);
    CHECK_FALSE(slot.inconsistency());
    const auto* error = std::get_if<ErrorCode>(&outcome);
    return error != nullptr ? std::optional(*error) : std::nullopt;
  }
  std::optional<ErrorCode> lead(const std::string& name, Value arguments = {}) {
    return say(kAda, ActivityPart::leader, name, std::move(arguments));
  }
  std::optional<ErrorCode> vote(const UserId& user, Value card) {
    return say(user, ActivityPart::participant, "vote", Value::Members{{"card", std::move(card)}});
  }
  void pass(Duration time) {
    now += time;
    static_cast<void>(slot.advance(now));
    CHECK_FALSE(slot.inconsistency());
  }
  void go_to(const std::string& wanted) {
    if (wanted == "waiting") {
      return;
    }
    REQUIRE_FALSE(lead("start", Value::Members{{"topic", "login"}}));
    if (wanted == "voting") {
      return;
    }
    REQUIRE_FALSE(vote(kBob, "5"));
    if (wanted == "resetting") {
      REQUIRE_FALSE(lead("reset"));
      return;
    }
    REQUIRE_FALSE(lead("reveal"));
    if (wanted == "revealing") {
      return;
    }
    pass(10s);
    if (wanted == "finished") {
      REQUIRE_FALSE(lead("finish", Value::Members{{"estimate", "5"}}));
    }
  }
};

const std::vector<std::string> kPhases{"waiting", "voting", "revealing", "revealed", "finished", "resetting"};

}  // namespace

TEST_CASE("A game has exactly these transitions by command") {
  const std::set<std::vector<std::string>> transitions{
      {"waiting", "start", "voting"}, {"voting", "reveal", "revealing"}, {"revealed", "finish", "finished"},
      {"finished", "next", "voting"}, {"voting", "reset", "resetting"},  {"revealed", "reset", "resetting"}};
  std::set<std::vector<std::string>> seen;
  for (const std::string& from : kPhases) {
    for (const char* command : {"start", "reveal", "finish", "next", "reset"}) {
      Table table;
      table.go_to(from);
      REQUIRE(table.phase() == from);
      const ActivityVersion before = table.slot.view()->version;
      if (from == "voting") {
        REQUIRE_FALSE(table.vote(kBob, "5"));
      }
      const auto refusal = table.lead(command);
      CAPTURE(from, command);
      if (refusal) {
        CHECK(*refusal == ErrorCode::activity_not_now);
        CHECK(table.phase() == from);
      } else {
        CHECK(table.slot.view()->version > before);
        seen.insert({from, command, table.phase()});
      }
    }
  }
  CHECK(seen == transitions);
}

TEST_CASE("Two phases end by themselves, when their time is over and not before") {
  Table table;
  SECTION("revealing") {
    table.go_to("revealing");
    CHECK(table.slot.next_deadline() == table.now + 1500ms);
    table.pass(1500ms - 1us);
    CHECK(table.phase() == "revealing");
    table.pass(1us);
    CHECK(table.phase() == "revealed");
  }
  SECTION("resetting") {
    table.go_to("resetting");
    table.pass(500ms - 1us);
    CHECK(table.phase() == "resetting");
    table.pass(1us);
    CHECK(table.phase() == "voting");
  }
  CHECK_FALSE(table.slot.next_deadline());
}

TEST_CASE("Votes are taken while everybody votes and at no other time") {
  for (const std::string& phase : kPhases) {
    CAPTURE(phase);
    Table table;
    table.go_to(phase);
    const auto refusal = table.vote(kAda, "8");
    CHECK(refusal == (phase == "voting" ? std::nullopt : std::optional(ErrorCode::activity_not_now)));
  }
}

TEST_CASE("Every card of the deck is one, and nothing else is") {
  Table table;
  table.go_to("voting");
  for (const char* card : {"1", "2", "3", "5", "8", "13", "21", "☕", "❓", "∞"}) {
    CHECK_FALSE(table.vote(kBob, card));
    CHECK(*table.slot.own_state(kBob)->member("card") == Value(card));
  }
  for (const Value& card :
       {Value("4"), Value(""), Value(std::int64_t{5}), Value(true), Value(Value::List{})}) {
    CHECK(table.vote(kBob, card) == ErrorCode::element_invalid);
  }
  CHECK(table.say(kBob, ActivityPart::participant, "vote") == ErrorCode::element_missing);
}

TEST_CASE("The last vote counts, may be taken back, and is its owner's alone until the cards are open") {
  Table table;
  table.go_to("voting");
  REQUIRE_FALSE(table.vote(kBob, "5"));
  const Value before = table.state();
  REQUIRE_FALSE(table.vote(kBob, "13"));
  // Not even that a mind was changed can be seen.
  CHECK(table.state() == before);
  CHECK(*table.slot.own_state(kBob)->member("card") == Value("13"));
  CHECK(table.slot.own_state(kAda)->member("card")->is_nothing());
  REQUIRE_FALSE(table.vote(kAda, "8"));
  REQUIRE_FALSE(table.vote(kAda, Value()));
  REQUIRE_FALSE(table.lead("reveal"));
  const Value closed = table.state();
  CHECK(*closed.member("votes") == Value(Value::Members{{"bob", Value::Members{}}}));
  CHECK(closed.member("statistics") == nullptr);
  table.pass(2s);
  const Value open = table.state();
  CHECK(*open.member("votes")->member("bob")->member("card") == Value("13"));
  CHECK(*open.member("statistics")->member("average") == Value(13.0));
}

TEST_CASE("Who speaks of a phase that is over is refused, and the phase happens once") {
  Table table;
  table.go_to("voting");
  REQUIRE_FALSE(table.vote(kBob, "5"));
  const ActivityVersion seen = table.slot.view()->version;
  REQUIRE_FALSE(table.say_of(seen, kAda, ActivityPart::leader, "reveal"));
  for (const char* late : {"reveal", "reset", "vote"}) {
    CHECK(table.say_of(seen, kBob, ActivityPart::leader, late) == ErrorCode::activity_stale);
  }
  CHECK(table.phase() == "revealing");
}

TEST_CASE("Only leaders lead") {
  for (const char* command : {"start", "reveal", "finish", "next", "reset"}) {
    Table table;
    CHECK(table.say(kBob, ActivityPart::participant, command) == ErrorCode::not_permitted);
  }
  Table table;
  CHECK(table.lead("dance") == ErrorCode::activity_command_unknown);
}

TEST_CASE("Nothing can be revealed where nobody voted") {
  Table table;
  table.go_to("voting");
  CHECK(table.lead("reveal") == ErrorCode::activity_not_now);
}

TEST_CASE("Whoever loses its place takes a secret vote along; an open card stays") {
  Table table;
  SECTION("secret") {
    table.go_to("voting");
    REQUIRE_FALSE(table.vote(kBob, "5"));
    CHECK(table.slot.forget(kBob) == Activity::Change::state);
    CHECK(table.state().member("votes")->get<Value::Members>()->empty());
  }
  SECTION("open") {
    table.go_to("revealed");
    CHECK(table.slot.forget(kBob) == Activity::Change::nothing);
    CHECK(table.state().member("votes")->get<Value::Members>()->size() == 1);
  }
}

TEST_CASE("Rounds are numbered, and finished ones kept up to a limit") {
  Table table;
  constexpr int kRounds = 60;
  for (int round = 0; round < kRounds; ++round) {
    REQUIRE_FALSE(
        table.lead(round == 0 ? "start" : "next", Value::Members{{"topic", std::to_string(round)}}));
    CHECK(table.state().member("votes")->get<Value::Members>()->empty());
    REQUIRE_FALSE(table.vote(kBob, "3"));
    REQUIRE_FALSE(table.lead("reveal"));
    table.pass(2s);
    REQUIRE_FALSE(table.lead("finish", Value::Members{{"estimate", "3"}}));
  }
  const auto finished = *table.state().member("finished")->get<Value::Members>();
  CHECK(finished.size() == 50);
  CHECK(finished.back().first == std::to_string(kRounds));
  CHECK(finished.front().second == Value(Value::Members{{"topic", "10"}, {"estimate", "3"}}));
}

TEST_CASE("Options out of range are refused") {
  for (const Value& wrong : {Value(std::int64_t{-1}), Value(std::int64_t{10'001}), Value("1"), Value(1.5)}) {
    for (const char* name : {"reveal_ms", "reset_ms"}) {
      const auto made = Poker::make(Value::Members{{name, wrong}});
      REQUIRE(std::holds_alternative<ErrorCode>(made));
      CHECK(std::get<ErrorCode>(made) == ErrorCode::element_invalid);
    }
  }
}

TEST_CASE("Versions grow over activities, so that a command for an earlier one is stale") {
  Table table;
  table.go_to("voting");
  const ActivityVersion seen = table.slot.view()->version;
  table.slot.close();
  CHECK(table.slot.handle(kAda, ActivityPart::leader, seen, {"reveal", {}}, table.now) ==
        std::variant<Activity::Change, ErrorCode>(ErrorCode::activity_none));
  table.slot.open("poker", std::get<std::unique_ptr<Activity>>(Poker::make(Value())));
  CHECK(table.say_of(seen, kAda, ActivityPart::leader, "start") == ErrorCode::activity_stale);
}
