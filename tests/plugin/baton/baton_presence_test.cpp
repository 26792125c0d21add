// SPDX-License-Identifier: GPL-3.0-or-later
// Who is there, and who is told of it when.
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using framework::Json;
using framework::JsonView;
using framework::SharedJson;

const std::vector<std::string> kNothing;

/// Whoever is silent for two seconds is offline.
Json impatient() {
  return Json::object()
      .set("room", "stage")
      .set("heartbeat_interval_ms", 1000)
      .set("presence_timeout_ms", 2000);
}

TEST_CASE("A storm of departures is told in few events, each user once, and a newcomer hears it at once") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  Client ada(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  constexpr std::size_t kViewers = 10;
  std::vector<std::unique_ptr<Client>> viewers;
  for (std::size_t i = 0; i < kViewers; ++i) {
    viewers.push_back(std::make_unique<Client>(baton));
    REQUIRE(viewers.back()->join("v" + std::to_string(i)).kind() == "joined");
  }
  for (auto& viewer : viewers) {
    viewer->detach();
  }
  ada.settle();
  const SharedJson status = baton.status("stage");
  CHECK(status.get("presence").integer("active") == 1);
  CHECK(status.get("presence").integer("offline") == static_cast<std::int64_t>(kViewers));
  const std::int64_t untold = status.get("presence").integer("untold").value_or(0);
  CHECK(untold > 0);
  // Everybody knows now what the newcomer's snapshot shows.
  Client late(baton);
  const Answer joined = late.join("late");
  CHECK(participant(joined.body.get("snapshot"), "v9").string("presence") == "offline");
  std::multiset<std::string> told;
  std::size_t events = 0;
  while (told.size() < kViewers) {
    const SharedJson event = ada.wait("presence_changed");
    ++events;
    event.get("changes").for_each_element([&](JsonView change) {
      CHECK(change.string("presence") == "offline");
      told.insert(text_of(change, "user"));
    });
  }
  CHECK(std::set<std::string>(told.begin(), told.end()).size() == kViewers);
  CHECK(told.size() == kViewers);
  CHECK(events == kViewers - static_cast<std::size_t>(untold) + 1);
  CHECK(baton.status("stage").get("presence").integer("untold") == 0);
  CHECK_FALSE(late.hears("presence_changed", 0ms));
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Packets keep a host there whose heartbeats fail to come") {
  Baton baton;
  baton.create(impatient().set("media_silence_ms", 60'000));
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  go_on_air(ada);
  VideoSource camera(ada);
  camera.key();
  const auto until = std::chrono::steady_clock::now() + 5s;
  while (std::chrono::steady_clock::now() < until) {
    camera.deltas(1);
    CHECK(cyd.say("heartbeat").kind() == "heartbeat");
    std::this_thread::sleep_for(50ms);
  }
  CHECK_FALSE(cyd.hears("host_offline", 0ms));
  CHECK_FALSE(cyd.hears("presence_changed", 0ms));
  CHECK(baton.status("stage").get("presence").integer("active") == 2);
  // When they cease, too, it is offline.
  CHECK(comes_true([&] {
    static_cast<void>(cyd.say("heartbeat"));
    return cyd.hears("host_offline", 200ms);
  }));
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Reports of a viewer on a further handle keep it there") {
  Baton baton;
  baton.create(impatient());
  Client ada(baton), cyd(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  Client media = Client::beside(baton, cyd);
  watch(media);
  const auto until = std::chrono::steady_clock::now() + 5s;
  while (std::chrono::steady_clock::now() < until) {
    media.handle().incoming_rtcp(framework::MediaKind::video, framework::MediaIndex(1),
                                 picture_loss_indication());
    CHECK(ada.say("heartbeat").kind() == "heartbeat");
    std::this_thread::sleep_for(100ms);
  }
  CHECK_FALSE(ada.hears("presence_changed", 0ms));
  CHECK(comes_true([&] {
    static_cast<void>(ada.say("heartbeat"));
    return ada.hears_presence("cyd", "offline", 200ms);
  }));
  CHECK(baton.end() == kNothing);
}

TEST_CASE("The host is told when the first comes and the last goes, and how full the room is") {
  Baton baton;
  baton.create(Json::object().set("room", "stage").set("max_viewers", 3).set("warn_viewers", 2));
  Client ada(baton), cyd(baton), dan(baton), eve(baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  const auto audience = [&](std::int64_t present, std::int64_t viewers, const char* level) {
    const SharedJson event = ada.wait("audience");
    INFO(event.dump());
    CHECK(event.integer("present") == present);
    CHECK(event.integer("viewers") == viewers);
    CHECK(event.string("level") == level);
  };
  audience(0, 0, "normal");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  audience(1, 1, "normal");
  REQUIRE(dan.join("dan").kind() == "joined");
  audience(2, 2, "warn");
  REQUIRE(eve.join("eve").kind() == "joined");
  audience(3, 3, "full");
  CHECK(eve.say("leave").kind() == "left");
  audience(2, 2, "warn");
  dan.detach();  // It keeps its place.
  cyd.detach();
  audience(0, 2, "warn");
  CHECK_FALSE(cyd.hears("audience", 0ms));
  Client again(baton);
  CHECK(again.rejoin("cyd", "viewer", cyd.claim()).kind() == "joined");
  audience(1, 2, "warn");
  // A host who returns is told anew.
  ada.detach();
  Client returned(baton);
  CHECK(returned.rejoin("ada", "host", ada.claim()).body.string("role") == "host");
  CHECK(returned.wait("audience").string("level") == "warn");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Whoever missed something asks for the room as it is") {
  Baton baton;
  baton.create(Json::object().set("room", "stage"));
  Client ada(baton), cyd(baton);
  const Answer joined = ada.join("ada", "host");
  REQUIRE(cyd.join("cyd").kind() == "joined");
  const Answer synced = ada.say("sync");
  CHECK(synced.kind() == "synced");
  CHECK(synced.body.string("room") == "stage");
  CHECK(synced.body.integer("signals_sent") == 0);
  CHECK(synced.body.get("snapshot").equals(baton.snapshot("stage")));
  CHECK(synced.body.get("snapshot").integer("room_version") >
        joined.body.get("snapshot").integer("room_version"));
  CHECK(participant(synced.body.get("snapshot"), "cyd"));
  CHECK(baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
