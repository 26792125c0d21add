// SPDX-License-Identifier: GPL-3.0-or-later
// Signals between participants of a room.
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::live_room;
using baton::core::test::RoomDriver;

namespace {

Request signal_to(const std::string& to, std::uint64_t number, SignalKind kind = SignalKind::offer,
                  std::size_t bytes = 4) {
  return SendSignal{UserId(to), SignalNumber(number), kind, std::make_shared<const std::string>(bytes, 'x')};
}

/// The numbers of the signals that `user` was delivered by the last call.
std::vector<std::uint64_t> received(const RoomDriver& driver, const std::string& user) {
  std::vector<std::uint64_t> numbers;
  for (const auto& delivered : driver.told<SignalDelivered>(user)) {
    if (const auto* relayed = std::get_if<RelayedSignal>(&delivered.body)) {
      numbers.push_back(relayed->number.value());
    }
  }
  return numbers;
}

std::vector<FailedSignals> failures(const RoomDriver& driver, const std::string& user) {
  std::vector<FailedSignals> failed;
  for (const auto& delivered : driver.told<SignalDelivered>(user)) {
    if (const auto* one = std::get_if<FailedSignals>(&delivered.body)) {
      failed.push_back(*one);
    }
  }
  return failed;
}

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("The signalling race: sent at once, the receiver ready 2 s later, nothing lost and in order") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Ready{}));
  for (std::uint64_t number = 1; number <= 5; ++number) {
    REQUIRE_FALSE(driver.ask("ada", signal_to("dave", number)));
    CHECK(received(driver, "dave").empty());
  }
  driver.pass(2s);
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave") == Numbers{1, 2, 3, 4, 5});
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 6)));
  CHECK(received(driver, "dave") == Numbers{6});
}

TEST_CASE("The signalling race with a reconnect of the receiver in between") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 1)));
  driver.pass(1s);
  driver.lose("dave");
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 2)));
  SECTION("of a page that goes on") {
    driver.rejoin_going_on("dave", 1, SignalSequence());
  }
  SECTION("of a page that is loaded anew") {
    REQUIRE_FALSE(driver.rejoin("dave", 1));
  }
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 3)));
  driver.pass(1s);
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave") == Numbers{1, 2, 3});
}

TEST_CASE("A receiver that was ready and goes on is delivered exactly what it has not received") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  for (std::uint64_t number = 1; number <= 4; ++number) {
    REQUIRE_FALSE(driver.ask("ada", signal_to("dave", number)));
  }
  driver.confirm_with_next(SignalSequence(1));
  REQUIRE_FALSE(driver.ask("dave", Heartbeat{}));
  driver.lose("dave");
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 5)));
  const JoinAccepted joined = driver.rejoin_going_on("dave", 1, SignalSequence(2));
  CHECK(joined.continuity == Continuity::continued);
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave") == Numbers{3, 4, 5});
}

TEST_CASE("What was meant for a page that is gone never reaches the page that took its place") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Ready{}));
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 1)));
  driver.lose("dave");
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 2)));
  SECTION("rejoined") {
    REQUIRE_FALSE(driver.rejoin("dave", 1));
  }
  SECTION("joined afresh") {
    REQUIRE_FALSE(driver.join("dave", Role::viewer));
  }
  const auto told = failures(driver, "ada");
  REQUIRE(told.size() == 1);
  CHECK(told.front().to == UserId("dave"));
  CHECK(told.front().numbers == std::vector{SignalNumber(1), SignalNumber(2)});
  CHECK(told.front().reason == SignalFailure::receiver_restarted);
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave").empty());
}

TEST_CASE("A receiver that never becomes ready: its sender is told when the patience is over") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Ready{}));
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 1)));
  driver.pass(1s);
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 2)));
  REQUIRE(driver.room.next_deadline()->why == DeadlineKind::signals);
  driver.pass(limits::kSignalPatience - 1s);
  REQUIRE(failures(driver, "ada").size() == 1);
  CHECK(failures(driver, "ada").front().numbers == std::vector{SignalNumber(1)});
  CHECK(failures(driver, "ada").front().reason == SignalFailure::not_ready_in_time);
  driver.pass(1s);
  REQUIRE(failures(driver, "ada").size() == 1);
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave").empty());
}

