// SPDX-License-Identifier: GPL-3.0-or-later
// What may not be asked of a room's activity, and by whom.
#include <string>
#include <utility>

#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {

namespace {

using core::ErrorCode;
using framework::Json;

/// Changes a request that would be in order.
using Change = void (*)(Json& request);

RefusalRow opens(std::string what, ErrorCode expected, Client Stage::*by, Change change = nullptr) {
  return {std::move(what), expected, [by, change](Stage& stage) {
            Client& client = stage.*by;
            Json request = client.request("open_activity").set("kind", "poker");
            if (change != nullptr) {
              change(request);
            }
            return client.ask(std::move(request));
          }};
}

RefusalRow closes(std::string what, ErrorCode expected, Client Stage::*by) {
  return {std::move(what), expected, [by](Stage& stage) { return (stage.*by).say("close_activity"); }};
}

/// A command that the game in the room `other` would take of a leader.
RefusalRow uses(std::string what, ErrorCode expected, Client Stage::*by, Change change = nullptr) {
  return {std::move(what), expected, [by, change](Stage& stage) {
            Client& client = stage.*by;
            Json request = client.request("activity").set("version", 1).set("command", "start");
            if (change != nullptr) {
              change(request);
            }
            return client.ask(std::move(request));
          }};
}

}  // namespace

RefusalRows activity_rows() {
  return {
      opens("a viewer opens an activity", ErrorCode::not_permitted, &Stage::cyd),
      opens("a controller opens an activity", ErrorCode::not_permitted, &Stage::bob),
      opens("a second activity", ErrorCode::activity_exists, &Stage::otto),
      opens("an activity that nobody knows", ErrorCode::activity_unknown, &Stage::ada,
            [](Json& request) { request.set("kind", "chess"); }),
      opens("an activity of no kind", ErrorCode::element_missing, &Stage::ada,
            [](Json& request) { request.set("kind", nullptr); }),
      opens("an activity whose kind is no word", ErrorCode::element_invalid, &Stage::ada,
            [](Json& request) { request.set("kind", "po ker"); }),
      opens("options that are no object", ErrorCode::element_invalid, &Stage::ada,
            [](Json& request) { request.set("options", Json::array()); }),
      opens("options that the activity does not take", ErrorCode::element_invalid, &Stage::ada,
            [](Json& request) { request.set("options", Json::object().set("reveal_ms", -1)); }),
      closes("a viewer closes the activity", ErrorCode::not_permitted, &Stage::cyd),
      closes("a controller closes the activity", ErrorCode::not_permitted, &Stage::ivy),
      closes("no activity is closed", ErrorCode::activity_none, &Stage::ada),
      uses("no activity is used", ErrorCode::activity_none, &Stage::ada),
      uses("a spectator takes part", ErrorCode::not_permitted, &Stage::sol),
      uses("a command of another phase", ErrorCode::activity_not_now, &Stage::ivy,
           [](Json& request) { request.set("command", "reveal"); }),
      uses("a command that nobody knows", ErrorCode::activity_command_unknown, &Stage::ivy,
           [](Json& request) { request.set("command", "dance"); }),
      uses("a command to a phase that is over", ErrorCode::activity_stale, &Stage::ivy,
           [](Json& request) { request.set("version", 0); }),
      uses("a command to a phase that never was", ErrorCode::activity_stale, &Stage::ivy,
           [](Json& request) { request.set("version", 77); }),
      uses("a command without a version", ErrorCode::element_missing, &Stage::ivy,
           [](Json& request) { request.set("version", nullptr); }),
      uses("a version that is no number", ErrorCode::element_invalid, &Stage::ivy,
           [](Json& request) { request.set("version", "1"); }),
      uses("no command", ErrorCode::element_missing, &Stage::ivy,
           [](Json& request) { request.set("command", nullptr); }),
      uses("a command that is too long", ErrorCode::element_invalid, &Stage::ivy,
           [](Json& request) { request.set("command", std::string(65, 'x')); }),
      uses("arguments that are no object", ErrorCode::element_invalid, &Stage::ivy,
           [](Json& request) { request.set("arguments", "topic"); }),
      uses("arguments that the command does not take", ErrorCode::element_invalid, &Stage::ivy,
           [](Json& request) { request.set("arguments", Json::object().set("topic", 7)); }),
      uses("arguments that are too many bytes", ErrorCode::message_too_large, &Stage::ivy,
           [](Json& request) {
             request.set("arguments", Json::object().set("topic", std::string(4096, 'x')));
           }),
      uses("arguments that are too deep", ErrorCode::message_too_large, &Stage::ivy,
           [](Json& request) { request.set("arguments", Json::parse(R"({"a":[[[[[[[[]]]]]]]]})")); }),
  };
}

}  // namespace baton::testing
