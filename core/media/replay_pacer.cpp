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

core::Duration time_for(std::size_t bytes, BitRate rate) {
  const std::uint64_t bits = bytes * kBitsPerByte;
  // Rounded up: when it is over, there is room.
  return core::Duration(static_cast<core::Duration::rep>(
      (bits * kMicrosecondsPerSecond + rate.bits_per_second - 1) / rate.bits_per_second));
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
  if (waiting() == kMaxWaiting) {
    return Passage::full;
  }
  waiting_.push_back(packet);
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
  if (waiting() == 0) {
    return Passage::at_once;
  }
  // What is live is paid for by itself, or else a source that is faster than the pace would never be caught
  // up with.
  level_ -= std::min(level_, packet.size);
  return append(packet);
}

std::optional<WaitingPacket> ReplayPacer::take(core::Instant now) {
  if (waiting() == 0) {
    return std::nullopt;
  }
  drain(now);
  const WaitingPacket packet = waiting_[taken_];
  if (!has_room(packet.size)) {
    return std::nullopt;
  }
  level_ += packet.size;
  ++taken_;
  if (waiting() == 0) {
    waiting_ = {};
    taken_ = 0;
  } else if (taken_ == kMaxWaiting) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  return packet;
}

void ReplayPacer::not_sent(const WaitingPacket& packet) {
  level_ -= std::min(level_, packet.size);
}

std::optional<core::Instant> ReplayPacer::due() const {
  if (waiting() == 0) {
    return std::nullopt;
  }
  const std::size_t size = waiting_[taken_].size;
  if (has_room(size)) {
    return level_at_;
  }
  const std::size_t too_much = std::min(level_, level_ + size - pace_.burst_bytes);
  return level_at_ + time_for(too_much, pace_.rate);
}

}  // namespace baton::media
