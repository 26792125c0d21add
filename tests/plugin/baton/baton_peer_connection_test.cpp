// SPDX-License-Identifier: GPL-3.0-or-later
// PeerConnections that go down, are closed or never come up, and what their handles may carry afterwards.
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"
#include "tests/plugin/baton/on_air.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using framework::Json;

const std::vector<std::string> kNothing;

/// Refused for a while, and told for how long.
void check_busy(const Answer& answer) {
  INFO(answer.body.dump());
  CHECK(answer.error() == core::ErrorCode::handle_busy);
  CHECK(answer.body.integer("retry_after_ms").value_or(0) > 0);
}

/// Takes the answer to a request that was sent under this transaction.
Answer answer_to(Client& client, const std::string& transaction) {
  auto event = client.handle().wait_event(
      [&](const PushedEvent& one) { return one.transaction == transaction; }, kLong);
  REQUIRE(event);
  return {event->event, std::move(event->jsep)};
}

/// Asks until the handle is free; the answer has an offer.
void subscribe_when_free(Client& client) {
  Answer offered;
  REQUIRE(comes_true([&] {
    offered = client.say("subscribe");
    return offered.kind() == "subscribed";
  }));
  REQUIRE(offered.jsep);
}

/// The client, whose handle may be busy yet, gets to see the key frame that the camera has sent.
void check_comes_to_watch(OnAir& room, Client& client) {
  subscribe_when_free(client);
  REQUIRE(client.say("start", subscribe_answer()).kind() == "started");
  client.handle().setup_media();
  CHECK(wait_video(client, 2).size() == 2);
  CHECK(figure(room.baton, {"subscriptions"}) == 1);
}

