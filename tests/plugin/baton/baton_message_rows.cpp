// SPDX-License-Identifier: GPL-3.0-or-later
// Messages that are wrong by their form, whoever sends them.
#include <string>
#include <utility>

#include "core/ids.hpp"
#include "plugin/request_decoder.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {

namespace {

using core::ErrorCode;
using framework::Json;
using plugin::message_limits::kElements;
using plugin::message_limits::kMembers;
using plugin::message_limits::kStringBytes;

/// A message as JSON text, sent from a handle that has joined nothing.
RefusalRow message(std::string what, std::string text, ErrorCode expected) {
  return {std::move(what), expected, [text = std::move(text)](Stage& stage) {
            std::string problem;
            Json body = Json::parse(text, &problem);
            if (!body && text != "null") {
              throw std::runtime_error("not even JSON: " + problem + ": " + text);
            }
            return stage.stranger.ask(std::move(body));
          }};
}

RefusalRow built(std::string what, ErrorCode expected, std::function<Json()> build) {
  return {std::move(what), expected,
          [build = std::move(build)](Stage& stage) { return stage.stranger.ask(build()); }};
}

Json members(std::size_t count) {
  Json body = verb("dance");
  for (std::size_t i = 1; i < count; ++i) {
    body.set(("x" + std::to_string(i)).c_str(), 1);
  }
  return body;
}

Json with_list(std::size_t count) {
  Json list = Json::array();
  for (std::size_t i = 0; i < count; ++i) {
    list.append(static_cast<int>(i));
  }
  return verb("dance").set("list", std::move(list));
}

Json with_object(std::size_t count) {
  return verb("dance").set("object", members(count));
}

Json nested(int depth) {
  Json inner = Json::array();
  for (int i = 0; i < depth; ++i) {
    inner = Json::array().append(std::move(inner));
  }
  return verb("dance").set("nest", std::move(inner));
}

constexpr auto kMissing = ErrorCode::element_missing;
constexpr auto kInvalid = ErrorCode::element_invalid;
const std::string kTooLongId(core::kMaxNameIdBytes + 1, 'a');

// Elements that each verb needs, or that have the wrong type or form.

RefusalRows room_element_rows() {
  return {
      message("no verb", R"({})", kMissing),
      message("verb null", R"({"request":null})", kMissing),
      message("verb a number", R"({"request":5})", kInvalid),
      message("verb a list", R"({"request":["join"]})", kInvalid),
      message("exists without room", R"({"request":"exists"})", kMissing),
      message("exists room a number", R"({"request":"exists","room":7})", kInvalid),
      message("exists room empty", R"({"request":"exists","room":""})", kInvalid),
      message("exists room with a blank", R"({"request":"exists","room":"a b"})", kInvalid),
      message("exists room with a slash", R"({"request":"exists","room":"a/b"})", kInvalid),
      message("exists room not ASCII", R"({"request":"exists","room":"ä"})", kInvalid),
      message("exists room too long", R"({"request":"exists","room":")" + kTooLongId + R"("})", kInvalid),
      message("status without room", R"({"request":"status"})", kMissing),
      message("status secret a number", R"({"request":"status","room":"stage","secret":5})", kInvalid),
      message("end without room", R"({"request":"end"})", kMissing),
      message("kick without user", R"({"request":"kick","room":"stage","secret":"s3cret"})", kMissing),
      message("kick user a list", R"({"request":"kick","room":"stage","secret":"s3cret","user":["cyd"]})",
              kInvalid),
      message("create admin_key a number", R"({"request":"create","admin_key":4})", kInvalid),
  };
}

RefusalRows join_element_rows() {
  return {
      message("join without room", R"({"request":"join","user":"x"})", kMissing),
      message("join without user", R"({"request":"join","room":"stage"})", kMissing),
      message("join user null", R"({"request":"join","room":"stage","user":null})", kMissing),
      message("join user an object", R"({"request":"join","room":"stage","user":{}})", kInvalid),
      message("join user too long", R"({"request":"join","room":"stage","user":")" + kTooLongId + R"("})",
              kInvalid),
      message("join role unknown", R"({"request":"join","room":"stage","user":"x","role":"king"})", kInvalid),
      message("join role a number", R"({"request":"join","room":"stage","user":"x","role":1})", kInvalid),
      message(
          "join name too long",
          R"({"request":"join","room":"stage","user":"x","display_name":")" + std::string(257, 'n') + R"("})",
          kInvalid),
      message("join name with a control character",
              R"({"request":"join","room":"stage","user":"x","display_name":"a\nb"})", kInvalid),
      message("join name a boolean", R"({"request":"join","room":"stage","user":"x","display_name":true})",
              kInvalid),
      message("join subscribe a number", R"({"request":"join","room":"stage","user":"x","subscribe":1})",
              kInvalid),
      message("join token without attempt",
              R"({"request":"join","room":"stage","user":"x","resume_token":"t"})", kMissing),
      message("join attempt negative",
              R"({"request":"join","room":"stage","user":"x","resume_token":"t","attempt":-1})", kInvalid),
      message("join attempt not whole",
              R"({"request":"join","room":"stage","user":"x","resume_token":"t","attempt":1.5})", kInvalid),
      message("join token a number",
              R"({"request":"join","room":"stage","user":"x","resume_token":3,"attempt":1})", kInvalid),
  };
}

RefusalRows session_element_rows() {
  RefusalRows rows{
      message("leave with nothing", R"({"request":"leave"})", kMissing),
      message("leave by token without room", R"({"request":"leave","resume_token":"t"})", kMissing),
      message("leave by token without user", R"({"request":"leave","resume_token":"t","room":"stage"})",
              kMissing),
      message("leave by token without attempt",
              R"({"request":"leave","resume_token":"t","room":"stage","user":"cyd"})", kMissing),
      message("heartbeat without session", R"({"request":"heartbeat"})", kMissing),
      message("heartbeat without version", R"({"request":"heartbeat","session":"0000000000000001"})",
              kMissing),
      message("heartbeat session a number",
              R"({"request":"heartbeat","session":1,"session_version":1,"room":"stage"})", kInvalid),
      message("heartbeat version a text",
              R"({"request":"heartbeat","session":"0000000000000001","session_version":"1"})", kInvalid),
      message("heartbeat version negative",
              R"({"request":"heartbeat","session":"0000000000000001","session_version":-1})", kInvalid),
  };
  const std::string session = R"("session":"0000000000000001","session_version":1)";
  const auto in_session = [&](const std::string& what, const std::string& rest, ErrorCode expected) {
    rows.push_back(message(what, R"({"request":)" + rest + "," + session + "}", expected));
  };
  in_session("configure of nothing", R"("configure")", kMissing);
  in_session("configure keyframe false", R"("configure","keyframe":false)", kMissing);
  in_session("configure keyframe a text", R"("configure","keyframe":"yes")", kInvalid);
  in_session("backup without user", R"("backup")", kMissing);
  in_session("backup user a number", R"("backup","user":1)", kInvalid);
  in_session("transfer without user", R"("transfer")", kMissing);
  in_session("transfer user empty", R"("transfer","user":"")", kInvalid);
  in_session("promotion without action", R"("promotion")", kMissing);
  in_session("promotion action unknown", R"("promotion","action":"seize")", kInvalid);
  in_session("promotion accept without number", R"("promotion","action":"accept")", kMissing);
  in_session("promotion decline of a text", R"("promotion","action":"decline","promotion":"1")", kInvalid);
  in_session("kick in session without user", R"("kick")", kMissing);
  in_session("heartbeat in a room that is no id", R"("heartbeat","room":"a b")", kInvalid);
  return rows;
}

}  // namespace

