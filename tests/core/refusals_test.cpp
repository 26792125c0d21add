// SPDX-License-Identifier: GPL-3.0-or-later
// Every refusal of every request, and that a refused request changes nothing.
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "tests/core/room_driver.hpp"

using namespace baton::core;
using namespace std::chrono_literals;
using baton::core::test::RoomDriver;
using baton::core::test::same;

namespace {

/// ada is host, bob a controller, dave a viewer; eve was lost and is offline.
RoomDriver full_room(RoomMode mode = RoomMode::sfu) {
  RoomSettings settings;
  settings.mode = mode;
  settings.max_controllers = 1;
  settings.max_viewers = 2;
  RoomDriver driver(settings);
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  REQUIRE_FALSE(driver.join("eve", Role::viewer));
  driver.lose("eve");
  return driver;
}

struct Row {
  const char* what;
  /// Brings the room to where the request is refused.
  std::function<void(RoomDriver&)> prepare;
  std::function<std::optional<ErrorCode>(RoomDriver&)> request;
  ErrorCode error;
};

void nothing(RoomDriver& /*driver*/) {}

std::function<std::optional<ErrorCode>(RoomDriver&)> asks(std::string user, Request request) {
  return [user = std::move(user), request = std::move(request)](RoomDriver& driver) {
    return driver.ask(user, request);
  };
}

std::function<std::optional<ErrorCode>(RoomDriver&)> joins(std::string user, Role role) {
  return [user = std::move(user), role](RoomDriver& driver) { return driver.join(user, role); };
}

std::function<std::optional<ErrorCode>(RoomDriver&)> asks_on_a_fresh_connection(std::string user,
                                                                                Request request) {
  return [user = std::move(user), request = std::move(request)](RoomDriver& driver) {
    return driver.ask_on(driver.fresh_connection(), driver.clients.at(user).claim, request);
  };
}

void fill_connections(RoomDriver& driver) {
  for (std::size_t i = 1; i < limits::kConnectionsPerSession; ++i) {
    REQUIRE_FALSE(driver.ask_on(driver.fresh_connection(), driver.clients.at("bob").claim, Subscribe{}));
  }
}

void require_refused(const Row& row, RoomMode mode) {
  CAPTURE(row.what);
  RoomDriver driver = full_room(mode);
  row.prepare(driver);
  const RoomSnapshot before = driver.room.snapshot();
  CHECK(row.request(driver) == row.error);
  CHECK(driver.effects.size() == 1);
  CHECK(same(before, driver.room.snapshot()));
}

}  // namespace

TEST_CASE("A refused join changes nothing") {
  const Row rows[] = {
      {"as host of another's room", nothing, joins("fay", Role::host), ErrorCode::host_taken},
      {"as one controller too many", nothing, joins("fay", Role::controller), ErrorCode::controllers_full},
      {"as one viewer too many", nothing, joins("fay", Role::viewer), ErrorCode::room_full},
      {"as viewer of a full room, who was controller", nothing, joins("bob", Role::viewer),
       ErrorCode::room_full},
      {"on a connection that is in the room", nothing,
       [](RoomDriver& driver) {
         Join join;
         join.user = UserId("bob");
         return driver.ask_on(driver.clients.at("dave").connection, std::nullopt, join);
       },
       ErrorCode::already_joined},
      {"with the token of one who left",
       [](RoomDriver& driver) { REQUIRE_FALSE(driver.ask("dave", Leave{})); },
       [](RoomDriver& driver) { return driver.rejoin("dave", 1); }, ErrorCode::join_stopped},
  };
  for (const Row& row : rows) {
    require_refused(row, RoomMode::sfu);
  }
}

