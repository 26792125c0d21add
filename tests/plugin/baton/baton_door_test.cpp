// SPDX-License-Identifier: GPL-3.0-or-later
// Who may come in: join tokens, pins, resume tokens, secrets.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/tokens.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;
const std::string kSecret = "shared by the application and the server";
const std::string kRetiredSecret = "the secret that tokens were signed with once";
const std::string kPin = "pin-482913";
const std::string kRoomSecret = "secret-of-the-vault";
const std::string kAdminKey = "key-of-the-operator";
const std::string kTurnSecret = "secret-of-the-turn-server";
/// So high that no test meets them.
const std::string kNoLimits =
    "session_messages = [1000000, 1000000]; session_joins = [1000000, 1000000];"
    "room_joins = [1000000, 1000000]; wrong_secrets = [1000000, 1000000];";

std::chrono::sys_seconds today() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// One pair for the whole program: making it takes long.
const KeyPair& rsa_keys() {
  static const KeyPair made = make_rsa_keys();
  return made;
}

/// A server that wants join tokens, with a room `stage`, and a room `vault` that has a pin and a secret.
class Guarded {
public:
  explicit Guarded(const std::string& limits = kNoLimits, GatewayOptions options = {})
      : baton(config(limits), std::move(options)) {}

  static TokenDraft token(const std::string& user = "ada", const std::string& room = "stage") {
    return {.key = kSecret, .key_id = "new", .room = room, .user = user, .expires = today() + 1h};
  }
  Answer join(const TokenDraft& draft, const std::string& user = "ada", const char* role = "host") {
    return join_with(draft.text(), user, role);
  }
  Answer join_with(const std::string& text, const std::string& user = "ada", const char* role = "host") {
    return Client(baton, "stage").join(user, role, Json::object().set("token", text));
  }

private:
  static std::string config(const std::string& limits) {
    static const ConfigFolder keys("");
    const std::string file = (keys.path() / "public.pem").string();
    std::ofstream(file) << rsa_keys().public_pem;
    return "general: { admin_key = \"" + kAdminKey + "\"; join_auth = \"jwt\"; turn_secret = \"" +
           kTurnSecret + "\"; turn_urls = [\"turn:127.0.0.1:3478\"]; " + limits +
           " join_keys = ( { id = \"new\"; algorithm = \"HS256\"; secret = \"" + kSecret +
           "\"; }, { id = \"rsa\"; algorithm = \"RS256\"; public_key_file = \"" + file +
           "\"; } ); }\n"
           "room-stage: { }\nroom-vault: { pin = \"" +
           kPin + "\"; secret = \"" + kRoomSecret + "\"; }\n";
  }

public:
  Baton baton;
};

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

TEST_CASE("Tokens signed by each of the keys, and with the role that they name or any, are taken") {
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
  CHECK(guarded.join(Guarded::token("cyd"), "cyd", "controller").kind() == "joined");
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
  CHECK(create("mine", Json::object()).error() == ErrorCode::secret_wrong);
  CHECK(create("mine", Json::object().set("token", Guarded::token("ada", "mine").text())).error() ==
        ErrorCode::token_other_role);
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

/// Ten thousand attempts; each must be refused by one of these errors. How many met the first.
int guess(Guarded& guarded, const std::function<Answer(Client&, const std::string&)>& act,
          const std::vector<ErrorCode>& allowed) {
  constexpr int kGuesses = 10'000;
  Client client(guarded.baton, "vault");
  int first = 0;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kGuesses; ++i) {
    const auto error = act(client, "guess-" + std::to_string(i)).error();
    if (!error || std::ranges::find(allowed, *error) == allowed.end()) {
      FAIL("guess " << i << " met " << (error ? core::error_row(*error).name : "no refusal"));
    }
    first += *error == allowed.front() ? 1 : 0;
  }
  // A second in all, and sixty on a busy machine under a sanitizer.
  CHECK(std::chrono::steady_clock::now() - began < 60s);
  return first;
}

