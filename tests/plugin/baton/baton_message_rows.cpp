// SPDX-License-Identifier: GPL-3.0-or-later
// Messages that are wrong by their form, whoever sends them.
#include <string>
#include <utility>

#include "core/ids.hpp"
#include "core/room_settings.hpp"
#include "plugin/request_decoder.hpp"
#include "plugin/request_peers.hpp"
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

/// So many lists inside of one another.
Json nest(int depth) {
  Json inner = Json::array();
  for (int i = 1; i < depth; ++i) {
    inner = Json::array().append(std::move(inner));
  }
  return inner;
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
      message("join role that is no name", R"({"request":"join","room":"stage","user":"x","role":"a b"})",
              kInvalid),
      message("join signals_received negative",
              R"({"request":"join","room":"stage","user":"x","signals_received":-1})", kInvalid),
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
  in_session("configure restart false", R"("configure","restart":false,"transport":"direct")", kMissing);
  in_session("configure restart by the gateway", R"("configure","restart":true)", kInvalid);
  in_session("configure sdp by the gateway", R"("configure","sdp":"v=0")", kInvalid);
  in_session("configure sdp a number", R"("configure","sdp":1,"transport":"direct")", kInvalid);
  in_session("configure two things", R"("configure","restart":true,"keyframe":true,"transport":"direct")",
             kInvalid);
  in_session("backup without user", R"("backup")", kMissing);
  in_session("backup user a number", R"("backup","user":1)", kInvalid);
  in_session("transfer without user", R"("transfer")", kMissing);
  in_session("transfer user empty", R"("transfer","user":"")", kInvalid);
  in_session("promotion without action", R"("promotion")", kMissing);
  in_session("promotion action unknown", R"("promotion","action":"seize")", kInvalid);
  in_session("promotion accept without number", R"("promotion","action":"accept")", kMissing);
  in_session("promotion decline of a text", R"("promotion","action":"decline","promotion":"1")", kInvalid);
  in_session("kick in session without user", R"("kick")", kMissing);
  in_session("heartbeat signals_received a text", R"("heartbeat","signals_received":"1")", kInvalid);
  in_session("heartbeat signals_received negative", R"("heartbeat","signals_received":-1)", kInvalid);
  in_session("ready signals_received not whole", R"("ready","signals_received":1.5)", kInvalid);
  in_session("heartbeat in a room that is no id", R"("heartbeat","room":"a b")", kInvalid);
  return rows;
}

/// Elements of what participants send one another, and of what the host decides about them.
RefusalRows peer_element_rows() {
  RefusalRows rows;
  const std::string session = R"("session":"0000000000000001","session_version":1)";
  const auto row = [&](const std::string& what, const std::string& rest, ErrorCode expected) {
    rows.push_back(message(what, R"({"request":)" + rest + "," + session + "}", expected));
  };
  row("signal to nobody", R"("signal","number":1,"payload":1)", kMissing);
  row("signal to a number", R"("signal","user":5,"number":1,"payload":1)", kInvalid);
  row("signal without number", R"("signal","user":"bob","payload":1)", kMissing);
  row("signal number 0", R"("signal","user":"bob","number":0,"payload":1)", kInvalid);
  row("signal number negative", R"("signal","user":"bob","number":-1,"payload":1)", kInvalid);
  row("signal number a text", R"("signal","user":"bob","number":"1","payload":1)", kInvalid);
  row("signal without payload", R"("signal","user":"bob","number":1)", kMissing);
  row("signal of an unknown kind", R"("signal","user":"bob","number":1,"payload":1,"kind":"smoke")",
      kInvalid);
  row("signal whose kind is a number", R"("signal","user":"bob","number":1,"payload":1,"kind":1)", kInvalid);
  row("chat without text", R"("chat")", kMissing);
  row("chat of a number", R"("chat","text":5)", kInvalid);
  row("chat of nothing", R"("chat","text":"")", kInvalid);
  row("chat too long", R"("chat","text":")" + std::string(core::limits::kChatTextBytes + 1, 'c') + R"(")",
      kInvalid);
  row("chat with a control character", R"("chat","text":"a\u001bb")", kInvalid);
  row("chat with a carriage return", R"("chat","text":"a\rb")", kInvalid);
  row("control without action", R"("control")", kMissing);
  row("control action unknown", R"("control","action":"seize")", kInvalid);
  row("control action a number", R"("control","action":1)", kInvalid);
  row("control grant to nobody", R"("control","action":"grant")", kMissing);
  row("control deny to nobody", R"("control","action":"deny")", kMissing);
  row("control revoke from a list", R"("control","action":"revoke","user":[])", kInvalid);
  row("control request for another", R"("control","action":"request","user":"bob")", kInvalid);
  row("control withdrawn for another", R"("control","action":"withdraw","user":"bob")", kInvalid);
  row("control released for another", R"("control","action":"release","user":"bob")", kInvalid);
  row("await_ready without time", R"("await_ready")", kMissing);
  row("await_ready too short", R"("await_ready","timeout_ms":99)", kInvalid);
  row("await_ready too long", R"("await_ready","timeout_ms":120001)", kInvalid);
  row("await_ready for a text", R"("await_ready","timeout_ms":"100")", kInvalid);
  row("mute without user", R"("mute","muted":true)", kMissing);
  row("mute that says not what", R"("mute","user":"cyd")", kMissing);
  row("mute that says a number", R"("mute","user":"cyd","muted":1)", kInvalid);
  row("lock that says not what", R"("lock")", kMissing);
  row("lock that says a text", R"("lock","locked":"yes")", kInvalid);
  rows.push_back(message("mute without room", R"({"request":"mute","user":"cyd","muted":true})", kMissing));
  rows.push_back(message("lock without room", R"({"request":"lock","locked":true})", kMissing));
  return rows;
}

/// A signal with a payload that must be refused.
RefusalRow payload(const std::string& what, const std::function<Json()>& build) {
  return built(what, ErrorCode::message_too_large, [build] {
    return verb("signal")
        .set("session", "0000000000000001")
        .set("session_version", 1)
        .set("user", "bob")
        .set("number", 1)
        .set("payload", build());
  });
}

RefusalRows payload_rows() {
  constexpr std::size_t kBytes = core::limits::kSignalBytes;
  return {
      payload("a payload one byte too long", [] { return Json(std::string(kBytes - 1, 'p')); }),
      payload("a payload that is too long once it is written down",
              [] { return Json(std::string(kBytes / 2, '"')); }),
      payload("a payload of a megabyte", [] { return Json(std::string(1U << 20U, 'p')); }),
      payload("a payload of a million numbers",
              [] {
                Json list = Json::array();
                for (int i = 0; i < 1'000'000; ++i) {
                  list.append(1);
                }
                return list;
              }),
      payload("a payload with a long name",
              [] { return Json::object().set(std::string(kBytes, 'n').c_str(), 1); }),
      payload("a payload one list too deep", [] { return nest(plugin::kSignalDepth + 1); }),
      payload("a payload far too deep", [] { return nest(2000); }),
  };
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
      built("a payload where there is none", kTooLarge,
            [] { return verb("chat").set("payload", std::string(kStringBytes + 1, 'x')); }),
      built("a deep nest", kUnknown, [] { return verb("dance").set("nest", nest(500)); }),
  };
  for (const RefusalRows& more : {room_element_rows(), join_element_rows(), session_element_rows(),
                                  peer_element_rows(), payload_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace baton::testing
