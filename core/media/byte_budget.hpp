// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/time.hpp"

namespace baton::media {

/// Bits per second.
struct BitRate {
  std::uint64_t bits_per_second = 0;
  friend constexpr auto operator<=>(const BitRate&, const BitRate&) = default;
};

/// So many bytes at once, and so many bits a second in the long run: a bucket that fills with time.
///
/// Tiny; pure; one owner at a time.
class ByteBudget {
public:
  ByteBudget(BitRate rate, std::size_t burst_bytes);

  enum class Spend : std::uint8_t { spent, refused };
  /// Takes the bytes out of what is there, or leaves it as it is.
  Spend spend(std::size_t bytes, core::Instant now);

private:
  std::uint64_t bits_per_second_;
  std::int64_t most_;  // In millionths of a bit, so that every microsecond counts.
  std::int64_t left_;
  core::Instant filled_at_ = core::Instant::min();
};

}  // namespace baton::media
