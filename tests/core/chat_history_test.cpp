// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat_history.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/room_settings.hpp"

using namespace baton::core;

namespace {

ChatEntryRef write(ChatHistory& history, std::string text) {
  return history.add(UserId("bob"), "Bob", std::move(text), Instant());
}

}  // namespace

TEST_CASE("Chat is numbered from one and kept in order") {
  ChatHistory history;
  CHECK(write(history, "first")->number == ChatNumber(1));
  CHECK(write(history, "second")->number == ChatNumber(2));
  REQUIRE(history.entries().size() == 2);
  CHECK(history.entries().front()->text == "first");
}

TEST_CASE("A history full of lines forgets the oldest") {
  ChatHistory history;
  for (std::size_t i = 0; i < limits::kChatEntries; ++i) {
    write(history, "x");
  }
  CHECK(history.entries().size() == limits::kChatEntries);
  CHECK(history.entries().front()->number == ChatNumber(1));
  write(history, "one more");
  CHECK(history.entries().size() == limits::kChatEntries);
  CHECK(history.entries().front()->number == ChatNumber(2));
}

TEST_CASE("A history full of bytes forgets the oldest") {
  ChatHistory history;
  const std::size_t fitting = limits::kChatBytes / limits::kChatTextBytes;
  for (std::size_t i = 0; i < fitting; ++i) {
    write(history, std::string(limits::kChatTextBytes, 'x'));
  }
  CHECK(history.entries().size() == fitting);
  write(history, std::string(limits::kChatTextBytes, 'y'));
  CHECK(history.entries().size() == fitting);
  CHECK(history.entries().front()->number == ChatNumber(2));
}
