// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/framework/plugin_host.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "plugin/framework/log.hpp"
#include "tests/plugin/fake_gateway.hpp"
#include "tests/plugin/scripted_plugin.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using namespace framework;

using Lines = std::vector<std::string>;
const Lines kNothing;

/// A gateway with the scripted plugin in it.
struct Bench {
  explicit Bench(GatewayOptions options = {}) : gateway(std::move(options), ScriptedPlugin::table()) {
    ScriptedPlugin::follow(script);
    FakeGateway::take_log();
  }
  std::shared_ptr<FakeHandle> start_and_attach() {
    REQUIRE(gateway.init() == 0);
    auto handle = gateway.attach();
    REQUIRE(handle);
    script.take_journal();
    return handle;
  }

  Script script;
  FakeGateway gateway;
};

bool any_contains(const Lines& lines, const std::string& part) {
  for (const std::string& line : lines)
    if (line.find(part) != std::string::npos)
      return true;
  return false;
}

std::vector<std::uint8_t> rtp_packet() {
  return {0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3};
}

TEST_CASE("The table speaks for the plugin") {
  janus_plugin* const table = ScriptedPlugin::table();
  CHECK(table->get_api_compatibility() == JANUS_PLUGIN_API_VERSION);
  CHECK(table->get_version() == 123);
  CHECK(std::string(table->get_version_string()) == "1.2.3");
  CHECK(std::string(table->get_package()) == "janus.plugin.scripted");
  CHECK(std::string(table->get_name()) == "Scripted");
  CHECK(std::string(table->get_description()) == "For tests");
  CHECK(std::string(table->get_author()) == "Tests");
}

TEST_CASE("init gives the plugin what it lives with") {
  Bench bench({.config_folder = "/etc/somewhere"});
  REQUIRE(bench.gateway.init() == 0);
  CHECK(bench.script.context.config_folder == "/etc/somewhere");
  CHECK(bench.script.context.gateway != nullptr);
  CHECK(bench.script.context.counters == &ScriptedPlugin::counters());
  CHECK(any_contains(FakeGateway::take_log(), "[janus.plugin.scripted] Version 1.2.3 is ready."));
  CHECK(bench.gateway.shut_down() == kNothing);
  CHECK(bench.script.take_journal() == Lines{"made", "destroyed"});
}

TEST_CASE("A plugin that is not ready is destroyed, and the log has its reason") {
  Bench bench;
  bench.script.on_init = [](const PluginContext&) { return InitResult::failed("The port 1 is taken."); };
  CHECK(bench.gateway.init() == -1);
  CHECK(bench.script.take_journal() == Lines{"made", "destroyed"});
  CHECK(any_contains(FakeGateway::take_log(), "[ERR] [janus.plugin.scripted] The port 1 is taken."));
  SECTION("and may be initialized again") {
    bench.script.on_init = nullptr;
    CHECK(bench.gateway.init() == 0);
    CHECK(bench.gateway.attach() != nullptr);
  }
  SECTION("and takes no clients") {
    CHECK(bench.gateway.attach() == nullptr);
  }
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("A Janus whose packets have another shape is refused before the plugin is made") {
  Bench bench;
  FakeGateway::set_running_version(1302);
  CHECK(bench.gateway.init() == -1);
  FakeGateway::set_running_version(1102);
  CHECK(bench.script.take_journal() == kNothing);
  CHECK(any_contains(FakeGateway::take_log(), "but this is Janus 1.3.2"));
}

TEST_CASE("Initializing twice without an end between is refused and harms nothing") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  janus_callbacks* const none = nullptr;
  CHECK(ScriptedPlugin::table()->init(none, "/") == -1);
  CHECK(handle->request(Json::object()).type == JANUS_PLUGIN_OK);
  CHECK(bench.gateway.shut_down() == kNothing);
}

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

