// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/json.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <thread>
#include <vector>

namespace baton::framework {
namespace {

TEST_CASE("An object is built by chained calls and keeps the order of its members") {
  Json json = Json::object()
                  .set("text", "a")
                  .set("whole", 7)
                  .set("real", 1.5)
                  .set("yes", true)
                  .set("nothing", nullptr)
                  .set("list", Json::array().append(1).append("two"));
  CHECK(json.dump() == R"({"text":"a","whole":7,"real":1.5,"yes":true,"nothing":null,"list":[1,"two"]})");
}

TEST_CASE("A getter of the wrong type is empty, and so is one of an absent member") {
  const Json json = Json::parse(R"({"s":"x","i":3,"d":2.0,"b":false,"o":{},"a":[1,2],"n":null})");
  REQUIRE(json);
  CHECK(json.string("s") == "x");
  CHECK(json.integer("i") == 3);
  CHECK(json.number("i") == 3.0);
  CHECK(json.number("d") == 2.0);
  CHECK(json.boolean("b") == false);
  CHECK_FALSE(json.integer("d"));
  CHECK_FALSE(json.integer("s"));
  CHECK_FALSE(json.string("i"));
  CHECK_FALSE(json.boolean("i"));
  CHECK_FALSE(json.string("absent"));
  CHECK(json.contains("n"));
  CHECK(json.get("n").is_null());
  CHECK_FALSE(json.contains("absent"));
  CHECK_FALSE(json.get("absent").get("deeper").at(3));
  CHECK(json.get("a").size() == 2);
  CHECK(json.get("a").at(1).as_integer() == 2);
  CHECK_FALSE(json.get("a").at(2));
  CHECK(json.size() == 7);
  CHECK(JsonView().size() == 0);
  CHECK(JsonView().dump().empty());
}

TEST_CASE("Text that is no JSON gives nothing and says where it went wrong") {
  std::string error;
  CHECK_FALSE(Json::parse("{\n\"a\":}", &error));
  CHECK(error.find("line 2") == 0);
  CHECK_FALSE(Json::parse(R"({"a":1,"a":2})"));
  CHECK_FALSE(Json::parse(""));
}

TEST_CASE("What JSON cannot say becomes null instead of an error") {
  CHECK(Json("\xff\xfe").is_null());
  CHECK(Json(std::numeric_limits<double>::infinity()).is_null());
  CHECK(Json(std::numeric_limits<double>::quiet_NaN()).is_null());
  CHECK(Json(std::numeric_limits<std::uint64_t>::max()).as_integer() ==
        std::numeric_limits<std::int64_t>::max());
  CHECK(Json(std::numeric_limits<std::int64_t>::min()).as_integer() ==
        std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("An absent value sets no member") {
  Json json = Json::object();
  json.set("none", std::optional<int>()).set("some", std::optional<int>(1)).set("empty", Json());
  CHECK(json.dump() == R"({"some":1})");
}

TEST_CASE("Setting members of something that is no object, or is empty, does nothing") {
  Json array = Json::array();
  array.set("a", 1);
  CHECK(array.dump() == "[]");
  Json empty;
  empty.set("a", 1).append(2);
  CHECK_FALSE(empty);
}

TEST_CASE("Owners count: a value lives as long as its last owner") {
  json_t* const raw = json_object();
  {
    const SharedJson first = SharedJson::share(raw);
    CHECK(raw->refcount == 2);
    SharedJson second = first;
    CHECK(raw->refcount == 3);
    const SharedJson third = std::move(second);
    CHECK(raw->refcount == 3);
    const Json parent = Json::object().set("child", third);
    CHECK(raw->refcount == 4);
    CHECK(parent.get("child").raw() == raw);
  }
  CHECK(raw->refcount == 1);
  static_cast<void>(Json::adopt(raw));
}

TEST_CASE("A copy may be changed without changing its original") {
  const SharedJson original = Json::object().set("a", Json::object().set("b", 1));
  Json copy = original.copy();
  CHECK(copy.equals(original));
  copy.set("a", 2);
  CHECK_FALSE(copy.equals(original));
  CHECK(original.dump() == R"({"a":{"b":1}})");
}

TEST_CASE("Members and elements can be visited") {
  const Json json = Json::parse(R"({"a":1,"b":[2,3]})");
  std::string seen;
  json.for_each_member(
      [&](std::string_view key, JsonView value) { seen += std::string(key) + value.dump() + ";"; });
  json.get("b").for_each_element([&](JsonView value) { seen += value.dump() + ","; });
  json.get("a").for_each_element([&](JsonView) { seen += "never"; });
  CHECK(seen == "a1;b[2,3];2,3,");
}

TEST_CASE("Threads may read and drop a shared value at once") {
  SharedJson shared = Json::object().set("text", "the same for everybody");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([own = shared] {
      for (int round = 0; round < 500; ++round) {
        const SharedJson mine = own;
        if (mine.string("text") != "the same for everybody")
          std::abort();
      }
    });
  shared = SharedJson();
  for (std::thread& thread : threads)
    thread.join();
}

}  // namespace
}  // namespace baton::framework
