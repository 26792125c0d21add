// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <thread>
#include <vector>

#include "tests/plugin/fake_gateway.hpp"
#include "tests/plugin/fake_gateway_internals.hpp"

namespace baton::testing {

using framework::Jsep;
using framework::JsepType;
using framework::MediaIndex;
using framework::MediaKind;
using framework::SharedJson;

namespace {

constexpr int kPluginOrMessageMissing = -1;
constexpr int kSessionDead = -2;

std::vector<std::uint8_t> copy_of(const char* buffer, std::uint16_t length) {
  return {buffer, buffer + length};
}
MediaKind kind_of(gboolean video) {
  return video != FALSE ? MediaKind::video : MediaKind::audio;
}

}  // namespace

/// The callbacks that a plugin is given. As in Janus, they check little, and are there for ever.
struct GatewayCallbacks {
  static int push_event(janus_plugin_session* session, janus_plugin* plugin, const char* transaction,
                        json_t* message, json_t* jsep) {
    if (plugin == nullptr || message == nullptr)
      return kPluginOrMessageMissing;
    FakeGateway* const gateway = the_gateway;
    if (gateway == nullptr || !gateway->is_alive(session))
      return kSessionDead;
    const HandleOfSession handle = handle_of(session);
    if (current_callback != nullptr)
      gateway->violate(std::string("push_event was called inside of ") + current_callback);
    if (plugin != gateway->plugin_)
      gateway->violate("push_event was given another plugin's table");
    { const std::lock_guard turn(handle->push_mutex_); }
    if (handle->destroyed_)
      return JANUS_ERROR_SESSION_NOT_FOUND;
    if (!json_is_object(message))
      return JANUS_ERROR_INVALID_JSON_OBJECT;
    PushedEvent event{
        .transaction = text_or_empty(transaction), .event = SharedJson::share(message), .jsep = {}};
    const framework::JsonView description(jsep);
    const auto type = description.string("type");
    const auto sdp = description.string("sdp");
    if (type && sdp) {
      std::this_thread::sleep_for(gateway->options_.jsep_push_delay);
      const bool offers = type == "offer";
      if (offers && !handle->wait_until_clean())
        return JANUS_ERROR_HANDLE_NOT_FOUND;
      const std::lock_guard lock(handle->mutex_);
      if (gateway->options_.refuse_jsep)
        return JANUS_ERROR_HANDLE_NOT_FOUND;
      if ((type != "offer" && type != "answer") || !sdp->starts_with("v=0"))
        return JANUS_ERROR_JSEP_INVALID_SDP;
      if (offers)
        handle->ensure_peer_connection();
      else if (!handle->has_peer_connection_ || handle->alert_)
        return JANUS_ERROR_HANDLE_NOT_FOUND;
      if (handle->refuses_next_jsep_.exchange(false))
        return JANUS_ERROR_UNKNOWN;
      event.jsep = Jsep{.type = offers ? JsepType::offer : JsepType::answer,
                        .sdp = std::string(*sdp),
                        .end_to_end_encrypted = description.boolean("e2ee").value_or(false),
                        .restart = description.boolean("restart").value_or(false)};
    }
    gateway->remember(event.event);
    {
      const std::lock_guard lock(gateway->mutex_);
      gateway->promises_.push_back({event.event, event.event.dump()});
    }
    const std::lock_guard lock(handle->record_mutex_);
    handle->inbox_.push_back(std::move(event));
    handle->recorded_.notify_all();
    return 0;
  }

  // Janus looks at the session's memory first, so the plugin must hold a reference.
  static HandleOfSession relay_target(janus_plugin_session* session) {
    if (g_atomic_int_get(&session->stopped) != 0)
      return nullptr;
    HandleOfSession handle = handle_of(session);
    return handle->relaying_allowed() ? handle : nullptr;
  }

  template <class Record>
  static void record(janus_plugin_session* session, Record&& change) {
    const HandleOfSession handle = relay_target(session);
    if (handle == nullptr)
      return;
    const std::lock_guard lock(handle->record_mutex_);
    change(*handle);
    handle->recorded_.notify_all();
  }

  static void relay_rtp(janus_plugin_session* session, janus_plugin_rtp* packet) {
    record(session, [&](FakeHandle& handle) {
      handle.rtp_.push_back({MediaIndex(packet->mindex), kind_of(packet->video),
                             copy_of(packet->buffer, packet->length), packet->extensions});
    });
  }
  static void relay_rtcp(janus_plugin_session* session, janus_plugin_rtcp* packet) {
    record(session, [&](FakeHandle& handle) {
      handle.rtcp_.push_back({MediaIndex(packet->mindex), kind_of(packet->video),
                              copy_of(packet->buffer, packet->length), std::nullopt});
    });
  }
  static void relay_data(janus_plugin_session* session, janus_plugin_data* data) {
    record(session, [&](FakeHandle& handle) {
      handle.data_.push_back({text_or_empty(data->label), std::string(data->buffer, data->length)});
    });
  }
  static void send_pli(janus_plugin_session* session) {
    record(session, [](FakeHandle& handle) { ++handle.plis_; });
  }
  static void send_pli_stream(janus_plugin_session* session, int) { send_pli(session); }
  static void send_remb(janus_plugin_session* session, std::uint32_t bitrate) {
    record(session, [&](FakeHandle& handle) { handle.remb_ = bitrate; });
  }

  static void close_pc(janus_plugin_session* session) {
    FakeGateway* const gateway = the_gateway;
    if (gateway == nullptr || !gateway->is_alive(session))
      return;
    const HandleOfSession handle = handle_of(session);
    ++handle->close_pcs_;
    if (handle->closing_asked_.exchange(true))
      return;
    gateway->watchdog_->post([handle] {
      if (handle->closing_asked_.exchange(false) && !handle->destroyed_)
        handle->hangup();
    });
  }
  static void end_session(janus_plugin_session* session) {
    FakeGateway* const gateway = the_gateway;
    if (gateway != nullptr && gateway->is_alive(session))
      handle_of(session)->detach();
  }

  static gboolean events_is_enabled() {
    FakeGateway* const gateway = the_gateway;
    return gateway != nullptr && gateway->options_.event_handlers ? TRUE : FALSE;
  }
  static void notify_event(janus_plugin*, janus_plugin_session* session, json_t* event) {
    const SharedJson own = SharedJson::adopt(event);
    FakeGateway* const gateway = the_gateway;
    if (gateway == nullptr || (session != nullptr && !gateway->is_alive(session)))
      return;
    const std::lock_guard lock(gateway->mutex_);
    gateway->notified_.push_back(own);
  }

  static gboolean auth_is_signed() { return FALSE; }
  static gboolean auth_is_signature_valid(janus_plugin*, const char*) { return FALSE; }
  static gboolean auth_signature_contains(janus_plugin*, const char*, const char*) { return FALSE; }

  inline static janus_callbacks table{
      .push_event = &push_event,
      .relay_rtp = &relay_rtp,
      .relay_rtcp = &relay_rtcp,
      .relay_data = &relay_data,
      .send_pli = &send_pli,
      .send_pli_stream = &send_pli_stream,
      .send_remb = &send_remb,
      .close_pc = &close_pc,
      .end_session = &end_session,
      .events_is_enabled = &events_is_enabled,
      .notify_event = &notify_event,
      .auth_is_signed = &auth_is_signed,
      .auth_is_signature_valid = &auth_is_signature_valid,
      .auth_signature_contains = &auth_signature_contains,
  };
};

janus_callbacks& gateway_callbacks() {
  return GatewayCallbacks::table;
}

}  // namespace baton::testing
