// SPDX-License-Identifier: GPL-3.0-or-later
// Which of a handle's PeerConnections is meant.
#include <catch2/catch.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "tests/plugin/scripted_bench.hpp"

namespace baton::testing {
namespace {

using namespace framework;

Jsep offer() {
  return {.type = JsepType::offer, .sdp = "v=0"};
}

/// A handle of which the plugin keeps its end.
struct Line {
  Line() {
    bench.script.on_message = [this](Handle& own, Message message) {
      kept = own;
      offered.push_back(message.jsep ? message.jsep->peer_connection : std::nullopt);
      return Reply::ok(Json::object());
    };
    client = bench.start_and_attach();
  }
  /// Ends everything and says which rules were broken.
  Lines end() {
    kept.reset();
    return bench.gateway.shut_down();
  }

  Bench bench;
  std::shared_ptr<FakeHandle> client;
  std::optional<Handle> kept;
  std::vector<std::optional<PeerConnectionNumber>> offered;
};

TEST_CASE("Each offer names the PeerConnection that Janus has made for it, and no two are the same") {
  Line line;
  for (int i = 0; i < 3; ++i) {
    line.client->request(Json::object(), offer());
    REQUIRE(line.offered.back());
    CHECK(line.kept->peer_connection() == *line.offered.back());
    line.client->hangup();
    line.client->sync();
    CHECK(line.kept->peer_connection() > *line.offered.back());
  }
  CHECK(line.offered[0] < line.offered[1]);
  CHECK(line.offered[1] < line.offered[2]);
  CHECK(line.end() == kNothing);
}

TEST_CASE("A PeerConnection is closed when it is meant, and the next one left alone") {
  Line line;
  line.client->request(Json::object(), offer());
  const PeerConnectionNumber first = *line.offered.back();
  line.client->hangup();
  line.client->sync();
  line.client->request(Json::object(), offer());
  const PeerConnectionNumber second = *line.offered.back();
  CHECK(line.kept->close_pc(first) == SendResult::refused);
  CHECK(line.client->close_pc_count() == 0);
  CHECK(line.kept->close_pc(second) == SendResult::sent);
  CHECK(line.client->close_pc_count() == 1);
  CHECK(line.end() == kNothing);
}

TEST_CASE(
    "A description for a PeerConnection that is down goes nowhere; one for any goes to the one there is") {
  Line line;
  line.client->request(Json::object(), offer());
  Jsep answer{.type = JsepType::answer, .sdp = "v=0", .peer_connection = line.offered.back()};
  CHECK(line.kept->push_event("", Json::object(), answer) == SendResult::sent);
  line.client->hangup();
  line.client->sync();
  line.client->request(Json::object(), offer());
  CHECK(line.kept->push_event("", Json::object(), answer) == SendResult::refused);
  answer.peer_connection.reset();
  CHECK(line.kept->push_event("", Json::object(), answer) == SendResult::sent);
  CHECK(line.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
