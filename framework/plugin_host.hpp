// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "framework/callback_counters.hpp"
#include "framework/callback_gate.hpp"
#include "framework/plugin.hpp"

// Janus's C types, so that this header needs no Janus header.
struct janus_callbacks;
struct janus_plugin;
struct janus_plugin_data;
struct janus_plugin_result;
struct janus_plugin_rtcp;
struct janus_plugin_rtp;
struct janus_plugin_session;

namespace baton::framework {

class HandleRegistry;
struct HandleSlot;
struct PluginLife;

/// Stands between Janus's C callbacks and a `Plugin`: one static object per plugin, behind the function table
/// that `BATON_EXPORT_PLUGIN` defines. Its methods take what the callbacks of the same names take, and own
/// what those own. None of them throws. After `destroy` (and before `init`) they touch nothing of the plugin.
///
/// The object is trivially destructible: Janus never unloads a library and still calls it while the process
/// ends, so there must be no destructor of a global. The registry of handles is allocated once and never
/// freed for the same reason: `destroy_session` after `destroy` still finds the handle there and drops the
/// plugin's reference to it.
class PluginHost {
public:
  using Factory = std::unique_ptr<Plugin> (*)();

  constexpr PluginHost(const PluginInfo& info, Factory factory) : info_(info), factory_(factory) {}

  /// 0, or -1 after having told the log why. May be called again after `destroy`.
  int init(janus_plugin* table, janus_callbacks* callbacks, const char* config_path) noexcept;
  void destroy() noexcept;

  void create_session(janus_plugin_session* session, int* error) noexcept;
  void destroy_session(janus_plugin_session* session, int* error) noexcept;

  janus_plugin_result* handle_message(janus_plugin_session* session, char* transaction, json_t* message,
                                      json_t* jsep) noexcept;
  json_t* handle_admin_message(json_t* message) noexcept;
  json_t* query_session(janus_plugin_session* session) noexcept;

  void setup_media(janus_plugin_session* session) noexcept;
  void incoming_rtp(janus_plugin_session* session, janus_plugin_rtp* packet) noexcept;
  void incoming_rtcp(janus_plugin_session* session, janus_plugin_rtcp* packet) noexcept;
  void incoming_data(janus_plugin_session* session, janus_plugin_data* message) noexcept;
  void data_ready(janus_plugin_session* session) noexcept;
  void slow_link(janus_plugin_session* session, int mindex, int video, int uplink) noexcept;
  void hangup_media(janus_plugin_session* session) noexcept;

  [[nodiscard]] const PluginInfo& info() const { return info_; }
  [[nodiscard]] const CallbackCounters& counters() const { return counters_; }

private:
  template <class Work>
  void on_loop(Callback callback, janus_plugin_session* session, Work&& work) noexcept;
  template <class Work>
  void run(Callback callback, Work&& work) noexcept;
  [[nodiscard]] std::shared_ptr<HandleSlot> find(Callback callback, const janus_plugin_session* session);
  void attach(janus_plugin_session* session);
  void end_handler(HandleSlot& slot, DestroyReason reason) noexcept;
  void report_exception(Callback callback) noexcept;
  HandleRegistry& registry();

  PluginInfo info_;
  Factory factory_;
  CallbackGate gate_;
  CallbackCounters counters_;
  // Allocated by the first init, never freed.
  std::atomic<HandleRegistry*> registry_{nullptr};
  // Written only while the gate is closed and drained; read only inside of the gate.
  PluginLife* life_ = nullptr;
};

}  // namespace baton::framework
