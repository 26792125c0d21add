// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ids.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace baton::core;

TEST_CASE("Room and user ids are 1 to 64 letters, digits and a little punctuation") {
  struct Row {
    std::string text;
    bool valid;
  };
  const Row rows[] = {
      {"a", true},
      {"demo", true},
      {"A-Z_0.9~@+:=", true},
      {std::string(kMaxNameIdBytes, 'x'), true},
      {std::string(kMaxNameIdBytes + 1, 'x'), false},
      {"", false},
      {"two words", false},
      {"slash/", false},
      {"quote\"", false},
      {std::string("nul\0nul", 7), false},
      {"line\n", false},
      {"\xC3\xA4", false},
      {"<b>", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(is_valid_name_id(row.text) == row.valid);
  }
}

TEST_CASE("Text is well-formed UTF-8 without control characters, up to 256 bytes") {
  struct Row {
    std::string text;
    bool valid;
  };
  const Row rows[] = {
      {"", true},
      {"Ada Lovelace", true},
      {"\xC3\x84\x64\x61", true},
      {"\xE2\x82\xAC", true},
      {"\xF0\x9F\x8E\xA5", true},
      {"\xF4\x8F\xBF\xBF", true},
      {std::string(kMaxTextBytes, 'x'), true},
      {std::string(kMaxTextBytes + 1, 'x'), false},
      {"tab\t", false},
      {"del\x7F", false},
      {std::string("nul\0", 4), false},
      // RFC 3629, section 3: overlong forms, surrogates, above U+10FFFF, lone or missing continuation bytes.
      {"\xC0\x80", false},
      {"\xC1\xBF", false},
      {"\xE0\x9F\xBF", false},
      {"\xF0\x8F\xBF\xBF", false},
      {"\xED\xA0\x80", false},
      {"\xF4\x90\x80\x80", false},
      {"\xF5\x80\x80\x80", false},
      {"\x80", false},
      {"\xC3", false},
      {"\xE2\x82", false},
      {"\xE2\x82\x41", false},
      {"\xF0\x9F\x8E", false},
      {"\xC3\x28", false},
      {"\xFF", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(is_valid_text(row.text) == row.valid);
  }
}

TEST_CASE("A version grows by one") {
  CHECK(RoomVersion().next() == RoomVersion(1));
  CHECK(RoomVersion(41).next() == RoomVersion(42));
  CHECK(RoomVersion(41) < RoomVersion(42));
}
