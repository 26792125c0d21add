// SPDX-License-Identifier: GPL-3.0-or-later
// Guesses open nothing, and nothing that the plugin says helps to guess.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tests/plugin/baton/baton_guarded.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;

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
  // Without a join token a wrong resume token meets the door: it is not said that Ada is inside.
  const int resumes = guess(guarded, resume, {ErrorCode::token_missing, limit});
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
  CHECK(guarded.baton.status("vault", kAdminKey).get("rate_limited").integer("wrong_pins").value_or(0) > 0);
  CHECK(guarded.baton.end() == kNothing);
}

/// A join into the vault with this pin.
Answer join_vault(Client& client, const std::string& user, const std::string& pin) {
  return client.join(user, "viewer",
                     Json::object().set("token", Guarded::token(user, "vault").text()).set("pin", pin));
}

Answer look_with(Client& client, const std::string& secret) {
  return client.ask(verb("status").set("room", "vault").set("secret", secret));
}

TEST_CASE("Who guesses without end over one handle is refused alone") {
  // The handle may guess as often in the long run as the room takes it: so the room never refuses anybody.
  Guarded guarded(
      "session_messages = [1000000, 1000000]; session_joins = [1000000, 1000000];"
      "room_joins = [1000000, 1000000]; session_wrong_secrets = [5, 1]; wrong_secrets = [20, 1];");
  Client guesser(guarded.baton, "vault");
  int refusals = 0;
  for (int i = 0; i < 200; ++i) {
    refusals += join_vault(guesser, "eve", "no-" + std::to_string(i)).error() == ErrorCode::rate_limited;
    refusals += look_with(guesser, "no-" + std::to_string(i)).error() == ErrorCode::rate_limited;
  }
  CHECK(refusals > 300);
  CHECK(guesser.handle().query().get("rate_limited").integer("wrong_secrets").value_or(0) == refusals);
  Client bob(guarded.baton, "vault");
  CHECK(join_vault(bob, "bob", kPin).kind() == "joined");
  for (const std::string& secret : {kRoomSecret, kAdminKey}) {
    Client administrator(guarded.baton, "vault");
    CHECK(look_with(administrator, secret).kind() == "status");
  }
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE(
    "Many who guess at secrets bar no pins, many who guess at pins no secrets, and nobody the operator") {
  const bool at_pins = GENERATE(false, true);
  Guarded guarded("wrong_secrets = [3, 1];");
  int refusals = 0;
  for (int i = 0; i < 60; ++i) {
    Client guesser(guarded.baton, "vault");
    const std::string guess = "no-" + std::to_string(i);
    const Answer answer = at_pins ? join_vault(guesser, "eve", guess) : look_with(guesser, guess);
    refusals += answer.error() == ErrorCode::rate_limited ? 1 : 0;
    // The right one of the other kind, and the key, in the midst of it.
    Client honest(guarded.baton, "vault");
    if (at_pins) {
      CHECK(look_with(honest, kRoomSecret).kind() == "status");
    } else {
      CHECK(join_vault(honest, "bob", kPin).kind() == "joined");
    }
    Client operating(guarded.baton, "vault");
    CHECK(look_with(operating, kAdminKey).kind() == "status");
  }
  CHECK(refusals > 0);
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("Guesses at the operator's key are metered where rooms are created") {
  Baton baton("general: { admin_key = \"" + kAdminKey +
              "\"; session_messages = [1000000, 1000000]; session_wrong_secrets = [5, 1]; }\n");
  const auto create = [&](Client& client, const std::string& room, const std::string& key) {
    return client.ask(verb("create").set("room", room).set("admin_key", key));
  };
  Client guesser(baton);
  int looked_at = 0;
  std::int64_t wait = 0;
  for (int i = 0; i < 200; ++i) {
    const Answer answer = create(guesser, "new", "no-" + std::to_string(i));
    looked_at += answer.error() == ErrorCode::secret_wrong ? 1 : 0;
    if (answer.error() == ErrorCode::rate_limited) {
      wait = answer.body.integer("retry_after_ms").value_or(-1);
      CHECK(wait > 0);
      CHECK(wait <= 1000);
    }
  }
  CHECK(looked_at >= 5);
  CHECK(looked_at < 100);
  CHECK(wait > 0);
  Client operating(baton);
  CHECK(create(operating, "one", kAdminKey).kind() == "created");
  CHECK(comes_true([&] { return create(guesser, "two", kAdminKey).kind() == "created"; }));
  CHECK(baton.end() == kNothing);
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

}  // namespace
}  // namespace baton::testing
