// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace baton::sim {

/// What a run is replayed from.
struct Seed {
  std::uint64_t value = 0;
};

/// SplitMix64. Written here because the standard's distributions give other numbers in other libraries, and a
/// seed must mean the same run everywhere.
class Random {
public:
  explicit Random(Seed seed) : state_(seed.value) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31U);
  }

  /// Uniform in [0, bound); 0 for a bound of 0.
  std::size_t below(std::size_t bound) {
    return bound == 0 ? 0 : static_cast<std::size_t>(next() % static_cast<std::uint64_t>(bound));
  }

  /// True in `per_thousand` of a thousand cases.
  [[nodiscard]] bool chance(unsigned per_thousand) { return below(1000) < per_thousand; }

  /// An element of a container that is not empty.
  template <class Container>
  auto& pick(Container& container) {
    return container[below(container.size())];
  }

private:
  std::uint64_t state_;
};

}  // namespace baton::sim
