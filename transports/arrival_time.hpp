// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace baton::transport {

/// When something last arrived from somebody. One thread notes, any thread reads.
class ArrivalTime {
public:
  void note(core::Instant now) { last_.store(now.time_since_epoch().count(), std::memory_order_relaxed); }
  /// Nothing before the first.
  [[nodiscard]] std::optional<core::Instant> last() const {
    const std::int64_t last = last_.load(std::memory_order_relaxed);
    return last == kNever ? std::nullopt : std::optional(core::Instant(core::Duration(last)));
  }

private:
  static constexpr std::int64_t kNever = INT64_MIN;
  std::atomic<std::int64_t> last_{kNever};
};

}  // namespace baton::transport
