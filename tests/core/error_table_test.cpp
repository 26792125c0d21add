// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error_table.hpp"

#include <catch2/catch.hpp>
#include <cctype>
#include <set>
#include <string>

using namespace baton::core;

TEST_CASE("Every error has a row of its own, found by its code") {
#define BATON_CHECK_ROW(error, number, text)                   \
  CHECK(static_cast<int>(ErrorCode::error) == (number));       \
  CHECK(error_row(ErrorCode::error).code == ErrorCode::error); \
  CHECK(error_row(ErrorCode::error).name == #error);           \
  CHECK(error_row(ErrorCode::error).sentence == std::string_view(text));
  BATON_ERRORS(BATON_CHECK_ROW)
#undef BATON_CHECK_ROW
}

TEST_CASE("Names and numbers of errors are unique, and the numbers grow") {
  std::set<std::string_view> names;
  int last = 0;
  for (const ErrorRow& row : error_table()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(static_cast<int>(row.code) > last);
    last = static_cast<int>(row.code);
  }
  CHECK(names.size() == error_table().size());
}

TEST_CASE("Every error says what is wrong in one sentence for people") {
  for (const ErrorRow& row : error_table()) {
    CAPTURE(row.name);
    CHECK(row.sentence.size() > 10);
    CHECK(row.sentence.back() == '.');
    CHECK(std::isupper(static_cast<unsigned char>(row.sentence.front())));
  }
}

TEST_CASE("Numbers that clients know never change their meaning") {
  struct Row {
    int number;
    std::string_view name;
  };
  // A few of each block; whoever changes one of these breaks clients.
  const Row rows[] = {
      {1001, "message_not_object"}, {1003, "element_missing"}, {2001, "room_unknown"},
      {2003, "room_full"},          {3001, "not_joined"},      {3004, "session_stale"},
      {3006, "join_superseded"},    {4001, "not_permitted"},   {4007, "promotion_over"},
      {5001, "already_publishing"}, {9001, "server_busy"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.number);
    CHECK(error_row(static_cast<ErrorCode>(row.number)).name == row.name);
  }
}
