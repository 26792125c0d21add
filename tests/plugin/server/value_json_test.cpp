// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/value_json.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace baton::plugin {
namespace {

using core::Value;
using framework::Json;

/// `[[…[]…]]`, as deep as that.
std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST_CASE("Every kind of JSON is told as what it is") {
  const std::vector<std::pair<const char*, Value>> rows{
      {"null", Value()},
      {"true", Value(true)},
      {"false", Value(false)},
      {"0", Value(std::int64_t{0})},
      {"-9223372036854775808", Value(std::numeric_limits<std::int64_t>::min())},
      {"0.5", Value(0.5)},
      {"1.0", Value(1.0)},
      {"\"☕\"", Value("☕")},
      {"[]", Value(Value::List())},
      {"{}", Value(Value::Members())},
      {"[1,[null],\"x\"]", Value(Value::List{std::int64_t{1}, Value::List{Value()}, "x"})},
      {R"({"b":1,"a":{"c":[]}})",
       Value(Value::Members{{"b", std::int64_t{1}}, {"a", Value::Members{{"c", Value::List()}}}})},
  };
  for (const auto& [text, value] : rows) {
    const Json json = Json::parse(text);
    INFO(text);
    REQUIRE(json);
    const auto told = value_of(json, 8);
    REQUIRE(told);
    CHECK(*told == value);
    CHECK(json_of(*told).equals(json));
  }
}

TEST_CASE("Members keep their order, there and back") {
  const std::string text = R"({"z":1,"a":2,"m":3})";
  CHECK(json_of(value_of(Json::parse(text), 1).value()).dump() == text);
}

TEST_CASE("What is nested too deep is no value, wherever it is") {
  for (const int depth : {1, 2, 8, 100}) {
    INFO(depth);
    CHECK(value_of(Json::parse(nested(depth + 1)), depth) == std::nullopt);
    CHECK(value_of(Json::parse("{\"a\":1,\"b\":" + nested(depth) + ",\"c\":2}"), depth) == std::nullopt);
    CHECK(value_of(Json::parse("{\"a\":1,\"b\":" + nested(depth + 1) + "}"), depth + 2).has_value());
  }
  CHECK(value_of(Json::parse(nested(8)), 8).has_value());
  CHECK(value_of(Json::parse("[]"), 0) == std::nullopt);
  CHECK(value_of(Json::parse("7"), 0) == Value(std::int64_t{7}));
}

TEST_CASE("What JSON cannot say is null") {
  CHECK(json_of(Value(std::numeric_limits<double>::infinity())).is_null());
  CHECK(json_of(Value("\xff")).is_null());
}

}  // namespace
}  // namespace baton::plugin