TEST_CASE("Ten thousand guesses open nothing, and most of them are not even looked at") {
  const bool limited = GENERATE(false, true);
  Guarded guarded(limited ? "" : kNoLimits);
  Client ada(guarded.baton, "vault");
  const std::string token = Guarded::token("ada", "vault").text();
  REQUIRE(ada.join("ada", "host", Json::object().set("token", token).set("pin", kPin)).kind() == "joined");
  const std::string before = guarded.baton.snapshot("vault", kAdminKey).dump();

  const auto pin = [&](Client& client, const std::string& text) {
    return client.join("eve", "viewer",
                       Json::object().set("token", Guarded::token("eve", "vault").text()).set("pin", text));
  };
  const auto resume = [&](Client& client, const std::string& text) {
    return client.rejoin("ada", "host", {"", 0, text});
  };
  const auto secret = [&](Client& client, const std::string& text) {
    return client.ask(verb("end").set("room", "vault").set("secret", text));
  };
  const auto limit = ErrorCode::rate_limited;
  const int pins = guess(guarded, pin, {ErrorCode::pin_wrong, limit});
  const int resumes = guess(guarded, resume, {ErrorCode::join_superseded, limit});
  const int secrets = guess(guarded, secret, {ErrorCode::secret_wrong, limit});
  INFO("looked at: " << pins << " pins, " << resumes << " resume tokens, " << secrets << " secrets");
  if (limited) {
    for (const int looked_at : {pins, resumes, secrets}) {
      CHECK(looked_at < 1000);
    }
  } else {
    CHECK(pins + resumes + secrets == 30'000);
  }
  CHECK(guarded.baton.snapshot("vault", kAdminKey).dump() == before);
  CHECK(ada.say("heartbeat").kind() == "heartbeat");
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Many connections that guess together meet the limit of the room") {
  Guarded guarded("wrong_secrets = [5, 1];");
  const auto join = [&](const std::string& pin) {
    return Client(guarded.baton, "vault")
        .join("eve", "viewer",
              Json::object().set("token", Guarded::token("eve", "vault").text()).set("pin", pin));
  };
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) {
    looked_at += join("no-" + std::to_string(i)).error() == ErrorCode::pin_wrong ? 1 : 0;
  }
  CHECK(looked_at >= 5);
  CHECK(looked_at < 50);
  const Answer refused = join(kPin);
  if (refused.error() == ErrorCode::rate_limited) {
    CHECK(refused.body.integer("retry_after_ms").value_or(0) > 0);
    CHECK(refused.body.integer("retry_after_ms").value_or(0) <= 1000);
  }
  // Whoever knows the pin and waits as long as it is told comes in; nobody in another room waits at all.
  CHECK(guarded.join(Guarded::token()).kind() == "joined");
  CHECK(comes_true([&] { return join(kPin).kind() == "joined"; }));
  CHECK(guarded.baton.status("vault", kAdminKey).get("rate_limited").integer("wrong_secrets").value_or(0) >
        0);
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Nothing that the plugin says or logs holds a secret") {
  FakeGateway::set_log_level(LOG_MAX);
  static_cast<void>(FakeGateway::take_log());
  Guarded guarded(kNoLimits, {.remember_all = true});
  const std::string token = Guarded::token("ada", "vault").text();
  const std::string bad = Guarded::token("ada", "stage").text();
  const auto door = [&](const std::string& text, const std::string& pin) {
    return Json::object().set("token", text).set("pin", pin);
  };
  Client ada(guarded.baton, "vault");
  CHECK(ada.join("ada", "host", door(bad, kPin)).error() == ErrorCode::token_other_room);
  CHECK(ada.join("ada", "host", door(token, kPin + "x")).error() == ErrorCode::pin_wrong);
  const Answer joined = ada.join("ada", "host", door(token, kPin));
  REQUIRE(joined.kind() == "joined");
  Client bob(guarded.baton, "vault");
  REQUIRE(bob.join("bob", "viewer", door(Guarded::token("bob", "vault").text(), kPin)).kind() == "joined");
  const Claim spent = ada.claim();
  ada.detach();
  Client again(guarded.baton, "vault");
  REQUIRE(again.rejoin("ada", "host", spent).kind() == "joined");
  REQUIRE(again.say("heartbeat").kind() == "heartbeat");
  CHECK(Client(guarded.baton, "vault").rejoin("ada", "host", spent, 2).error() == ErrorCode::join_superseded);
  for (const char* request : {"status", "edit", "lock"}) {
    Client admin(guarded.baton, "vault");
    for (const std::string& secret : {kRoomSecret, kAdminKey, kRoomSecret + "x"}) {
      static_cast<void>(
          admin.ask(verb(request).set("room", "vault").set("secret", secret).set("locked", false)));
    }
  }
  Client maker(guarded.baton, "new");
  CHECK(maker
            .ask(verb("create")
                     .set("room", "new")
                     .set("admin_key", kAdminKey)
                     .set("pin", kPin)
                     .set("secret", kRoomSecret))
            .kind() == "created");
  CHECK(maker.ask(verb("create").set("room", "new2").set("admin_key", kAdminKey + "x")).kind() == "error");
  static_cast<void>(again.say("sync"));
  static_cast<void>(guarded.baton.operate(verb("list")));
  static_cast<void>(guarded.baton.status("vault", kAdminKey));
  CHECK(again.handle().query().is_object());
  CHECK(bob.handle().query().is_object());

  std::vector<std::string> said = guarded.baton.gateway().everything_said();
  for (const SharedJson& event : guarded.baton.gateway().notified_events()) {
    said.push_back(event.dump());
  }
  REQUIRE(said.size() > 20);
  const std::string log = [] {
    std::string text;
    for (const std::string& line : FakeGateway::take_log()) {
      text += line + "\n";
    }
    return text;
  }();
  CHECK_FALSE(log.empty());
  const auto times_said = [&](const std::string& secret) {
    return std::ranges::count_if(
        said, [&](const std::string& text) { return text.find(secret) != std::string::npos; });
  };
  for (const std::string& secret : {kSecret, kPin, kRoomSecret, kAdminKey, kTurnSecret, token, bad}) {
    INFO(secret);
    CHECK(times_said(secret) == 0);
    CHECK(log.find(secret) == std::string::npos);
  }
  // What is its owner's alone is said once, in the answer to its join.
  for (const std::string& own : {spent.resume_token, spent.session, again.claim().resume_token}) {
    INFO(own);
    REQUIRE_FALSE(own.empty());
    CHECK(times_said(own) == 1);
    CHECK(log.find(own) == std::string::npos);
  }
  // So is the password for the TURN servers; joins within one second bring the same.
  const std::string credential = text_of(joined.body.get("turn"), "credential");
  REQUIRE_FALSE(credential.empty());
  CHECK(std::ranges::all_of(said, [&](const std::string& text) {
    return text.find(credential) == std::string::npos ||
           (text.find(R"("baton":"joined")") != std::string::npos &&
            text.find(R"("user":"ada")") != std::string::npos);
  }));
  CHECK(log.find(credential) == std::string::npos);
  FakeGateway::set_log_level(LOG_VERB);
  CHECK(guarded.baton.end() == kNothing);
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

}  // namespace
}  // namespace baton::testing
