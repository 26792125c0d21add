// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "transports/direct/worker_index.hpp"

namespace baton::transport::direct {

/// Which worker a key belongs to. All workers read and write it; who reads takes no lock, unless a change
/// goes on for longer than a few looks. Allocates at construction only.
class RouteTable {
public:
  using Key = std::array<std::uint64_t, 3>;

  /// Keys that it takes, at most.
  explicit RouteTable(std::size_t capacity);

  [[nodiscard]] std::optional<WorkerIndex> find(const Key& key) const;

  enum class Insertion : std::uint8_t { inserted, taken, full };
  /// Changes nothing when somebody has the key already, even the same worker.
  Insertion insert(const Key& key, WorkerIndex worker);

  struct Assignment {
    /// Of a key that was taken, the worker that had it has it no more.
    Insertion insertion = Insertion::inserted;
    /// Whose it was, when it was another's.
    std::optional<WorkerIndex> before = std::nullopt;
  };
  /// Takes the key from whoever had it; only a table that is full refuses it.
  Assignment assign(const Key& key, WorkerIndex worker);

  /// Nothing when the key is another worker's by now.
  void erase(const Key& key, WorkerIndex worker);

  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

private:
  struct Slot {
    std::array<std::atomic<std::uint64_t>, 3> key{};
    std::atomic<std::uint64_t> owner{0};  // 0: the slot is free; otherwise the worker's index and 1.
  };
  /// While it lives, who reads without the lock looks again.
  class Change;

  [[nodiscard]] std::size_t home_of(const Key& key) const;
  [[nodiscard]] static Key key_of(const Slot& slot);
  static void fill(Slot& slot, const Key& key, std::uint64_t owner);
  [[nodiscard]] std::size_t slot_of(const Key& key) const;
  Insertion fill_free(Slot& slot, const Key& key, WorkerIndex worker);
  [[nodiscard]] std::optional<WorkerIndex> look_up(const Key& key) const;
  void close_gap(std::size_t gap);

  const std::size_t capacity_;
  const std::size_t mask_;
  const std::unique_ptr<Slot[]> slots_;
  std::atomic<std::size_t> size_{0};
  // Odd while a change goes on.
  std::atomic<std::uint64_t> version_{0};
  mutable std::mutex changes_;
};

}  // namespace baton::transport::direct