TEST_CASE("A sender that dies in between: nothing of it is delivered, and nothing to its next page") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("bob", Ready{}));
  REQUIRE_FALSE(driver.ask("bob", signal_to("dave", 1)));
  SECTION("it leaves") {
    REQUIRE_FALSE(driver.ask("bob", Leave{}));
  }
  SECTION("its page is loaded anew") {
    driver.lose("bob");
    REQUIRE_FALSE(driver.rejoin("bob", 1, Role::controller));
  }
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave").empty());
}

TEST_CASE("A sender that goes on: what it sent is delivered, and what it sends again is not repeated") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("bob", signal_to("dave", 1)));
  REQUIRE_FALSE(driver.ask("bob", signal_to("dave", 2)));
  driver.lose("bob");
  const JoinAccepted joined = driver.rejoin_going_on("bob", 1, SignalSequence());
  CHECK(joined.signals_accepted == SignalNumber(2));
  REQUIRE_FALSE(driver.ask("bob", signal_to("dave", 2)));
  REQUIRE_FALSE(driver.ask("bob", signal_to("dave", 3)));
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave") == Numbers{1, 2, 3});
}

TEST_CASE("Both ends reconnect at once and go on: nothing lost, nothing twice") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("bob", Ready{}));
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  REQUIRE_FALSE(driver.ask("bob", signal_to("dave", 1)));
  REQUIRE_FALSE(driver.ask("dave", signal_to("bob", 1)));
  driver.lose("bob");
  driver.lose("dave");
  driver.rejoin_going_on("dave", 1, SignalSequence());
  driver.rejoin_going_on("bob", 1, SignalSequence(1));
  REQUIRE_FALSE(driver.ask("bob", signal_to("dave", 2)));
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave") == Numbers{1, 2});
  REQUIRE_FALSE(driver.ask("bob", Ready{}));
  CHECK(received(driver, "bob").empty());
}

TEST_CASE("A receiver that leaves: the sender is told, at once or when it is back") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Ready{}));
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 1)));
  SECTION("at once") {
    REQUIRE_FALSE(driver.ask("dave", Leave{}));
    REQUIRE(failures(driver, "ada").size() == 1);
  }
  SECTION("when it is back") {
    driver.lose("ada");
    REQUIRE_FALSE(driver.ask("dave", Leave{}));
    driver.rejoin_going_on("ada", 1, SignalSequence());
    REQUIRE_FALSE(driver.ask("ada", Ready{}));
    REQUIRE(failures(driver, "ada").size() == 1);
  }
  CHECK(failures(driver, "ada").front().reason == SignalFailure::receiver_left);
}

TEST_CASE("Ready said again delivers again what was not received") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 1)));
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 2)));
  driver.confirm_with_next(SignalSequence(1));
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK(received(driver, "dave") == Numbers{2});
  CHECK(std::get<ReadyAccepted>(driver.all<Reply>().front().body).signals_sent == SignalSequence(2));
  REQUIRE_FALSE(driver.ask("dave", Heartbeat{}));
  CHECK(std::get<HeartbeatAnswer>(driver.all<Reply>().front().body).signals_sent == SignalSequence(2));
}

TEST_CASE("Who may signal whom") {
  struct Row {
    const char* what;
    const char* from;
    const char* to;
    SignalKind kind;
    std::optional<ErrorCode> error;
  };
  const Row rows[] = {
      {"host to viewer", "ada", "dave", SignalKind::offer, std::nullopt},
      {"viewer to host", "dave", "ada", SignalKind::answer, std::nullopt},
      {"viewer to controller", "dave", "bob", SignalKind::candidate, std::nullopt},
      {"viewer to viewer", "dave", "eve", SignalKind::message, ErrorCode::not_permitted},
      {"to itself", "dave", "dave", SignalKind::message, ErrorCode::user_not_eligible},
      {"to nobody", "dave", "nobody", SignalKind::message, ErrorCode::user_unknown},
      {"input of a controller to the host", "bob", "ada", SignalKind::input, std::nullopt},
      {"input of a viewer", "dave", "ada", SignalKind::input, ErrorCode::not_permitted},
      {"input to one who is not host", "bob", "carol", SignalKind::input, ErrorCode::not_permitted},
      {"of a role without the right", "spy", "ada", SignalKind::message, ErrorCode::not_permitted},
      {"to a role without the right", "ada", "spy", SignalKind::message, ErrorCode::user_not_eligible},
  };
  RoomSettings settings;
  settings.further_roles = {{RoleName("spectator"), 1h, Rights()}};
  for (const Row& row : rows) {
    CAPTURE(row.what);
    RoomDriver driver = live_room(settings);
    REQUIRE_FALSE(driver.join("eve", Role::viewer));
    REQUIRE_FALSE(driver.join_as("spy", "spectator"));
    REQUIRE_FALSE(driver.ask("ada", Ready{}));
    CHECK(driver.ask(row.from, signal_to(row.to, 1, row.kind)) == row.error);
  }
}

