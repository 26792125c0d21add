// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/plugin/fake_gateway.hpp"

namespace baton::testing {
namespace {

using framework::Jsep;
using framework::JsepType;
using framework::Json;
using framework::MediaIndex;
using framework::MediaKind;

const std::vector<std::string> kNothing;

const std::string kOffer =
    "v=0\r\no=- 42 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\na=rtpmap:111 "
    "opus/48000/2\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\na=ssrc:1 cname:x\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\n"
    "a=rtcp-fb:96 nack pli\r\na=rid:h send\r\na=simulcast:send h\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=sctp-port:5000\r\n";

const std::string kAnswer =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=echo\r\nt=0 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\na=rtpmap:111 "
    "opus/48000/2\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=recvonly\r\na=rtpmap:96 VP8/90000\r\n"
    "a=rtcp-fb:96 nack pli\r\n"
    "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n";

TEST_CASE("The minimal plugin's library loads as Janus loads it and tells its name") {
  janus_plugin* const plugin = FakeGateway::load(BATON_MINIMAL_PLUGIN);
  CHECK(std::string(plugin->get_package()) == "janus.plugin.minimal");
  CHECK(plugin->get_api_compatibility() == JANUS_PLUGIN_API_VERSION);
  CHECK(std::string(plugin->get_version_string()) == "0.1.0");
}

TEST_CASE("The minimal plugin echoes messages") {
  FakeGateway gateway({}, FakeGateway::load(BATON_MINIMAL_PLUGIN));
  REQUIRE(gateway.init() == 0);
  const auto handle = gateway.attach();
  REQUIRE(handle);
  const MessageResult result = handle->request(Json::object().set("hello", "world"));
  CHECK(result.type == JANUS_PLUGIN_OK);
  CHECK(result.content.dump() == R"({"minimal":"echo","you_said":{"hello":"world"}})");
  CHECK(gateway.shut_down() == kNothing);
}

TEST_CASE("The minimal plugin answers an offer under the offer's transaction") {
  FakeGateway gateway({.jsep_push_delay = std::chrono::milliseconds(20)},
                      FakeGateway::load(BATON_MINIMAL_PLUGIN));
  REQUIRE(gateway.init() == 0);
  const auto handle = gateway.attach();
  const MessageResult result =
      handle->request(Json::object(), Jsep{.type = JsepType::offer, .sdp = kOffer}, "offer-1");
  CHECK(result.type == JANUS_PLUGIN_OK_WAIT);
  const auto event = handle->next_event();
  REQUIRE(event);
  CHECK(event->transaction == "offer-1");
  REQUIRE(event->jsep);
  CHECK(event->jsep->type == JsepType::answer);
  CHECK(event->jsep->sdp == kAnswer);
  CHECK(handle->request(Json::object(), Jsep{.type = JsepType::answer, .sdp = kOffer})
            .content.string("minimal") == "error");
  CHECK(gateway.shut_down() == kNothing);
}

TEST_CASE("The minimal plugin sends media back, byte for byte") {
  FakeGateway gateway({}, FakeGateway::load(BATON_MINIMAL_PLUGIN));
  REQUIRE(gateway.init() == 0);
  const auto handle = gateway.attach();
  const std::vector<std::uint8_t> rtp = {0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xAA, 0xBB};
  const std::vector<std::uint8_t> rtcp = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
  handle->setup_media();
  handle->incoming_rtp(MediaKind::video, MediaIndex(1), rtp);
  handle->incoming_rtcp(MediaKind::video, MediaIndex(1), rtcp);
  handle->incoming_data("chat", "hi");
  handle->sync();
  REQUIRE(handle->rtp().size() == 1);
  CHECK(handle->rtp()[0].bytes == rtp);
  CHECK(handle->rtp()[0].kind == MediaKind::video);
  CHECK(handle->rtp()[0].media_index == MediaIndex(1));
  REQUIRE(handle->rtcp().size() == 1);
  CHECK(handle->rtcp()[0].bytes == rtcp);
  REQUIRE(handle->data().size() == 1);
  CHECK(handle->data()[0].bytes == "hi");
  CHECK(handle->query().dump() == R"({"packets":1})");
  CHECK(gateway.shut_down() == kNothing);
}

TEST_CASE("The minimal plugin can be initialized again after its end, and forgets nothing it owes") {
  janus_plugin* const plugin = FakeGateway::load(BATON_MINIMAL_PLUGIN);
  for (int life = 0; life < 3; ++life) {
    FakeGateway gateway({}, plugin);
    REQUIRE(gateway.init() == 0);
    const auto handle = gateway.attach();
    CHECK(handle->request(Json::object()).type == JANUS_PLUGIN_OK);
    CHECK(gateway.shut_down(FakeGateway::Order::plugin_then_sessions) == kNothing);
  }
}

}  // namespace
}  // namespace baton::testing
