// SPDX-License-Identifier: GPL-3.0-or-later
// Who may not do what: roles, secrets, limits.
#include <string>
#include <utility>

#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {

namespace {

using core::ErrorCode;
using framework::Json;

Json with_user(Json request, const char* user) {
  request.set("user", user);
  return request;
}

Json in_stage(const char* name) {
  return verb(name).set("room", Stage::kRoom);
}

void forbidden(RefusalRows& rows, const char* who, Client Stage::*member) {
  const auto row = [&](const char* name, std::function<void(Json&)> complete) {
    rows.push_back({std::string(who) + " asks to " + name, ErrorCode::not_permitted,
                    [member, name, complete = std::move(complete)](Stage& stage) {
                      Client& client = stage.*member;
                      Json request = client.request(name);
                      complete(request);
                      return client.ask(std::move(request));
                    }});
  };
  const auto nothing = [](Json&) {};
  const auto to_cyd = [](Json& request) { request.set("user", "cyd"); };
  row("end", nothing);
  row("edit", [](Json& request) { request.set("grace_ms", 1); });
  row("kick", to_cyd);
  row("transfer", to_cyd);
  row("backup", to_cyd);
  row("backup", [](Json& request) { request.set("user", nullptr); });
  row("mute", [](Json& request) { request.set("user", "ada").set("muted", true); });
  row("lock", [](Json& request) { request.set("locked", true); });
  row("await_ready", [](Json& request) { request.set("timeout_ms", 100); });
  for (const char* action : {"grant", "deny", "revoke"}) {
    row("control", [action](Json& request) { request.set("action", action).set("user", "cyd"); });
  }
}

/// The room's secret, and the server's key for new rooms.
RefusalRows secret_rows() {
  constexpr auto kWrong = ErrorCode::secret_wrong;
  RefusalRows rows;
  for (const char* name : {"status", "end", "edit", "kick", "mute", "lock"}) {
    const auto request = [name] {
      return with_user(in_stage(name), "cyd").set("muted", true).set("locked", true);
    };
    const auto row = [&](const std::string& what, std::function<Json()> build) {
      rows.push_back({name + what, kWrong,
                      [build = std::move(build)](Stage& stage) { return stage.stranger.ask(build()); }});
    };
    row(" without the secret", request);
    row(" with a wrong secret", [request] { return request().set("secret", "s3cre"); });
    row(" with an empty secret", [request] { return request().set("secret", ""); });
    row(" with the secret in the wrong place", [request] { return request().set("admin_key", "s3cret"); });
    row(" with half of a session", [request] { return request().set("session", nullptr); });
  }
  const auto creating = [&](const char* what, std::function<Json()> build) {
    rows.push_back(
        {what, kWrong, [build = std::move(build)](Stage& stage) { return stage.stranger.ask(build()); }});
  };
  creating("create without the key", [] { return verb("create"); });
  creating("create with a wrong key", [] { return verb("create").set("admin_key", "Operator"); });
  creating("create with the key as secret", [] { return verb("create").set("secret", "operator"); });
  return rows;
}

RefusalRows limit_rows() {
  return {
      {"a room too many", ErrorCode::rooms_full,
       [](Stage& stage) { return stage.stranger.ask(verb("create").set("admin_key", "operator")); }},
      {"a room that is there", ErrorCode::room_exists,
       [](Stage& stage) { return stage.stranger.ask(in_stage("create").set("admin_key", "operator")); }},
      {"a viewer too many", ErrorCode::room_full,
       [](Stage& stage) { return Client(stage.baton).join("eve"); }},
      {"a controller too many", ErrorCode::controllers_full,
       [](Stage& stage) { return Client(stage.baton).join("eve", "controller"); }},
      {"a viewer who would be a controller", ErrorCode::controllers_full,
       [](Stage& stage) { return Client(stage.baton).join("cyd", "controller"); }},
      {"a controller who would be a viewer", ErrorCode::room_full,
       [](Stage& stage) { return Client(stage.baton).join("flo", "viewer"); }},
      {"a role that the room does not define", ErrorCode::role_unknown,
       [](Stage& stage) { return Client(stage.baton).join("eve", "king"); }},
      {"anybody new in a locked room", ErrorCode::room_locked,
       [](Stage& stage) { return Client(stage.baton, "peers").join("eve"); }},
      {"a spectator too many", ErrorCode::room_full,
       [](Stage& stage) { return Client(stage.baton).join("eve", "spectator"); }},
      {"a second host", ErrorCode::host_taken,
       [](Stage& stage) { return Client(stage.baton).join("eve", "host"); }},
      {"a handle too many", ErrorCode::connections_full,
       [](Stage& stage) { return Client::beside(stage.baton, stage.cyd).say("subscribe"); }},
  };
}

/// The role of host: who may have it, give it away, or use it on whom.
RefusalRows host_rows() {
  return {
      {"a viewer publishes", ErrorCode::not_permitted,
       [](Stage& stage) { return stage.cyd.say("publish", publish_offer()); }},
      {"a viewer claims the role of host", ErrorCode::not_permitted,
       [](Stage& stage) {
         Json request = stage.cyd.request("promotion");
         return stage.cyd.ask(std::move(request.set("action", "claim")));
       }},
      {"a controller claims while there is a host", ErrorCode::host_present,
       [](Stage& stage) {
         Json request = stage.bob.request("promotion");
         return stage.bob.ask(std::move(request.set("action", "claim")));
       }},
      {"an answer to no promotion", ErrorCode::promotion_over,
       [](Stage& stage) {
         Json request = stage.bob.request("promotion");
         return stage.bob.ask(std::move(request.set("action", "accept").set("promotion", 1)));
       }},
      {"a viewer's answer to no promotion", ErrorCode::promotion_over,
       [](Stage& stage) {
         Json request = stage.cyd.request("promotion");
         return stage.cyd.ask(std::move(request.set("action", "decline").set("promotion", 0)));
       }},
      {"transfer to nobody", ErrorCode::user_unknown,
       [](Stage& stage) { return stage.ada.ask(with_user(stage.ada.request("transfer"), "eve")); }},
      {"transfer to one who is offline", ErrorCode::user_absent,
       [](Stage& stage) { return stage.ada.ask(with_user(stage.ada.request("transfer"), "flo")); }},
      {"transfer to oneself", ErrorCode::user_not_eligible,
       [](Stage& stage) { return stage.ada.ask(with_user(stage.ada.request("transfer"), "ada")); }},
      {"oneself as backup", ErrorCode::user_not_eligible,
       [](Stage& stage) { return stage.ada.ask(with_user(stage.ada.request("backup"), "ada")); }},
      {"the host kicks itself", ErrorCode::user_not_eligible,
       [](Stage& stage) { return stage.ada.ask(with_user(stage.ada.request("kick"), "ada")); }},
      {"the host kicks nobody", ErrorCode::user_unknown,
       [](Stage& stage) { return stage.ada.ask(with_user(stage.ada.request("kick"), "eve")); }},
  };
}

/// Who and what is not there, or not of this kind.
RefusalRows absence_rows() {
  return {
      {"the administrator kicks nobody", ErrorCode::user_unknown,
       [](Stage& stage) {
         return stage.stranger.ask(with_user(in_stage("kick").set("secret", Stage::kSecret), "eve"));
       }},
      {"the administrator ends no room", ErrorCode::room_unknown,
       [](Stage& stage) { return stage.stranger.ask(verb("end").set("room", "nowhere")); }},
      {"status of no room", ErrorCode::room_unknown,
       [](Stage& stage) { return stage.stranger.ask(verb("status").set("room", "nowhere")); }},
      {"the administrator mutes nobody", ErrorCode::user_unknown,
       [](Stage& stage) {
         return stage.stranger.ask(
             with_user(in_stage("mute").set("secret", Stage::kSecret), "eve").set("muted", true));
       }},
      {"the host mutes nobody", ErrorCode::user_unknown,
       [](Stage& stage) {
         return stage.ada.ask(with_user(stage.ada.request("mute"), "eve").set("muted", true));
       }},
      {"publish between browsers", ErrorCode::mode_forbids,
       [](Stage& stage) { return stage.pia.say("publish", publish_offer()); }},
      {"subscribe between browsers", ErrorCode::mode_forbids,
       [](Stage& stage) { return stage.pia.say("subscribe"); }},
  };
}

}  // namespace

RefusalRows role_rows() {
  RefusalRows rows;
  forbidden(rows, "a viewer", &Stage::cyd);
  forbidden(rows, "a controller", &Stage::bob);
  for (const RefusalRows& more : {host_rows(), absence_rows(), secret_rows(), limit_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace baton::testing