TEST_CASE("Input does not wait for a host who is not ready: it means what the host sees now") {
  RoomDriver driver = live_room();
  CHECK(driver.ask("bob", signal_to("ada", 1, SignalKind::input)) == ErrorCode::user_absent);
  REQUIRE_FALSE(driver.ask("ada", Ready{}));
  CHECK_FALSE(driver.ask("bob", signal_to("ada", 1, SignalKind::input)));
  driver.lose("ada");
  CHECK(driver.ask("bob", signal_to("ada", 2, SignalKind::input)) == ErrorCode::user_absent);
}

TEST_CASE("A full inbox refuses, and takes more when its receiver has confirmed") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  for (std::uint64_t number = 1; number <= limits::kSignalsQueued; ++number) {
    REQUIRE_FALSE(driver.ask("ada", signal_to("dave", number)));
  }
  CHECK(driver.ask("ada", signal_to("dave", 1000)) == ErrorCode::signals_full);
  CHECK_FALSE(driver.ask("ada", signal_to("bob", 1001)));
  driver.confirm_with_next(SignalSequence(1));
  REQUIRE_FALSE(driver.ask("dave", Heartbeat{}));
  CHECK_FALSE(driver.ask("ada", signal_to("dave", 1002)));
}

TEST_CASE("A room holds no more bytes of signals than its limit, and gives them back") {
  RoomSettings settings;
  RoomDriver driver = live_room(settings);
  const std::size_t bytes = limits::kSignalBytes;
  const std::size_t each = limits::kSignalBytesQueued / bytes;
  std::size_t held = 0;
  std::uint64_t number = 0;
  std::vector<std::string> users;
  while (held + bytes <= limits::kSignalBytesInRoom) {
    if ((held / bytes) % each == 0) {
      users.push_back("user" + std::to_string(users.size()));
      REQUIRE_FALSE(driver.join(users.back(), Role::viewer));
    }
    REQUIRE_FALSE(driver.ask("ada", signal_to(users.back(), ++number, SignalKind::offer, bytes)));
    held += bytes;
  }
  CHECK(driver.ask("ada", signal_to("dave", ++number)) == ErrorCode::signals_full);
  REQUIRE_FALSE(driver.ask(users.front(), Leave{}));
  CHECK_FALSE(driver.ask("ada", signal_to("dave", ++number)));
}

TEST_CASE("A client whose notices found no room cannot go on: it is told so, and begins anew") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("bob", signal_to("carol", 1)));
  for (std::uint64_t number = 1; number <= limits::kSignalsQueued; ++number) {
    REQUIRE_FALSE(driver.ask("ada", signal_to("bob", number)));
  }
  REQUIRE_FALSE(driver.ask("carol", Leave{}));
  CHECK(driver.ask("bob", signal_to("ada", 2)) == ErrorCode::signals_broken);
  driver.lose("bob");
  CHECK(driver.rejoin_going_on("bob", 1, SignalSequence()).continuity == Continuity::restarted);
  CHECK_FALSE(driver.ask("bob", signal_to("ada", 1)));
}

