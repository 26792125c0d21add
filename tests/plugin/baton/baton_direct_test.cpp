// SPDX-License-Identifier: GPL-3.0-or-later
// The direct transport: who may use it, and how media go.
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "core/media/rtcp_view.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/baton/direct_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using media::test::Frame;
using plugin::test::fixture;
using plugin::test::replaced;

const std::vector<std::string> kNothing;

TEST_CASE("A host and viewers by either transport in one room: all four ways carry the picture") {
  DirectStage stage;
  Client ada(stage.baton);
  const Answer joined = ada.join("ada", "host");
  REQUIRE(joined.kind() == "joined");
  CHECK(joined.body.get("transports").dump() == R"(["direct","gateway"])");
  Client vera(stage.baton);
  REQUIRE(vera.join("vera").kind() == "joined");
  Client will(stage.baton);
  REQUIRE(will.join("will").kind() == "joined");
  watch(will);

  auto& screen = stage.watch(vera);
  std::size_t shown = 0;
  screen.on_rtp = [&shown](media::ByteView) { ++shown; };
  REQUIRE(stage.run([&] { return screen.connected(); }));

  auto& camera = stage.publish(ada);
  std::size_t asked = 0;
  camera.on_rtcp = [&asked](media::ByteView compound) {
    const auto view = media::RtcpView::parse(compound);
    asked += view && view->summary().asks_for_keyframe() ? 1 : 0;
  };
  REQUIRE(stage.run([&] { return camera.connected(); }));
  const std::string offer = stage.offer();
  camera.protect_rtp(frame(100, Frame::delta, offer));
  CHECK(stage.run([&] { return asked > 0; }));
  for (std::uint16_t number = 101; number <= 110; ++number) {
    camera.protect_rtp(frame(number, number == 101 ? Frame::key : Frame::delta, offer));
    stage.crowd.turn(2ms);
  }
  CHECK(stage.run([&] { return shown >= 10; }));
  CHECK(wait_video(will, 10).size() >= 10);
  CHECK(participant(stage.baton.snapshot("stage"), "ada").boolean("publishing") == true);

  REQUIRE(ada.say("unpublish").kind() == "unpublished");
  const std::size_t before = shown;
  go_on_air(ada);
  VideoSource behind_gateway(ada, 0x777, 9, 9);
  behind_gateway.key();
  CHECK(stage.run([&] { return shown > before; }));
  CHECK(stage.baton.end() == kNothing);
}

