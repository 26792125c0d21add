// SPDX-License-Identifier: GPL-3.0-or-later
// The situations of an activity that have a name, each played once by good clients over a network that loses
// nothing, with the checker looking on: a broken rule is thrown out of any of these calls.
#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/four_clients.hpp"
#include "tests/sim/scenario_marks.hpp"

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

/// Longer than anybody waits to be told, and a message is under way.
constexpr Duration kSoon = 150ms;

Value card(const char* face) {
  return Value::Members{{"card", face}};
}

RoomSettings settings_of_table() {
  RoomSettings settings;
  settings.grace = 5s;
  return settings;
}

/// Bob is Ada's backup; poker is open, and nothing has begun.
struct Table : FourClients {
  Table() : FourClients(settings_of_table(), kSoon) {
    ada.ask(SetBackup{bob.user()});
    ada.ask(OpenActivity{"poker", {}});
    exchange.run_for(kSoon);
    REQUIRE(dave.phase() == "waiting");
  }
  void act(GoodClient& client, const std::string& command, Value arguments = {}) {
    client.act(command, std::move(arguments));
    exchange.run_for(kSoon);
  }
  /// Plays on to this phase; cyd has chosen 5 and dave 8 where anybody can have.
  void go_to(const std::string& phase) {
    if (phase == "waiting") {
      return;
    }
    act(ada, "start");
    act(cyd, "vote", card("5"));
    act(dave, "vote", card("8"));
    if (phase == "resetting") {
      act(ada, "reset");
    } else if (phase != "voting") {
      act(ada, "reveal");
      if (phase != "revealing") {
        exchange.run_for(2s);
      }
      if (phase == "finished") {
        act(ada, "finish");
      }
    }
    REQUIRE(dave.phase() == phase);
  }
  [[nodiscard]] ActivityView shown() const { return *exchange.room()->snapshot().activity; }
  /// Every client shows what the room shows, and its own.
  void check_equal() {
    exchange.run_for(kSoon);
    for (const GoodClient* client : {&ada, &bob, &cyd, &dave}) {
      if (client->in()) {
        CHECK(client->picture()->activity == shown());
        CHECK(client->own() == exchange.room()->activity().own_state(client->user()));
      }
    }
  }
};

/// How often a scenario was come across since this was made.
class Watch {
public:
  explicit Watch(Scenario scenario) : scenario_(static_cast<std::size_t>(scenario)), before_(count()) {}
  [[nodiscard]] bool saw_it() const { return count() > before_; }

private:
  [[nodiscard]] std::uint64_t count() const { return scenario_counts.at(scenario_); }
  std::size_t scenario_;
  std::uint64_t before_;
};

}  // namespace

TEST_CASE("Two people who reveal at once, or reset at once, do it once") {
  const auto [command, scenario, next] = GENERATE(
      table<const char*, Scenario, const char*>({{"reveal", Scenario::two_reveal_at_once, "revealing"},
                                                 {"reset", Scenario::two_reset_at_once, "resetting"}}));
  Table table;
  const Watch watch(scenario);
  table.go_to("voting");
  const ActivityVersion before = table.shown().version;
  table.ada.act(command);
  table.bob.act(command);
  table.exchange.run_for(kSoon);
  CHECK(table.shown().phase == next);
  CHECK(table.shown().version == before.next());
  const bool one_is_told = (table.ada.last_refusal() == ErrorCode::activity_stale) !=
                           (table.bob.last_refusal() == ErrorCode::activity_stale);
  CHECK(one_is_told);
  CHECK(watch.saw_it());
  table.check_equal();
}

TEST_CASE("Two who vote at once both count") {
  Table table;
  table.go_to("waiting");
  table.act(table.ada, "start");
  table.cyd.act("vote", card("3"));
  table.dave.act("vote", card("∞"));
  table.exchange.run_for(kSoon);
  CHECK(table.shown().state.member("votes")->get<Value::Members>()->size() == 2);
  table.check_equal();
}

