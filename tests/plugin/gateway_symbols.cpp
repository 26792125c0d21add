// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/gateway_symbols.hpp"

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <mutex>

#include "framework/glib_ptr.hpp"
#include "framework/janus_api.hpp"
#include "framework/json.hpp"

#define GATEWAY_EXPORT __attribute__((visibility("default")))

extern "C" {

// Janus 1.1.2 declares these without visibility; here they must get out of an executable built with hidden
// symbols.
GATEWAY_EXPORT int janus_version = 1102;
GATEWAY_EXPORT const char* janus_version_string = "1.1.2";
GATEWAY_EXPORT int janus_log_level = LOG_VERB;
GATEWAY_EXPORT gboolean janus_log_timestamps = FALSE;
GATEWAY_EXPORT gboolean janus_log_colors = FALSE;
GATEWAY_EXPORT char* janus_log_global_prefix = nullptr;
GATEWAY_EXPORT int refcount_debug = 0;
GATEWAY_EXPORT int lock_debug = 0;

GATEWAY_EXPORT void janus_vprintf(const char* format, ...) G_GNUC_PRINTF(1, 2);
GATEWAY_EXPORT janus_plugin_result* janus_plugin_result_new(janus_plugin_result_type type, const char* text,
                                                            json_t* content);
GATEWAY_EXPORT void janus_plugin_result_destroy(janus_plugin_result* result);
GATEWAY_EXPORT int janus_ice_get_static_event_loops();

#ifdef __SANITIZE_THREAD__
// Asked by the thread sanitizer. jansson is not compiled with it: the sanitizer sees the memory of a member
// being freed with its object, but not the atomic count that ordered this after the last reader.
GATEWAY_EXPORT const char* __tsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
const char* __tsan_default_suppressions() {
  return "called_from_lib:libjansson.so\n";
}
#endif
}

namespace {

// The plugin's library lives longer than these would as globals: allocated once, never freed.
struct Log {
  std::mutex mutex;
  std::vector<std::string> lines;
};
Log& captured() {
  static Log* const kLog = new Log;
  return *kLog;
}

std::atomic<int>& static_event_loops() {
  static std::atomic<int> loops{0};
  return loops;
}

}  // namespace

int janus_ice_get_static_event_loops() {
  return static_event_loops().load();
}

void janus_vprintf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const baton::framework::GCharPtr line(g_strdup_vprintf(format, arguments));
  va_end(arguments);
  if (std::getenv("BATON_TEST_LOG") != nullptr)
    std::fputs(line.get(), stderr);
  const std::lock_guard lock(captured().mutex);
  captured().lines.emplace_back(line.get());
}

janus_plugin_result* janus_plugin_result_new(janus_plugin_result_type type, const char* text,
                                             json_t* content) {
  auto* result = static_cast<janus_plugin_result*>(g_malloc(sizeof(janus_plugin_result)));
  *result = {.type = type, .text = text, .content = content};
  return result;
}

void janus_plugin_result_destroy(janus_plugin_result* result) {
  // Through the framework's owner: its counting is ordered, jansson's own is not quite.
  static_cast<void>(baton::framework::SharedJson::adopt(result->content));
  g_free(result);
}

namespace baton::testing {

std::vector<std::string> take_captured_log() {
  const std::lock_guard lock(captured().mutex);
  return std::exchange(captured().lines, {});
}

void set_captured_log_level(int level) {
  janus_log_level = level;
}
void set_exported_version(int number) {
  janus_version = number;
}
void set_static_event_loops(int count) {
  static_event_loops() = count;
}

}  // namespace baton::testing