TEST_CASE("A direct host that stops answering is offline, and its place is its own again when it is back") {
  DirectStage stage;
  Client ada(stage.baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  Client vera(stage.baton);
  REQUIRE(vera.join("vera").kind() == "joined");
  auto& camera = stage.publish(ada);
  REQUIRE(stage.run([&] { return camera.connected(); }));
  camera.protect_rtp(frame(1, Frame::key, stage.offer()));
  camera.close();
  stage.crowd.turn(20ms);
  CHECK(vera.wait("host_offline").get("grace").string("reason") == "media_hangup");
  auto& again = stage.publish(ada);
  REQUIRE(stage.run([&] { return again.connected(); }));
  again.protect_rtp(frame(900, Frame::key, stage.offer()));
  stage.crowd.turn(20ms);
  CHECK(vera.wait("host_returned").string("user") == "ada");
  CHECK(stage.baton.end() == kNothing);
}

TEST_CASE("What the direct transport cannot take is refused by name, and the handle is as before") {
  struct Row {
    const char* what;
    ErrorCode expected;
    std::function<Answer(DirectStage&, Client&)> act;
  };
  const auto ask = [](Client& client, const char* name, const std::string& sdp) {
    return client.ask(client.request(name).set("transport", "direct").set("sdp", sdp));
  };
  const std::vector<Row> rows = {
      {"no description", ErrorCode::element_missing,
       [](DirectStage&, Client& client) {
         return client.ask(client.request("publish").set("transport", "direct"));
       }},
      {"no transport that there is", ErrorCode::element_invalid,
       [](DirectStage&, Client& client) {
         return client.ask(client.request("subscribe").set("transport", "pigeon"));
       }},
      {"jsep beside it", ErrorCode::jsep_unexpected,
       [](DirectStage& stage, Client& client) {
         return client.ask(client.request("publish").set("transport", "direct").set("sdp", stage.offer()),
                           publish_offer());
       }},
      {"no SDP", ErrorCode::sdp_invalid,
       [ask](DirectStage&, Client& client) { return ask(client, "publish", "hello"); }},
      {"an offer without ICE", ErrorCode::sdp_transport_unusable,
       [ask](DirectStage& stage, Client& client) {
         return ask(client, "publish", replaced(stage.offer(), "a=ice-ufrag", "a=x"));
       }},
      {"another codec", ErrorCode::codec_not_in_room,
       [ask](DirectStage& stage, Client& client) {
         return ask(client, "publish", replaced(stage.offer(), "VP8/90000", "XX8/90000"));
       }},
      {"an answer to nothing", ErrorCode::not_subscribed,
       [ask](DirectStage& stage, Client& client) { return ask(client, "start", stage.answer()); }},
  };
  DirectStage stage;
  Client ada(stage.baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  for (const Row& row : rows) {
    INFO(row.what);
    const Answer answer = row.act(stage, ada);
    INFO(answer.body.dump());
    CHECK(answer.error() == row.expected);
  }
  auto& camera = stage.publish(ada);
  CHECK(stage.run([&] { return camera.connected(); }));
  CHECK(stage.baton.end() == kNothing);
}

TEST_CASE("A viewer is answered its checks before its own answer is there, and connects with that") {
  DirectStage stage;
  Client vera(stage.baton);
  REQUIRE(vera.join("vera").kind() == "joined");
  auto& screen = stage.connect(DirectStage::subscribe(vera));
  // Long enough for a handshake, if one were to be had.
  CHECK(stage.run([&] { return screen.checks_answered() >= 5; }));
  CHECK_FALSE(screen.connected());
  stage.start(vera);
  CHECK(stage.run([&] { return screen.connected(); }));
  CHECK(stage.baton.end() == kNothing);
}

TEST_CASE("Who leaves the transport to the server gets the one that it prefers, with the join or later") {
  const auto join = [](Client& client, const char* user, const char* transport) {
    return client.join(user, "viewer", Json::object().set("subscribe", true).set("transport", transport));
  };
  SECTION("direct, where there is that") {
    DirectStage stage;
    Client vera(stage.baton);
    const Answer joined = join(vera, "vera", "auto");
    CHECK(joined.body.string("transport") == "direct");
    CHECK_FALSE(text_of(joined.body, "sdp").empty());
    Client will(stage.baton);
    REQUIRE(will.join("will").kind() == "joined");
    CHECK(will.ask(will.request("subscribe").set("transport", "auto")).body.string("transport") == "direct");
    CHECK(stage.baton.end() == kNothing);
  }
  SECTION("the gateway, where there is nothing else") {
    Baton baton("room-stage: { }\n");
    Client vera(baton);
    const Answer joined = join(vera, "vera", "auto");
    CHECK(joined.kind() == "joined");
    CHECK(joined.jsep);
    CHECK(joined.body.get("transports").dump() == R"(["gateway"])");
    CHECK(baton.end() == kNothing);
  }
  SECTION("and a join stands that asks for another one than there is") {
    Baton baton("room-stage: { }\n");
    Client vera(baton);
    const Answer joined = join(vera, "vera", "direct");
    CHECK(joined.kind() == "joined");
    CHECK_FALSE(joined.jsep);
    CHECK(joined.body.get("subscribe_error").string("error_name") == "transport_not_offered");
    CHECK(vera.ask(vera.request("subscribe").set("transport", "auto")).jsep);
    CHECK(baton.end() == kNothing);
  }
}

TEST_CASE("A port that is taken keeps the plugin from starting") {
  auto taken =
      direct::UdpSocket::open({.address = *direct::SocketAddress::parse("127.0.0.1", direct::Port{0})});
  REQUIRE(taken);
  const ConfigFolder folder(config_for(taken->local_address().port().value));
  FakeGateway gateway({.config_folder = folder.path()}, FakeGateway::load(kBaton));
  CHECK(gateway.init() != 0);
  CHECK(gateway.shut_down() == kNothing);
}

}  // namespace
}  // namespace baton::testing
