// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

#include "framework/plugin_host.hpp"
#include "tests/plugin/scripted_bench.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using namespace framework;

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
        handle.close_pc(handle.peer_connection()),
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

}  // namespace
}  // namespace baton::testing
