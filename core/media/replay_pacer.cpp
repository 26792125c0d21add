// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/replay_pacer.hpp"

#include <algorithm>

namespace baton::media {
namespace {

constexpr std::uint64_t kBitsPerByte = 8;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;
// Longer than any queue takes to empty that matters; keeps products in range.
constexpr core::Duration kLongestDrain = std::chrono::seconds(60);

std::size_t bytes_in(core::Duration time, BitRate rate) {
  const auto microseconds = static_cast<std::uint64_t>(std::min(time, kLongestDrain).count());
  return microseconds * rate.bits_per_second / kBitsPerByte / kMicrosecondsPerSecond;
}

// Only a packet that is replayed has another timestamp than the program gave it.
bool is_replayed(const WaitingPacket& packet) {
  return packet.sent.timestamp.has_value();
}

}  // namespace

void ReplayPacer::drain(core::Instant now) {
  if (level_at_ != core::Instant::min() && now > level_at_) {
    level_ -= std::min(level_, bytes_in(now - level_at_, pace_.rate));
  }
  level_at_ = std::max(level_at_, now);
}

bool ReplayPacer::has_room(std::size_t size) const {
  // A packet that is larger than all that may leave at once leaves alone.
  return level_ == 0 || level_ + size <= pace_.burst_bytes;
}

ReplayPacer::Passage ReplayPacer::append(const WaitingPacket& packet) {
  if (is_full()) {
    return Passage::full;
  }
  waiting_.push_back(packet);
  replayed_ += is_replayed(packet) ? 1 : 0;
  return Passage::waits;
}

ReplayPacer::Passage ReplayPacer::replayed(const WaitingPacket& packet, core::Instant now) {
  drain(now);
  if (waiting() == 0 && has_room(packet.size)) {
    level_ += packet.size;
    return Passage::at_once;
  }
  return append(packet);
}

ReplayPacer::Passage ReplayPacer::live(const WaitingPacket& packet) {
  return waiting() == 0 ? Passage::at_once : append(packet);
}

std::optional<WaitingPacket> ReplayPacer::take(core::Instant now) {
  if (waiting() == 0) {
    return std::nullopt;
  }
  const WaitingPacket packet = waiting_[taken_];
  if (replayed_ > 0) {
    drain(now);
    if (!has_room(packet.size)) {
      return std::nullopt;
    }
    level_ += packet.size;
    replayed_ -= is_replayed(packet) ? 1 : 0;
  }
  ++taken_;
  if (waiting() == 0) {
    discard();
  } else if (taken_ == pace_.max_waiting) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  return packet;
}

void ReplayPacer::not_sent(const WaitingPacket& packet) {
  level_ -= std::min(level_, packet.size);
}

void ReplayPacer::discard() {
  waiting_ = {};
  taken_ = 0;
  replayed_ = 0;
}

}  // namespace baton::media