RefusalRows message_rows() {
  constexpr auto kNotObject = ErrorCode::message_not_object;
  constexpr auto kUnknown = ErrorCode::request_unknown;
  constexpr auto kTooLarge = ErrorCode::message_too_large;
  RefusalRows rows{
      message("a list", R"([{"request":"list"}])", kNotObject),
      message("a text", R"("list")", kNotObject),
      message("a number", "17", kNotObject),
      message("null", "null", kNotObject),
      message("an unknown verb", R"({"request":"dance"})", kUnknown),
      message("an empty verb", R"({"request":""})", kUnknown),
      message("a verb in capitals", R"({"request":"JOIN"})", kUnknown),
      message("a verb with a blank", R"({"request":"join "})", kUnknown),
      message("a verb that begins like one", R"({"request":"joi"})", kUnknown),
      built("the longest text", kUnknown,
            [] { return verb("dance").set("x", std::string(kStringBytes, 'x')); }),
      built("a text too long", kTooLarge,
            [] { return verb("dance").set("x", std::string(kStringBytes + 1, 'x')); }),
      built("a megabyte of text", kTooLarge,
            [] { return verb("list").set("x", std::string(1U << 20U, 'x')); }),
      built("a verb too long", kTooLarge, [] { return verb(std::string(kStringBytes + 1, 'j')); }),
      built("the longest name", kUnknown,
            [] { return verb("dance").set(std::string(kStringBytes, 'n').c_str(), 1); }),
      built("a name too long", kTooLarge,
            [] { return verb("dance").set(std::string(kStringBytes + 1, 'n').c_str(), 1); }),
      built("as many elements as allowed", kUnknown, [] { return members(kMembers); }),
      built("one element too many", kTooLarge, [] { return members(kMembers + 1); }),
      built("thousands of elements", kTooLarge, [] { return members(10'000); }),
      built("the longest list", kUnknown, [] { return with_list(kElements); }),
      built("a list too long", kTooLarge, [] { return with_list(kElements + 1); }),
      built("a huge list", kTooLarge, [] { return with_list(200'000); }),
      built("the largest object", kUnknown, [] { return with_object(kElements); }),
      built("an object too large", kTooLarge, [] { return with_object(kElements + 1); }),
      built("a deep nest", kUnknown, [] { return nested(500); }),
  };
  for (const RefusalRows& more : {room_element_rows(), join_element_rows(), session_element_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace baton::testing
