// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <type_traits>

#include "framework/janus_api.hpp"
#include "framework/plugin.hpp"
#include "framework/plugin_host.hpp"

/// Makes a `Plugin` loadable by Janus. Include this from the one .cpp file that uses `BATON_EXPORT_PLUGIN`:
/// it brings Janus's macros with it.
namespace baton::framework {

/// The C side of plugin class `P`: its host and Janus's function table, one line per callback.
template <class P>
class PluginExport {
public:
  static janus_plugin* table() { return &table_; }
  static PluginHost& host() { return host_; }

private:
  static constexpr PluginInfo kInfo = P::kInfo;

  static std::unique_ptr<Plugin> make() { return std::make_unique<P>(); }

  static_assert(std::is_base_of_v<Plugin, P>);
  static_assert(std::is_trivially_destructible_v<PluginHost>,
                "no destructor may run while Janus still calls");
  inline static constinit PluginHost host_{kInfo, &make};

  using Session = janus_plugin_session;
  static int init(janus_callbacks* c, const char* path) noexcept { return host_.init(&table_, c, path); }
  static void destroy() noexcept { host_.destroy(); }
  static int get_api_compatibility() noexcept { return JANUS_PLUGIN_API_VERSION; }
  static int get_version() noexcept { return kInfo.version; }
  static const char* get_version_string() noexcept { return kInfo.version_string; }
  static const char* get_description() noexcept { return kInfo.description; }
  static const char* get_name() noexcept { return kInfo.name; }
  static const char* get_author() noexcept { return kInfo.author; }
  static const char* get_package() noexcept { return kInfo.package; }
  static void create_session(Session* s, int* error) noexcept { host_.create_session(s, error); }
  static janus_plugin_result* handle_message(Session* s, char* transaction, json_t* m,
                                             json_t* jsep) noexcept {
    return host_.handle_message(s, transaction, m, jsep);
  }
  static json_t* handle_admin_message(json_t* m) noexcept { return host_.handle_admin_message(m); }
  static void setup_media(Session* s) noexcept { host_.setup_media(s); }
  static void incoming_rtp(Session* s, janus_plugin_rtp* p) noexcept { host_.incoming_rtp(s, p); }
  static void incoming_rtcp(Session* s, janus_plugin_rtcp* p) noexcept { host_.incoming_rtcp(s, p); }
  static void incoming_data(Session* s, janus_plugin_data* d) noexcept { host_.incoming_data(s, d); }
  static void data_ready(Session* s) noexcept { host_.data_ready(s); }
  static void slow_link(Session* s, int mindex, gboolean video, gboolean uplink) noexcept {
    host_.slow_link(s, mindex, video, uplink);
  }
  static void hangup_media(Session* s) noexcept { host_.hangup_media(s); }
  static void destroy_session(Session* s, int* error) noexcept { host_.destroy_session(s, error); }
  static json_t* query_session(Session* s) noexcept { return host_.query_session(s); }

  // Janus's initializer macro sets members twice, which C++ forbids. Members are named in the struct's order.
  inline static constinit janus_plugin table_ = {
      .init = &init,
      .destroy = &destroy,
      .get_api_compatibility = &get_api_compatibility,
      .get_version = &get_version,
      .get_version_string = &get_version_string,
      .get_description = &get_description,
      .get_name = &get_name,
      .get_author = &get_author,
      .get_package = &get_package,
      .create_session = &create_session,
      .handle_message = &handle_message,
      .handle_admin_message = &handle_admin_message,
      .setup_media = &setup_media,
      .incoming_rtp = &incoming_rtp,
      .incoming_rtcp = &incoming_rtcp,
      .incoming_data = &incoming_data,
      .data_ready = &data_ready,
      .slow_link = &slow_link,
      .hangup_media = &hangup_media,
      .destroy_session = &destroy_session,
      .query_session = &query_session,
  };
};

}  // namespace baton::framework

/// Defines `create`, the one symbol that Janus looks up in a plugin's library.
#define BATON_EXPORT_PLUGIN(PluginClass)                                        \
  extern "C" __attribute__((visibility("default"))) janus_plugin* create(void); \
  extern "C" janus_plugin* create(void) {                                       \
    return baton::framework::PluginExport<PluginClass>::table();                \
  }                                                                             \
  static_assert(true, "so that the macro is followed by a semicolon")
