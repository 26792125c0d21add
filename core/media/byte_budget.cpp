// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/byte_budget.hpp"

#include <algorithm>

namespace baton::media {
namespace {

constexpr std::int64_t kMillionthsPerByte = 8'000'000;
// So that no product below overflows: 100 Gbit/s, and a gigabyte at once.
constexpr std::uint64_t kMostBitsPerSecond = 100'000'000'000;
constexpr std::size_t kMostBytes = std::size_t{1} << 30U;

}  // namespace

ByteBudget::ByteBudget(BitRate rate, std::size_t burst_bytes)
    : bits_per_second_(std::min(rate.bits_per_second, kMostBitsPerSecond)),
      most_(static_cast<std::int64_t>(std::min(burst_bytes, kMostBytes)) * kMillionthsPerByte),
      left_(most_) {}

ByteBudget::Spend ByteBudget::spend(std::size_t bytes, core::Instant now) {
  if (now > filled_at_) {
    // Longer than any bucket takes to fill at a rate that matters; keeps the product in range.
    constexpr core::Duration kLongest = std::chrono::seconds(60);
    const core::Duration passed =
        filled_at_ == core::Instant::min() ? core::Duration::zero() : std::min(now - filled_at_, kLongest);
    left_ = std::min(left_ + passed.count() * static_cast<std::int64_t>(bits_per_second_), most_);
    filled_at_ = now;
  }
  const std::int64_t cost = static_cast<std::int64_t>(std::min(bytes, kMostBytes)) * kMillionthsPerByte;
  if (cost > left_) {
    return Spend::refused;
  }
  left_ -= cost;
  return Spend::spent;
}

}  // namespace baton::media
