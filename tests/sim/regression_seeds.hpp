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

inline constexpr auto kRegressionSeeds = std::to_array<RegressionSeed>({
    {219931699767379, "one who was host again was forgotten as if it had been host only long ago"},
    {1001, "a client was held against the room before it had read all"},
    {1003, "one who was kicked while nobody looked was taken for one removed for its absence"},
    {413320987179548, "a client that never heard that its line of signals began anew went on in it"},
    {5011, "a page that was never in the room went on in another page's line"},
    {5015, "what was due told a sender of a signal that its receiver then said it has"},
    {1007, "a claim that became good when what was due released the connection it came on"},
});

}  // namespace baton::sim
