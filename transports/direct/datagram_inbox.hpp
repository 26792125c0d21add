// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/media/bytes.hpp"
#include "transports/direct/batch_receiver.hpp"
#include "transports/direct/socket_address.hpp"

namespace baton::transport::direct {

/// What one worker passes on to another.
enum class HandoverKind : std::uint8_t {
  datagram,       ///< One that came to the wrong socket.
  address_taken,  ///< A peer of the giver has proved this address: whoever had it has it no more.
};

/// A bounded queue of datagrams from many threads to one, in slots of fixed size. Nobody waits for anybody:
/// who finds no slot is told so at once. Allocates at construction only.
class DatagramInbox {
public:
  /// `capacity` is rounded up to a power of two, 2 at the least.
  explicit DatagramInbox(std::size_t capacity);

  enum class Push : std::uint8_t { taken, full };
  /// Any thread. Copies at most kMaxDatagramBytes.
  Push push(HandoverKind kind, const SocketAddress& from, media::ByteView bytes);

  struct Handover {
    HandoverKind kind;
    SocketAddress from;
    /// May be changed in place, as decryption does.
    media::ByteSpan bytes;
  };
  /// Only the one thread. Calls `handle` with the oldest, which is in its slot until that returns; whether
  /// there was one.
  template <class Handle>
  bool take(Handle handle) {
    Slot& slot = slots_[taken_ & mask_];
    if (slot.turn.load(std::memory_order_acquire) != taken_ + 1) {
      return false;
    }
    handle(Handover{slot.kind, slot.from, media::ByteSpan(slot.bytes).first(slot.size)});
    // Free for whoever comes one round later.
    slot.turn.store(taken_ + mask_ + 1, std::memory_order_release);
    ++taken_;
    return true;
  }
  /// Only the one thread.
  [[nodiscard]] bool empty() const {
    return slots_[taken_ & mask_].turn.load(std::memory_order_acquire) != taken_ + 1;
  }
  [[nodiscard]] std::size_t capacity() const { return mask_ + 1; }

private:
  struct Slot {
    // Equal to the number of the push that may fill it next; one more when that has been done.
    std::atomic<std::size_t> turn{0};
    HandoverKind kind{};
    SocketAddress from;
    std::size_t size = 0;
    std::array<std::uint8_t, kMaxDatagramBytes> bytes;
  };

  const std::size_t mask_;
  const std::unique_ptr<Slot[]> slots_;
  // On cache lines of their own, since different processors write them.
  alignas(64) std::atomic<std::size_t> pushed_{0};
  alignas(64) std::size_t taken_ = 0;
};

}  // namespace baton::transport::direct
