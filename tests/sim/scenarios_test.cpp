// SPDX-License-Identifier: GPL-3.0-or-later
// The situations that have a name, each played once by good clients over a network that loses nothing, with
// the checker looking on: a broken rule is thrown out of any of these calls.
#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <vector>

#include "tests/sim/four_clients.hpp"
#include "tests/sim/scenario_marks.hpp"

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

constexpr Duration kLong = 1s;

struct Stage : FourClients {
  Stage() : FourClients({}, 100ms) {}
  [[nodiscard]] bool in_room(const std::string& user) const {
    return exchange.room()->sessions().find(UserId(user)) != nullptr;
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

using Texts = std::vector<std::string>;

Texts texts(const GoodClient& client) {
  Texts all;
  for (const auto& [from, text] : client.taken()) {
    all.push_back(text);
  }
  return all;
}

void send_all(GoodClient& from, const GoodClient& to, const Texts& all) {
  for (const std::string& text : all) {
    from.signal(to.user(), SignalKind::message, text);
  }
}

const Texts kAll = {"one", "two", "three", "four", "five"};

}  // namespace

TEST_CASE("Reconnect and stop at the same moment: the stop wins, whichever arrives first") {
  Stage stage;
  const Watch watch(Scenario::reconnect_and_stop_at_the_same_moment);
  SECTION("the join arrives first") {
    stage.dave.join();
    stage.dave.stop();
    stage.exchange.run_for(kLong);
    CHECK(watch.saw_it());
  }
  SECTION("the stop arrives first, and the join after it") {
    // The join is on its way over a slow connection, and the stop overtakes it on another.
    stage.dave.join_slowly(150ms);
    stage.dave.stop_on_another_link();
    stage.exchange.run_for(kLong);
    CHECK(watch.saw_it());
  }
  CHECK_FALSE(stage.dave.in());
  CHECK_FALSE(stage.in_room("dave"));
}

TEST_CASE("Both ends reconnecting at once lose no signal") {
  Stage stage;
  const Watch watch(Scenario::both_ends_reconnect_at_once);
  stage.ada.get_ready();
  stage.bob.get_ready();
  stage.exchange.run_for(kLong);
  // On its way when the receiver's connection dies, and nobody knows yet.
  stage.ada.signal(stage.bob.user(), SignalKind::offer, "one");
  stage.exchange.run_for(15ms);
  const ConnectionId bobs = *stage.bob.link();
  stage.bob.drop();
  stage.ada.signal(stage.bob.user(), SignalKind::candidate, "two");
  stage.exchange.run_for(100ms);
  stage.exchange.notice(bobs);
  stage.ada.signal(stage.bob.user(), SignalKind::candidate, "three");
  stage.exchange.run_for(100ms);
  // Accepted by nobody when the sender's connection dies as well.
  stage.ada.signal(stage.bob.user(), SignalKind::candidate, "four");
  stage.lose(stage.ada);
  stage.exchange.run_for(2s);
  stage.bob.join();
  stage.ada.join();
  stage.exchange.run_for(kLong);
  CHECK(stage.ada.joined()->continuity == Continuity::continued);
  CHECK(stage.bob.joined()->continuity == Continuity::continued);
  CHECK(texts(stage.bob) == Texts{"one", "two", "three", "four"});
  CHECK(stage.ada.failed().empty());
  CHECK(watch.saw_it());
}

TEST_CASE("The sender of a signal to a receiver that never becomes ready is told when its time is over") {
  Stage stage;
  const Watch watch(Scenario::receiver_that_never_becomes_ready);
  stage.ada.get_ready();
  send_all(stage.ada, stage.dave, {"one", "two"});
  stage.exchange.run_for(limits::kSignalPatience);
  CHECK(stage.ada.failed().empty());
  stage.exchange.run_for(kLong);
  REQUIRE_FALSE(stage.ada.failed().empty());
  std::vector<SignalNumber> numbers;
  for (const FailedSignals& failed : stage.ada.failed()) {
    CHECK(failed.to == stage.dave.user());
    CHECK(failed.reason == SignalFailure::not_ready_in_time);
    numbers.insert(numbers.end(), failed.numbers.begin(), failed.numbers.end());
  }
  CHECK(numbers == std::vector<SignalNumber>{SignalNumber(1), SignalNumber(2)});
  stage.dave.get_ready();
  stage.exchange.run_for(kLong);
  CHECK(stage.dave.taken().empty());
  CHECK(watch.saw_it());
}

TEST_CASE("What a sender sent that died in between is not delivered") {
  Stage stage;
  const Watch watch(Scenario::sender_that_dies_in_between);
  send_all(stage.bob, stage.dave, {"one", "two"});
  stage.exchange.run_for(kLong);
  SECTION("it is gone for good") {
    stage.bob.ask(Leave{});
  }
  SECTION("its page is loaded anew") {
    stage.bob.reload();
    stage.bob.join();
    stage.exchange.run_for(kLong);
    CHECK(stage.bob.joined()->continuity == Continuity::restarted);
    stage.bob.signal(stage.dave.user(), SignalKind::message, "of the new page");
  }
  stage.exchange.run_for(kLong);
  stage.dave.get_ready();
  stage.exchange.run_for(kLong);
  CHECK(texts(stage.dave) == (stage.in_room("bob") ? Texts{"of the new page"} : Texts{}));
  CHECK(watch.saw_it());
}

TEST_CASE("The signalling race without a reconnect: nothing lost, nothing twice, in order") {
  Stage stage;
  const Watch watch(Scenario::signalling_race_without_reconnect);
  send_all(stage.ada, stage.dave, kAll);
  stage.exchange.run_for(2s + 500ms);
  CHECK(stage.dave.taken().empty());
  stage.dave.get_ready();
  stage.exchange.run_for(kLong);
  CHECK(texts(stage.dave) == kAll);
  CHECK(stage.ada.failed().empty());
  CHECK(watch.saw_it());
}

TEST_CASE("The signalling race with a reconnect in between: nothing lost, nothing twice, in order") {
  Stage stage;
  const Watch watch(Scenario::signalling_race_with_reconnect);
  send_all(stage.ada, stage.dave, kAll);
  stage.exchange.run_for(kLong);
  SECTION("of the receiver, whose page goes on") {
    stage.lose(stage.dave);
    stage.exchange.run_for(kLong);
    stage.dave.join();
  }
  SECTION("of the receiver, whose page is loaded anew before it was ever ready") {
    stage.dave.reload();
    stage.dave.join();
  }
  SECTION("of the sender") {
    stage.lose(stage.ada);
    stage.exchange.run_for(kLong);
    stage.ada.join();
  }
  stage.exchange.run_for(2s);
  CHECK(stage.dave.taken().empty());
  stage.dave.get_ready();
  stage.exchange.run_for(kLong);
  CHECK(texts(stage.dave) == kAll);
  CHECK(stage.ada.failed().empty());
  CHECK(watch.saw_it());
}

TEST_CASE("A receiver that was ready and is loaded anew gets nothing of before, and the sender is told") {
  Stage stage;
  stage.ada.get_ready();
  stage.dave.get_ready();
  stage.exchange.run_for(kLong);
  const ConnectionId daves = *stage.dave.link();
  stage.dave.reload();
  stage.exchange.notice(daves);
  send_all(stage.ada, stage.dave, {"one"});
  stage.exchange.run_for(kLong);
  stage.dave.join();
  stage.dave.get_ready();
  stage.exchange.run_for(kLong);
  CHECK(stage.dave.taken().empty());
  REQUIRE(stage.ada.failed().size() == 1);
  CHECK(stage.ada.failed().front().reason == SignalFailure::receiver_restarted);
}

TEST_CASE("A room holds so many bytes of signals, and refuses more by name") {
  RoomSettings settings;
  Exchange exchange(Seed{1}, {}, settings);
  GoodClient host(exchange, UserId("host"), Role::host);
  host.join();
  exchange.run_for(100ms);
  std::deque<GoodClient> viewers;
  constexpr std::size_t kReceivers = limits::kSignalBytesInRoom / limits::kSignalBytesQueued + 1;
  constexpr std::size_t kEach = limits::kSignalBytesQueued / limits::kSignalBytes;
  for (std::size_t i = 0; i < kReceivers; ++i) {
    viewers.emplace_back(exchange, UserId("viewer" + std::to_string(i)), Role::viewer).join();
  }
  exchange.run_for(kLong);
  for (std::size_t i = 0; i < kReceivers; ++i) {
    CHECK_FALSE(host.last_refusal());
    for (std::size_t k = 0; k < kEach; ++k) {
      host.signal(viewers[i].user(), SignalKind::message, std::string(limits::kSignalBytes, 'x'));
    }
    exchange.run_for(kLong);
  }
  CHECK(host.last_refusal() == ErrorCode::signals_full);
  viewers.front().get_ready();
  exchange.run_for(kLong);
  CHECK(viewers.front().taken().size() == kEach);
}

TEST_CASE("A host that waits for everybody is told who is not ready when its time is over") {
  Stage stage;
  stage.bob.get_ready();
  stage.cyd.get_ready();
  stage.exchange.run_for(kLong);
  SECTION("one is not") {
    stage.ada.ask(AwaitReady{5s});
    stage.exchange.run_for(4s);
    CHECK_FALSE(stage.ada.readiness());
    stage.exchange.run_for(2s);
    REQUIRE(stage.ada.readiness());
    CHECK(stage.ada.readiness()->not_ready == std::vector<UserId>{stage.dave.user()});
  }
  SECTION("the last gets ready in time") {
    stage.ada.ask(AwaitReady{5s});
    stage.exchange.run_for(kLong);
    stage.dave.get_ready();
    stage.exchange.run_for(kLong);
    REQUIRE(stage.ada.readiness());
    CHECK(stage.ada.readiness()->not_ready.empty());
  }
  SECTION("the last leaves") {
    stage.ada.ask(AwaitReady{5s});
    stage.exchange.run_for(kLong);
    stage.dave.ask(Leave{});
    stage.exchange.run_for(kLong);
    REQUIRE(stage.ada.readiness());
    CHECK(stage.ada.readiness()->not_ready.empty());
  }
}

}  // namespace baton::sim
