// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "framework/janus_gateway.hpp"
#include "framework/plugin.hpp"

namespace baton::framework {

/// What the framework keeps of one handle between `create_session` and `destroy_session`. Janus's session
/// points to it, so loop callbacks find it without a lock; the registry owns it.
struct HandleSlot {
  std::shared_ptr<JanusHandleLink> link;
  /// Null once the plugin was destroyed: then the slot only keeps the reference that `destroy_session` drops.
  std::shared_ptr<HandleHandler> handler;
  /// Whether a PeerConnection came up and was not hung up yet. Touched by loop callbacks only, and by
  /// `destroy` when none of those is running.
  bool media_up = false;
  /// Guarded by the registry. `destroy_session` came after the gate was closed, but before `destroy` took the
  /// handler.
  bool detached = false;
};

/// The handles of a plugin, by the address of Janus's session. Callbacks that do not run on a handle's loop
/// must look it up here, by the bare address: Janus may be destroying the session at the same time, so the
/// pointer that they were given must not be followed. As many entries as Janus has handles on this plugin.
class HandleRegistry {
public:
  void insert(const janus_plugin_session* session, std::shared_ptr<HandleSlot> slot) {
    const std::lock_guard lock(mutex_);
    slots_.insert_or_assign(session, std::move(slot));
  }

  /// Null when there is no such handle (any more).
  [[nodiscard]] std::shared_ptr<HandleSlot> find(const janus_plugin_session* session) const {
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(session);
    return found != slots_.end() ? found->second : nullptr;
  }

  /// For `destroy_session` inside of the gate: the caller ends the handler. Null when there is no such
  /// handle.
  [[nodiscard]] std::shared_ptr<HandleSlot> remove(const janus_plugin_session* session) {
    const std::lock_guard lock(mutex_);
    const auto node = slots_.extract(session);
    return node ? node.mapped() : nullptr;
  }

  enum class Found : std::uint8_t { no, yes };
  /// For `destroy_session` outside of the gate: it must not own a handler, which could then outlive the
  /// plugin. So it leaves the slot to `destroy`, if that has yet to come by.
  [[nodiscard]] Found remove_without_handler(const janus_plugin_session* session) {
    std::shared_ptr<HandleSlot> slot;  // its end runs after the lock's
    const std::lock_guard lock(mutex_);
    const auto found = slots_.find(session);
    if (found == slots_.end())
      return Found::no;
    slot = found->second;
    slot->link->close();
    if (slot->handler != nullptr)
      slot->detached = true;
    else
      slots_.erase(found);
    return Found::yes;
  }

  /// For `destroy`, while nobody is inside of the gate: takes the handlers out of all slots. The slots stay
  /// until their `destroy_session`.
  [[nodiscard]] std::vector<HandleSlot> take_handlers() {
    const std::lock_guard lock(mutex_);
    std::vector<HandleSlot> taken;
    taken.reserve(slots_.size());
    for (auto it = slots_.begin(); it != slots_.end();) {
      HandleSlot& slot = *it->second;
      if (slot.handler != nullptr)
        taken.push_back(HandleSlot{.link = slot.link,
                                   .handler = std::exchange(slot.handler, nullptr),
                                   .media_up = std::exchange(slot.media_up, false)});
      it = slot.detached ? slots_.erase(it) : std::next(it);
    }
    return taken;
  }

private:
  mutable std::mutex mutex_;
  std::unordered_map<const janus_plugin_session*, std::shared_ptr<HandleSlot>> slots_;
};

}  // namespace baton::framework
