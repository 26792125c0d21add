// SPDX-License-Identifier: GPL-3.0-or-later
// What many handles do together: each is within its own limits, and no room is there whose limits they would
// meet.
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/plugin/baton/baton_guarded.hpp"

namespace baton::testing {
namespace {

using core::ErrorCode;
using framework::Json;

const std::vector<std::string> kNothing;

/// How many of these, each over a handle of its own, were answered otherwise than with `rate_limited`, out of
/// so many.
int taken_of(Baton& baton, int handles, const std::function<Answer(Client&)>& ask) {
  int taken = 0;
  for (int i = 0; i < handles; ++i) {
    Client client(baton);
    const Answer answer = ask(client);
    if (answer.error() != ErrorCode::rate_limited) {
      ++taken;
      continue;
    }
    CHECK(answer.body.integer("retry_after_ms").value_or(0) > 0);
    CHECK(answer.body.integer("error_code") == 9004);
  }
  return taken;
}

std::int64_t refused(Baton& baton, const char* kind) {
  return baton.operate(verb("list")).get("rate_limited").integer(kind).value_or(-1);
}

Json in_nowhere(const char* name) {
  return verb(name).set("room", "nowhere");
}

TEST_CASE("What concerns no room is limited over all handles together") {
  struct Row {
    const char* what;
    std::function<Answer(Client&)> ask;
  };
  const Row rows[] = {
      {"create",
       [](Client& one) {
         static int last = 0;
         return one.ask(verb("create").set("room", "room-" + std::to_string(++last)));
       }},
      {"list", [](Client& one) { return one.ask(verb("list")); }},
      {"exists", [](Client& one) { return one.ask(verb("exists").set("room", "stage")); }},
      {"status", [](Client& one) { return one.ask(in_nowhere("status")); }},
      {"end with a secret", [](Client& one) { return one.ask(in_nowhere("end").set("secret", "guess")); }},
      {"join", [](Client& one) { return one.ask(in_nowhere("join").set("user", "bob")); }},
      {"leave",
       [](Client& one) {
         return one.ask(in_nowhere("leave").set("user", "bob").set("resume_token", "x").set("attempt", 1));
       }},
      {"publish",
       [](Client& one) {
         return one.ask(in_nowhere("publish").set("session", "00000000000000ff").set("session_version", 1),
                        framework::Jsep{.type = framework::JsepType::offer, .sdp = "v=0"});
       }},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Baton baton("general: { server_strangers = [10, 1]; }\nroom-stage: { }\n");
    Client ada(baton);
    REQUIRE(ada.join("ada", "host").kind() == "joined");
    const int taken = taken_of(baton, 60, row.ask);
    CHECK(taken >= 10);
    CHECK(taken <= 25);
    CHECK(refused(baton, "strangers") == 60 - taken);
    // Rooms that are there, and the operator, notice nothing.
    CHECK(ada.say("sync").kind() == "synced");
    CHECK(Client(baton).join("bob").kind() == "joined");
    for (int i = 0; i < 20; ++i) {
      baton.create(Json::object().set("room", "operators-" + std::to_string(i)));
    }
    CHECK(baton.end() == kNothing);
  }
}

TEST_CASE("A list counts the more the more rooms it shows") {
  Baton baton("general: { server_strangers = [12, 1]; }\n");
  for (int i = 0; i < 300; ++i) {
    baton.create(Json::object().set("room", "room-" + std::to_string(i)));
  }
  // Each counts as four.
  const int taken = taken_of(baton, 40, [](Client& one) { return one.ask(verb("list")); });
  CHECK(taken >= 3);
  CHECK(taken <= 7);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Whoever has the key or a token for it creates rooms, however many strangers ask") {
  Guarded guarded(kNoLimits + "server_strangers = [1, 1];");
  const auto ask_as_stranger = [](Client& one) { return one.ask(verb("create").set("room", "new")); };
  CHECK(taken_of(guarded.baton, 20, ask_as_stranger) < 10);
  for (int i = 0; i < 10; ++i) {
    const std::string room = "room-" + std::to_string(i);
    Json request = verb("create").set("room", room);
    if (i % 2 == 0) {
      request.set("admin_key", kAdminKey);
    } else {
      request.set("token", Guarded::token("ada", room).text());
    }
    CHECK(Client(guarded.baton).ask(std::move(request)).kind() == "created");
  }
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Wrong join tokens of many handles cost no more than the server's limit lets through") {
  const bool signed_wrongly = GENERATE(true, false);
  Guarded guarded(kNoLimits + "server_wrong_tokens = [20, 1];");
  Client ada(guarded.baton);
  REQUIRE(ada.join("ada", "host", Json::object().set("token", Guarded::token().text())).kind() == "joined");
  TokenDraft draft{.signature = Signature::rs256,
                   .key = signed_wrongly ? make_rsa_keys().private_pem : rsa_keys().private_pem,
                   .room = signed_wrongly ? "stage" : "vault",
                   .user = "eve",
                   .expires = today() + std::chrono::hours(1)};
  const Json wrong = Json::object().set("token", draft.text());
  const int looked_at = taken_of(guarded.baton, 150, [&](Client& one) {
    return one.join("eve", "viewer", Json::object().set("token", wrong.string("token").value_or("")));
  });
  CHECK(looked_at >= 20);
  CHECK(looked_at <= 60);
  CHECK(refused(guarded.baton, "wrong_tokens") == 150 - looked_at);
  // Who has a place comes back, its token unseen; who is new waits, and comes in then.
  Client again(guarded.baton);
  CHECK(again.rejoin("ada", "host", ada.claim()).kind() == "joined");
  CHECK(comes_true([&] { return guarded.join(Guarded::token("bob"), "bob", "viewer").kind() == "joined"; }));
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Who shows wrong join tokens over one handle is refused alone") {
  Guarded guarded(
      "session_messages = [1000000, 1000000]; session_joins = [1000000, 1000000];"
      "room_joins = [1000000, 1000000]; session_wrong_secrets = [5, 1];");
  TokenDraft draft = Guarded::token();
  draft.key = kRetiredSecret;
  Client guesser(guarded.baton);
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) {
    const auto error = guesser.join("ada", "host", Json::object().set("token", draft.text())).error();
    looked_at += error == ErrorCode::token_signature ? 1 : 0;
  }
  CHECK(looked_at >= 5);
  CHECK(looked_at < 30);
  CHECK(guarded.join(Guarded::token()).kind() == "joined");
  CHECK(guarded.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
