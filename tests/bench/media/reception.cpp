// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/reception.hpp"

namespace baton::bench {

ReceptionCounts& ReceptionCounts::operator+=(const ReceptionCounts& other) {
  expected += other.expected;
  received += other.received;
  duplicated += other.duplicated;
  reordered += other.reordered;
  renumbered += other.renumbered;
  other_rooms += other.other_rooms;
  damaged += other.damaged;
  return *this;
}

void Reception::open(const PacketWindow& window) {
  window_ = window;
  seen_.assign(window.count, false);
  latest_.reset();
  shift_.reset();
  counts_.expected = window.count;
}

std::optional<core::Duration> Reception::take(media::ByteView packet, core::Instant arrived) {
  const auto stamp = read_stream_packet(packet);
  if (!stamp) {
    ++counts_.damaged;
    return std::nullopt;
  }
  if (stamp->room != room_) {
    ++counts_.other_rooms;
    return std::nullopt;
  }
  begun_ = true;
  if (!window_.holds(stamp->number)) {
    return std::nullopt;
  }
  const auto shift = static_cast<std::uint16_t>(stamp->sequence.value() - stamp->number.value());
  counts_.renumbered += shift_ && *shift_ != shift ? 1 : 0;
  shift_ = shift;
  auto seen = seen_[stamp->number.value() - window_.first.value()];
  if (seen) {
    ++counts_.duplicated;
    return std::nullopt;
  }
  seen = true;
  ++counts_.received;
  if (latest_ && stamp->number < *latest_) {
    ++counts_.reordered;
  } else {
    latest_ = stamp->number;
  }
  return arrived - stamp->sent;
}

}  // namespace baton::bench
