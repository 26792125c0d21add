// SPDX-License-Identifier: GPL-3.0-or-later
// Who may not send what to whom: signals, chat, control.
#include <string>
#include <utility>

#include "core/room_settings.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {

namespace {

using core::ErrorCode;
using framework::Json;

/// A client of the stage sends a signal.
RefusalRow signals(std::string what, ErrorCode expected, Client Stage::*from, const char* to,
                   const char* kind = "message") {
  return {std::move(what), expected, [from, to, kind](Stage& stage) {
            Client& client = stage.*from;
            return client.ask(signal(client, to, 500).set("kind", kind));
          }};
}

RefusalRow controls(std::string what, ErrorCode expected, Client Stage::*by, const char* action,
                    const char* user = nullptr) {
  return {std::move(what), expected, [by, action, user](Stage& stage) {
            Client& client = stage.*by;
            Json request = client.request("control").set("action", action);
            if (user != nullptr) {
              request.set("user", user);
            }
            return client.ask(std::move(request));
          }};
}

RefusalRow chats(std::string what, ErrorCode expected, Client Stage::*by) {
  return {std::move(what), expected, [by](Stage& stage) {
            Client& client = stage.*by;
            return client.ask(client.request("chat").set("text", "hello"));
          }};
}

RefusalRows signal_rows() {
  constexpr auto kForbidden = ErrorCode::not_permitted;
  return {
      signals("a viewer signals another", kForbidden, &Stage::cyd, "dan"),
      signals("a viewer moves the host's pointer", kForbidden, &Stage::cyd, "ada", "input"),
      signals("a controller moves another's pointer", kForbidden, &Stage::bob, "flo", "input"),
      signals("the host moves a controller's pointer", kForbidden, &Stage::ada, "bob", "input"),
      signals("a spectator signals", kForbidden, &Stage::sol, "ada"),
      signals("a signal to a spectator", ErrorCode::user_not_eligible, &Stage::ada, "sol"),
      signals("a signal to oneself", ErrorCode::user_not_eligible, &Stage::ada, "ada"),
      signals("a signal to nobody", ErrorCode::user_unknown, &Stage::ada, "eve"),
      signals("a signal to somebody in another room", ErrorCode::user_unknown, &Stage::ada, "otto"),
      signals("a signal by one who has missed too much", ErrorCode::signals_broken, &Stage::otto, "ivy"),
      signals("a signal too many", ErrorCode::signals_full, &Stage::ivy, "otto"),
      {"a signal that many others have overtaken", ErrorCode::signal_passed_over,
       [](Stage& stage) { return stage.ivy.ask(signal(stage.ivy, "otto", 1)); }},
  };
}

RefusalRows control_rows() {
  constexpr auto kForbidden = ErrorCode::not_permitted;
  return {
      controls("a spectator asks for control", kForbidden, &Stage::sol, "request"),
      controls("a controller asks for control", ErrorCode::control_held, &Stage::bob, "request"),
      controls("the host asks for control", ErrorCode::control_held, &Stage::ada, "request"),
      controls("a request withdrawn that is not there", ErrorCode::control_not_requested, &Stage::cyd,
               "withdraw"),
      controls("a viewer gives control back", kForbidden, &Stage::cyd, "release"),
      controls("the host gives control back", kForbidden, &Stage::ada, "release"),
      controls("control to nobody", ErrorCode::user_unknown, &Stage::ada, "grant", "eve"),
      controls("control to a controller", ErrorCode::user_not_eligible, &Stage::ada, "grant", "bob"),
      controls("control to the host", ErrorCode::user_not_eligible, &Stage::ada, "grant", "ada"),
      controls("control to a spectator", ErrorCode::user_not_eligible, &Stage::ada, "grant", "sol"),
      controls("control to one too many", ErrorCode::controllers_full, &Stage::ada, "grant", "cyd"),
      controls("a request denied that is not there", ErrorCode::control_not_requested, &Stage::ada, "deny",
               "cyd"),
      controls("control taken from a viewer", ErrorCode::user_not_eligible, &Stage::ada, "revoke", "cyd"),
      controls("control taken from nobody", ErrorCode::user_unknown, &Stage::ada, "revoke", "eve"),
  };
}

RefusalRows voice_rows() {
  return {
      chats("a spectator writes", ErrorCode::not_permitted, &Stage::sol),
      chats("one who is muted writes", ErrorCode::muted, &Stage::dan),
      {"a spectator publishes", ErrorCode::not_permitted,
       [](Stage& stage) { return stage.sol.say("publish", publish_offer()); }},
  };
}

}  // namespace

RefusalRows peer_rows() {
  RefusalRows rows;
  for (const RefusalRows& more : {signal_rows(), control_rows(), voice_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace baton::testing
