// SPDX-License-Identifier: GPL-3.0-or-later
// Verbs out of order, and sessions that are unknown, stale or another's.
#include <string>
#include <utility>

#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {

namespace {

using core::ErrorCode;
using framework::Json;

/// Each verb that belongs to a session, with what it needs besides.
struct SessionVerb {
  const char* name;
  std::function<void(Json&)> complete;
  std::optional<framework::Jsep> jsep;
};

std::vector<SessionVerb> session_verbs() {
  const auto nothing = [](Json&) {};
  const auto user = [](Json& request) { request.set("user", "cyd"); };
  return {{"leave", nothing, {}},
          {"heartbeat", nothing, {}},
          {"publish", nothing, publish_offer()},
          {"unpublish", nothing, {}},
          {"subscribe", nothing, {}},
          {"start", nothing, subscribe_answer()},
          {"configure", [](Json& request) { request.set("keyframe", true); }, {}},
          {"backup", user, {}},
          {"transfer", user, {}},
          {"promotion", [](Json& request) { request.set("action", "claim"); }, {}},
          {"edit", [](Json& request) { request.set("grace_ms", 1); }, {}},
          {"end", nothing, {}},
          {"kick", user, {}},
          {"sync", nothing, {}},
          {"ready", nothing, {}},
          {"await_ready", [](Json& request) { request.set("timeout_ms", 100); }, {}},
          {"signal",
           [](Json& request) { request.set("user", "cyd").set("number", 1).set("payload", "hello"); },
           {}},
          {"chat", [](Json& request) { request.set("text", "hello"); }, {}},
          {"control", [](Json& request) { request.set("action", "request"); }, {}},
          {"mute", [](Json& request) { request.set("user", "cyd").set("muted", true); }, {}},
          {"lock", [](Json& request) { request.set("locked", true); }, {}}};
}

/// Sends every verb that belongs to a session, with a claim and from a handle that `prepare` chooses.
void for_every_verb(RefusalRows& rows, const std::string& what, ErrorCode expected,
                    const std::function<Client(Stage&)>& prepare) {
  for (SessionVerb& verb : session_verbs()) {
    rows.push_back({verb.name + (" " + what), expected, [verb, prepare](Stage& stage) {
                      Client client = prepare(stage);
                      Json request = client.request(verb.name);
                      verb.complete(request);
                      return client.ask(std::move(request), verb.jsep);
                    }});
  }
}

/// A handle that has joined nothing and claims a session in room `stage`.
Client stranger_with(Stage& stage, Claim claim) {
  Client client = Client::beside(stage.baton, stage.ada);
  client.set_claim(std::move(claim));
  return client;
}

RefusalRows order_rows() {
  return {
      {"join twice", ErrorCode::already_joined, [](Stage& stage) { return stage.cyd.join("cyd"); }},
      {"join as somebody else on the same handle", ErrorCode::already_joined,
       [](Stage& stage) { return stage.cyd.join("eve"); }},
      {"join another room on the same handle", ErrorCode::already_joined,
       [](Stage& stage) { return stage.cyd.ask(verb("join").set("room", "other").set("user", "cyd")); }},
      {"join a room that is not there", ErrorCode::room_unknown,
       [](Stage& stage) { return stage.stranger.ask(verb("join").set("room", "nowhere").set("user", "x")); }},
      {"start before subscribe", ErrorCode::not_subscribed,
       [](Stage& stage) { return stage.cyd.say("start", subscribe_answer()); }},
      {"configure before subscribe", ErrorCode::not_subscribed,
       [](Stage& stage) {
         Json request = stage.cyd.request("configure");
         return stage.cyd.ask(std::move(request.set("keyframe", true)));
       }},
      {"start on the handle that publishes", ErrorCode::not_subscribed,
       [](Stage& stage) { return stage.ada.say("start", subscribe_answer()); }},
      {"unpublish before publish", ErrorCode::not_publishing,
       [](Stage& stage) { return stage.bob.say("unpublish"); }},
      {"publish twice", ErrorCode::already_publishing,
       [](Stage& stage) { return stage.ada.say("publish", publish_offer()); }},
      {"publish twice, on another handle", ErrorCode::already_publishing,
       [](Stage& stage) { return Client::beside(stage.baton, stage.ada).say("publish", publish_offer()); }},
      {"subscribe by a transport that the server does not have", ErrorCode::transport_not_offered,
       [](Stage& stage) { return stage.bob.ask(stage.bob.request("subscribe").set("transport", "direct")); }},
      {"subscribe twice, by whatever there is", ErrorCode::already_subscribed,
       [](Stage& stage) { return stage.bob.ask(stage.bob.request("subscribe").set("transport", "auto")); }},
      {"subscribe twice", ErrorCode::already_subscribed,
       [](Stage& stage) { return stage.bob.say("subscribe"); }},
      {"subscribe on the handle that publishes", ErrorCode::handle_busy,
       [](Stage& stage) { return stage.ada.say("subscribe"); }},
      {"publish on the handle that is subscribed", ErrorCode::handle_busy,
       [](Stage& stage) { return stage.bob.say("publish", publish_offer()); }},
  };
}

RefusalRows foreign_rows() {
  return {
      {"heartbeat on a handle that is not the session's", ErrorCode::not_joined,
       [](Stage& stage) { return stranger_with(stage, stage.cyd.claim()).say("heartbeat"); }},
      {"start on a handle that is not the session's", ErrorCode::not_joined,
       [](Stage& stage) { return stranger_with(stage, stage.cyd.claim()).say("start", subscribe_answer()); }},
      {"subscribe with a session of another room", ErrorCode::session_stale,
       [](Stage& stage) { return stranger_with(stage, stage.otto.claim()).say("subscribe"); }},
      {"join with the token of a session that was replaced", ErrorCode::join_superseded,
       [](Stage& stage) { return Client(stage.baton).rejoin("dan", "viewer", stage.dan_replaced.claim()); }},
      {"join with a token of nobody", ErrorCode::join_superseded,
       [](Stage& stage) {
         return Client(stage.baton).rejoin("cyd", "viewer", {"", 0, "0123"});
       }},
      {"join with another's token", ErrorCode::join_superseded,
       [](Stage& stage) { return Client(stage.baton).rejoin("ada", "host", stage.cyd.claim()); }},
      {"join with the token of one who has left", ErrorCode::join_stopped,
       [](Stage& stage) { return Client(stage.baton).rejoin("gus", "viewer", stage.gus.claim()); }},
  };
}

}  // namespace

