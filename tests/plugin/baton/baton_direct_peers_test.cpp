// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown of PeerConnections, and that nothing is left of those that ended.
#include <malloc.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "core/media/rtcp_view.hpp"
#include "tests/plugin/baton/direct_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using media::test::Frame;

const std::vector<std::string> kNothing;

framework::SharedJson peers_of(Baton& baton) {
  return baton.operate(verb("status").set("room", "stage").set("peers", true));
}

TEST_CASE("Each PeerConnection is shown with its figures, to whoever administers the room and no one else") {
  DirectStage stage;
  Client ada(stage.baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  Client vera(stage.baton);
  REQUIRE(vera.join("vera").kind() == "joined");
  Client will(stage.baton);
  REQUIRE(will.join("will").kind() == "joined");
  watch(will);
  auto& screen = stage.watch(vera);
  auto& camera = stage.publish(ada);
  REQUIRE(stage.run([&] { return camera.connected() && screen.connected(); }));
  for (std::uint16_t number = 1; number <= 20; ++number) {
    camera.protect_rtp(frame(number, number == 1 ? Frame::key : Frame::delta, stage.offer()));
    stage.crowd.turn(2ms);
  }
  framework::SharedJson status;
  const auto of = [&status](std::size_t index) { return status.get("peers").at(index); };
  CHECK(stage.run([&] {
    status = peers_of(stage.baton);
    return of(0).get("video").integer("packets") == 20 && of(1).get("video").integer("packets") == 20;
  }));
  INFO(status.get("peers").dump());
  REQUIRE(status.get("peers").size() == 3);
  const auto row = [&of](std::size_t index) {
    return text_of(of(index), "user") + " " + text_of(of(index), "carries") + " " +
           text_of(of(index), "transport") + " " + text_of(of(index), "srtp");
  };
  CHECK(row(0) == "ada publication direct AEAD_AES_128_GCM");
  CHECK(row(1) == "vera subscription direct AEAD_AES_128_GCM");
  CHECK(row(2) == "will subscription gateway ");
  CHECK(of(0).get("video").integer("lost") == 0);
  CHECK(of(1).integer("connected_ms").has_value());
  CHECK(of(1).integer("ice_restarts") == 0);

  const auto shown = [](Client& client) { return client.handle().query(); };
  CHECK(shown(vera).get("peer").string("srtp") == "AEAD_AES_128_GCM");
  CHECK(shown(ada).get("peer").get("video").integer("packets") == 20);
  CHECK(shown(will).get("peer").string("transport") == "gateway");
  CHECK_FALSE(status.contains("direct"));
  // Each worker tells of itself once a second.
  CHECK(stage.run(
      [&] { return stage.baton.operate(verb("list")).get("direct").integer("handshakes_begun") == 2; }));

  Client stranger(stage.baton);
  CHECK(stranger.ask(verb("status").set("room", "stage")).kind() == "status");
  CHECK(stranger.ask(verb("status").set("room", "stage").set("peers", true)).error() ==
        ErrorCode::secret_wrong);
  REQUIRE(ada.say("unpublish").kind() == "unpublished");
  // The answer may be read before what it announces is done.
  CHECK(stage.run([&] { return !shown(ada).contains("peer"); }));
  CHECK(stage.baton.end() == kNothing);
}

TEST_CASE("A direct peer is gone with whatever ends it: no address of it is answered, and nothing is kept") {
  DirectStage stage;
  Client ada(stage.baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  Client vera(stage.baton);
  REQUIRE(vera.join("vera").kind() == "joined");
  auto& screen = stage.watch(vera);
  REQUIRE(stage.run([&] { return screen.connected(); }));
  const auto peers = [&] { return stage.baton.operate(verb("list")).get("direct").integer("peers"); };
  REQUIRE(stage.run([&] { return peers() == 1; }));
  SECTION("Janus's hangup") {
    vera.handle().hangup();
    vera.handle().sync();
  }
  SECTION("the handle's end") {
    vera.detach();
  }
  SECTION("the participant's leave") {
    REQUIRE(vera.say("leave").kind() == "left");
  }
  SECTION("a kick") {
    REQUIRE(ada.ask(std::move(ada.request("kick").set("user", "vera"))).kind() == "kicked");
  }
  SECTION("a newer session of the same user") {
    Client again(stage.baton);
    REQUIRE(again.join("vera").kind() == "joined");
  }
  SECTION("the room's end") {
    REQUIRE(ada.say("end").kind() == "ended");
  }
  CHECK(stage.run([&] { return screen.closed(); }));  // It is told, if it listens.
  CHECK(stage.run([&] { return peers() == 0; }));
  CHECK(stage.baton.operate(verb("list")).get("direct").integer("addresses") == 0);
  const std::size_t answered = screen.checks_answered();
  CHECK_FALSE(stage.crowd.run([&] { return screen.checks_answered() > answered; }, 300ms));
  CHECK(stage.baton.end() == kNothing);
}

TEST_CASE("Handles that come and go in the middle of everything leave nothing behind") {
  DirectStage stage;
  Client ada(stage.baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  auto& camera = stage.publish(ada);
  REQUIRE(stage.run([&] { return camera.connected(); }));
  camera.protect_rtp(frame(1, Frame::key, stage.offer()));
  for (int i = 0; i < 10; ++i) {
    Client viewer(stage.baton);
    REQUIRE(viewer.join("viewer" + std::to_string(i)).kind() == "joined");
    if (i % 3 == 0) {
      // Offered, and never answered.
      REQUIRE(viewer.ask(viewer.request("subscribe").set("transport", "direct")).kind() == "subscribed");
    } else {
      auto& screen = stage.watch(viewer);
      if (i % 3 == 1) {
        REQUIRE(stage.run([&] { return screen.connected(); }));
      }
    }
    viewer.detach();
  }
  ada.detach();
  CHECK(stage.baton.end() == kNothing);
}

/// Bytes that this process has from the allocator, and descriptors that it has open. The former says nothing
/// under sanitizers, which have an allocator of their own and find leaks by themselves.
struct Held {
  std::size_t bytes = mallinfo2().uordblks;
  std::size_t descriptors = static_cast<std::size_t>(std::distance(
      std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
};

/// So many people join and leave; in between each sees something, if `show` is given.
void let_viewers_pass(DirectStage& stage, std::size_t count, const std::function<void()>& show) {
  direct::test::ClientCrowd crowd(stage.server);
  std::vector<Client> viewers;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Client& viewer = viewers.emplace_back(stage.baton);
    REQUIRE(viewer.join("viewer" + std::to_string(i)).kind() == "joined");
    if (show) {
      const std::string offer = DirectStage::subscribe(viewer);
      stage.start(viewer);
      crowd.add(stage.browser, DirectStage::settings_for(offer)).on_rtp = [&shown](media::ByteView) {
        ++shown;
      };
    }
  }
  const auto all_connected = [&] {
    for (std::size_t i = 0; i < crowd.size(); ++i) {
      if (!crowd.at(i).connected()) {
        return false;
      }
    }
    return true;
  };
  REQUIRE(crowd.run(all_connected, 20s));
  if (show) {
    show();
    CHECK(crowd.run([&] { return shown >= count; }, 10s));
  }
  for (Client& viewer : viewers) {
    REQUIRE(viewer.say("leave").kind() == "left");
    viewer.detach();
    // The gateway of the tests keeps handles, with what was said to them.
    while (viewer.handle().next_event(0ms)) {
    }
  }
}

TEST_CASE("Viewers who join, watch and leave, time after time, take with them what they brought") {
  constexpr std::size_t kViewers = 50;
  constexpr std::size_t kRounds = 3;
  DirectStage stage({.event_loops = 2});
  Client ada(stage.baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  auto& camera = stage.publish(ada);
  REQUIRE(stage.run([&] { return camera.connected(); }));
  const auto peers = [&] { return stage.baton.operate(verb("list")).get("direct").integer("peers"); };
  std::uint16_t number = 0;
  const auto show = [&] {
    camera.protect_rtp(frame(++number, Frame::key, stage.offer()));
    stage.crowd.turn(2ms);
  };
  const auto held_after = [&](std::size_t rounds, const std::function<void()>& shows) {
    for (std::size_t round = 0; round < rounds; ++round) {
      let_viewers_pass(stage, kViewers, shows);
      CHECK(stage.run([&] { return peers() == 1; }));
    }
    ada.settle();
    return Held();
  };
  // Tables that stay are filled.
  const Held first = held_after(2, show);
  const Held joined = held_after(kRounds, nullptr);
  const Held watched = held_after(kRounds, show);
  CHECK(watched.descriptors == first.descriptors);
  // The gateway of the tests keeps everything that was said, twice; the descriptions are some 8 kB of that. A
  // viewer's media alone are tens of kilobytes.
  const auto grown = [](const Held& from, const Held& to) {
    return (static_cast<double>(to.bytes) - static_cast<double>(from.bytes)) / (kRounds * kViewers * 1024);
  };
  INFO("kB for each who joined: " << grown(first, joined) << ", and watched: " << grown(joined, watched));
  CHECK(grown(joined, watched) < grown(first, joined) + 12);
  CHECK(stage.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
