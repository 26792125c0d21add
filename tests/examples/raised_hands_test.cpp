// SPDX-License-Identifier: GPL-3.0-or-later
#include "examples/raised_hands/raised_hands.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/activities/activity_slot.hpp"
#include "core/activities/merge_patch.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::examples::RaisedHands;

namespace {

const UserId kAda("ada");
const UserId kBob("bob");
const UserId kCyd("cyd");
constexpr std::int64_t kFirst = 1;
constexpr std::int64_t kSecond = 2;
constexpr std::int64_t kThird = 3;

/// A queue in a room, with its clock.
struct Queue {
  ActivitySlot slot;
  Instant now{1h};

  Queue() { slot.open("raised_hands", std::get<std::unique_ptr<Activity>>(RaisedHands::make({}))); }

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
  std::optional<ErrorCode> raise(const UserId& user, const char* note = "") {
    return say(user, ActivityPart::participant, "raise", Value::Members{{"note", note}});
  }
  std::optional<ErrorCode> lower(const UserId& user) { return say(user, ActivityPart::participant, "lower"); }
  std::optional<ErrorCode> next() { return say(kAda, ActivityPart::leader, "next"); }

  /// Who speaks, then who waits.
  [[nodiscard]] std::vector<std::string> order() const {
    const Value state = slot.view()->state;
    const Value* speaker = state.member("speaker");
    std::vector<std::string> users{speaker == nullptr ? "-" : *speaker->member("user")->get<std::string>()};
    std::map<std::int64_t, std::string> waiting;
    for (const auto& [user, place] : *state.member("waiting")->get<Value::Members>()) {
      REQUIRE(waiting.emplace(*place.get<std::int64_t>(), user).second);
    }
    for (const auto& [place, user] : waiting) {
      users.push_back(user);
    }
    return users;
  }
};

using Order = std::vector<std::string>;

}  // namespace

TEST_CASE("Whoever raised a hand first has the first turn") {
  Queue queue;
  CHECK(queue.order() == Order{"-"});
  REQUIRE_FALSE(queue.raise(kBob));
  REQUIRE_FALSE(queue.raise(kCyd));
  REQUIRE_FALSE(queue.raise(kAda));
  CHECK(queue.slot.view()->phase == "quiet");
  CHECK(queue.order() == Order{"-", "bob", "cyd", "ada"});
  REQUIRE_FALSE(queue.next());
  CHECK(queue.slot.view()->phase == "speaking");
  CHECK(queue.order() == Order{"bob", "cyd", "ada"});
  REQUIRE_FALSE(queue.next());
  CHECK(queue.order() == Order{"cyd", "ada"});
}

TEST_CASE("Raising a hand again keeps the place, and tells nobody") {
  Queue queue;
  REQUIRE_FALSE(queue.raise(kBob, "one"));
  REQUIRE_FALSE(queue.raise(kCyd));
  const auto before = queue.slot.view();
  const auto outcome = queue.slot.handle(kBob, ActivityPart::participant, before->version,
                                         {"raise", Value::Members{{"note", "two"}}}, queue.now);
  CHECK(std::get<Activity::Change>(outcome) == Activity::Change::nothing);
  CHECK(queue.slot.view() == before);
  CHECK(queue.slot.own_state(kBob) == Value(Value::Members{{"note", "two"}}));
}

TEST_CASE("A note is its owner's alone until its turn") {
  Queue queue;
  REQUIRE_FALSE(queue.raise(kBob, "secret"));
  CHECK(queue.slot.own_state(kBob) == Value(Value::Members{{"note", "secret"}}));
  CHECK(queue.slot.own_state(kCyd) == Value(Value::Members{{"note", Value()}}));
  CHECK(queue.slot.view()->state == Value(Value::Members{{"waiting", Value::Members{{"bob", kFirst}}}}));
  REQUIRE_FALSE(queue.next());
  const Value speaker = Value::Members{{"user", "bob"}, {"note", "secret"}};
  CHECK(queue.slot.view()->state ==
        Value(Value::Members{{"speaker", speaker}, {"waiting", Value::Members()}}));
}

