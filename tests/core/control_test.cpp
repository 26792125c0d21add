// SPDX-License-Identifier: GPL-3.0-or-later
// Control, chat, mute and lock: what the host decides about others.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::live_room;
using baton::core::test::RoomDriver;

namespace {

Request control(ControlAction action, const std::string& user = {}) {
  return Control{action, user.empty() ? std::nullopt : std::optional(UserId(user))};
}

RoomSettings with_roles() {
  RoomSettings settings;
  settings.max_controllers = 3;
  settings.further_roles = {{RoleName("spectator"), 1h, Rights()}};
  return settings;
}

}  // namespace

TEST_CASE("A viewer asks for control, the host grants it, and takes it back at any time") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("dave", control(ControlAction::request)));
  REQUIRE(driver.view("dave")->control_request);
  REQUIRE(driver.told<ControlChanged>("ada").size() == 1);
  CHECK(driver.told<ControlChanged>("ada").front().change == ControlChange::requested);
  REQUIRE_FALSE(driver.ask("ada", control(ControlAction::grant, "dave")));
  CHECK(driver.view("dave")->role == Role::controller);
  CHECK_FALSE(driver.view("dave")->control_request);
  REQUIRE_FALSE(driver.ask("dave", Publish{}));
  REQUIRE_FALSE(driver.ask("ada", control(ControlAction::revoke, "dave")));
  CHECK(driver.view("dave")->role == Role::viewer);
  CHECK_FALSE(driver.view("dave")->publishing);
  CHECK(driver.all<EndFeed>().size() == 1);
}

TEST_CASE("Requests for control keep their places over reconnects and when they are made again") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.join("eve", Role::viewer));
  REQUIRE_FALSE(driver.ask("dave", control(ControlAction::request)));
  REQUIRE_FALSE(driver.ask("eve", control(ControlAction::request)));
  driver.lose("dave");
  REQUIRE_FALSE(driver.rejoin("dave", 1));
  REQUIRE_FALSE(driver.ask("dave", control(ControlAction::request)));
  CHECK(*driver.view("dave")->control_request < *driver.view("eve")->control_request);
  REQUIRE_FALSE(driver.ask("ada", control(ControlAction::deny, "dave")));
  CHECK(driver.told<ControlChanged>("dave").front().change == ControlChange::denied);
  REQUIRE_FALSE(driver.ask("eve", control(ControlAction::withdraw)));
  CHECK_FALSE(driver.view("eve")->control_request);
}

TEST_CASE("A granted controller that drops and returns has control still; one that releases it has not") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", control(ControlAction::grant, "dave")));
  driver.lose("dave");
  driver.pass(10s);
  REQUIRE_FALSE(driver.rejoin("dave", 1));
  CHECK(driver.view("dave")->role == Role::controller);
  REQUIRE_FALSE(driver.ask("dave", control(ControlAction::release)));
  CHECK(driver.view("dave")->role == Role::viewer);
}

TEST_CASE(
    "Whose control was taken back does not give it to itself by joining anew, until it is given again") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", control(ControlAction::revoke, "bob")));
  const bool leaves_first = GENERATE(true, false);
  if (leaves_first) {
    REQUIRE_FALSE(driver.ask("bob", Leave{}));
  }
  for (const Role role : {Role::controller, Role::host}) {
    REQUIRE_FALSE(driver.join("bob", role));
    CHECK(driver.view("bob")->role == Role::viewer);
  }
  REQUIRE_FALSE(driver.ask("ada", control(ControlAction::grant, "bob")));
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  CHECK(driver.view("bob")->role == Role::controller);
}

TEST_CASE("A room remembers so many whose control was taken back, the latest") {
  RoomSettings settings;
  settings.max_controllers = 100;
  RoomDriver driver = live_room(settings);
  for (std::size_t i = 0; i <= limits::kRevokedUsers; ++i) {
    const std::string user = "user" + std::to_string(i);
    REQUIRE_FALSE(driver.join(user, Role::controller));
    REQUIRE_FALSE(driver.ask("ada", control(ControlAction::revoke, user)));
  }
  REQUIRE_FALSE(driver.join("user0", Role::controller));
  CHECK(driver.view("user0")->role == Role::controller);
  REQUIRE_FALSE(driver.join("user1", Role::controller));
  CHECK(driver.view("user1")->role == Role::viewer);
}

TEST_CASE("Who is asked to be host and loses control is not asked any more") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", control(ControlAction::revoke, "carol")));
  driver.lose("ada");
  driver.pass(5min);
  REQUIRE(driver.room.snapshot().promotion->candidate == UserId("bob"));
  REQUIRE_FALSE(driver.ask("bob", control(ControlAction::release)));
  CHECK(driver.state() == RoomState::paused);
}

