// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace baton::sim {

/// A seed that once found a defect. It is run for ever; the defect itself is kept as a scenario in
/// tests/core, since a seed means another run as soon as the simulator changes.
struct RegressionSeed {
  std::uint64_t seed;
  std::string_view found;
};

inline constexpr std::array<RegressionSeed, 0> kRegressionSeeds{};

}  // namespace baton::sim
