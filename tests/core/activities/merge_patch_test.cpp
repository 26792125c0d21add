// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/merge_patch.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "tests/sim/merged.hpp"
#include "tests/sim/random.hpp"

using namespace baton::core;
using baton::sim::merged;

namespace {

using List = Value::List;
using Members = Value::Members;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

Value number(std::int64_t value) {
  return {value};
}

/// Any value, of members with few names so that they meet.
Value any_value(baton::sim::Random& random, int depth) {
  switch (random.below(depth > 0 ? 7 : 4)) {
    case 0:
      return random.chance(500) ? Value() : Value(true);
    case 1:
      return number(static_cast<std::int64_t>(random.below(3)));
    case 2:
      return {0.5};
    case 3:
      return random.chance(500) ? "one" : "two";
    case 4: {
      List list;
      for (std::size_t i = random.below(3); i > 0; --i) {
        list.push_back(any_value(random, depth - 1));
      }
      return list;
    }
    default:
      break;
  }
  Members members;
  for (const char* name : {"c", "a", "b", "d"}) {
    if (random.chance(600)) {
      members.emplace_back(name, any_value(random, depth - 1));
    }
  }
  return members;
}

}  // namespace

TEST_CASE("A patch names what differs, by members of members") {
  struct Row {
    const char* what;
    Value from;
    Value to;
    Value patch;
  };
  const Value one = Members{{"card", "5"}};
  const Row rows[] = {
      {"nothing", Members{{"a", one}}, Members{{"a", one}}, Members{}},
      {"another order", Members{{"a", one}, {"b", true}}, Members{{"b", true}, {"a", one}}, Members{}},
      {"a new member", Members{}, Members{{"a", one}}, Members{{"a", one}}},
      {"a member that has none", Members{}, Members{{"a", Members{}}}, Members{{"a", Members{}}}},
      {"a member that is gone", Members{{"a", one}, {"b", true}}, Members{{"b", true}},
       Members{{"a", Value()}}},
      {"a member of a member", Members{{"a", Members{{"x", number(1)}, {"y", number(2)}}}},
       Members{{"a", Members{{"x", number(1)}, {"y", number(3)}}}},
       Members{{"a", Members{{"y", number(3)}}}}},
      {"a list as a whole", Members{{"a", List{true, one}}}, Members{{"a", List{true}}},
       Members{{"a", List{true}}}},
      {"a number that is not finite inside a list", Members{}, Members{{"a", List{kInfinity}}},
       Members{{"a", List{kInfinity}}}},
      {"nothing inside a list", Members{{"a", List{}}}, Members{{"a", List{Value()}}},
       Members{{"a", List{Value()}}}},
      {"another kind", Members{{"a", "text"}}, Members{{"a", one}}, Members{{"a", one}}},
      {"a whole number and one with a fraction", Members{{"a", number(1)}}, Members{{"a", 1.0}},
       Members{{"a", 1.0}}},
      {"a nothing that stays", Members{{"a", Value()}, {"b", true}}, Members{{"a", Value()}},
       Members{{"b", Value()}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto patch = merge_patch(row.from, row.to);
    REQUIRE(patch);
    CHECK(*patch == row.patch);
    CHECK(merged(row.from, *patch) == row.to);
  }
}

TEST_CASE("What a patch cannot say is not said by one") {
  const std::pair<Value, Value> rows[] = {
      {Members{{"a", true}}, Members{{"a", Value()}}},
      {Members{}, Members{{"a", Value()}}},
      {Members{}, Members{{"a", Members{{"b", Value()}}}}},
      {Members{{"a", Members{{"b", true}}}}, Members{{"a", Members{{"b", Value()}}}}},
      {Members{{"a", 1.0}}, Members{{"a", kNoNumber}}},
      {Members{{"a", 1.0}}, Members{{"a", kInfinity}}},
      {Members{}, Members{{"a", Members{{"b", -kInfinity}}}}},
      {List{}, List{true}},
      {Value(), Members{}},
      {Members{}, Value("text")},
  };
  for (const auto& [from, to] : rows) {
    CHECK_FALSE(merge_patch(from, to));
  }
}

TEST_CASE("Whatever there is, what a client makes of a patch is what there is then") {
  baton::sim::Random random(baton::sim::Seed{7});
  int said = 0;
  int not_said = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Value from = any_value(random, 3);
    const Value to = any_value(random, 3);
    const auto patch = merge_patch(from, to);
    ++(patch ? said : not_said);
    if (patch) {
      REQUIRE(merged(from, *patch) == to);
      // It may come twice, with an answer and with an event.
      REQUIRE(merged(to, *patch) == to);
      REQUIRE((*patch == Value(Members{})) == (from == to));
    }
  }
  CHECK(said > 1000);
  CHECK(not_said > 1000);
}

TEST_CASE("Sizes are those of compact JSON") {
  const std::pair<Value, std::string> rows[] = {
      {Value(), "null"},     {true, "true"},
      {false, "false"},      {number(-12), "-12"},
      {"a\"b", R"("a\"b")"}, {"☕", R"("☕")"},
      {List{}, "[]"},        {List{true, number(1)}, "[true,1]"},
      {Members{}, "{}"},     {Members{{"a", List{}}, {"b", "c"}}, R"({"a":[],"b":"c"})"},
  };
  for (const auto& [value, text] : rows) {
    CAPTURE(text);
    CHECK(json_size(value) == text.size());
  }
}
