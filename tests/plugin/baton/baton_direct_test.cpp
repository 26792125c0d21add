// SPDX-License-Identifier: GPL-3.0-or-later
// The direct transport through the plugin's own door: messages by the C ABI, media by real sockets on
// loopback.
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/media/rtcp_view.hpp"
#include "tests/media/media_builders.hpp"
#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"
#include "tests/transports/direct/client/client_crowd.hpp"
#include "tests/transports/direct/dtls_pair.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using core::ErrorCode;
using framework::Json;
using media::test::Bytes;
using media::test::Frame;
using plugin::test::fixture;
using plugin::test::replaced;
namespace direct = transport::direct;

/// What the tests' browser says of its end, in the place of what a real one said.
std::string of_browser(const std::string& sdp, const direct::DtlsContext& browser) {
  const std::string mark = "a=fingerprint:sha-256 ";
  std::string text = sdp;
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    text.replace(begin, text.find_first_of("\r\n", begin) - begin, browser.fingerprint().to_string());
  }
  return text;
}

/// The rest of the first line that begins like this.
std::string value_of(const std::string& sdp, const std::string& name) {
  const std::size_t at = sdp.find("\n" + name);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + 1 + name.size();
  return sdp.substr(begin, sdp.find_first_of("\r\n", begin) - begin);
}

/// A UDP port that nobody has at this moment.
std::uint16_t free_port() {
  auto socket =
      direct::UdpSocket::open({.address = *direct::SocketAddress::parse("127.0.0.1", direct::Port{0})});
  REQUIRE(socket);
  return socket->local_address().port().value;
}

std::string config_for(std::uint16_t port) {
  return "general: { direct_port = " + std::to_string(port) +
         "; direct_addresses = [\"127.0.0.1\"]; direct_workers = 2; }\nroom-stage: { }\n";
}

/// A server with the direct transport, and the browsers' side of its PeerConnections.
struct DirectStage {
  const std::uint16_t port = free_port();
  Baton baton{config_for(port)};
  std::shared_ptr<const direct::DtlsContext> browser =
      direct::DtlsContext::make(*direct::Certificate::make());
  direct::test::ClientCrowd crowd{*direct::SocketAddress::parse("127.0.0.1", direct::Port{port})};

  direct::test::DirectClient& connect(const std::string& server_sdp) {
    return crowd.add(browser, {{value_of(server_sdp, "a=ice-ufrag:"), value_of(server_sdp, "a=ice-pwd:")},
                               *direct::Fingerprint::parse(value_of(server_sdp, "a=fingerprint:sha-256 ")),
                               direct::DtlsRole::client,
                               50ms});
  }
  [[nodiscard]] std::string offer() const { return of_browser(fixture("chromium/direct_publish"), *browser); }
  [[nodiscard]] std::string answer() const { return of_browser(fixture("chromium/direct_vp8"), *browser); }

  direct::test::DirectClient& publish(Client& host) {
    const Answer published = host.ask(host.request("publish").set("transport", "direct").set("sdp", offer()));
    INFO(published.body.dump());
    REQUIRE(published.kind() == "published");
    CHECK_FALSE(published.jsep);
    CHECK(published.body.string("transport") == "direct");
    return connect(text_of(published.body, "sdp"));
  }
  direct::test::DirectClient& watch(Client& viewer) {
    const Answer offered = viewer.ask(viewer.request("subscribe").set("transport", "direct"));
    INFO(offered.body.dump());
    REQUIRE(offered.kind() == "subscribed");
    CHECK_FALSE(offered.jsep);
    const Answer started =
        viewer.ask(viewer.request("start").set("transport", "direct").set("sdp", answer()));
    INFO(started.body.dump());
    REQUIRE(started.kind() == "started");
    return connect(text_of(offered.body, "sdp"));
  }
  bool run(const std::function<bool()>& done) { return crowd.run(done, 10s); }
};

/// One frame of the publisher's video, as the fixture negotiated it.
Bytes frame(std::uint16_t number, Frame kind, const std::string& offer) {
  const std::string ssrc = value_of(offer.substr(offer.find("m=video")), "a=ssrc:");
  return media::test::make_rtp(
      {.sequence = number,
       .timestamp = number * 3000U,
       .ssrc = static_cast<std::uint32_t>(std::stoul(ssrc)),
       .payload_type = 96,
       .marker = media::Marker::set,
       .payload = media::test::make_vp8(kind, media::test::Piece::first, number & 0x7FFFU)});
}

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

TEST_CASE("A port that is taken keeps the plugin from starting") {
  auto taken =
      direct::UdpSocket::open({.address = *direct::SocketAddress::parse("127.0.0.1", direct::Port{0})});
  REQUIRE(taken);
  const ConfigFolder folder(config_for(taken->local_address().port().value));
  FakeGateway gateway({.config_folder = folder.path()}, FakeGateway::load(kBaton));
  CHECK(gateway.init() != 0);
  CHECK(gateway.shut_down() == kNothing);
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

}  // namespace
}  // namespace baton::testing
