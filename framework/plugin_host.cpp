// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/plugin_host.hpp"

#include <bit>
#include <exception>
#include <string>

#include "framework/abi_check.hpp"
#include "framework/glib_ptr.hpp"
#include "framework/handle_registry.hpp"
#include "framework/janus_api.hpp"
#include "framework/janus_gateway.hpp"
#include "framework/log.hpp"
#include "framework/packet_conversion.hpp"

namespace baton::framework {

/// What exists from a successful `init` to `destroy`.
struct PluginLife {
  std::shared_ptr<JanusGateway> gateway;
  std::unique_ptr<Plugin> plugin;
};

namespace {

constexpr int kInitFailed = -1;
constexpr int kSessionRefused = JANUS_ERROR_UNKNOWN;
constexpr int kSessionUnknown = JANUS_ERROR_HANDLE_NOT_FOUND;

std::atomic<std::uint64_t> last_handle_id{0};

std::optional<Jsep> to_jsep(const SharedJson& json, const JanusHandleLink& link) {
  const auto type = json.string("type");
  const auto sdp = json.string("sdp");
  if (!sdp || (type != "offer" && type != "answer"))
    return std::nullopt;
  return Jsep{.type = type == "offer" ? JsepType::offer : JsepType::answer,
              .sdp = std::string(*sdp),
              .update = json.boolean("update").value_or(false),
              .end_to_end_encrypted = json.boolean("e2ee").value_or(false),
              .restart = json.boolean("restart").value_or(false),
              .simulcast = SharedJson::share(json.get("simulcast").raw()),
              .peer_connection = link.peer_connection()};
}

// Janus destroys the result, and with it the content, but not the text.
janus_plugin_result* to_result(Reply reply) {
  switch (reply.kind()) {
    case Reply::Kind::ok:
      return janus_plugin_result_new(JANUS_PLUGIN_OK, nullptr, reply.take_content().release());
    case Reply::Kind::accepted:
      return janus_plugin_result_new(JANUS_PLUGIN_OK_WAIT, nullptr, nullptr);
    case Reply::Kind::error:
      break;
  }
  return janus_plugin_result_new(JANUS_PLUGIN_ERROR, reply.error_text(), nullptr);
}

}  // namespace

// Runs `work`; whatever it throws ends here. The log line comes at the 1st, 2nd, 4th, 8th... exception of a
// callback, so that a plugin which throws at every packet cannot flood the log.
template <class Work>
void PluginHost::run(Callback callback, Work&& work) noexcept {
  try {
    work();
  } catch (...) {
    report_exception(callback);
  }
}

void PluginHost::report_exception(Callback callback) noexcept {
  const std::uint64_t count = counters_.exceptions.add(callback);
  if (!std::has_single_bit(count))
    return;
  try {
    std::string what = "an exception of unknown type";
    try {
      throw;
    } catch (const std::exception& exception) {
      what = exception.what();
    } catch (...) {
    }
    log(LogLevel::error, std::string(callback_name(callback)) + " threw: " + what + " (" +
                             std::to_string(count) + " times so far)");
  } catch (...) {
    // Out of memory for a log line; the counter has it.
  }
}

// Callbacks on a handle's loop come one after the other, and `destroy_session` is the last of them, so
// Janus's session and the slot it points to are alive.
template <class Work>
void PluginHost::on_loop(Callback callback, janus_plugin_session* session, Work&& work) noexcept {
  const CallbackGate::Pass pass = gate_.enter();
  if (!pass) {
    counters_.while_closed.add(callback);
    return;
  }
  auto* slot = session != nullptr ? static_cast<HandleSlot*>(session->plugin_handle) : nullptr;
  if (slot == nullptr || slot->handler == nullptr) {
    counters_.unknown_handle.add(callback);
    return;
  }
  run(callback, [&] { work(*slot); });
}

std::shared_ptr<HandleSlot> PluginHost::find(Callback callback, const janus_plugin_session* session) {
  std::shared_ptr<HandleSlot> slot = registry().find(session);
  if (slot == nullptr || slot->handler == nullptr) {
    counters_.unknown_handle.add(callback);
    return nullptr;
  }
  return slot;
}

HandleRegistry& PluginHost::registry() {
  return *registry_.load(std::memory_order_acquire);
}

int PluginHost::init(janus_plugin* table, janus_callbacks* callbacks, const char* config_path) noexcept {
  int result = kInitFailed;
  run(Callback::init, [&] {
    set_log_prefix(info_.package);
    if (life_ != nullptr) {
      log(LogLevel::error, "Janus initialized the plugin twice; the second time is ignored.");
      return;
    }
    if (table == nullptr || callbacks == nullptr || config_path == nullptr) {
      log(LogLevel::error, "Janus gave no callbacks or no configuration folder.");
      return;
    }
    if (const auto refusal = abi_refusal(built_for(), running_version())) {
      log(LogLevel::fatal, *refusal);
      return;
    }
    if (registry_.load(std::memory_order_relaxed) == nullptr)
      registry_.store(std::make_unique<HandleRegistry>().release(), std::memory_order_release);
    auto life = std::make_unique<PluginLife>();
    life->gateway = std::make_shared<JanusGateway>(*callbacks, *table);
    life->plugin = factory_();
    const InitResult ready = life->plugin->init(
        PluginContext{.gateway = life->gateway, .config_folder = config_path, .counters = &counters_});
    if (!ready.is_ready()) {
      life->gateway->stop();
      log(LogLevel::error, ready.reason());
      return;
    }
    life_ = life.release();
    log(LogLevel::info, std::string("Version ") + info_.version_string + " is ready.");
    gate_.open();
    result = 0;
  });
  return result;
}

void PluginHost::destroy() noexcept {
  if (life_ == nullptr)
    return;
  gate_.close_and_drain();
  const std::unique_ptr<PluginLife> life(std::exchange(life_, nullptr));
  life->gateway->stop();
  run(Callback::destroy, [&] {
    for (HandleSlot& slot : registry().take_handlers()) {
      end_handler(slot, DestroyReason::plugin_stopping);
      slot.handler.reset();
    }
  });
  run(Callback::destroy, [&] { life->plugin.reset(); });
  run(Callback::destroy, [] { log(LogLevel::info, "The plugin has stopped."); });
}

void PluginHost::attach(janus_plugin_session* session) {
  auto slot = std::make_shared<HandleSlot>();
  const HandleId id(last_handle_id.fetch_add(1, std::memory_order_relaxed) + 1);
  slot->link = std::make_shared<JanusHandleLink>(id, *session, life_->gateway);
  slot->handler = life_->plugin->create_handle(Handle(slot->link));
  if (slot->handler == nullptr)
    return;
  registry().insert(session, slot);
  session->plugin_handle = slot.get();
  slot->link->adopt_reference();
}

void PluginHost::create_session(janus_plugin_session* session, int* error) noexcept {
  *error = kSessionRefused;
  const CallbackGate::Pass pass = gate_.enter();
  if (!pass) {
    counters_.while_closed.add(Callback::create_session);
    return;
  }
  session->plugin_handle = nullptr;
  run(Callback::create_session, [&] {
    attach(session);
    if (session->plugin_handle != nullptr)
      *error = 0;
  });
}

// The plugin's reference is dropped in any case, whether or not there still is a plugin.
void PluginHost::destroy_session(janus_plugin_session* session, int* error) noexcept {
  *error = 0;
  const CallbackGate::Pass pass = gate_.enter();
  session->plugin_handle = nullptr;
  if (!pass) {
    counters_.while_closed.add(Callback::destroy_session);
    HandleRegistry* const handles = registry_.load(std::memory_order_acquire);
    if (handles == nullptr || handles->remove_without_handler(session) == HandleRegistry::Found::no)
      *error = kSessionUnknown;
    return;
  }
  // Declared after the pass, so the handler is gone before this callback leaves the gate.
  const std::shared_ptr<HandleSlot> slot = registry().remove(session);
  if (slot == nullptr) {
    counters_.unknown_handle.add(Callback::destroy_session);
    *error = kSessionUnknown;
    return;
  }
  if (slot->handler != nullptr)
    end_handler(*slot, DestroyReason::detached);
  slot->link->close();
}

void PluginHost::end_handler(HandleSlot& slot, DestroyReason reason) noexcept {
  slot.link->close();
  if (std::exchange(slot.media_up, false))
    run(Callback::hangup_media,
        [&] { slot.handler->on_hangup(HungUp::connected, slot.link->peer_connection_ended()); });
  run(Callback::destroy_session, [&] { slot.handler->on_destroy(reason); });
}

janus_plugin_result* PluginHost::handle_message(janus_plugin_session* session, char* transaction,
                                                json_t* message, json_t* jsep) noexcept {
  const GCharPtr own_transaction(transaction);
  SharedJson body = SharedJson::adopt(message);
  const SharedJson own_jsep = SharedJson::adopt(jsep);
  const CallbackGate::Pass pass = gate_.enter();
  if (!pass) {
    counters_.while_closed.add(Callback::handle_message);
    return to_result(Reply::error("The plugin is not running."));
  }
  janus_plugin_result* result = nullptr;
  run(Callback::handle_message, [&] {
    const std::shared_ptr<HandleSlot> slot = find(Callback::handle_message, session);
    if (slot == nullptr) {
      result = to_result(Reply::error("The handle is gone."));
      return;
    }
    result =
        to_result(slot->handler->on_message(Message{.transaction = transaction != nullptr ? transaction : "",
                                                    .body = std::move(body),
                                                    .jsep = to_jsep(own_jsep, *slot->link)}));
  });
  return result != nullptr ? result
                           : to_result(Reply::error("The plugin failed; the operator finds it in the log."));
}

json_t* PluginHost::handle_admin_message(json_t* message) noexcept {
  const CallbackGate::Pass pass = gate_.enter();
  if (!pass) {
    counters_.while_closed.add(Callback::handle_admin_message);
    return nullptr;
  }
  Json answer;
  run(Callback::handle_admin_message,
      [&] { answer = life_->plugin->on_admin_message(SharedJson::share(message)); });
  return answer.release();
}

json_t* PluginHost::query_session(janus_plugin_session* session) noexcept {
  const CallbackGate::Pass pass = gate_.enter();
  if (!pass) {
    counters_.while_closed.add(Callback::query_session);
    return nullptr;
  }
  Json answer;
  run(Callback::query_session, [&] {
    if (const std::shared_ptr<HandleSlot> slot = find(Callback::query_session, session))
      answer = slot->handler->describe();
  });
  return answer.release();
}

void PluginHost::setup_media(janus_plugin_session* session) noexcept {
  on_loop(Callback::setup_media, session, [](HandleSlot& slot) {
    if (!std::exchange(slot.media_up, true))
      slot.handler->on_media_up();
  });
}

void PluginHost::incoming_rtp(janus_plugin_session* session, janus_plugin_rtp* packet) noexcept {
  on_loop(Callback::incoming_rtp, session,
          [&](HandleSlot& slot) { slot.handler->on_rtp(from_janus(*packet)); });
}

void PluginHost::incoming_rtcp(janus_plugin_session* session, janus_plugin_rtcp* packet) noexcept {
  on_loop(Callback::incoming_rtcp, session,
          [&](HandleSlot& slot) { slot.handler->on_rtcp(from_janus(*packet)); });
}

void PluginHost::incoming_data(janus_plugin_session* session, janus_plugin_data* message) noexcept {
  on_loop(Callback::incoming_data, session,
          [&](HandleSlot& slot) { slot.handler->on_data(from_janus(*message)); });
}

void PluginHost::data_ready(janus_plugin_session* session) noexcept {
  on_loop(Callback::data_ready, session, [](HandleSlot& slot) { slot.handler->on_data_ready(); });
}

// Janus's documentation and its code disagree about `uplink`; the code says: from the peer to Janus.
void PluginHost::slow_link(janus_plugin_session* session, int mindex, int video, int uplink) noexcept {
  on_loop(Callback::slow_link, session, [&](HandleSlot& slot) {
    slot.handler->on_slow_link(SlowLink{
        .media_index = MediaIndex(mindex),
        .kind = video != FALSE ? MediaKind::video : MediaKind::audio,
        .direction = uplink != FALSE ? SlowLink::Direction::from_peer : SlowLink::Direction::to_peer});
  });
}

void PluginHost::hangup_media(janus_plugin_session* session) noexcept {
  on_loop(Callback::hangup_media, session, [](HandleSlot& slot) {
    const HungUp what = std::exchange(slot.media_up, false) ? HungUp::connected : HungUp::never_connected;
    slot.handler->on_hangup(what, slot.link->peer_connection_ended());
  });
}

}  // namespace baton::framework
