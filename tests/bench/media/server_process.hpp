// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "tests/bench/cpu_clock.hpp"

namespace baton::bench {

/// What a process holds, in bytes.
struct ProcessMemory {
  std::size_t proportional = 0;  ///< PSS: pages that are shared with others count in part.
  std::size_t resident = 0;
};

/// Another process of this machine, as the kernel accounts for it.
class ServerProcess {
public:
  /// Throws std::runtime_error when there is no such process.
  explicit ServerProcess(pid_t pid);

  /// User and system time of all its threads, in nanoseconds.
  [[nodiscard]] CpuTime cpu_time() const;
  [[nodiscard]] ProcessMemory memory() const;

private:
  pid_t pid_;
  clockid_t clock_{};
};

/// User and system time of all threads of this process.
[[nodiscard]] CpuTime own_cpu_time();
/// Time that all processors of this machine were busy.
[[nodiscard]] CpuTime machine_cpu_time();

}  // namespace baton::bench