TEST_CASE("However many wait, what changes is told in one patch of one or two members") {
  Queue queue;
  REQUIRE_FALSE(queue.raise(kBob));
  REQUIRE_FALSE(queue.raise(kCyd));
  const auto told_after = [&](const auto& command) {
    const Value before = queue.slot.view()->state;
    REQUIRE_FALSE(command());
    return merge_patch(before, queue.slot.view()->state);
  };
  CHECK(told_after([&] { return queue.raise(kAda); }) ==
        Value(Value::Members{{"waiting", Value::Members{{"ada", kThird}}}}));
  const Value turn = Value::Members{{"user", "bob"}, {"note", ""}};
  CHECK(told_after([&] { return queue.next(); }) ==
        Value(Value::Members{{"speaker", turn}, {"waiting", Value::Members{{"bob", Value()}}}}));
  CHECK(told_after([&] { return queue.lower(kBob); }) == Value(Value::Members{{"speaker", Value()}}));
}

TEST_CASE("A number that was given is not given again, not even to an empty queue") {
  Queue queue;
  REQUIRE_FALSE(queue.raise(kBob));
  REQUIRE_FALSE(queue.lower(kBob));
  REQUIRE_FALSE(queue.raise(kBob));
  CHECK(queue.slot.view()->state == Value(Value::Members{{"waiting", Value::Members{{"bob", kSecond}}}}));
}

TEST_CASE("A hand is lowered by its owner, and by its leaving") {
  Queue queue;
  for (const UserId& user : {kAda, kBob, kCyd}) {
    REQUIRE_FALSE(queue.raise(user));
  }
  REQUIRE_FALSE(queue.lower(kBob));
  CHECK(queue.order() == Order{"-", "ada", "cyd"});
  REQUIRE_FALSE(queue.lower(kBob));
  CHECK(queue.slot.forget(kAda) == Activity::Change::state);
  CHECK(queue.slot.forget(kAda) == Activity::Change::nothing);
  CHECK(queue.order() == Order{"-", "cyd"});
}

TEST_CASE("A turn ends when its owner lowers its hand or leaves, or nobody waits any more") {
  Queue queue;
  REQUIRE_FALSE(queue.raise(kBob));
  REQUIRE_FALSE(queue.next());
  const ActivityVersion turn = queue.slot.view()->version;
  SECTION("it lowers its hand") {
    REQUIRE_FALSE(queue.lower(kBob));
  }
  SECTION("it leaves") {
    CHECK(queue.slot.forget(kBob) == Activity::Change::phase);
  }
  SECTION("nobody waits") {
    REQUIRE_FALSE(queue.next());
  }
  CHECK(queue.order() == Order{"-"});
  CHECK(queue.slot.view()->phase == "quiet");
  CHECK(queue.slot.view()->version > turn);
}

TEST_CASE("Of two leaders who press at once one gives the turn") {
  Queue queue;
  REQUIRE_FALSE(queue.raise(kBob));
  REQUIRE_FALSE(queue.raise(kCyd));
  const ActivityVersion seen = queue.slot.view()->version;
  CHECK_FALSE(queue.say_of(seen, kAda, ActivityPart::leader, "next"));
  CHECK(queue.say_of(seen, kCyd, ActivityPart::leader, "next") == ErrorCode::activity_stale);
  CHECK(queue.order() == Order{"bob", "cyd"});
}

TEST_CASE("What cannot be done is refused, and changes nothing") {
  struct Row {
    const char* what;
    ActivityPart part;
    const char* command;
    Value arguments;
    ErrorCode refusal;
  };
  const auto row = GENERATE(values<Row>({
      {"an unknown command", ActivityPart::leader, "sing", {}, ErrorCode::activity_command_unknown},
      {"a turn given by a participant", ActivityPart::participant, "next", {}, ErrorCode::not_permitted},
      {"a note that is no text", ActivityPart::participant, "raise", Value::Members{{"note", true}},
       ErrorCode::element_invalid},
      {"a note that is no valid text", ActivityPart::participant, "raise", Value::Members{{"note", "\x01"}},
       ErrorCode::element_invalid},
      {"the hand of who speaks", ActivityPart::participant, "raise", {}, ErrorCode::activity_not_now},
  }));
  Queue queue;
  REQUIRE_FALSE(queue.raise(kBob));
  REQUIRE_FALSE(queue.next());
  const auto before = queue.slot.view();
  CAPTURE(row.what);
  CHECK(queue.say(kBob, row.part, row.command, row.arguments) == row.refusal);
  CHECK(queue.slot.view() == before);
}

TEST_CASE("There is no turn to give where nobody speaks or waits") {
  Queue queue;
  CHECK(queue.next() == ErrorCode::activity_not_now);
}