TEST_CASE("A request that proves no session changes nothing") {
  const auto claims = [](const char* connection_of, auto change) {
    return [=](RoomDriver& driver) {
      std::optional<SessionClaim> claim = driver.clients.at("bob").claim;
      change(claim);
      return driver.ask_on(driver.clients.at(connection_of).connection, claim, Heartbeat{});
    };
  };
  const auto as_it_is = [](std::optional<SessionClaim>&) {};
  const Row rows[] = {
      {"no claim", nothing, claims("bob", [](auto& claim) { claim.reset(); }), ErrorCode::not_joined},
      {"an older version", nothing, claims("bob", [](auto& claim) { claim->version = SessionVersion(1); }),
       ErrorCode::session_stale},
      {"a newer version", nothing, claims("bob", [](auto& claim) { claim->version = SessionVersion(99); }),
       ErrorCode::session_unknown},
      {"an unknown id of an old version", nothing,
       claims("bob", [](auto& claim) { claim->id = SessionId(1); }), ErrorCode::session_stale},
      {"an unknown id of a new version", nothing,
       claims("bob",
              [](auto& claim) {
                claim = SessionClaim{SessionId(1), SessionVersion(99)};
              }),
       ErrorCode::session_unknown},
      {"another's session", nothing, claims("dave", as_it_is), ErrorCode::session_not_yours},
      {"its own session on a connection that is not attached", nothing,
       asks_on_a_fresh_connection("bob", Heartbeat{}), ErrorCode::not_joined},
      {"leaving on a connection that is not attached", nothing, asks_on_a_fresh_connection("bob", Leave{}),
       ErrorCode::not_joined},
  };
  for (const Row& row : rows) {
    require_refused(row, RoomMode::sfu);
  }
}

TEST_CASE("Every kind of request with a stale session is refused and changes nothing") {
  const Request requests[] = {Leave{},
                              Heartbeat{},
                              Publish{},
                              Unpublish{},
                              Subscribe{},
                              Start{},
                              Configure{},
                              SetBackup{UserId("dave")},
                              Transfer{UserId("dave")},
                              AnswerPromotion{PromotionId(1), PromotionAnswer::accept},
                              ClaimHost{},
                              Edit{},
                              End{},
                              Kick{UserId("dave")}};
  for (const Request& request : requests) {
    CAPTURE(request.index());
    RoomDriver driver = full_room();
    const auto old = driver.clients.at("ada");
    REQUIRE_FALSE(driver.rejoin("ada", 1));
    const RoomSnapshot before = driver.room.snapshot();
    CHECK(driver.ask_on(old.connection, old.claim, request) == ErrorCode::session_stale);
    CHECK(driver.effects.size() == 1);
    CHECK(same(before, driver.room.snapshot()));
  }
}

TEST_CASE("What only the host may do is refused to everybody else") {
  const Request requests[] = {SetBackup{UserId("dave")}, Transfer{UserId("dave")}, Edit{}, End{},
                              Kick{UserId("dave")}};
  for (const Request& request : requests) {
    for (const char* user : {"bob", "dave"}) {
      CAPTURE(user, request.index());
      require_refused({"not host", nothing, asks(user, request), ErrorCode::not_permitted}, RoomMode::sfu);
    }
  }
}

TEST_CASE("Requests about the role of host are refused where they make no sense") {
  const Row rows[] = {
      {"oneself as backup", nothing, asks("ada", SetBackup{UserId("ada")}), ErrorCode::user_not_eligible},
      {"transfer to nobody", nothing, asks("ada", Transfer{UserId("zoe")}), ErrorCode::user_unknown},
      {"transfer to oneself", nothing, asks("ada", Transfer{UserId("ada")}), ErrorCode::user_not_eligible},
      {"transfer to one who is offline", nothing, asks("ada", Transfer{UserId("eve")}),
       ErrorCode::user_absent},
      {"kick oneself", nothing, asks("ada", Kick{UserId("ada")}), ErrorCode::user_not_eligible},
      {"kick nobody", nothing, asks("ada", Kick{UserId("zoe")}), ErrorCode::user_unknown},
      {"an administrator kicks nobody", nothing,
       [](RoomDriver& driver) { return driver.administer(Kick{UserId("zoe")}); }, ErrorCode::user_unknown},
      {"claim by a viewer", nothing, asks("dave", ClaimHost{}), ErrorCode::not_permitted},
      {"claim while there is a host", nothing, asks("bob", ClaimHost{}), ErrorCode::host_present},
      {"an answer nobody asked for", nothing,
       asks("bob", AnswerPromotion{PromotionId(1), PromotionAnswer::accept}), ErrorCode::promotion_over},
      {"an answer for another", [](RoomDriver& driver) { REQUIRE_FALSE(driver.ask("ada", Leave{})); },
       [](RoomDriver& driver) {
         const PromotionId question = driver.room.snapshot().promotion.value().promotion;
         return driver.ask("dave", AnswerPromotion{question, PromotionAnswer::accept});
       },
       ErrorCode::promotion_over},
      {"an answer to an older question",
       [](RoomDriver& driver) { REQUIRE_FALSE(driver.ask("ada", Leave{})); },
       asks("bob", AnswerPromotion{PromotionId(0), PromotionAnswer::accept}), ErrorCode::promotion_over},
  };
  for (const Row& row : rows) {
    require_refused(row, RoomMode::sfu);
  }
}

