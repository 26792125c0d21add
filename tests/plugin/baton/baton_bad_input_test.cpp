// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {
namespace {

using core::ErrorCode;
using framework::Json;
using framework::SharedJson;

const std::vector<std::string> kNothing;

/// What no client can bring about here, and why.
const std::map<ErrorCode, const char*> kOutOfReach{
    {ErrorCode::server_stopping, "the framework turns callbacks away before the queue stops taking tasks"},
    {ErrorCode::room_closed,
     "only in the microseconds between the end of a room's time and the control thread's look at "
     "the clock; tests/core/refusals_test.cpp has it for every request"},
    {ErrorCode::server_failure, "it takes a defect: an exception while a room is handled"},
    {ErrorCode::sdp_transport_unusable, "it takes a direct transport: baton_direct_test.cpp has it"},
    {ErrorCode::not_a_restart, "it takes a direct transport: baton_direct_test.cpp has it"},
    {ErrorCode::transport_full, "it takes thousands of peers, or a worker that is stuck"},
    {ErrorCode::rate_limited, "it takes a flood: baton_rate_test.cpp has it"},
};

/// Servers that ask for tokens and pins are in baton_door_test.cpp, which has every one of these.
bool is_of_the_door(ErrorCode code) {
  return code >= ErrorCode::token_missing && code <= ErrorCode::pin_wrong;
}

/// Carries one row out, and checks the refusal and that nothing changed.
void check_row(Stage& stage, const RefusalRow& row) {
  INFO("row: " << row.what);
  const std::string before = stage.picture();
  const Answer answer = row.act(stage);
  const core::ErrorRow& expected = core::error_row(row.expected);
  INFO("answer: " << answer.body.dump());
  CHECK(answer.kind() == "error");
  CHECK(answer.body.integer("error_code") == static_cast<int>(expected.code));
  CHECK(answer.body.string("error_name") == expected.name);
  CHECK(text_of(answer.body, "error").starts_with(expected.sentence));
  CHECK_FALSE(answer.jsep);
  CHECK(stage.picture() == before);
}

/// Keeps the control thread busy with `list` until it ends.
class Flood {
public:
  Flood(Baton& baton, std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this, &baton] {
        while (!ended_) {
          static_cast<void>(baton.operate(verb("list")));
        }
      });
    }
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;
  ~Flood() {
    ended_ = true;
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

private:
  std::atomic<bool> ended_{false};
  std::vector<std::thread> threads_;
};

/// More requests at once than may wait.
std::optional<ErrorCode> overfill_the_queue() {
  Baton baton("general: { request_queue = 16; session_heartbeats = [1000000, 1000000] }\n");
  for (int i = 0; i < 200; ++i) {
    baton.create(Json::object());
  }
  baton.create(Json::object().set("room", "stage"));
  Client client(baton);
  REQUIRE(client.join("ada", "host").kind() == "joined");
  std::optional<ErrorCode> met;
  {
    const Flood flood(baton, 2);
    const auto until = std::chrono::steady_clock::now() + kLong;
    while (!met && std::chrono::steady_clock::now() < until) {
      std::vector<std::future<MessageResult>> results;
      for (int i = 0; i < 64; ++i) {
        results.push_back(client.handle().send_message(client.request("heartbeat")));
      }
      for (auto& future : results) {
        const MessageResult result = future.get();
        if (result.type == JANUS_PLUGIN_OK) {
          met = Answer{result.content, {}}.error();
        }
      }
    }
  }
  // What was taken is still being worked off; then there is room again.
  CHECK(comes_true([&] { return client.say("heartbeat").kind() == "heartbeat"; }));
  CHECK(baton.end() == kNothing);
  return met;
}

TEST_CASE("Bad input gets its numbered error and changes nothing") {
  std::set<ErrorCode> met;
  {
    Stage stage;
    for (const auto& rows : {message_rows(), sdp_rows(), session_rows(), role_rows(), setting_rows(),
                             peer_rows(), activity_rows()}) {
      for (const RefusalRow& row : rows) {
        check_row(stage, row);
        met.insert(row.expected);
      }
    }
    // Nothing was broken on the way.
    CHECK(stage.ada.say("heartbeat").kind() == "heartbeat");
    CHECK(stage.ada.say("unpublish").kind() == "unpublished");
    CHECK(stage.baton.end() == kNothing);
  }
  const auto busy = overfill_the_queue();
  REQUIRE(busy == ErrorCode::server_busy);
  met.insert(*busy);

  for (const core::ErrorRow& row : core::error_table()) {
    INFO(row.name);
    CHECK(met.contains(row.code) != (kOutOfReach.contains(row.code) || is_of_the_door(row.code)));
  }
}

TEST_CASE("The Admin API refuses what needs a session and what is no request") {
  Stage stage;
  const std::string before = stage.picture();
  for (const char* name : {"join", "heartbeat", "publish", "subscribe", "leave", "sync", "ready"}) {
    Json request = stage.ada.request(name);
    const SharedJson answer = stage.baton.operate(std::move(request.set("room", "stage").set("user", "x")));
    INFO(name << ": " << answer.dump());
    CHECK(answer.string("baton") == "error");
  }
  for (const char* text : {"[]", "7", "null", "\"list\"", "{}", "{\"request\":\"dance\"}"}) {
    const SharedJson answer = stage.baton.operate(Json::parse(text));
    INFO(text << ": " << answer.dump());
    CHECK(answer.string("baton") == "error");
  }
  CHECK(stage.picture() == before);
  CHECK(stage.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
