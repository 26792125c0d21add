// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "framework/janus_api.hpp"
#include "tests/plugin/fake_gateway.hpp"

/// What the parts of the fake gateway share, and tests do not need.
namespace baton::testing {

/// Janus's callback table knows no gateway, so there is one.
inline std::atomic<FakeGateway*> the_gateway{nullptr};

/// Which callback the plugin is in, on this thread; null when in none that forbids push_event.
inline thread_local const char* current_callback = nullptr;

class InCallback {
public:
  explicit InCallback(const char* name) : before_(std::exchange(current_callback, name)) {}
  InCallback(const InCallback&) = delete;
  InCallback& operator=(const InCallback&) = delete;
  ~InCallback() { current_callback = before_; }

private:
  const char* before_;
};

/// Janus's session points to the handle; this pointer on the heap is what counts for it.
using HandleOfSession = std::shared_ptr<FakeHandle>;

inline HandleOfSession handle_of(const janus_plugin_session* session) {
  return *static_cast<HandleOfSession*>(session->gateway_handle);
}

template <class T>
T locked_copy(std::mutex& mutex, const T& value) {
  const std::lock_guard lock(mutex);
  return value;
}

inline std::string text_or_empty(const char* text) {
  return text != nullptr ? text : "";
}

/// The table that a plugin's `init` is given.
janus_callbacks& gateway_callbacks();

}  // namespace baton::testing