TEST_CASE("A claim by one who is offline is refused, though a further connection of it lives") {
  RoomDriver driver;
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  const ConnectionId further = driver.fresh_connection();
  REQUIRE_FALSE(driver.ask_on(further, driver.clients.at("bob").claim, Publish{}));
  driver.lose("bob");
  const RoomSnapshot before = driver.room.snapshot();
  CHECK(driver.ask_on(further, driver.clients.at("bob").claim, ClaimHost{}) == ErrorCode::user_absent);
  CHECK(same(before, driver.room.snapshot()));
}

TEST_CASE("Requests about media are refused where they make no sense") {
  const auto publishes = [](RoomDriver& driver) { REQUIRE_FALSE(driver.ask("bob", Publish{})); };
  const auto subscribes = [](RoomDriver& driver) { REQUIRE_FALSE(driver.ask("bob", Subscribe{})); };
  const auto closes = [](RoomDriver& driver) { driver.peer_connection = PeerConnection::closing; };
  const Row rows[] = {
      {"publish by a viewer", nothing, asks("dave", Publish{}), ErrorCode::not_permitted},
      {"publish twice", publishes, asks("bob", Publish{}), ErrorCode::already_publishing},
      {"publish twice on two connections", publishes, asks_on_a_fresh_connection("bob", Publish{}),
       ErrorCode::already_publishing},
      {"publish where a subscription is", subscribes, asks("bob", Publish{}), ErrorCode::handle_busy},
      {"subscribe where a subscription is", subscribes, asks("bob", Subscribe{}),
       ErrorCode::already_subscribed},
      {"subscribe where a publication is", publishes, asks("bob", Subscribe{}), ErrorCode::handle_busy},
      {"unpublish without a publication", nothing, asks("bob", Unpublish{}), ErrorCode::not_publishing},
      {"start without a subscription", nothing, asks("bob", Start{}), ErrorCode::not_subscribed},
      {"configure without a subscription", publishes, asks("bob", Configure{}), ErrorCode::not_subscribed},
      {"configure a publication that there is not", subscribes,
       asks("bob", Configure{Configure::Carried::publication}), ErrorCode::not_publishing},
      {"one connection too many", fill_connections, asks_on_a_fresh_connection("bob", Subscribe{}),
       ErrorCode::connections_full},
      {"publish on a PeerConnection that closes", closes, asks("bob", Publish{}), ErrorCode::handle_busy},
      {"subscribe on a PeerConnection that closes", closes, asks("bob", Subscribe{}), ErrorCode::handle_busy},
      {"publish on a new connection that closes what a session before had on it", closes,
       asks_on_a_fresh_connection("bob", Publish{}), ErrorCode::handle_busy},
      {"publish on one connection too many", fill_connections, asks_on_a_fresh_connection("bob", Publish{}),
       ErrorCode::connections_full},
  };
  for (const Row& row : rows) {
    require_refused(row, RoomMode::sfu);
  }
}

TEST_CASE("A connection whose PeerConnection closes does all but media") {
  RoomDriver driver = full_room();
  driver.peer_connection = PeerConnection::closing;
  const ConnectionId further = driver.fresh_connection();
  CHECK_FALSE(driver.ask("bob", Heartbeat{}));
  CHECK_FALSE(driver.ask("ada", SetBackup{UserId("bob")}));
  CHECK(driver.ask_on(further, driver.clients.at("bob").claim, Subscribe{}) == ErrorCode::handle_busy);
  CHECK_FALSE(driver.room.knows(further));
  driver.peer_connection = PeerConnection::usable;
  CHECK_FALSE(driver.ask("bob", Publish{}));
}

