// SPDX-License-Identifier: GPL-3.0-or-later
// What participants ask of an activity, from JSON to the room's words.
#include <catch2/catch.hpp>
#include <string>
#include <variant>

#include "plugin/request_decoder.hpp"

namespace baton::plugin {
namespace {

using core::ErrorCode;
using core::Value;
using framework::Json;

std::variant<ClientRequest, RequestError> decoded(Json message) {
  message.set("session", "1").set("session_version", 1);
  return RequestDecoder(RoomDraft{}).decode(message, std::nullopt);
}

template <class Request>
Request request_of(Json message) {
  const auto outcome = decoded(std::move(message));
  const auto* request = std::get_if<ClientRequest>(&outcome);
  REQUIRE(request != nullptr);
  return std::get<Request>(std::get<SessionRequest>(request->body).request);
}

std::optional<RequestError> refusal_of(Json message) {
  const auto outcome = decoded(std::move(message));
  const auto* error = std::get_if<RequestError>(&outcome);
  return error != nullptr ? std::optional(*error) : std::nullopt;
}

Json open_activity() {
  return Json::object().set("request", "open_activity").set("kind", "poker");
}
Json use_activity() {
  return Json::object().set("request", "activity").set("version", 3).set("command", "vote");
}

/// An object whose compact text has so many bytes.
Json object_of(std::size_t bytes) {
  const std::string frame = R"({"a":""})";
  return Json::object().set("a", std::string(bytes - frame.size(), 'x'));
}

TEST_CASE("An activity is opened with its kind and options") {
  const auto open =
      request_of<core::OpenActivity>(open_activity().set("options", Json::object().set("reveal_ms", 5)));
  CHECK(open.kind == "poker");
  CHECK(open.options == Value(Value::Members{{"reveal_ms", std::int64_t{5}}}));
  CHECK(request_of<core::OpenActivity>(open_activity()).options.is_nothing());
  CHECK(request_of<core::OpenActivity>(open_activity().set("options", nullptr)).options.is_nothing());
  static_cast<void>(request_of<core::CloseActivity>(Json::object().set("request", "close_activity")));
}

TEST_CASE("A command names the version that its sender saw") {
  const auto use =
      request_of<core::UseActivity>(use_activity().set("arguments", Json::object().set("card", "☕")));
  CHECK(use.seen == core::ActivityVersion(3));
  CHECK(use.command.name == "vote");
  CHECK(use.command.arguments == Value(Value::Members{{"card", "☕"}}));
  CHECK(request_of<core::UseActivity>(use_activity()).command.arguments.is_nothing());
}

TEST_CASE("What is asked of an activity has its limits, and is taken up to them") {
  CHECK_FALSE(refusal_of(use_activity().set("command", std::string(64, 'x'))));
  CHECK(refusal_of(use_activity().set("command", std::string(65, 'x')))->code == ErrorCode::element_invalid);
  CHECK_FALSE(refusal_of(use_activity().set("arguments", object_of(4096))));
  const auto too_long = refusal_of(use_activity().set("arguments", object_of(4097)));
  REQUIRE(too_long);
  CHECK(too_long->code == ErrorCode::message_too_large);
  CHECK(too_long->detail == "\"arguments\" has at most 4096 bytes of JSON.");
  CHECK(refusal_of(open_activity().set("options", object_of(4097)))->code == ErrorCode::message_too_large);

  const auto nested = [](std::size_t depth) {
    // The object itself is the first.
    return Json::parse("{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}");
  };
  CHECK_FALSE(refusal_of(use_activity().set("arguments", nested(8))));
  CHECK(refusal_of(use_activity().set("arguments", nested(9)))->code == ErrorCode::message_too_large);
  // As many as nobody could read by recursion.
  CHECK(refusal_of(use_activity().set("arguments", nested(1500)))->code == ErrorCode::message_too_large);
}

}  // namespace
}  // namespace baton::plugin
