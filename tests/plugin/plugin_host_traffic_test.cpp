// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <chrono>
#include <optional>

#include "framework/log.hpp"
#include "tests/plugin/scripted_bench.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using namespace framework;

TEST_CASE("Each kind of reply becomes Janus's result") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  SECTION("an answer") {
    bench.script.on_message = [](Handle&, Message) { return Reply::ok(Json::object().set("a", 1)); };
    const MessageResult result = handle->request(Json::object());
    CHECK(result.type == JANUS_PLUGIN_OK);
    CHECK(result.content.dump() == R"({"a":1})");
  }
  SECTION("a promise of events") {
    bench.script.on_message = [](Handle&, Message) { return Reply::accepted(); };
    CHECK(handle->request(Json::object()).type == JANUS_PLUGIN_OK_WAIT);
  }
  SECTION("a failure") {
    bench.script.on_message = [](Handle&, Message) { return Reply::error("Broken."); };
    const MessageResult result = handle->request(Json::object());
    CHECK(result.type == JANUS_PLUGIN_ERROR);
    CHECK(result.text == "Broken.");
  }
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("A message carries transaction, body and session description") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  Message seen;
  bench.script.on_message = [&](Handle&, Message message) {
    seen = std::move(message);
    return Reply::accepted();
  };
  SECTION("with everything") {
    handle->request(Json::object().set("request", "x"),
                    Jsep{.type = JsepType::offer,
                         .sdp = "v=0",
                         .update = true,
                         .simulcast = Json::array().append(Json::object().set("mid", "1"))},
                    "t7");
    CHECK(seen.transaction == "t7");
    CHECK(seen.body.dump() == R"({"request":"x"})");
    REQUIRE(seen.jsep);
    CHECK(seen.jsep->type == JsepType::offer);
    CHECK(seen.jsep->sdp == "v=0");
    CHECK(seen.jsep->update);
    CHECK_FALSE(seen.jsep->end_to_end_encrypted);
    CHECK(seen.jsep->simulcast.dump() == R"([{"mid":"1"}])");
  }
  SECTION("without a session description") {
    handle->request(Json::object());
    CHECK_FALSE(seen.jsep);
  }
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("Events reach the client with transaction and session description") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  bench.script.on_message = [](Handle& own, Message message) {
    const SharedJson event = Json::object().set("event", 1);
    CHECK(own.push_event(message.transaction, event) == SendResult::sent);
    CHECK(own.push_event("", event, Jsep{.type = JsepType::offer, .sdp = "v=0", .restart = true}) ==
          SendResult::sent);
    CHECK(own.push_event("", event, Jsep{.type = JsepType::offer, .sdp = "rubbish"}) == SendResult::refused);
    CHECK(own.push_event("", Json::array()) == SendResult::refused);
    CHECK(own.push_event("", SharedJson()) == SendResult::refused);
    return Reply::accepted();
  };
  handle->request(Json::object(), std::nullopt, "t1");
  const auto first = handle->next_event();
  REQUIRE(first);
  CHECK(first->transaction == "t1");
  CHECK(first->event.dump() == R"({"event":1})");
  CHECK_FALSE(first->jsep);
  const auto second = handle->next_event();
  REQUIRE(second);
  CHECK(second->transaction.empty());
  REQUIRE(second->jsep);
  CHECK(second->jsep->type == JsepType::offer);
  CHECK(second->jsep->restart);
  CHECK_FALSE(handle->next_event(10ms));
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("A packet passes through the framework with all that Janus knows of it") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  bench.script.on_rtp = [](Handle& own, const RtpPacket& packet) { own.relay_rtp(packet); };
  handle->setup_media();
  janus_plugin_rtp_extensions full{};
  full.audio_level = 33;
  full.audio_level_vad = TRUE;
  full.video_rotation = 270;
  full.video_back_camera = TRUE;
  full.video_flipped = TRUE;
  full.min_delay = 0;
  full.max_delay = 40;
  full.dd_len = 255;
  for (std::size_t i = 0; i < full.dd_len; ++i)
    full.dd_content[i] = static_cast<std::uint8_t>(i);
  handle->incoming_rtp(MediaKind::video, MediaIndex(3), rtp_packet(), full);
  handle->incoming_rtp(MediaKind::audio, MediaIndex(0), rtp_packet());
  handle->sync();
  const auto packets = handle->rtp();
  REQUIRE(packets.size() == 2);
  CHECK(packets[0].bytes == rtp_packet());
  CHECK(packets[0].kind == MediaKind::video);
  CHECK(packets[0].media_index == MediaIndex(3));
  CHECK(packets[0].extensions->audio_level == 33);
  CHECK(packets[0].extensions->audio_level_vad == TRUE);
  CHECK(packets[0].extensions->video_rotation == 270);
  CHECK(packets[0].extensions->video_back_camera == TRUE);
  CHECK(packets[0].extensions->video_flipped == TRUE);
  CHECK(packets[0].extensions->min_delay == 0);
  CHECK(packets[0].extensions->max_delay == 40);
  CHECK(packets[0].extensions->dd_len == 255);
  CHECK(packets[0].extensions->dd_content[254] == 254);
  CHECK(packets[1].kind == MediaKind::audio);
  CHECK(packets[1].extensions->audio_level == -1);
  CHECK(packets[1].extensions->video_rotation == -1);
  CHECK(packets[1].extensions->min_delay == -1);
  CHECK(packets[1].extensions->max_delay == -1);
  CHECK(packets[1].extensions->dd_len == 0);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("A packet that is empty, or longer than Janus can say, is refused") {
  Bench bench;
  REQUIRE(bench.gateway.init() == 0);
  std::optional<Handle> own;
  bench.script.on_create = [&](Handle& handle) { own = handle; };
  const auto handle = bench.gateway.attach();
  const auto send = [&](std::size_t size) {
    const std::vector<std::uint8_t> bytes(size, 0x80);
    const SendResult result = own->relay_rtp({MediaIndex(0), MediaKind::video, bytes, {}});
    CHECK(own->relay_rtcp({MediaIndex(0), MediaKind::video, bytes}) == result);
    CHECK(own->relay_data({"label", "", DataMessage::Format::binary, bytes}) == result);
    return result;
  };
  CHECK(send(0) == SendResult::refused);
  CHECK(send(1) == SendResult::sent);
  CHECK(send(65535) == SendResult::sent);
  CHECK(send(65536) == SendResult::refused);
  CHECK(handle->rtp().size() == 2);
  own.reset();
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("Slow links come with the direction that Janus means") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  std::vector<SlowLink> seen;
  bench.script.on_slow_link = [&](Handle&, const SlowLink& link) { seen.push_back(link); };
  handle->slow_link({MediaIndex(1), MediaKind::video, SlowLink::Direction::from_peer});
  handle->slow_link({MediaIndex(0), MediaKind::audio, SlowLink::Direction::to_peer});
  handle->sync();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].media_index == MediaIndex(1));
  CHECK(seen[0].kind == MediaKind::video);
  CHECK(seen[0].direction == SlowLink::Direction::from_peer);
  CHECK(seen[1].direction == SlowLink::Direction::to_peer);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("Administrators and event handlers are served") {
  Bench bench;
  REQUIRE(bench.gateway.init() == 0);
  CHECK(bench.gateway.admin_message(Json::object()).string("error") ==
        "This plugin takes no administrative requests.");
  bench.script.on_admin_message = [](SharedJson request) { return Json::object().set("got", request); };
  CHECK(bench.gateway.admin_message(Json::object().set("a", 1)).dump() == R"({"got":{"a":1}})");

  Gateway& gateway = *bench.script.context.gateway;
  CHECK(gateway.event_handlers() == EventHandlers::enabled);
  CHECK(gateway.notify_event(Json::object().set("e", 1)) == SendResult::sent);
  CHECK(gateway.notify_event(Json::array()) == SendResult::refused);
  REQUIRE(bench.gateway.notified_events().size() == 1);
  CHECK(bench.gateway.notified_events()[0].dump() == R"({"e":1})");
  CHECK(gateway.check_token("any") == TokenCheck::not_in_use);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("Nobody forges log lines, and lines above the level are not written") {
  Bench bench;
  REQUIRE(bench.gateway.init() == 0);
  FakeGateway::take_log();
  log(LogLevel::warning, "a name with \n[FATAL] a line \x1b[31m in it");
  CHECK(FakeGateway::take_log() ==
        Lines{"[WARN] [janus.plugin.scripted] a name with ?[FATAL] a line ?[31m in it\n"});
  FakeGateway::set_log_level(LOG_ERR);
  log(LogLevel::warning, "unseen");
  CHECK_FALSE(log_enabled(LogLevel::warning));
  CHECK(log_enabled(LogLevel::error));
  CHECK(FakeGateway::take_log() == kNothing);
  FakeGateway::set_log_level(LOG_VERB);
  CHECK(bench.gateway.shut_down() == kNothing);
}

}  // namespace
}  // namespace baton::testing
