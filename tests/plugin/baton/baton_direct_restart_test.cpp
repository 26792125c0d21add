// SPDX-License-Identifier: GPL-3.0-or-later
// ICE restarts of the direct transport: the same PeerConnection goes on another way.
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/plugin/baton/direct_stage.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using media::test::Frame;
using plugin::test::fixture;
using plugin::test::replaced;

const std::vector<std::string> kNothing;

Json restart_of(Client& client) {
  return std::move(client.request("configure").set("transport", "direct"));
}

TEST_CASE("After an ICE restart a viewer and a host go on from another address, without a handshake") {
  DirectStage stage;
  Client ada(stage.baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  Client vera(stage.baton);
  REQUIRE(vera.join("vera").kind() == "joined");
  const std::string first_offer = DirectStage::subscribe(vera);
  stage.start(vera);
  auto& screen = stage.connect(first_offer);
  std::size_t shown = 0;
  screen.on_rtp = [&shown](media::ByteView) { ++shown; };
  auto& camera = stage.publish(ada);
  REQUIRE(stage.run([&] { return screen.connected() && camera.connected(); }));
  std::uint16_t number = 100;
  const auto moves = [&](Frame first) {
    const std::size_t before = shown;
    const auto kinds = {first, Frame::delta, Frame::delta};
    for (const Frame kind : kinds) {
      camera.protect_rtp(frame(++number, kind, stage.offer()));
      stage.crowd.turn(2ms);
    }
    return stage.run([&] { return shown >= before + 3; });
  };
  REQUIRE(moves(Frame::key));

  const Answer offered = vera.ask(std::move(restart_of(vera).set("restart", true)));
  INFO(offered.body.dump());
  REQUIRE(offered.kind() == "configured");
  CHECK(offered.body.string("transport") == "direct");
  const std::string offer = text_of(offered.body, "sdp");
  CHECK(value_of(offer, "a=ice-ufrag:") != value_of(first_offer, "a=ice-ufrag:"));
  CHECK(value_of(offer, "a=ice-pwd:") != value_of(first_offer, "a=ice-pwd:"));
  CHECK(value_of(offer, "a=fingerprint:") == value_of(first_offer, "a=fingerprint:"));
  CHECK(value_of(offer.substr(offer.find("m=video")), "a=ssrc:") ==
        value_of(first_offer.substr(first_offer.find("m=video")), "a=ssrc:"));
  // The pair of before is good as long as no check has proved the new one.
  CHECK(moves(Frame::delta));
  stage.move(0, offer);
  const std::size_t checks = screen.checks_answered();
  CHECK(stage.run([&] { return screen.checks_answered() > checks; }));
  CHECK(moves(Frame::delta));
  const std::string answer = of_browser(fixture("chromium/direct_restart"), *stage.browser);
  CHECK(vera.ask(vera.request("start").set("transport", "direct").set("sdp", answer)).kind() == "started");
  CHECK(vera.ask(vera.request("start").set("transport", "direct").set("sdp", answer)).error() ==
        ErrorCode::not_subscribed);

  const std::string again = of_browser(fixture("chromium/direct_publish_restart"), *stage.browser);
  const Answer answered = ada.ask(std::move(restart_of(ada).set("sdp", again)));
  INFO(answered.body.dump());
  REQUIRE(answered.kind() == "configured");
  stage.move(1, text_of(answered.body, "sdp"));
  CHECK(moves(Frame::delta));
  // The same once more changes nothing, and is answered.
  const Answer same = ada.ask(std::move(restart_of(ada).set("sdp", again)));
  CHECK(text_of(same.body, "sdp") == text_of(answered.body, "sdp"));
  CHECK(moves(Frame::delta));
  CHECK(screen.unreadable() == 0);
  CHECK(stage.baton.end() == kNothing);
}

TEST_CASE("What is no ICE restart is refused by name, and what there was goes on") {
  DirectStage stage;
  Client ada(stage.baton);
  REQUIRE(ada.join("ada", "host").kind() == "joined");
  Client vera(stage.baton);
  REQUIRE(vera.join("vera").kind() == "joined");
  const std::string offer = of_browser(fixture("chromium/direct_publish_restart"), *stage.browser);
  const auto ask = [](Client& client, const std::string& sdp) {
    return client.ask(std::move(restart_of(client).set("sdp", sdp))).error();
  };
  const auto ask_anew = [](Client& client) {
    return client.ask(std::move(restart_of(client).set("restart", true))).error();
  };
  CHECK(ask(ada, offer) == ErrorCode::not_publishing);
  CHECK(ask_anew(vera) == ErrorCode::not_subscribed);
  auto& camera = stage.publish(ada);
  auto& screen = stage.watch(vera);
  REQUIRE(stage.run([&] { return camera.connected() && screen.connected(); }));

  CHECK(ask(vera, offer) == ErrorCode::not_publishing);
  CHECK(ask_anew(ada) == ErrorCode::not_subscribed);
  CHECK(ask(ada, "hello") == ErrorCode::sdp_invalid);
  CHECK(ask(ada, fixture("chromium/direct_publish_restart")) == ErrorCode::not_a_restart);
  const std::string ssrc = value_of(offer.substr(offer.find("m=video")), "a=ssrc:");
  CHECK(ask(ada, replaced(offer, ssrc.substr(0, ssrc.find(' ')), "77")) == ErrorCode::not_a_restart);
  CHECK(ask(ada, replaced(offer, "a=setup:actpass", "a=setup:passive")) == ErrorCode::not_a_restart);
  CHECK_FALSE(ask_anew(vera));
  const Answer another = vera.ask(
      vera.request("start").set("transport", "direct").set("sdp", fixture("chromium/direct_restart")));
  CHECK(another.error() == ErrorCode::not_a_restart);

  std::size_t shown = 0;
  screen.on_rtp = [&shown](media::ByteView) { ++shown; };
  camera.protect_rtp(frame(1, Frame::key, stage.offer()));
  CHECK(stage.run([&] { return shown > 0; }));
  CHECK(stage.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
