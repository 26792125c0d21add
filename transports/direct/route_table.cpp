// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/route_table.hpp"

#include <algorithm>
#include <bit>

namespace baton::transport::direct {
namespace {

constexpr int kLooksWithoutLock = 8;

std::optional<WorkerIndex> worker_of(std::uint64_t owner) {
  return owner == 0 ? std::nullopt : std::optional(WorkerIndex{static_cast<std::uint8_t>(owner - 1)});
}

std::uint64_t owner_of(WorkerIndex worker) {
  return std::uint64_t{worker.value} + 1;
}

}  // namespace

// Whatever is stored between the two versions is stored with release, and loaded with acquire between the two
// looks at the version: who has loaded anything of a change also sees that the version has changed.
class RouteTable::Change {
public:
  explicit Change(std::atomic<std::uint64_t>& version) : version_(version) {
    version_.store(version_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  ~Change() { version_.store(version_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

private:
  std::atomic<std::uint64_t>& version_;
};

// At most half of the slots are ever full, so that what is looked for is found within a few.
RouteTable::RouteTable(std::size_t capacity)
    : capacity_(capacity),
      mask_(std::bit_ceil(2 * std::max<std::size_t>(capacity, 1)) - 1),
      slots_(std::make_unique<Slot[]>(mask_ + 1)) {}

std::size_t RouteTable::home_of(const Key& key) const {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : key) {
    hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15U;
    hash ^= hash >> 32U;
  }
  return hash & mask_;
}

RouteTable::Key RouteTable::key_of(const Slot& slot) {
  Key key;
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = slot.key[i].load(std::memory_order_acquire);
  }
  return key;
}

void RouteTable::fill(Slot& slot, const Key& key, std::uint64_t owner) {
  for (std::size_t i = 0; i < key.size(); ++i) {
    slot.key[i].store(key[i], std::memory_order_release);
  }
  slot.owner.store(owner, std::memory_order_release);
}

// The slot of the key, or the free one where it would be. Ends also while slots are being moved, because it
// looks at each of them once at most.
std::size_t RouteTable::slot_of(const Key& key) const {
  std::size_t index = home_of(key);
  for (std::size_t looks = 0; looks < mask_; ++looks) {
    const Slot& slot = slots_[index];
    if (slot.owner.load(std::memory_order_acquire) == 0 || key_of(slot) == key) {
      break;
    }
    index = (index + 1) & mask_;
  }
  return index;
}

std::optional<WorkerIndex> RouteTable::look_up(const Key& key) const {
  return worker_of(slots_[slot_of(key)].owner.load(std::memory_order_acquire));
}

std::optional<WorkerIndex> RouteTable::find(const Key& key) const {
  for (int look = 0; look < kLooksWithoutLock; ++look) {
    const auto before = version_.load(std::memory_order_acquire);
    if ((before & 1U) != 0) {
      continue;
    }
    const auto result = look_up(key);
    if (version_.load(std::memory_order_relaxed) == before) {
      return result;
    }
  }
  // Whoever changes it may have been interrupted, and there is no use in waiting busily.
  const std::lock_guard lock(changes_);
  return look_up(key);
}

RouteTable::Insertion RouteTable::insert(const Key& key, WorkerIndex worker) {
  const std::lock_guard lock(changes_);
  return fill_free(slots_[slot_of(key)], key, worker);
}

RouteTable::Insertion RouteTable::fill_free(Slot& slot, const Key& key, WorkerIndex worker) {
  if (slot.owner.load(std::memory_order_relaxed) != 0) {
    return Insertion::taken;
  }
  if (size() >= capacity_) {
    return Insertion::full;
  }
  const Change change(version_);
  fill(slot, key, owner_of(worker));
  size_.fetch_add(1, std::memory_order_relaxed);
  return Insertion::inserted;
}

RouteTable::Assignment RouteTable::assign(const Key& key, WorkerIndex worker) {
  const std::lock_guard lock(changes_);
  Slot& slot = slots_[slot_of(key)];
  const auto insertion = fill_free(slot, key, worker);
  if (insertion != Insertion::taken) {
    return {.insertion = insertion};
  }
  const auto before = worker_of(slot.owner.load(std::memory_order_relaxed));
  const Change change(version_);
  slot.owner.store(owner_of(worker), std::memory_order_release);
  return {.insertion = insertion, .before = *before == worker ? std::nullopt : before};
}

void RouteTable::erase(const Key& key, WorkerIndex worker) {
  const std::lock_guard lock(changes_);
  const auto index = slot_of(key);
  if (slots_[index].owner.load(std::memory_order_relaxed) != owner_of(worker)) {
    return;
  }
  const Change change(version_);
  close_gap(index);
  size_.fetch_sub(1, std::memory_order_relaxed);
}

// Moves up what would not be found any more behind a free slot (linear probing without tombstones).
void RouteTable::close_gap(std::size_t gap) {
  for (std::size_t next = (gap + 1) & mask_;; next = (next + 1) & mask_) {
    const auto owner = slots_[next].owner.load(std::memory_order_relaxed);
    if (owner == 0) {
      break;
    }
    const Key key = key_of(slots_[next]);
    const auto from_home = (next - home_of(key)) & mask_;
    const auto from_gap = (next - gap) & mask_;
    if (from_home >= from_gap) {
      fill(slots_[gap], key, owner);
      gap = next;
    }
  }
  slots_[gap].owner.store(0, std::memory_order_release);
}

}  // namespace baton::transport::direct