TEST_CASE("A host whose PeerConnection goes down is offline, and may publish anew on the same handle") {
  OnAir room;
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  room.camera.key();
  room.host.handle().hangup();
  room.host.handle().sync();
  CHECK(cyd->wait("host_offline").get("grace").string("reason") == "media_hangup");
  CHECK_FALSE(participant(room.baton.snapshot("stage"), "ada").boolean("publishing").value());
  go_on_air(room.host);
  // A new PeerConnection alone proves nothing: the host is back with the first packet.
  CHECK(room.baton.snapshot("stage").string("state") == "host_offline");
  VideoSource camera(room.host, 0x333, 9, 9);
  camera.key();
  CHECK(cyd->wait("host_returned").string("user") == "ada");
  const auto video = wait_video(*cyd, 4);
  CHECK(video.size() == 4);
  CHECK(breaks_in(video) == kNothing);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A handle that published carries new media only after its old PeerConnection is down") {
  OnAir room;
  room.camera.key();
  {
    const auto late = room.host.handle().hold_closing();
    REQUIRE(room.host.say("unpublish").kind() == "unpublished");
    CHECK(comes_true([&] { return room.host.handle().close_pc_count() == 1; }));
    check_busy(room.host.say("publish", publish_offer()));
    check_busy(room.host.say("subscribe"));
    // Another handle need not wait.
    Client beside = Client::beside(room.baton, room.host);
    CHECK(beside.say("publish", publish_offer()).kind() == "published");
    CHECK(beside.say("unpublish").kind() == "unpublished");
  }
  room.host.settle();
  go_on_air(room.host);
  VideoSource camera(room.host, 0x333, 9, 9);
  camera.key();
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  CHECK(wait_video(*cyd, 2).size() == 2);
  CHECK(participant(room.baton.snapshot("stage"), "ada").boolean("publishing") == true);
  CHECK(room.host.handle().close_pc_count() == 1);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("Whoever joins anew on a released handle subscribes once the old PeerConnection is down") {
  OnAir room;
  room.camera.key();
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  {
    const auto late = cyd->handle().hold_loop();
    REQUIRE(cyd->say("leave").kind() == "left");
    const Answer again = cyd->join("cyd", "viewer", Json::object().set("subscribe", true));
    CHECK(again.kind() == "joined");
    CHECK_FALSE(again.jsep);
    CHECK(again.body.get("subscribe_error").string("error_name") == "handle_busy");
  }
  cyd->settle();
  watch(*cyd);
  CHECK(wait_video(*cyd, 4).size() == 4);
  CHECK(figure(room.baton, {"subscriptions"}) == 1);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A PeerConnection that never came up is closed, and its handle free again") {
  OnAir room;
  Client bob(room.baton);
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(bob.say("publish", publish_offer()).kind() == "published");
    REQUIRE(bob.say("unpublish").kind() == "unpublished");
    CHECK(comes_true([&] { return bob.say("subscribe").kind() == "subscribed"; }));
    REQUIRE(bob.say("leave").kind() == "left");
    REQUIRE(bob.join("bob", "controller").kind() == "joined");
    CHECK(comes_true([&] { return bob.handle().close_pc_count() == static_cast<std::size_t>(2 * i + 2); }));
    bob.settle();
  }
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("The PeerConnection of an offer that was refused is closed, once, and the handle is free again") {
  struct Row {
    const char* what;
    std::function<Answer(Client&)> refused;
  };
  const std::vector<Row> rows = {
      {"without a session", [](Client& client) { return client.ask(verb("publish"), publish_offer()); }},
      {"by the form of the message",
       [](Client& client) {
         return client.ask(client.request("publish").set("session", 7), publish_offer());
       }},
      {"by what the offer says", [](Client& client) { return client.say("publish", offer_of("v=0")); }},
      {"with a request that takes none", [](Client& client) { return client.say("chat", publish_offer()); }},
      {"with a request that is answered at once",
       [](Client& client) { return client.ask(verb("exists"), publish_offer()); }},
      {"with no request", [](Client& client) { return client.ask(Json::object(), publish_offer()); }},
  };
  OnAir room;
  Client bob(room.baton);
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  std::size_t closed = 0;
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(row.refused(bob).error());
    ++closed;
    CHECK(comes_true([&] { return bob.handle().close_pc_count() == closed; }));
    bob.settle();
    CHECK(bob.handle().close_pc_count() == closed);
  }
  go_on_air(bob);
  REQUIRE(bob.say("unpublish").kind() == "unpublished");
  CHECK(comes_true([&] { return bob.handle().close_pc_count() == closed + 1; }));
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE(
    "A handle whose offer was refused carries new media only after that offer's PeerConnection is down") {
  struct Row {
    const char* what;
    std::function<Answer(Client&)> refused;
  };
  const std::vector<Row> rows = {
      {"by the room", [](Client& client) { return client.say("publish", offer_of("v=0")); }},
      {"before it reached a room",
       [](Client& client) {
         return client.ask(client.request("publish").set("session", 7), publish_offer());
       }},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    OnAir room;
    room.camera.key();
    Client bob(room.baton);
    REQUIRE(bob.join("bob", "controller").kind() == "joined");
    {
      const auto late = bob.handle().hold_closing();
      CHECK(row.refused(bob).error());
      check_busy(bob.say("subscribe"));
      check_busy(bob.say("publish", publish_offer()));
    }
    CHECK(comes_true([&] { return bob.say("publish", publish_offer()).kind() == "published"; }));
    REQUIRE(bob.say("unpublish").kind() == "unpublished");
    check_comes_to_watch(room, bob);
    CHECK(room.baton.end() == kNothing);
  }
}

TEST_CASE("Requests that follow a refused offer at once never end in a subscription that is closed") {
  OnAir room;
  room.camera.key();
  Client bob(room.baton);
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(bob.handle().request(bob.request("publish"), offer_of("v=0"), "refused"));
    subscribe_when_free(bob);
    bob.settle();
    CHECK(figure(room.baton, {"subscriptions"}) == 1);
    bob.handle().hangup();
    bob.settle();
    CHECK(figure(room.baton, {"subscriptions"}) == 0);
  }
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("What was meant for one PeerConnection does not reach the next one, however late it comes") {
  OnAir room;
  Client bob(room.baton);
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  {
    // What the room has for bob waits: an answer, then the order to close its PeerConnection.
    const auto late = bob.handle().hold_events();
    static_cast<void>(bob.handle().request(bob.request("heartbeat"), std::nullopt, "in the way"));
    static_cast<void>(bob.handle().request(bob.request("publish"), publish_offer(), "first"));
    static_cast<void>(bob.handle().request(bob.request("unpublish"), std::nullopt, "end of it"));
    bob.settle();
    bob.handle().hangup();
    bob.settle();
    static_cast<void>(bob.handle().request(bob.request("publish"), publish_offer(), "second"));
    bob.settle();
  }
  const Answer first = answer_to(bob, "first");
  CHECK_FALSE(first.jsep);
  CHECK(first.body.boolean("jsep_refused") == true);
  CHECK(answer_to(bob, "end of it").kind() == "unpublished");
  const Answer second = answer_to(bob, "second");
  CHECK(second.kind() == "published");
  CHECK(second.jsep);
  bob.handle().setup_media();
  bob.settle();
  CHECK(participant(room.baton.snapshot("stage"), "bob").boolean("publishing") == true);
  CHECK(bob.handle().close_pc_count() == 0);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A PeerConnection whose JSEP the gateway refused is closed, and its handle free again") {
  struct Row {
    const char* what;
    std::function<Answer(Client&)> refused;
  };
  const std::vector<Row> rows = {
      {"our offer", [](Client& client) { return client.say("subscribe"); }},
      {"our answer", [](Client& client) { return client.say("publish", publish_offer()); }},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    OnAir room;
    room.camera.key();
    Client bob(room.baton);
    REQUIRE(bob.join("bob", "controller").kind() == "joined");
    {
      const auto late = bob.handle().hold_closing();
      bob.handle().refuse_next_jsep();
      CHECK(row.refused(bob).body.boolean("jsep_refused") == true);
      // Ours would be taken for a change to what the refusal has left.
      check_busy(bob.say("subscribe"));
      check_busy(bob.say("publish", publish_offer()));
    }
    check_comes_to_watch(room, bob);
    CHECK(bob.handle().close_pc_count() >= 1);
    CHECK(room.baton.end() == kNothing);
  }
}

TEST_CASE("A handle whose answer came too late for its PeerConnection waits for the end of that one") {
  OnAir room;
  room.camera.key();
  Client bob(room.baton);
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  {
    const auto late = bob.handle().hold_loop();
    {
      const auto waits = bob.handle().hold_events();
      static_cast<void>(bob.handle().request(bob.request("publish"), publish_offer(), "too late"));
      bob.handle().hangup();
    }
    CHECK(answer_to(bob, "too late").body.boolean("jsep_refused") == true);
    check_busy(bob.say("subscribe"));
  }
  subscribe_when_free(bob);
  bob.settle();
  CHECK(figure(room.baton, {"subscriptions"}) == 1);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A refused offer leaves the media that the handle carries alone") {
  OnAir room;
  room.camera.key();
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  CHECK(room.host.say("publish", publish_offer()).error() == core::ErrorCode::already_publishing);
  CHECK(cyd->say("publish", publish_offer()).error() == core::ErrorCode::not_permitted);
  room.host.settle();
  cyd->settle();
  room.camera.deltas(1);
  CHECK(wait_video(*cyd, 4).size() == 4);
  CHECK(room.host.handle().close_pc_count() == 0);
  CHECK(cyd->handle().close_pc_count() == 0);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A handle whose PeerConnection went down by itself has nothing to close") {
  OnAir room;
  room.host.handle().hangup();
  room.host.settle();
  CHECK(room.host.say("unpublish").kind() == "unpublished");
  CHECK(room.host.say("leave").kind() == "left");
  room.host.settle();
  CHECK(room.host.handle().close_pc_count() == 0);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A viewer whose PeerConnection went down may subscribe anew on the same handle") {
  OnAir room;
  room.camera.key();
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  REQUIRE(wait_video(*cyd, 2).size() == 2);
  cyd->handle().hangup();
  cyd->handle().sync();
  CHECK(comes_true([&] { return figure(room.baton, {"subscriptions"}) == 0; }));
  watch(*cyd);
  CHECK(wait_video(*cyd, 4).size() == 4);  // The last picture, once more.
  CHECK(figure(room.baton, {"subscriptions"}) == 1);
  CHECK(room.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
