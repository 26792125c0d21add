// SPDX-License-Identifier: GPL-3.0-or-later
// More than is taken in so short a time: refused by name, with the time to wait, and at nobody else's cost.
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"

namespace baton::testing {
namespace {

using core::ErrorCode;
using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;
/// So much that no test meets it.
constexpr const char* kOpen = "[1000000, 1000000]";

/// How many of these requests were taken before the first refusal, which must be this one.
int taken(const std::function<Answer()>& ask, int at_most = 100) {
  for (int count = 0; count < at_most; ++count) {
    const Answer answer = ask();
    if (answer.error()) {
      INFO(answer.body.dump());
      CHECK(answer.error() == ErrorCode::rate_limited);
      CHECK(answer.body.string("error_name") == "rate_limited");
      CHECK(answer.body.integer("error_code") == 9004);
      const auto wait = answer.body.integer("retry_after_ms").value_or(0);
      CHECK(wait > 0);
      CHECK(wait <= 1000);
      return count;
    }
  }
  return at_most;
}

Json signal_to(const Client& from, const char* user) {
  static int last = 0;
  return from.request("signal").set("user", user).set("number", ++last).set("payload", "x");
}

std::int64_t refused(const SharedJson& holder, const char* kind) {
  return holder.get("rate_limited").integer(kind).value_or(-1);
}

TEST_CASE("Each kind of request of a handle has its limit, and is counted where it was refused") {
  Baton baton(
      "general: { session_messages = [20, 1]; session_heartbeats = [3, 1]; session_joins = [5, 1];"
      "session_signals = [4, 1]; session_chat = [2, 1]; }\nroom-stage: { }\n");
  Client ada(baton);
  Client bob(baton);
  REQUIRE(bob.join("bob").kind() == "joined");
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  // The bounds leave room for what a slow machine lets through besides.
  const int chat = taken([&] { return ada.ask(ada.request("chat").set("text", "hello")); });
  CHECK(chat >= 2);
  CHECK(chat <= 6);
  const int signals = taken([&] { return ada.ask(signal_to(ada, "bob")); });
  CHECK(signals >= 4);
  CHECK(signals <= 8);
  const int looks = taken([&] { return ada.say("sync"); });
  CHECK(looks >= 4);  // and the join
  CHECK(looks <= 8);
  const int beats = taken([&] { return ada.say("heartbeat"); });
  CHECK(beats >= 3);
  CHECK(beats <= 7);
  const int others = taken([&] { return ada.ask(verb("exists").set("room", "stage")); });
  CHECK(others >= 20 - 1 - chat - signals - looks);
  CHECK(others <= 30);
  // Even what is no request of the protocol at all; time may have made room for one or two.
  int dances = 0;
  while (dances < 3 && ada.ask(verb("dance")).error() != ErrorCode::rate_limited) {
    ++dances;
  }
  CHECK(dances < 3);

  const SharedJson described = ada.handle().query();
  INFO(described.dump());
  for (const char* kind : {"messages", "heartbeats", "joins", "signals", "chat"}) {
    CHECK(refused(described, kind) >= 1);
  }
  CHECK(refused(bob.handle().query(), "messages") == 0);
  CHECK(bob.say("heartbeat").kind() == "heartbeat");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("The participants of a room have limits together, and those of another room have their own") {
  Baton baton(
      "general: { room_messages = [30, 1]; room_joins = [8, 1]; room_signals = [6, 1]; room_chat = [4, 1]; "
      "}\n"
      "room-stage: { }\nroom-other: { }\n");
  std::vector<Client> crowd;
  for (const char* user : {"ada", "bob", "cyd"}) {
    crowd.emplace_back(baton);
    REQUIRE(crowd.back().join(user, std::string_view(user) == "ada" ? "host" : "viewer").kind() == "joined");
  }
  Client otto(baton, "other");
  REQUIRE(otto.join("otto", "host").kind() == "joined");
  std::size_t turn = 0;
  const auto anybody = [&]() -> Client& { return crowd[++turn % crowd.size()]; };
  const int chat = taken([&] {
    Client& one = anybody();
    return one.ask(one.request("chat").set("text", "hello"));
  });
  CHECK(chat >= 4);
  CHECK(chat <= 10);
  const int signals = taken([&] { return crowd[0].ask(signal_to(crowd[0], "bob")); });
  CHECK(signals >= 6);
  CHECK(signals <= 12);
  const int joins = taken([&] { return Client(baton).join("dan"); });
  CHECK(joins >= 5);
  CHECK(joins <= 12);
  const int messages = taken([&] { return anybody().say("ready"); });
  CHECK(messages <= 40);
  // Nobody is taken for gone, and the other room has noticed nothing.
  for (Client& one : crowd) {
    for (int i = 0; i < 5; ++i) {
      CHECK(one.say("heartbeat").kind() == "heartbeat");
    }
  }
  CHECK(otto.ask(otto.request("chat").set("text", "hello")).kind() == "chatted");
  CHECK(Client(baton, "other").join("eve").kind() == "joined");

  const SharedJson stage = baton.status("stage");
  INFO(stage.dump());
  CHECK(refused(stage, "chat") == 1);
  CHECK(refused(stage, "signals") == 1);
  CHECK(refused(stage, "joins") == 1);
  CHECK(refused(stage, "messages") == 1);
  CHECK(refused(baton.status("other"), "messages") == 0);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Strangers do not use up what a room's participants may send") {
  Baton baton(std::string("general: { session_messages = ") + kOpen + "; session_joins = " + kOpen +
              "; room_joins = [10, 1]; room_messages = [10, 1]; }\nroom-stage: { secret = \"s3cret\" }\n");
  Client ada(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  Client stranger = Client::beside(baton, Client(baton));
  stranger.set_claim({"00000000000000ff", 1, ""});
  int let_through = 0;
  for (int i = 0; i < 300; ++i) {
    const Answer answer =
        i % 2 == 0
            ? stranger.say("publish", framework::Jsep{.type = framework::JsepType::offer, .sdp = "v=0"})
            : stranger.ask(verb("status").set("room", "stage"));
    let_through += answer.error() == ErrorCode::rate_limited ? 0 : 1;
  }
  CHECK(let_through < 60);
  for (int i = 0; i < 8; ++i) {
    CHECK(ada.say("ready").kind() == "ready");
  }
  CHECK(baton.end() == kNothing);
}

/// What anybody can ask of a room without knowing anything of it.
std::vector<std::function<Answer(Client&)>> junk() {
  return {
      [](Client& one) { return one.ask(one.request("configure").set("keyframe", true)); },
      [](Client& one) { return one.say("heartbeat"); },
      [](Client& one) {
        return one.ask(verb("leave")
                           .set("room", "stage")
                           .set("user", "ada")
                           .set("resume_token", std::string(32, '0'))
                           .set("attempt", 1));
      },
      [](Client& one) {
        return one.ask(verb("kick").set("room", "stage").set("user", "ada").set("secret", "bogus"));
      },
  };
}

TEST_CASE("Strangers who flood a room meet their own limits, and keep nobody out") {
  // Two of them may ask ten times at once, and twice a second: the room takes that, however long it lasts.
  Baton baton(
      "general: { session_messages = [1000000, 1000000]; session_joins = [5, 1]; room_joins = [50, 2]; }\n"
      "room-stage: { secret = \"s3cret\" }\n");
  Client ada(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  Client model(baton);
  model.set_claim({"00000000000000ff", 1, ""});
  std::vector<Client> strangers{Client::beside(baton, model), Client::beside(baton, model)};
  int refusals = 0;
  for (int i = 0; i < 75; ++i) {
    for (Client& stranger : strangers) {
      for (const auto& ask : junk()) {
        refusals += ask(stranger).error() == ErrorCode::rate_limited ? 1 : 0;
      }
    }
  }
  CHECK(refusals > 300);
  CHECK(refused(baton.status("stage", "s3cret"), "joins") == 0);
  for (Client& stranger : strangers) {
    CHECK(refused(stranger.handle().query(), "joins") > 0);
  }
  CHECK(Client(baton).join("bob").kind() == "joined");
  Client again(baton);
  CHECK(again.rejoin("ada", "host", ada.claim()).kind() == "joined");
  CHECK(Client(baton).ask(verb("end").set("room", "stage").set("secret", "s3cret")).kind() == "ended");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("However many offers the limit of their handle refuses, what they left behind is closed") {
  Baton baton("general: { session_messages = [1, 1]; }\nroom-stage: { }\n");
  Client ada(baton);
  int offers = 0;
  for (int round = 0; round < 3; ++round) {
    const std::size_t closed = ada.handle().close_pc_count();
    int refusals = 0;
    for (int i = 0; i < 200; ++i, ++offers) {
      const framework::Jsep offer{.type = framework::JsepType::offer, .sdp = "v=0"};
      refusals += ada.ask(verb("publish"), offer).error() == ErrorCode::rate_limited ? 1 : 0;
    }
    CHECK(refusals > 0);
    CHECK(comes_true([&] { return ada.handle().close_pc_count() > closed; }));
    ada.settle();
  }
  CHECK(ada.handle().close_pc_count() <= static_cast<std::size_t>(offers));
  CHECK(baton.end() == kNothing);
}

TEST_CASE("When strangers have used up a room, whoever proves to belong there is taken") {
  Baton baton(
      "general: { session_messages = [1000000, 1000000]; session_joins = [1000000, 1000000];"
      "session_wrong_secrets = [1000000, 1000000]; wrong_secrets = [1000000, 1000000];"
      "admin_key = \"operator\"; room_joins = [4, 1]; }\nroom-stage: { secret = \"s3cret\" }\n");
  Client ada(baton);
  Client bob(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(bob.join("bob").kind() == "joined");
  Client model(baton);
  model.set_claim({"00000000000000ff", 1, ""});
  Client stranger = Client::beside(baton, model);
  const auto flood = [&] {
    int refusals = 0;
    for (int i = 0; i < 25; ++i) {
      for (const auto& ask : junk()) {
        refusals += ask(stranger).error() == ErrorCode::rate_limited ? 1 : 0;
      }
    }
    CHECK(refusals > 0);
  };
  const auto administer = [&](Json request, const char* secret) {
    return Client(baton).ask(std::move(request.set("room", "stage").set("secret", secret)));
  };
  // Each far more often than time alone would let through.
  for (int i = 0; i < 10; ++i) {
    flood();
    CHECK(ada.say("sync").kind() == "synced");
    Client beside = Client::beside(baton, ada);
    // What it asks for is judged, and not turned away unseen.
    CHECK(beside.say("heartbeat").error() == ErrorCode::not_joined);
    CHECK(beside.say("subscribe").error() != ErrorCode::rate_limited);
    CHECK(beside.say("publish", framework::Jsep{.type = framework::JsepType::offer, .sdp = "v=0"}).error() !=
          ErrorCode::rate_limited);
    CHECK(administer(verb("status"), "s3cret").kind() == "status");
    CHECK(administer(verb("lock").set("locked", false), "operator").kind() == "lock_set");
    Client again(baton);
    REQUIRE(again.rejoin("ada", "host", ada.claim()).kind() == "joined");
    ada = std::move(again);
  }
  flood();
  CHECK(Client(baton)
            .ask(verb("leave")
                     .set("room", "stage")
                     .set("user", "bob")
                     .set("resume_token", bob.claim().resume_token)
                     .set("attempt", 1))
            .kind() == "left");
  CHECK(administer(verb("end"), "s3cret").kind() == "ended");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Whoever waits as long as it is told is taken") {
  Baton baton("general: { session_chat = [1, 20]; }\nroom-stage: { }\n");
  Client ada(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  for (int i = 0; i < 5; ++i) {
    Answer answer = ada.ask(ada.request("chat").set("text", "one"));
    if (answer.error()) {
      const auto wait = answer.body.integer("retry_after_ms").value_or(-1);
      REQUIRE(wait > 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(wait));
      answer = ada.ask(ada.request("chat").set("text", "two"));
    }
    CHECK(answer.kind() == "chatted");
  }
  CHECK(baton.end() == kNothing);
}

TEST_CASE("The operator's own requests have no limit") {
  Baton baton(
      "general: { session_messages = [1, 1]; room_joins = [1, 1]; wrong_secrets = [1, 1]; }\n"
      "room-stage: { secret = \"s3cret\" }\n");
  for (int i = 0; i < 50; ++i) {
    CHECK(baton.status("stage", "wrong").string("error_name") == "secret_wrong");
    CHECK(baton.status("stage", "s3cret").string("baton") == "status");
  }
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A room that comes anew under the same name begins with fresh limits") {
  Baton baton("general: { room_chat = [1, 1]; }\n");
  for (int life = 0; life < 3; ++life) {
    baton.create(Json::object().set("room", "stage"));
    Client ada(baton);
    REQUIRE(ada.join("ada", "host").kind() == "joined");
    CHECK(ada.ask(ada.request("chat").set("text", "hello")).kind() == "chatted");
    CHECK(refused(baton.status("stage"), "chat") == 0);
    CHECK(ada.say("end").kind() == "ended");
  }
  CHECK(baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
