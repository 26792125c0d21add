// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/network/link_direction.hpp"

#include <algorithm>
#include <utility>

namespace baton::network {
namespace {

constexpr std::uint64_t kBitsPerByte = 8;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;

// A heap of the standard library has its largest in front, so the earliest counts as the largest.
constexpr auto kLater = [](const auto& left, const auto& right) {
  return std::pair(left.at, left.number) > std::pair(right.at, right.number);
};

}  // namespace

const char* to_string(LinkDrop reason) {
  switch (reason) {
    case LinkDrop::outage:
      return "outage";
    case LinkDrop::queue_full:
      return "queue_full";
    case LinkDrop::lost:
      return "lost";
    case LinkDrop::too_many:
      return "too_many";
  }
  return "unknown";
}

LinkDirection::Passage LinkDirection::drop(LinkDrop reason) {
  ++counters_.dropped[static_cast<std::size_t>(reason)];
  return Passage::dropped;
}

core::Duration LinkDirection::time_on_the_slow_part(std::size_t size) const {
  if (settings_.bits_per_second == 0) {
    return core::Duration::zero();
  }
  return core::Duration(static_cast<core::Duration::rep>(size * kBitsPerByte * kMicrosecondsPerSecond /
                                                         settings_.bits_per_second));
}

std::size_t LinkDirection::queued_bytes(core::Instant now) const {
  if (slow_part_free_at_ <= now) {
    return 0;
  }
  const auto waiting = static_cast<std::uint64_t>((slow_part_free_at_ - now).count());
  return waiting * settings_.bits_per_second / kBitsPerByte / kMicrosecondsPerSecond;
}

core::Instant LinkDirection::arrival(core::Instant departure) {
  core::Duration jitter{};
  if (settings_.jitter > core::Duration::zero()) {
    jitter = core::Duration(static_cast<core::Duration::rep>(
        random_.below(static_cast<std::size_t>(settings_.jitter.count()) + 1)));
  }
  const core::Instant at = departure + settings_.delay + jitter;
  if (random_.below(kParts) < settings_.reordered.parts) {
    ++counters_.held_back;
    return at + settings_.held_back_for;
  }
  last_arrival_ = std::max(last_arrival_, at);
  return last_arrival_;
}

void LinkDirection::put(core::Instant at, const std::uint8_t* bytes, std::size_t size) {
  under_way_.push_back({at, put_++, std::vector<std::uint8_t>(bytes, bytes + size)});
  std::ranges::push_heap(under_way_, kLater);
}

LinkDirection::Passage LinkDirection::accept(const std::uint8_t* bytes, std::size_t size, core::Instant now) {
  ++counters_.accepted;
  if (settings_.state == LinkState::down) {
    return drop(LinkDrop::outage);
  }
  const std::size_t queued = queued_bytes(now) + size;
  if (settings_.bits_per_second != 0 && queued > settings_.queue_bytes) {
    return drop(LinkDrop::queue_full);
  }
  counters_.most_queued_bytes = std::max(counters_.most_queued_bytes, queued);
  const core::Instant departure = std::max(now, slow_part_free_at_) + time_on_the_slow_part(size);
  slow_part_free_at_ = departure;
  if (random_.below(kParts) < settings_.loss.parts) {
    return drop(LinkDrop::lost);
  }
  if (under_way_.size() + 2 > kMaxUnderWay) {
    return drop(LinkDrop::too_many);
  }
  const core::Instant at = arrival(departure);
  put(at, bytes, size);
  if (random_.below(kParts) < settings_.duplicated.parts) {
    ++counters_.duplicated;
    put(at, bytes, size);
  }
  return Passage::under_way;
}

std::optional<core::Instant> LinkDirection::next_deadline() const {
  return under_way_.empty() ? std::nullopt : std::optional(under_way_.front().at);
}

std::optional<std::vector<std::uint8_t>> LinkDirection::take(core::Instant now) {
  if (under_way_.empty() || under_way_.front().at > now) {
    return std::nullopt;
  }
  std::ranges::pop_heap(under_way_, kLater);
  std::vector<std::uint8_t> bytes = std::move(under_way_.back().bytes);
  under_way_.pop_back();
  ++counters_.delivered;
  counters_.delivered_bytes += bytes.size();
  return bytes;
}

}  // namespace baton::network
