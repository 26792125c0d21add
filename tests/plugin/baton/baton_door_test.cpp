// SPDX-License-Identifier: GPL-3.0-or-later
// Who may come in: join tokens, pins and resume tokens.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/plugin/baton/baton_guarded.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;

const std::vector<std::string> kNothing;

TEST_CASE("Each token that does not fit is refused by its own numbered error, and changes nothing") {
  struct Row {
    const char* what;
    ErrorCode expected;
    std::function<Answer(Guarded&)> act;
  };
  const auto changed = [](auto change) {
    return [change](Guarded& guarded) {
      TokenDraft draft = Guarded::token();
      change(draft);
      return guarded.join(draft);
    };
  };
  const Row rows[] = {
      {"none", ErrorCode::token_missing,
       [](Guarded& guarded) { return Client(guarded.baton).join("ada", "host"); }},
      {"one that is null", ErrorCode::token_missing,
       [](Guarded& guarded) {
         return Client(guarded.baton).join("ada", "host", Json::object().set("token", nullptr));
       }},
      {"no token at all", ErrorCode::token_malformed,
       [](Guarded& guarded) { return guarded.join_with("ey.not.one"); }},
      {"empty", ErrorCode::token_malformed, [](Guarded& guarded) { return guarded.join_with(""); }},
      {"without an end", ErrorCode::token_malformed,
       changed([](TokenDraft& draft) { draft.expires.reset(); })},
      {"alg none", ErrorCode::token_algorithm,
       changed([](TokenDraft& draft) { draft.signature = Signature::none; })},
      {"another algorithm", ErrorCode::token_algorithm,
       changed([](TokenDraft& draft) { draft.signature = Signature::hs512; })},
      {"the public key as a shared secret", ErrorCode::token_algorithm, changed([](TokenDraft& draft) {
         draft.key = rsa_keys().public_pem;
         draft.key_id = "rsa";
       })},
      {"key rotated away", ErrorCode::token_key_unknown, changed([](TokenDraft& draft) {
         draft.key = kRetiredSecret;
         draft.key_id = "old";
       })},
      {"wrong key", ErrorCode::token_signature,
       changed([](TokenDraft& draft) { draft.key = kRetiredSecret; })},
      {"expired", ErrorCode::token_expired, changed([](TokenDraft& draft) { draft.expires = today(); })},
      {"not yet valid", ErrorCode::token_not_yet_valid,
       changed([](TokenDraft& draft) { draft.not_before = today() + 10min; })},
      {"other room", ErrorCode::token_other_room, changed([](TokenDraft& draft) { draft.room = "vault"; })},
      {"other user", ErrorCode::token_other_user, changed([](TokenDraft& draft) { draft.user = "bob"; })},
      {"other role", ErrorCode::token_other_role, changed([](TokenDraft& draft) { draft.role = "viewer"; })},
      {"no role, which is a viewer's", ErrorCode::token_other_role,
       changed([](TokenDraft& draft) { draft.role.reset(); })},
      {"a good token and no pin", ErrorCode::pin_wrong,
       [](Guarded& guarded) {
         return Client(guarded.baton, "vault")
             .join("ada", "host", Json::object().set("token", Guarded::token("ada", "vault").text()));
       }},
      {"a good token and a wrong pin", ErrorCode::pin_wrong,
       [](Guarded& guarded) {
         return Client(guarded.baton, "vault")
             .join("ada", "host",
                   Json::object()
                       .set("token", Guarded::token("ada", "vault").text())
                       .set("pin", kPin.substr(0, kPin.size() - 1)));
       }},
      {"the pin and no token", ErrorCode::token_missing,
       [](Guarded& guarded) {
         return Client(guarded.baton, "vault").join("ada", "host", Json::object().set("pin", kPin));
       }},
      {"a token for a room that is not there", ErrorCode::room_unknown,
       [](Guarded& guarded) {
         return Client(guarded.baton, "nowhere")
             .join("ada", "host", Json::object().set("token", Guarded::token("ada", "nowhere").text()));
       }},
  };
  Guarded guarded;
  std::set<ErrorCode> met;
  for (const Row& row : rows) {
    INFO("row: " << row.what);
    const Answer answer = row.act(guarded);
    INFO("answer: " << answer.body.dump());
    CHECK(answer.error() == row.expected);
    CHECK(answer.body.string("error_name") == core::error_row(row.expected).name);
    CHECK(guarded.baton.snapshot("stage", kAdminKey).get("participants").size() == 0);
    CHECK(guarded.baton.snapshot("vault", kAdminKey).get("participants").size() == 0);
    met.insert(row.expected);
  }
  for (const core::ErrorRow& row : core::error_table()) {
    const int number = static_cast<int>(row.code);
    INFO(row.name);
    CHECK((number > 2100 && number < 2200 ? met.contains(row.code) : true));
  }
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Tokens signed by each of the keys, and with the role that they name or a viewer's, are taken") {
  Guarded guarded;
  TokenDraft draft = Guarded::token();
  draft.role = "host";
  draft.not_before = today();
  CHECK(guarded.join(draft).kind() == "joined");
  const TokenDraft rsa{.signature = Signature::rs256,
                       .key = rsa_keys().private_pem,
                       .key_id = "rsa",
                       .room = "stage",
                       .user = "bob",
                       .expires = today() + 1h};
  CHECK(guarded.join(rsa, "bob", "viewer").kind() == "joined");
  CHECK(guarded.join(Guarded::token("cyd"), "cyd", "viewer").kind() == "joined");
  Client vault(guarded.baton, "vault");
  CHECK(vault
            .join("ada", "host",
                  Json::object().set("token", Guarded::token("ada", "vault").text()).set("pin", kPin))
            .kind() == "joined");
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("An expired token cuts nobody off: the resume token brings back who was there, once") {
  Guarded guarded;
  TokenDraft draft = Guarded::token();
  draft.expires = today() + 2s;
  Client ada(guarded.baton);
  REQUIRE(ada.join("ada", "host", Json::object().set("token", draft.text())).kind() == "joined");
  const Claim first = ada.claim();
  REQUIRE(comes_true([&] { return today() >= *draft.expires; }));
  REQUIRE(guarded.join(draft).error() == ErrorCode::token_expired);
  ada.detach();

  Client again(guarded.baton);
  const Answer back = again.join(
      "ada", "host",
      Json::object().set("token", draft.text()).set("resume_token", first.resume_token).set("attempt", 1));
  INFO(back.body.dump());
  CHECK(back.body.boolean("rejoined") == true);
  CHECK(back.body.string("role") == "host");
  CHECK(again.say("heartbeat").kind() == "heartbeat");
  // Its resume token is spent, the token of the application over, and another's resume token is no proof.
  CHECK(Client(guarded.baton).rejoin("ada", "host", first, 2).error() == ErrorCode::join_superseded);
  Client last(guarded.baton);
  CHECK(last.rejoin("ada", "host", again.claim(), 2).kind() == "joined");
  CHECK(Client(guarded.baton).rejoin("bob", "host", last.claim(), 3).error() == ErrorCode::token_missing);
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Under jwt rooms are created by a host's token for that room, or with the operator's key") {
  Guarded guarded;
  const auto create = [&](const std::string& room, Json extra) {
    Client client(guarded.baton, room);
    return client.ask(std::move(extra.set("request", "create").set("room", room)));
  };
  TokenDraft host = Guarded::token("ada", "mine");
  host.role = "host";
  const TokenDraft plain = Guarded::token("bob", "mine");
  CHECK(create("mine", Json::object()).error() == ErrorCode::secret_wrong);
  CHECK(create("mine", Json::object().set("token", plain.text())).error() == ErrorCode::token_other_role);
  CHECK(create("other", Json::object().set("token", host.text())).error() == ErrorCode::token_other_room);
  // A wrong key is a wrong key, whatever comes with it.
  CHECK(create("mine", Json::object().set("token", host.text()).set("admin_key", "x")).error() ==
        ErrorCode::secret_wrong);
  CHECK(create("mine", Json::object().set("token", host.text())).kind() == "created");
  CHECK(create("other", Json::object().set("admin_key", kAdminKey)).kind() == "created");
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Where every room has a pin, none is created without, and a stranger does not see inside") {
  Baton baton("general: { join_auth = \"pin\" }\nroom-stage: { pin = \"" + kPin + "\" }\n");
  Client stranger(baton);
  CHECK(stranger.ask(verb("create").set("room", "r")).error() == ErrorCode::element_missing);
  CHECK(stranger.ask(verb("create").set("room", "r").set("pin", "123")).error() ==
        ErrorCode::element_invalid);
  CHECK(stranger.ask(verb("create").set("room", "r").set("pin", "1234")).kind() == "created");
  CHECK(stranger.ask(verb("edit").set("room", "r").set("pin", "12345")).error() ==
        ErrorCode::element_invalid);
  CHECK(stranger.ask(verb("status").set("room", "stage")).error() == ErrorCode::secret_wrong);
  CHECK(baton.status("stage").string("baton") == "status");  // over the Admin API
  CHECK(stranger.join("ada").error() == ErrorCode::pin_wrong);
  CHECK(stranger.join("ada", "viewer", Json::object().set("pin", 482913)).error() ==
        ErrorCode::element_invalid);
  CHECK(stranger.join("ada", "viewer", Json::object().set("pin", kPin)).kind() == "joined");
  const Claim claim = stranger.claim();
  stranger.detach();
  // Whoever knew it need not say it again.
  CHECK(Client(baton).rejoin("ada", "viewer", claim).kind() == "joined");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Whoever joins is given a name and password for the TURN servers, good for a while") {
  Guarded guarded;
  const auto before = today();
  const Answer answer = guarded.join(Guarded::token());
  const auto turn = answer.body.get("turn");
  INFO(answer.body.dump());
  CHECK(turn.get("urls").dump() == R"(["turn:127.0.0.1:3478"])");
  CHECK(turn.integer("ttl_ms") == 86'400'000);
  const std::string username = text_of(turn, "username");
  REQUIRE(username.ends_with(":ada"));
  const std::chrono::sys_seconds expires(std::chrono::seconds(std::stoll(username)));
  CHECK(expires >= before + 24h);
  CHECK(expires <= today() + 24h);
  CHECK(text_of(turn, "credential").size() == 28);
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("A heartbeat brings a fresh name and password for the TURN servers to who asks for them") {
  Guarded guarded;
  Client ada(guarded.baton);
  REQUIRE(ada.join("ada", "host", Json::object().set("token", Guarded::token().text())).kind() == "joined");
  const auto beat = [&](Client& one, bool asks) {
    return one.ask(one.request("heartbeat").set("turn", asks));
  };
  CHECK_FALSE(ada.say("heartbeat").body.get("turn").is_object());
  CHECK_FALSE(beat(ada, false).body.get("turn").is_object());
  const auto before = today();
  const Answer answer = beat(ada, true);
  INFO(answer.body.dump());
  const auto turn = answer.body.get("turn");
  const std::string username = text_of(turn, "username");
  REQUIRE(username.ends_with(":ada"));
  CHECK(std::chrono::sys_seconds(std::chrono::seconds(std::stoll(username))) >= before + 24h);
  CHECK(text_of(turn, "credential").size() == 28);
  CHECK(turn.integer("ttl_ms") == 86'400'000);
  CHECK(ada.ask(ada.request("heartbeat").set("turn", "yes")).error() == ErrorCode::element_invalid);
  // Nobody gets one without a session.
  Client stranger = Client::beside(guarded.baton, ada);
  stranger.set_claim({"00000000000000ff", 1, ""});
  CHECK_FALSE(beat(stranger, true).body.get("turn").is_object());
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Where there are no TURN servers a heartbeat that asks for them is one like others") {
  Baton baton("room-stage: { }\n");
  Client bob(baton);
  REQUIRE(bob.join("bob").kind() == "joined");
  const Answer answer = bob.ask(bob.request("heartbeat").set("turn", true));
  CHECK(answer.kind() == "heartbeat");
  CHECK_FALSE(answer.body.contains("turn"));
  CHECK(baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
