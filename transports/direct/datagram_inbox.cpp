// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/datagram_inbox.hpp"

#include <algorithm>
#include <bit>

namespace baton::transport::direct {

DatagramInbox::DatagramInbox(std::size_t capacity)
    : mask_(std::bit_ceil(std::max<std::size_t>(capacity, 2)) - 1),
      slots_(std::make_unique<Slot[]>(mask_ + 1)) {
  for (std::size_t i = 0; i <= mask_; ++i) {
    slots_[i].turn.store(i, std::memory_order_relaxed);
  }
}

DatagramInbox::Push DatagramInbox::push(HandoverKind kind, const SocketAddress& from, media::ByteView bytes) {
  auto number = pushed_.load(std::memory_order_relaxed);
  for (;;) {
    Slot& slot = slots_[number & mask_];
    const auto turn = slot.turn.load(std::memory_order_acquire);
    if (turn == number) {
      if (!pushed_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) {
        continue;
      }
      slot.kind = kind;
      slot.from = from;
      slot.size = std::min(bytes.size(), slot.bytes.size());
      std::copy_n(bytes.begin(), slot.size, slot.bytes.begin());
      slot.turn.store(number + 1, std::memory_order_release);
      return Push::taken;
    }
    if (turn < number) {
      // It still holds what was pushed a round ago.
      return Push::full;
    }
    number = pushed_.load(std::memory_order_relaxed);
  }
}

}  // namespace baton::transport::direct
