// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace baton::plugin {

/// Hands a value from a thread that may wait to one that may not: the giver never waits for the taker, the
/// taker takes no lock. Any thread may give; one thread at a time looks.
template <class Value>
class HandoffSlot {
public:
  HandoffSlot() = default;
  HandoffSlot(const HandoffSlot&) = delete;
  HandoffSlot& operator=(const HandoffSlot&) = delete;
  ~HandoffSlot() { delete next_.load(std::memory_order_relaxed); }

  /// The taker sees this value from its next look on.
  void give(Value value) {
    auto fresh = std::make_unique<Value>(std::move(value));
    // A value that was never looked at is freed here, by the giver.
    delete next_.exchange(fresh.release(), std::memory_order_acq_rel);
  }

  /// The latest value given. The taker's thread only.
  [[nodiscard]] const Value& look() {
    if (next_.load(std::memory_order_relaxed) != nullptr) {
      current_.reset(next_.exchange(nullptr, std::memory_order_acq_rel));
    }
    return *current_;
  }

  /// Frees what the taker holds if `condition` says so of it, without waiting for its next look. The taker's
  /// thread only.
  template <class Condition>
  void drop_if(Condition&& condition) {
    if (condition(*current_)) {
      *current_ = Value();
    }
  }

private:
  std::atomic<Value*> next_{nullptr};
  std::unique_ptr<Value> current_ = std::make_unique<Value>();
};

}  // namespace baton::plugin