TEST_CASE("Each PeerConnection that came up is hung up once, and the handle destroyed once and last") {
  using Do = void (FakeHandle::*)();
  struct Row {
    std::string what;
    std::vector<Do> steps;
    Lines journal;
  };
  const Do up = &FakeHandle::setup_media;
  const Do hangup = &FakeHandle::hangup;
  const Do force_hangup = &FakeHandle::force_hangup_callback;
  const Do mark_down = &FakeHandle::mark_down;
  const Row row = GENERATE_COPY(values<Row>({
      {"no media, and Janus says nothing of a hangup", {mark_down}, {"detached", "handler gone"}},
      {"no media, but Janus hangs up before each detach",
       {},
       {"hangup never connected", "detached", "handler gone"}},
      {"hung up, then detached", {up, hangup}, {"media up", "hangup connected", "detached", "handler gone"}},
      {"detached while up, and Janus skips the hangup",
       {up, &FakeHandle::sync, mark_down},
       {"media up", "hangup connected", "detached", "handler gone"}},
      {"hung up twice",
       {up, hangup, force_hangup},
       {"media up", "hangup connected", "hangup never connected", "detached", "handler gone"}},
      {"told twice that it is up",
       {up, up, hangup},
       {"media up", "hangup connected", "detached", "handler gone"}},
      {"two PeerConnections",
       {up, &FakeHandle::sync, hangup, up, &FakeHandle::sync, hangup},
       {"media up", "hangup connected", "media up", "hangup connected", "detached", "handler gone"}},
  }));
  INFO(row.what);
  Bench bench;
  const auto handle = bench.start_and_attach();
  for (const Do step : row.steps)
    (handle.get()->*step)();
  handle->sync();
  handle->detach();
  handle->sync();
  CHECK(bench.script.take_journal() == row.journal);
  CHECK(bench.gateway.live_sessions() == 0);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("At destroy the handles that are left are hung up and destroyed before the plugin is") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  handle->setup_media();
  handle->sync();
  bench.gateway.destroy_plugin();
  CHECK(bench.script.take_journal() ==
        Lines{"media up", "hangup connected", "stopping", "handler gone", "destroyed"});
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("After destroy every callback is harmless, and the references are still dropped") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  bench.gateway.destroy_plugin();
  bench.script.take_journal();
  const std::uint64_t before = ScriptedPlugin::counters().while_closed.total();

  const MessageResult result = handle->request(Json::object(), Jsep{.type = JsepType::offer, .sdp = "v=0"});
  CHECK(result.type == JANUS_PLUGIN_ERROR);
  CHECK(result.text == "The plugin is not running.");
  CHECK_FALSE(handle->query());
  CHECK_FALSE(bench.gateway.admin_message(Json::object()));
  CHECK(bench.gateway.attach() == nullptr);
  handle->setup_media();
  handle->incoming_rtp(MediaKind::audio, MediaIndex(0), rtp_packet());
  handle->incoming_rtcp(MediaKind::audio, MediaIndex(0), rtp_packet());
  handle->incoming_data("label", "text");
  handle->data_ready();
  handle->slow_link({MediaIndex(0), MediaKind::audio, SlowLink::Direction::to_peer});
  handle->hangup();
  handle->sync();
  CHECK(ScriptedPlugin::counters().while_closed.total() - before == 11);
  CHECK(bench.gateway.live_sessions() == 1);
  handle->detach();
  handle->sync();
  CHECK(bench.gateway.live_sessions() == 0);
  CHECK(bench.script.take_journal() == kNothing);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("A handle of an earlier life of the plugin is unknown to the next one") {
  Bench bench;
  const auto old_handle = bench.start_and_attach();
  bench.gateway.destroy_plugin();
  const auto new_handle = bench.start_and_attach();
  CHECK(old_handle->request(Json::object()).text == "The handle is gone.");
  CHECK(new_handle->request(Json::object()).type == JANUS_PLUGIN_OK);
  old_handle->setup_media();
  old_handle->incoming_rtp(MediaKind::audio, MediaIndex(0), rtp_packet());
  old_handle->detach();
  old_handle->sync();
  CHECK(bench.script.take_journal() == kNothing);
  CHECK(bench.gateway.live_sessions() == 1);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("A request for a session that is being destroyed does not touch the session") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  SECTION("a message") {
    const MessageResult result = handle->request_overtaken_by_detach(Json::object());
    CHECK(result.type == JANUS_PLUGIN_ERROR);
    CHECK(result.text == "The handle is gone.");
  }
  SECTION("a query") {
    CHECK_FALSE(handle->query_overtaken_by_detach());
  }
  CHECK(bench.gateway.live_sessions() == 0);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("destroy waits for a callback that is under way") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  std::promise<void> inside;
  bench.script.on_message = [&](Handle&, Message) {
    inside.set_value();
    std::this_thread::sleep_for(50ms);
    bench.script.write("message done");
    return Reply::accepted();
  };
  auto answer = handle->send_message(Json::object());
  inside.get_future().wait();
  bench.gateway.destroy_plugin();
  CHECK(bench.script.take_journal() == Lines{"message done", "stopping", "handler gone", "destroyed"});
  CHECK(answer.get().type == JANUS_PLUGIN_OK_WAIT);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("An exception in any callback is counted, logged, and answered in a way that Janus understands") {
  Bench bench;
  const auto handle = bench.start_and_attach();
  const auto fail = []() -> Json { throw std::runtime_error("out of luck"); };
  bench.script.on_message = [&](Handle&, Message) { return Reply::ok(fail()); };
  bench.script.on_describe = fail;
  bench.script.on_admin_message = [&](SharedJson) { return fail(); };
  bench.script.on_rtp = [](Handle&, const RtpPacket&) { throw 42; };
  bench.script.on_slow_link = [&](Handle&, const SlowLink&) { static_cast<void>(fail()); };
  const PerCallback& exceptions = ScriptedPlugin::counters().exceptions;
  const auto count = [&](Callback callback, const auto& act) {
    const std::uint64_t before = exceptions.of(callback);
    act();
    handle->sync();
    return exceptions.of(callback) - before;
  };

  CHECK(count(Callback::handle_message, [&] {
          const MessageResult result = handle->request(Json::object());
          CHECK(result.type == JANUS_PLUGIN_ERROR);
          CHECK(result.text == "The plugin failed; the operator finds it in the log.");
        }) == 1);
  CHECK(count(Callback::query_session, [&] { CHECK_FALSE(handle->query()); }) == 1);
  CHECK(count(Callback::handle_admin_message,
              [&] { CHECK_FALSE(bench.gateway.admin_message(Json::object())); }) == 1);
  CHECK(count(Callback::slow_link, [&] {
          handle->slow_link({MediaIndex(0), MediaKind::video, SlowLink::Direction::to_peer});
        }) == 1);
  CHECK(any_contains(FakeGateway::take_log(), "handle_message threw: out of luck"));

  CHECK(count(Callback::incoming_rtp, [&] {
          for (int i = 0; i < 100; ++i)
            handle->incoming_rtp(MediaKind::video, MediaIndex(0), rtp_packet());
        }) == 100);
  std::size_t lines = 0;
  for (const std::string& line : FakeGateway::take_log())
    lines += line.find("incoming_rtp threw: an exception of unknown type") != std::string::npos ? 1 : 0;
  CHECK(lines >= 1);
  CHECK(lines <= 7);  // the 1st, 2nd, 4th ... 64th

  bench.script.on_create = [&](Handle&) { static_cast<void>(fail()); };
  CHECK(count(Callback::create_session, [&] { CHECK(bench.gateway.attach() == nullptr); }) == 1);
  bench.gateway.destroy_plugin();
  bench.script.on_init = [&](const PluginContext&) {
    static_cast<void>(fail());
    return InitResult::ready();
  };
  CHECK(count(Callback::init, [&] { CHECK(bench.gateway.init() == -1); }) == 1);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("A plugin may refuse a client") {
  Bench bench;
  REQUIRE(bench.gateway.init() == 0);
  bench.script.refuse = Script::Refuse::everybody;
  CHECK(bench.gateway.attach() == nullptr);
  CHECK(bench.gateway.live_sessions() == 0);
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("A handle sends nothing before it is attached, after it is detached, and after destroy") {
  Bench bench;
  REQUIRE(bench.gateway.init() == 0);
  std::optional<Handle> kept;
  const auto send_all = [&](const Handle& handle) {
    const auto bytes = rtp_packet();
    const std::vector<SendResult> results = {
        handle.push_event("", Json::object()),
        handle.relay_rtp({MediaIndex(0), MediaKind::audio, bytes, {}}),
        handle.relay_rtcp({MediaIndex(0), MediaKind::audio, bytes}),
        handle.relay_data({"l", "", DataMessage::Format::text, bytes}),
        handle.send_pli(),
        handle.send_pli(MediaIndex(0)),
        handle.send_remb(1000),
        bench.script.context.gateway->notify_event(handle, Json::object()),
        handle.close_pc(),
        handle.end_session()};
    for (const SendResult result : results)
      CHECK(result == results.front());
    return results.front();
  };
  bench.script.on_create = [&](Handle& handle) {
    CHECK(send_all(handle) == SendResult::handle_closed);
    kept = handle;
  };
  const auto handle = bench.gateway.attach();
  REQUIRE(handle);
  SECTION("attached: everything goes") {
    CHECK(send_all(*kept) == SendResult::sent);
    handle->sync();
    CHECK(handle->detached());  // end_session was among it
  }
  SECTION("detached: nothing goes, and the session lives as long as the handle is kept") {
    handle->detach();
    handle->sync();
    CHECK(send_all(*kept) == SendResult::handle_closed);
    CHECK(bench.gateway.live_sessions() == 1);
    kept.reset();
    CHECK(bench.gateway.live_sessions() == 0);
  }
  SECTION("destroyed: nothing goes") {
    bench.gateway.destroy_plugin();
    CHECK(send_all(*kept) == SendResult::gateway_stopped);
    CHECK(bench.script.context.gateway->notify_event(Json::object()) == SendResult::gateway_stopped);
    CHECK(bench.script.context.gateway->event_handlers() == EventHandlers::disabled);
  }
  kept.reset();
  CHECK(bench.gateway.shut_down() == kNothing);
}

TEST_CASE("Handles have ids that are never used again") {
  Bench bench;
  REQUIRE(bench.gateway.init() == 0);
  std::vector<HandleId> ids;
  bench.script.on_create = [&](Handle& handle) { ids.push_back(handle.id()); };
  for (int i = 0; i < 3; ++i)
    bench.gateway.attach()->detach();
  REQUIRE(ids.size() == 3);
  CHECK(ids[0] < ids[1]);
  CHECK(ids[1] < ids[2]);
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
