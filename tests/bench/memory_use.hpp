// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace baton::bench {

/// What this process holds, in bytes.
struct MemoryUse {
  /// Given out by malloc and not freed, with what malloc itself needs for it.
  std::size_t allocated = 0;
  /// Pages in memory.
  std::size_t resident = 0;
};

[[nodiscard]] MemoryUse memory_use();

}  // namespace baton::bench
