// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/network/link_settings.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <variant>

namespace baton::network {
namespace {

TEST_CASE("All settings are read, in any order, and what is not named is as in a link that changes nothing") {
  const auto read = parse_link_settings(
      " loss=2.5 delay=100 jitter=5 rate=1000 queue=60 duplicate=1 reorder=0.5 hold=30 down=1");
  LinkSettings expected;
  expected.loss = {25'000};
  expected.delay = std::chrono::milliseconds(100);
  expected.jitter = std::chrono::milliseconds(5);
  expected.bits_per_second = 1'000'000;
  expected.queue_bytes = 60'000;
  expected.duplicated = {10'000};
  expected.reordered = {5'000};
  expected.held_back_for = std::chrono::milliseconds(30);
  expected.state = LinkState::down;
  CHECK(std::get<LinkSettings>(read) == expected);
  CHECK(std::get<LinkSettings>(parse_link_settings("")) == LinkSettings{});
}

TEST_CASE("What is no setting is refused with a sentence that names it") {
  struct Row {
    const char* text;
    const char* named;
  };
  const Row rows[] = {{"los=2", "los=2"},       {"loss", "loss"},          {"loss=", "loss="},
                      {"loss=2%", "loss=2%"},   {"loss=101", "loss=101"},  {"delay=-1", "delay=-1"},
                      {"rate=nan", "rate=nan"}, {"delay=1e9", "delay=1e9"}};
  for (const auto& row : rows) {
    INFO(row.text);
    const auto read = parse_link_settings(row.text);
    REQUIRE(std::holds_alternative<std::string>(read));
    CHECK(std::get<std::string>(read).find(row.named) != std::string::npos);
  }
}

TEST_CASE("The help names every setting that is known") {
  const std::string help(link_settings_help());
  for (const char* word :
       {"loss=", "delay=", "jitter=", "rate=", "queue=", "duplicate=", "reorder=", "hold=", "down="}) {
    CHECK(help.find(word) != std::string::npos);
  }
}

}  // namespace
}  // namespace baton::network