TEST_CASE("A peer-to-peer room carries no media through the server") {
  require_refused({"publish", nothing, asks("bob", Publish{}), ErrorCode::mode_forbids}, RoomMode::p2p);
  require_refused({"subscribe", nothing, asks("dave", Subscribe{}), ErrorCode::mode_forbids}, RoomMode::p2p);
}

TEST_CASE("A room that has closed refuses everything") {
  const Row rows[] = {
      {"join", nothing, joins("fay", Role::viewer), ErrorCode::room_closed},
      {"heartbeat", nothing, asks("bob", Heartbeat{}), ErrorCode::room_closed},
      {"end", nothing, [](RoomDriver& driver) { return driver.administer(End{}); }, ErrorCode::room_closed},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    RoomDriver driver = full_room();
    REQUIRE_FALSE(driver.ask("ada", End{}));
    CHECK(row.request(driver) == row.error);
    CHECK(driver.effects.size() == 1);
  }
}

TEST_CASE("Requests that are carried out are answered, each in its own way") {
  RoomDriver driver = full_room();
  REQUIRE_FALSE(driver.ask("bob", Subscribe{}));
  CHECK(std::holds_alternative<SubscribeAccepted>(driver.all<Reply>().front().body));
  CHECK_FALSE(driver.ask("bob", Start{}));
  CHECK_FALSE(driver.ask("bob", Configure{}));
  REQUIRE_FALSE(driver.ask("ada", Publish{}));
  CHECK(std::holds_alternative<PublishAccepted>(driver.all<Reply>().front().body));
  CHECK_FALSE(driver.ask("ada", Configure{Configure::Carried::publication}));
  CHECK_FALSE(driver.ask("ada", SetBackup{UserId("bob")}));
  CHECK(driver.told<BackupChanged>("dave").size() == 1);
  CHECK_FALSE(driver.ask("ada", SetBackup{UserId("bob")}));
  CHECK_FALSE(driver.happened<BackupChanged>());
  CHECK_FALSE(driver.ask("ada", SetBackup{std::nullopt}));
  CHECK_FALSE(driver.room.snapshot().backup);
}

TEST_CASE("An edit changes what it names and nothing else, for the host and for an administrator") {
  const bool by_host = GENERATE(true, false);
  RoomDriver driver = full_room();
  RoomEdit edit;
  edit.grace = 7s;
  edit.max_viewers = 1;
  const auto refusal = by_host ? driver.ask("ada", Edit{edit}) : driver.administer(Edit{edit});
  CHECK_FALSE(refusal);
  const RoomSettings& settings = driver.room.settings();
  CHECK(settings.grace == Duration(7s));
  CHECK(settings.max_viewers == 1);
  CHECK(settings.max_controllers == 1);
  CHECK(settings.promotion_timeout == Duration(15s));
  CHECK(driver.told<RoomEdited>("dave").size() == 1);
  // Nobody is put out by a smaller limit.
  CHECK(driver.room.participant_count() == 4);
}

TEST_CASE("However hosts come and go, a room has a most of participants") {
  RoomSettings settings;
  settings.max_controllers = 0;
  settings.max_viewers = 1;
  settings.presence_timeout = 1h;
  RoomDriver driver(settings);
  const std::size_t capacity = 1 + limits::kFormerHosts + 1;
  REQUIRE_FALSE(driver.join("v0", Role::viewer));
  REQUIRE_FALSE(driver.join("h", Role::host));
  // Each transfer turns a host into a controller and makes room for one more viewer.
  std::string host = "h";
  std::size_t next = 0;
  while (driver.room.participant_count() < capacity) {
    const std::string viewer = "v" + std::to_string(next);
    REQUIRE_FALSE(driver.ask(host, Transfer{UserId(viewer)}));
    host = viewer;
    ++next;
    REQUIRE_FALSE(driver.join("v" + std::to_string(next), Role::viewer));
  }
  REQUIRE_FALSE(driver.ask(host, Transfer{UserId("v" + std::to_string(next))}));
  CHECK(driver.join("one-too-many", Role::viewer) == ErrorCode::room_full);
  CHECK(driver.room.participant_count() == capacity);
}
