// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What went wrong at the border to C, counted by callback, since neither Janus nor the packet path can be
/// told.
namespace baton::framework {

/// The callbacks of Janus's plugin table that take work.
enum class Callback : std::uint8_t {
  init,
  destroy,
  create_session,
  handle_message,
  handle_admin_message,
  setup_media,
  incoming_rtp,
  incoming_rtcp,
  incoming_data,
  data_ready,
  slow_link,
  hangup_media,
  destroy_session,
  query_session,
};
inline constexpr std::size_t kCallbackCount = static_cast<std::size_t>(Callback::query_session) + 1;

/// The name in Janus's `janus_plugin`.
[[nodiscard]] constexpr std::string_view callback_name(Callback callback) {
  constexpr std::array<std::string_view, kCallbackCount> kNames = {
      "init",        "destroy",      "create_session",  "handle_message", "handle_admin_message",
      "setup_media", "incoming_rtp", "incoming_rtcp",   "incoming_data",  "data_ready",
      "slow_link",   "hangup_media", "destroy_session", "query_session"};
  return kNames[static_cast<std::size_t>(callback)];
}

/// One number per callback. Any thread.
class PerCallback {
public:
  /// Returns the count including this one.
  std::uint64_t add(Callback callback) {
    return counts_[static_cast<std::size_t>(callback)].fetch_add(1, std::memory_order_relaxed) + 1;
  }
  [[nodiscard]] std::uint64_t of(Callback callback) const {
    return counts_[static_cast<std::size_t>(callback)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& count : counts_)
      sum += count.load(std::memory_order_relaxed);
    return sum;
  }

private:
  std::array<std::atomic<std::uint64_t>, kCallbackCount> counts_{};
};

/// They only grow, over the life of the process.
struct CallbackCounters {
  /// The plugin's code threw; the framework caught it and answered Janus in its place.
  PerCallback exceptions;
  /// Came while the plugin was not initialized: before `init`, or during and after `destroy`.
  PerCallback while_closed;
  /// Concerned a handle that this plugin does not know, or not any more.
  PerCallback unknown_handle;
};

}  // namespace baton::framework
