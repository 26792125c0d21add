// SPDX-License-Identifier: GPL-3.0-or-later
// What tokens of one role give to one who had another.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/plugin/baton/baton_guarded.hpp"

namespace baton::testing {
namespace {

using core::ErrorCode;
using framework::Json;

const std::vector<std::string> kNothing;

Json with_token(const char* role) {
  TokenDraft draft = Guarded::token();
  draft.role = role;
  return Json::object().set("token", draft.text());
}

std::string state_of(Guarded& guarded) {
  return text_of(guarded.baton.snapshot("stage", kAdminKey), "state");
}

TEST_CASE("A host that comes back with a viewer's token is a viewer, and its grace goes on") {
  Guarded guarded;
  Client bob(guarded.baton);
  REQUIRE(bob.join("bob", "viewer", Json::object().set("token", Guarded::token("bob").text())).kind() ==
          "joined");
  Client ada(guarded.baton);
  REQUIRE(ada.join("ada", "host", with_token("host")).kind() == "joined");
  const Claim as_host = ada.claim();
  ada.detach();
  REQUIRE(bob.wait("host_offline").string("user") == "ada");

  Client watching(guarded.baton);
  const Answer joined = watching.join("ada", "viewer", with_token("viewer"));
  REQUIRE(joined.kind() == "joined");
  CHECK(joined.body.string("role") == "viewer");
  CHECK(text_of(joined.body.get("snapshot"), "state") == "host_offline");
  CHECK(text_of(joined.body.get("snapshot").get("host"), "user") == "ada");
  CHECK(joined.body.get("snapshot").get("grace").is_object());
  for (const char* request : {"end", "await_ready"}) {
    CHECK(watching.ask(watching.request(request).set("timeout_ms", 1000)).error() ==
          ErrorCode::not_permitted);
  }
  // The session of the host was replaced, and its resume token with it.
  CHECK(Client(guarded.baton).rejoin("ada", "host", as_host).error() == ErrorCode::token_missing);
  // That of the viewer's session brings back a viewer, unless there is a token for a host.
  watching.detach();
  Client again(guarded.baton);
  CHECK(again.rejoin("ada", "host", watching.claim()).body.string("role") == "viewer");
  CHECK(state_of(guarded) == "host_offline");
  Client host(guarded.baton);
  CHECK(host.join("ada", "host", with_token("host")).body.string("role") == "host");
  CHECK(state_of(guarded) == "live");
  CHECK(bob.wait("host_returned").string("user") == "ada");
  CHECK(guarded.baton.end() == kNothing);
}

TEST_CASE("The resume token of a host's session is good for the role, whatever token comes with it") {
  Guarded guarded;
  Client ada(guarded.baton);
  REQUIRE(ada.join("ada", "host", with_token("host")).kind() == "joined");
  ada.detach();
  Client again(guarded.baton);
  const Answer back = again.join(
      "ada", "viewer", with_token("viewer").set("resume_token", ada.claim().resume_token).set("attempt", 1));
  CHECK(back.body.string("role") == "host");
  CHECK(back.body.boolean("rejoined") == true);
  CHECK(guarded.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
