// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/baton/baton_stage.hpp"

#include <catch2/catch.hpp>
#include <utility>

#include "core/room_settings.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::testing {

using framework::Jsep;
using framework::JsepType;
using framework::Json;
using plugin::test::as_handed_over;
using plugin::test::fixture;

namespace {

/// Rows come faster than anybody asks; what limits do is in baton_rate_test.cpp.
constexpr const char* kConfig =
    "general: { max_rooms = 3; admin_key = \"operator\"; session_messages = [1000000, 1000000];"
    "session_joins = [1000000, 1000000]; session_chat = [1000000, 1000000];"
    "room_joins = [1000000, 1000000]; wrong_secrets = [1000000, 1000000];"
    "session_wrong_secrets = [1000000, 1000000] }\n";

/// Long enough that nothing happens by itself while the rows run.
constexpr int kHour = 3'600'000;

Json room(const char* id) {
  return Json::object().set("room", id).set("admin_key", "operator").set("presence_timeout_ms", kHour);
}

Json spectators() {
  return Json::array().append(
      Json::object().set("name", "spectator").set("presence_timeout_ms", kHour).set("rights", Json::array()));
}

void must_be(const Answer& answer, const char* kind) {
  INFO(answer.body.dump());
  REQUIRE(answer.kind() == kind);
}

}  // namespace

Jsep offer_of(std::string sdp) {
  return {.type = JsepType::offer, .sdp = std::move(sdp)};
}

Jsep answer_of(std::string sdp) {
  return {.type = JsepType::answer, .sdp = std::move(sdp)};
}

Jsep publish_offer() {
  return offer_of(as_handed_over(fixture("chromium/publish")));
}

Jsep subscribe_answer() {
  return answer_of(as_handed_over(fixture("chromium/subscribe_vp8")));
}

Stage::Stage()
    : baton(kConfig),
      ada(baton),
      bob(baton),
      flo(baton),
      cyd(baton),
      dan_replaced(baton),
      dan(baton),
      sol(baton),
      gus(baton),
      pia(baton, "peers"),
      otto(baton, "other"),
      ivy(baton, "other"),
      stranger(baton) {
  baton.create(room(kRoom)
                   .set("secret", kSecret)
                   .set("max_viewers", 3)
                   .set("max_controllers", 2)
                   .set("roles", spectators()));
  baton.create(room("peers").set("mode", "p2p"));
  baton.create(room("other"));

  must_be(ada.join("ada", "host"), "joined");
  must_be(ada.say("publish", publish_offer()), "published");
  must_be(bob.join("bob", "controller"), "joined");
  must_be(bob.say("subscribe"), "subscribed");
  must_be(bob.say("start", subscribe_answer()), "started");
  must_be(flo.join("flo", "controller"), "joined");
  flo.detach();
  must_be(gus.join("gus"), "joined");
  must_be(gus.say("leave"), "left");
  must_be(cyd.join("cyd"), "joined");
  for (std::size_t i = 1; i < core::limits::kConnectionsPerSession; ++i) {
    more_of_cyd.push_back(Client::beside(baton, cyd));
    must_be(more_of_cyd.back().say("subscribe"), "subscribed");
  }
  must_be(dan_replaced.join("dan"), "joined");
  must_be(dan.join("dan"), "joined");
  must_be(ada.ask(ada.request("mute").set("user", "dan").set("muted", true)), "mute_set");
  must_be(sol.join("sol", "spectator"), "joined");
  must_be(pia.join("pia", "host"), "joined");
  must_be(pia.ask(pia.request("lock").set("locked", true)), "lock_set");
  must_be(otto.join("otto", "host"), "joined");
  must_be(ivy.join("ivy", "controller"), "joined");
  must_be(otto.ask(otto.request("open_activity").set("kind", "poker")), "activity_opened");
  break_the_line_of_otto();
}

void Stage::break_the_line_of_otto() {
  Client kim(baton, "other");
  must_be(kim.join("kim"), "joined");
  must_be(otto.ask(signal(otto, "kim", 1)), "signalled");
  for (std::size_t i = 1; i <= core::limits::kSignalsQueued; ++i) {
    must_be(ivy.ask(signal(ivy, "otto", static_cast<int>(i))), "signalled");
  }
  // There is no room for the news that Otto's signal will not arrive.
  must_be(kim.say("leave"), "left");
}

Json signal(const Client& from, const char* to, int number) {
  return from.request("signal").set("user", to).set("number", number).set("payload", "hello");
}

std::string Stage::picture() {
  return baton.snapshot(kRoom, kSecret).dump() + baton.snapshot("peers").dump() +
         baton.snapshot("other").dump() + baton.operate(verb("list")).dump();
}

}  // namespace baton::testing