TEST_CASE("A vote that comes when the reveal has begun does not count, and its sender sees what does") {
  Table table;
  const Watch watch(Scenario::vote_from_a_stale_phase);
  table.go_to("voting");
  table.ada.act("reveal");
  table.exchange.run_for(15ms);
  table.cyd.act("vote", card("21"));
  table.exchange.run_for(2s);
  CHECK(table.cyd.last_refusal() == ErrorCode::activity_stale);
  CHECK(*table.cyd.own() == card("5"));
  CHECK(table.cyd.phase() == "revealed");
  CHECK(watch.saw_it());
  table.check_equal();
}

TEST_CASE("The host dies in each phase: the game goes on, and the next host leads it") {
  struct Row {
    const char* phase;
    Scenario scenario;
    /// Where it is when the host's time is over.
    const char* then;
    const char* command;
  };
  const Row rows[] = {{"waiting", Scenario::host_dies_while_waiting, "waiting", "start"},
                      {"voting", Scenario::host_dies_while_voting, "voting", "reveal"},
                      {"revealing", Scenario::host_dies_while_revealing, "revealed", "finish"},
                      {"revealed", Scenario::host_dies_while_revealed, "revealed", "reset"},
                      {"finished", Scenario::host_dies_while_finished, "finished", "next"},
                      {"resetting", Scenario::host_dies_while_resetting, "voting", "reset"}};
  for (const Row& row : rows) {
    CAPTURE(row.phase);
    Table table;
    const Watch watch(row.scenario);
    table.go_to(row.phase);
    table.lose(table.ada);
    CHECK(watch.saw_it());
    table.exchange.run_for(7s);
    REQUIRE(table.bob.is_host());
    CHECK(table.shown().phase == row.then);
    const ActivityVersion before = table.shown().version;
    table.act(table.bob, row.command);
    CHECK(table.shown().version > before);
    table.check_equal();
    table.ada.join();
    table.exchange.run_for(kSoon);
    table.check_equal();
  }
}

TEST_CASE("A voter who was away during the reveal is brought up to date on return") {
  Table table;
  const Watch watch(Scenario::voter_away_during_the_reveal);
  table.go_to("voting");
  table.lose(table.dave);
  table.act(table.ada, "reveal");
  table.exchange.run_for(2s);
  CHECK(table.shown().phase == "revealed");
  table.dave.join();
  table.exchange.run_for(kSoon);
  CHECK(table.dave.phase() == "revealed");
  CHECK(*table.dave.own() == card("8"));
  CHECK(watch.saw_it());
  table.check_equal();
}

TEST_CASE("Whatever anybody else chose, everybody is told the same until the cards are open") {
  // The same game twice, but for one secret card: nobody else's messages may differ.
  using Heard = std::vector<std::optional<ActivityView>>;
  const auto play = [](const char* secret) {
    Table table;
    Heard heard;
    const auto listen = [&] {
      for (const GoodClient* client : {&table.ada, &table.bob, &table.cyd}) {
        heard.push_back(client->picture()->activity);
      }
    };
    table.act(table.ada, "start");
    table.act(table.dave, "vote", card(secret));
    listen();
    table.act(table.cyd, "vote", card("5"));
    listen();
    table.act(table.dave, "vote", card(secret));
    table.bob.ask(Synchronize{});
    table.exchange.run_for(kSoon);
    listen();
    table.lose(table.cyd);
    table.cyd.join();
    table.exchange.run_for(kSoon);
    listen();
    table.act(table.ada, "reveal");
    listen();
    CHECK(table.shown().phase == "revealing");
    const ActivityView closed = table.shown();
    table.exchange.run_for(2s);
    return std::tuple(heard, closed, table.shown());
  };
  const auto [heard, closed, open] = play("1");
  for (const char* other : {"21", "☕", "5"}) {
    const auto [heard_too, closed_too, open_too] = play(other);
    CHECK(heard == heard_too);
    CHECK(closed == closed_too);
    CHECK_FALSE(open == open_too);
  }
}

}  // namespace baton::sim
