// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace baton::transport::direct {

/// More than there are processors worth sharing a port between.
inline constexpr std::size_t kMaxWorkers = 64;

/// Which of the workers behind one port, counted from 0.
struct WorkerIndex {
  std::uint8_t value = 0;
  friend constexpr auto operator<=>(const WorkerIndex&, const WorkerIndex&) = default;
};

}  // namespace baton::transport::direct
