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

TEST_CASE("Creating rooms and listing them is limited over all handles together, each apart") {
  const std::function<Answer(Client&)> create = [](Client& one) {
    static int last = 0;
    return one.ask(verb("create").set("room", "room-" + std::to_string(++last)));
  };
  const std::function<Answer(Client&)> list = [](Client& one) { return one.ask(verb("list")); };
  struct Row {
    const char* flooded;
    const std::function<Answer(Client&)>& flood;
    const char* apart;
    const std::function<Answer(Client&)>& other;
  };
  const Row rows[] = {{"creates", create, "lists", list}, {"lists", list, "creates", create}};
  for (const Row& row : rows) {
    INFO(row.flooded);
    Baton baton("general: { server_creates = [10, 1]; server_lists = [10, 1]; }\nroom-stage: { }\n");
    Client ada(baton);
    REQUIRE(ada.join("ada", "host").kind() == "joined");
    const int taken = taken_of(baton, 60, row.flood);
    CHECK(taken >= 10);
    CHECK(taken <= 25);
    CHECK(refused(baton, row.flooded) == 60 - taken);
    Client other(baton);
    CHECK_FALSE(row.other(other).error());
    CHECK(refused(baton, row.apart) == 0);
    // Rooms that are there, and the operator, notice nothing.
    CHECK(ada.say("sync").kind() == "synced");
    CHECK(Client(baton).join("bob").kind() == "joined");
    for (int i = 0; i < 20; ++i) {
      baton.create(Json::object().set("room", "operators-" + std::to_string(i)));
    }
    CHECK(baton.end() == kNothing);
  }
}

TEST_CASE("Who creates rooms without end over one handle is refused alone") {
  Baton baton("general: { session_joins = [5, 1]; server_creates = [40, 1]; }\n");
  Client flooder(baton);
  int created = 0;
  for (int i = 0; i < 100; ++i) {
    created += flooder.ask(verb("create").set("room", "room-" + std::to_string(i))).error() ? 0 : 1;
  }
  CHECK(created >= 5);
  CHECK(created < 30);
  CHECK(refused(baton, "creates") == 0);
  CHECK(Client(baton).ask(verb("create").set("room", "another")).kind() == "created");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("After a restart a crowd learns that its rooms are gone, and whoever creates them anew may") {
  Baton baton;
  std::vector<Client> crowd;
  for (int i = 0; i < 75; ++i) {
    crowd.emplace_back(baton, "gone-" + std::to_string(i));
  }
  int unknown = 0;
  for (int i = 0; i < 1500; ++i) {
    const auto error = crowd[static_cast<std::size_t>(i) % crowd.size()].join("bob").error();
    unknown += error == ErrorCode::room_unknown ? 1 : 0;
  }
  CHECK(unknown == 1500);
  Client host(baton, "gone-0");
  CHECK(host.join("ada", "host").error() == ErrorCode::room_unknown);
  CHECK(host.ask(verb("create").set("room", "gone-0")).kind() == "created");
  CHECK(host.join("ada", "host").kind() == "joined");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("What is asked of a room that does not exist uses up nothing that handles share") {
  const std::vector<std::function<Answer(Client&)>> questions = {
      [](Client& one) { return one.ask(verb("exists").set("room", "nowhere")); },
      [](Client& one) { return one.ask(in_nowhere("status")); },
      [](Client& one) { return one.ask(in_nowhere("end").set("secret", "guess")); },
      [](Client& one) { return one.ask(in_nowhere("join").set("user", "bob")); },
      [](Client& one) {
        return one.ask(in_nowhere("leave").set("user", "bob").set("resume_token", "x").set("attempt", 1));
      },
      [](Client& one) {
        return one.ask(in_nowhere("publish").set("session", "00000000000000ff").set("session_version", 1),
                       framework::Jsep{.type = framework::JsepType::offer, .sdp = "v=0"});
      },
  };
  Baton baton("general: { server_creates = [1, 1]; server_lists = [1, 1]; }\n");
  for (const auto& ask : questions) {
    CHECK(taken_of(baton, 40, ask) == 40);
  }
  CHECK(Client(baton).ask(verb("create").set("room", "new")).kind() == "created");
  CHECK(Client(baton).ask(verb("list")).kind() == "list");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Who asks for rooms that do not exist over one handle meets that handle's limit") {
  Baton baton("general: { session_joins = [5, 1]; }\n");
  Client prober(baton);
  int known = 0;
  for (int i = 0; i < 100; ++i) {
    const auto error = prober.ask(in_nowhere("end").set("secret", "guess")).error();
    known += error == ErrorCode::room_unknown ? 1 : 0;
  }
  CHECK(known >= 5);
  CHECK(known < 30);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("A list counts the more the more rooms it shows") {
  Baton baton("general: { server_lists = [12, 1]; }\n");
  for (int i = 0; i < 300; ++i) {
    baton.create(Json::object().set("room", "room-" + std::to_string(i)));
  }
  // Each counts as four.
  const int taken = taken_of(baton, 40, [](Client& one) { return one.ask(verb("list")); });
  CHECK(taken >= 3);
  CHECK(taken <= 7);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Whoever has the key or a token for it creates as many rooms as it likes") {
  Guarded guarded(kNoLimits + "server_creates = [1, 1];");
  const auto ask_as_stranger = [](Client& one) { return one.ask(verb("create").set("room", "new")); };
  // A refusal is told as what it is.
  CHECK(taken_of(guarded.baton, 20, ask_as_stranger) == 20);
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
  // Each is tried with one public key, which counts ten times.
  Guarded guarded(kNoLimits + "server_wrong_tokens = [200, 10];");
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

TEST_CASE(
    "Whoever comes back with a resume token counts for no wrong join token, whatever it shows besides") {
  Guarded guarded(kNoLimits + "server_wrong_tokens = [2, 1];");
  const auto shown = [](TokenDraft draft) { return Json::object().set("token", draft.text()); };
  Client bob(guarded.baton);
  REQUIRE(bob.join("bob", "viewer", shown(Guarded::token("bob"))).kind() == "joined");
  TokenDraft expired = Guarded::token("bob");
  expired.expires = today() - std::chrono::hours(1);
  TokenDraft forged = Guarded::token("bob");
  forged.key = kRetiredSecret;
  for (int i = 0; i < 50; ++i) {
    Client again(guarded.baton);
    Json extra = shown(i % 2 == 0 ? expired : forged);
    extra.set("resume_token", bob.claim().resume_token).set("attempt", i + 1);
    REQUIRE(again.join("bob", "viewer", std::move(extra)).kind() == "joined");
    bob = std::move(again);
  }
  // Whoever is new is looked at.
  CHECK(guarded.join(expired, "bob", "viewer").error() == ErrorCode::token_expired);
  CHECK(guarded.join(Guarded::token()).kind() == "joined");
  CHECK(refused(guarded.baton, "wrong_tokens") == 0);
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