TEST_CASE("Refusals about control") {
  struct Row {
    const char* what;
    const char* user;
    Request request;
    ErrorCode error;
  };
  const Row rows[] = {
      {"a controller asks", "bob", control(ControlAction::request), ErrorCode::control_held},
      {"the host asks", "ada", control(ControlAction::request), ErrorCode::control_held},
      {"a role without the right asks", "spy", control(ControlAction::request), ErrorCode::not_permitted},
      {"nothing to withdraw", "dave", control(ControlAction::withdraw), ErrorCode::control_not_requested},
      {"nothing to release", "dave", control(ControlAction::release), ErrorCode::not_permitted},
      {"a viewer grants", "dave", control(ControlAction::grant, "dave"), ErrorCode::not_permitted},
      {"a controller grants", "bob", control(ControlAction::grant, "dave"), ErrorCode::not_permitted},
      {"a viewer denies", "dave", control(ControlAction::deny, "dave"), ErrorCode::not_permitted},
      {"a viewer revokes", "dave", control(ControlAction::revoke, "bob"), ErrorCode::not_permitted},
      {"to nobody", "ada", control(ControlAction::grant, "nobody"), ErrorCode::user_unknown},
      {"to no name", "ada", control(ControlAction::grant), ErrorCode::user_unknown},
      {"to one who has it", "ada", control(ControlAction::grant, "bob"), ErrorCode::user_not_eligible},
      {"to the host", "ada", control(ControlAction::grant, "ada"), ErrorCode::user_not_eligible},
      {"to a role without the right", "ada", control(ControlAction::grant, "spy"),
       ErrorCode::user_not_eligible},
      {"denied unasked", "ada", control(ControlAction::deny, "dave"), ErrorCode::control_not_requested},
      {"taken from a viewer", "ada", control(ControlAction::revoke, "dave"), ErrorCode::user_not_eligible},
      {"a viewer mutes", "dave", Mute{UserId("bob"), Muting::muted}, ErrorCode::not_permitted},
      {"nobody is muted", "ada", Mute{UserId("nobody"), Muting::muted}, ErrorCode::user_unknown},
      {"a viewer locks", "dave", Lock{Locking::locked}, ErrorCode::not_permitted},
      {"a role without the right chats", "spy", SendChat{"hello"}, ErrorCode::not_permitted},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    RoomDriver driver = live_room(with_roles());
    REQUIRE_FALSE(driver.join_as("spy", "spectator"));
    const RoomSnapshot before = driver.room.snapshot();
    CHECK(driver.ask(row.user, row.request) == row.error);
    CHECK(baton::core::test::same(before, driver.room.snapshot()));
  }
}

TEST_CASE("Control is granted to no more than the room admits") {
  RoomSettings settings;
  settings.max_controllers = 2;
  RoomDriver driver = live_room(settings);
  CHECK(driver.ask("ada", control(ControlAction::grant, "dave")) == ErrorCode::controllers_full);
  REQUIRE_FALSE(driver.ask("ada", control(ControlAction::revoke, "bob")));
  CHECK_FALSE(driver.ask("ada", control(ControlAction::grant, "dave")));
}

TEST_CASE("Chat reaches everybody and those who come late") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("dave", SendChat{"hello"}));
  for (const char* user : {"ada", "bob", "dave"}) {
    REQUIRE(driver.told<ChatAdded>(user).size() == 1);
  }
  REQUIRE_FALSE(driver.ask("dave", Leave{}));
  REQUIRE_FALSE(driver.join("eve", Role::viewer));
  const auto chat = std::get<JoinAccepted>(driver.all<Reply>().front().body).snapshot.chat;
  REQUIRE(chat.size() == 1);
  CHECK(chat.front()->text == "hello");
  CHECK(chat.front()->display_name == "dave");
}

TEST_CASE("A muted participant is not heard, over reconnects and new feeds, until it is unmuted") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("bob", Publish{}));
  REQUIRE_FALSE(driver.ask("ada", Mute{UserId("bob"), Muting::muted}));
  REQUIRE(driver.all<MuteFeed>().size() == 1);
  CHECK(driver.all<MuteFeed>().front().feed == driver.feed_of("bob"));
  CHECK(driver.ask("bob", SendChat{"hear me"}) == ErrorCode::muted);
  driver.lose("bob");
  REQUIRE_FALSE(driver.rejoin("bob", 1));
  CHECK(driver.view("bob")->muted);
  REQUIRE_FALSE(driver.ask("bob", Publish{}));
  REQUIRE(driver.all<MuteFeed>().size() == 1);
  CHECK(driver.all<MuteFeed>().front().muting == Muting::muted);
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  CHECK(driver.view("bob")->muted);
  REQUIRE_FALSE(driver.ask("bob", Publish{}));
  // Again is no news.
  REQUIRE_FALSE(driver.ask("ada", Mute{UserId("bob"), Muting::muted}));
  CHECK(driver.effects.size() == 1);
  REQUIRE_FALSE(driver.administer(Mute{UserId("bob"), Muting::unmuted}));
  CHECK(driver.all<MuteFeed>().front().muting == Muting::unmuted);
  CHECK_FALSE(driver.ask("bob", SendChat{"thanks"}));
}

TEST_CASE("Into a locked room comes nobody new, and everybody who has a place comes back") {
  RoomDriver driver = live_room();
  REQUIRE_FALSE(driver.ask("ada", Lock{Locking::locked}));
  CHECK(driver.room.snapshot().locked);
  CHECK(driver.join("eve", Role::viewer) == ErrorCode::room_locked);
  driver.lose("dave");
  CHECK_FALSE(driver.rejoin("dave", 1));
  driver.lose("ada");
  CHECK_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.administer(Lock{Locking::unlocked}));
  CHECK_FALSE(driver.join("eve", Role::viewer));
}

TEST_CASE("A role that the room does not define is refused; one that it does is shown") {
  RoomDriver driver = live_room(with_roles());
  CHECK(driver.join_as("eve", "wizard") == ErrorCode::role_unknown);
  REQUIRE_FALSE(driver.join_as("eve", "spectator"));
  CHECK(driver.view("eve")->further_role == RoleName("spectator"));
  CHECK(driver.view("eve")->role == Role::viewer);
}