TEST_CASE("A host that waits until everybody is ready is told once: that they are, or who is not") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("bob", Ready{}));
  REQUIRE_FALSE(driver.ask("carol", Ready{}));
  REQUIRE_FALSE(driver.ask("ada", AwaitReady{5s}));
  CHECK(driver.told<ReadinessKnown>("ada").empty());
  SECTION("they are") {
    REQUIRE_FALSE(driver.ask("dave", Ready{}));
    REQUIRE(driver.told<ReadinessKnown>("ada").size() == 1);
    CHECK(driver.told<ReadinessKnown>("ada").front().not_ready.empty());
  }
  SECTION("one who is cut off is not waited for") {
    driver.lose("dave");
    REQUIRE(driver.told<ReadinessKnown>("ada").size() == 1);
  }
  SECTION("one is not") {
    driver.pass(5s);
    REQUIRE(driver.told<ReadinessKnown>("ada").size() == 1);
    CHECK(driver.told<ReadinessKnown>("ada").front().not_ready == std::vector{UserId("dave")});
  }
  SECTION("the role moved on") {
    REQUIRE_FALSE(driver.ask("ada", Transfer{UserId("bob")}));
  }
  driver.pass(1min);
  CHECK(driver.told<ReadinessKnown>("ada").empty());
  CHECK(driver.ask("carol", AwaitReady{5s}) == ErrorCode::not_permitted);
}

TEST_CASE("A host that waits for readiness and leaves while a controller is asked is not told any more") {
  RoomDriver driver = live_room();
  driver.lose("ada");
  driver.pass(5min);
  REQUIRE(driver.state() == RoomState::promoting);
  REQUIRE_FALSE(driver.ask_on(driver.fresh_connection(), driver.clients.at("ada").claim, Subscribe{}));
  const ConnectionId media = driver.last_connection();
  REQUIRE_FALSE(driver.ask_on(media, driver.clients.at("ada").claim, AwaitReady{1s}));
  REQUIRE_FALSE(driver.ask_on(media, driver.clients.at("ada").claim, Leave{}));
  REQUIRE(driver.state() == RoomState::promoting);
  driver.pass(2s);
  CHECK_FALSE(driver.happened<ReadinessKnown>());
}

TEST_CASE("A signal that another overtook on its way is refused, and not taken for one that was accepted") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 2)));
  CHECK(driver.ask("ada", signal_to("dave", 1)) == ErrorCode::signal_passed_over);
  CHECK(driver.effects.size() == 1);
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 2)));
  CHECK(received(driver, "dave").empty());
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 3)));
  CHECK(received(driver, "dave") == Numbers{3});
}

TEST_CASE("A client that was never told that its line began anew does not go on in it") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  REQUIRE_FALSE(driver.ask("ada", signal_to("dave", 1)));
  const Resumption first{driver.clients.at("ada").token, JoinAttempt(1)};
  const Resumption second{first.token, JoinAttempt(2)};
  // It joins without going on, as a page does that was loaded anew; the answer is lost.
  driver.lose("ada");
  REQUIRE_FALSE(driver.join("ada", Role::host, first));
  SECTION("by the token that it has it begins anew, and is told so") {
    REQUIRE_FALSE(driver.join("ada", Role::host, second, SignalSequence()));
    const auto joined = std::get<JoinAccepted>(driver.all<Reply>().front().body);
    CHECK(joined.kind == JoinKind::rejoined);
    CHECK(joined.continuity == Continuity::restarted);
  }
  SECTION("by the token of the answer, which it has received, it goes on") {
    CHECK(driver.rejoin_going_on("ada", 2, SignalSequence()).continuity == Continuity::continued);
  }
}

TEST_CASE("A host that is cut off when everybody gets ready is told when it is back") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("bob", Ready{}));
  REQUIRE_FALSE(driver.ask("carol", Ready{}));
  REQUIRE_FALSE(driver.ask("ada", AwaitReady{5s}));
  driver.lose("ada");
  REQUIRE_FALSE(driver.ask("dave", Ready{}));
  CHECK_FALSE(driver.happened<ReadinessKnown>());
  SECTION("in time") {
    static_cast<void>(driver.rejoin_going_on("ada", 1, SignalSequence()));
    REQUIRE(driver.told<ReadinessKnown>("ada").size() == 1);
    CHECK(driver.told<ReadinessKnown>("ada").front().not_ready.empty());
    driver.pass(1min);
    CHECK_FALSE(driver.happened<ReadinessKnown>());
  }
  SECTION("or not, if its time is over") {
    driver.pass(5s);
    static_cast<void>(driver.rejoin_going_on("ada", 1, SignalSequence()));
    CHECK_FALSE(driver.happened<ReadinessKnown>());
  }
}