RefusalRows session_rows() {
  RefusalRows rows = order_rows();
  for (const RefusalRow& row : foreign_rows()) {
    rows.push_back(row);
  }
  for_every_verb(rows, "before join", ErrorCode::not_joined, [](Stage& stage) {
    Client client(stage.baton);
    client.set_claim(stage.cyd.claim());
    return client;
  });
  for_every_verb(rows, "in a room that is not there", ErrorCode::room_unknown, [](Stage& stage) {
    Client nowhere(stage.baton, "nowhere");
    nowhere.set_claim(stage.cyd.claim());
    return Client::beside(stage.baton, nowhere);
  });
  for_every_verb(rows, "with a session that nobody has", ErrorCode::session_unknown, [](Stage& stage) {
    return stranger_with(stage, {"00000000000000ff", 1'000'000, ""});
  });
  for_every_verb(rows, "with a session that is no number", ErrorCode::session_unknown, [](Stage& stage) {
    return stranger_with(stage, {"zz; drop table", 1'000'000, ""});
  });
  for_every_verb(rows, "with a version from the future", ErrorCode::session_unknown, [](Stage& stage) {
    return stranger_with(stage, {stage.cyd.claim().session, 1'000'000, ""});
  });
  for_every_verb(rows, "with an old version", ErrorCode::session_stale, [](Stage& stage) {
    return stranger_with(stage, {stage.cyd.claim().session, 0, ""});
  });
  for_every_verb(rows, "with a session that was replaced", ErrorCode::session_stale,
                 [](Stage& stage) { return stranger_with(stage, stage.dan_replaced.claim()); });
  for_every_verb(rows, "with the session of one who has left", ErrorCode::session_stale,
                 [](Stage& stage) { return stranger_with(stage, stage.gus.claim()); });
  // The handle is another participant's: whoever stole a session cannot use it beside one's own.
  for (SessionVerb& verb : session_verbs()) {
    rows.push_back({verb.name + std::string(" with another's session"), ErrorCode::session_not_yours,
                    [verb](Stage& stage) {
                      Json request = stage.ada.request(verb.name);
                      verb.complete(request);
                      return stage.dan.ask(std::move(request), verb.jsep);
                    }});
  }
  return rows;
}

}  // namespace baton::testing
