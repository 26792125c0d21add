// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>

namespace baton::plugin {

/// Keeps a task that looks at how things are from waiting twice in a queue: one that has not begun sees
/// whatever happened before. Any thread.
class PendingOnce {
public:
  /// Whether the task is to be posted: none waits.
  [[nodiscard]] bool begin() { return !pending_.exchange(true); }
  /// The task begins: to be called before it looks at anything.
  void end() { pending_.store(false); }

private:
  std::atomic<bool> pending_{false};
};

}  // namespace baton::plugin
