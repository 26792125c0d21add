// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;

TEST_CASE("A newer session releases all handles of the older one") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  Client old(baton);
  REQUIRE(old.join("cyd").kind() == "joined");
  Client olds_media = Client::beside(baton, old);
  REQUIRE(olds_media.say("subscribe").kind() == "subscribed");
  Client fresh(baton);
  const Answer joined = fresh.join("cyd");
  CHECK(joined.body.boolean("rejoined") == false);
  CHECK(fresh.claim().version > old.claim().version);
  CHECK(fresh.claim().session != old.claim().session);
  CHECK(old.wait("released").string("reason") == "replaced");
  CHECK(comes_true([&] { return olds_media.handle().close_pc_count() == 1; }));
  CHECK(baton.snapshot("stage").get("participants").size() == 1);
  // The released handles are free for others.
  CHECK(old.join("dan").kind() == "joined");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A resume token is good for one rejoin, and told to nobody else") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  Client ada(baton), first(baton), second(baton), third(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(first.join("cyd", "controller").kind() == "joined");
  first.detach();
  // The role asked for does not count: the earlier session's role is kept.
  const Answer back = second.rejoin("cyd", "viewer", first.claim());
  CHECK(back.body.string("role") == "controller");
  CHECK(back.body.boolean("rejoined") == true);
  CHECK(second.claim().resume_token != first.claim().resume_token);
  CHECK(second.say("heartbeat").kind() == "heartbeat");
  CHECK(third.rejoin("cyd", "controller", first.claim(), 2).error() == ErrorCode::join_superseded);
  CHECK(third.rejoin("cyd", "controller", second.claim(), 3).kind() == "joined");
  CHECK(second.wait("released").string("reason") == "replaced");
  CHECK(second.say("heartbeat").error() == ErrorCode::not_joined);

  const std::string seen = baton.status("stage").dump();
  for (const Client* client : {&ada, &first, &second, &third}) {
    CHECK(seen.find(client->claim().resume_token) == std::string::npos);
    CHECK(seen.find(client->claim().session) == std::string::npos);
  }
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Of two attempts to rejoin with one token the one with the larger number wins") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  Client lost(baton), fifth(baton), fourth(baton), sixth(baton);
  REQUIRE(lost.join("cyd").kind() == "joined");
  lost.detach();
  CHECK(fifth.rejoin("cyd", "viewer", lost.claim(), 5).kind() == "joined");
  CHECK(fourth.rejoin("cyd", "viewer", lost.claim(), 4).error() == ErrorCode::join_superseded);
  CHECK(fourth.rejoin("cyd", "viewer", lost.claim(), 5).error() == ErrorCode::join_superseded);
  CHECK(sixth.rejoin("cyd", "viewer", lost.claim(), 6).kind() == "joined");
  CHECK(fifth.wait("released").string("reason") == "replaced");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Leaving by token beats a rejoin that is under way, whichever comes first") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  const auto leave = [](Client& client, const Claim& claim) {
    return client.ask(verb("leave")
                          .set("room", "stage")
                          .set("user", "cyd")
                          .set("resume_token", claim.resume_token)
                          .set("attempt", 9));
  };
  Client lost(baton), rejoining(baton), leaving(baton);
  REQUIRE(lost.join("cyd").kind() == "joined");
  lost.detach();
  CHECK(leave(leaving, lost.claim()).kind() == "left");
  CHECK(rejoining.rejoin("cyd", "viewer", lost.claim(), 8).error() == ErrorCode::join_stopped);
  CHECK_FALSE(participant(baton.snapshot("stage"), "cyd"));
  // The other order: the rejoin was carried out, and its client never used it.
  REQUIRE(lost.claim().version > 0);
  Client again(baton), late(baton);
  REQUIRE(again.join("cyd").kind() == "joined");
  again.detach();
  CHECK(late.rejoin("cyd", "viewer", again.claim(), 1).kind() == "joined");
  CHECK(leave(leaving, again.claim()).kind() == "left");
  CHECK(late.wait("released").string("reason") == "left");
  CHECK_FALSE(participant(baton.snapshot("stage"), "cyd"));
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A join may bring the program's offer along") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  baton.create(Json::object().set("room", "calls").set("mode", "p2p"));
  Client cyd(baton);
  const Answer answer = cyd.join("cyd", "viewer", Json::object().set("subscribe", true));
  CHECK(answer.kind() == "joined");
  REQUIRE(answer.jsep);
  CHECK(answer.jsep->type == framework::JsepType::offer);
  CHECK(cyd.say("start", subscribe_answer()).kind() == "started");
  // Where it cannot, the join stands.
  Client caller(baton, "calls");
  const Answer call = caller.join("cyd", "viewer", Json::object().set("subscribe", true));
  CHECK(call.kind() == "joined");
  CHECK_FALSE(call.jsep);
  CHECK(call.body.get("subscribe_error").string("error_name") == "mode_forbids");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("The Admin API sees what a handle carries, and no secret") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  Client ada(baton), cyd(baton);
  CHECK(ada.handle().query().string("carries") == "nothing");
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(ada.say("publish", publish_offer()).kind() == "published");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  REQUIRE(cyd.say("subscribe").kind() == "subscribed");
  const SharedJson publisher = ada.handle().query();
  CHECK(publisher.string("carries") == "publication");
  CHECK(publisher.string("room") == "stage");
  CHECK(publisher.string("user") == "ada");
  CHECK(publisher.dump().find(ada.claim().session) == std::string::npos);
  CHECK(cyd.handle().query().string("carries") == "subscription");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A join that races with its handle's end leaves nobody behind who seems to be there") {
  Baton baton;
  baton.create(Json::object().set("room", "stage").set("max_viewers", 10'000));
  for (int i = 0; i < 400; ++i) {
    const auto handle = baton.gateway().attach();
    auto answer =
        handle->send_message(verb("join").set("room", "stage").set("user", "u" + std::to_string(i)));
    for (int spin = 0; spin < (i % 40) * 20; ++spin) {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    handle->detach();
    answer.wait();
    handle->sync();
  }
  // What everybody has been told may lag behind: so many changes are told a few at a time.
  CHECK(baton.status("stage").get("presence").integer("active") == 0);
  CHECK(baton.status("stage").get("presence").integer("inactive") == 0);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A message that detach has overtaken is answered and does nothing") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  const auto handle = baton.gateway().attach();
  const MessageResult result =
      handle->request_overtaken_by_detach(verb("join").set("room", "stage").set("user", "cyd"));
  CHECK(result.type == JANUS_PLUGIN_ERROR);
  CHECK(baton.snapshot("stage").get("participants").size() == 0);
  CHECK(baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
