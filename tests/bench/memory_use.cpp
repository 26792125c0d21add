// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/memory_use.hpp"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

namespace baton::bench {

MemoryUse memory_use() {
  const auto heap = mallinfo2();
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return {heap.uordblks + heap.hblkhd, resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE))};
}

}  // namespace baton::bench
