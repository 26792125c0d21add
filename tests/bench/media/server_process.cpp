// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/server_process.hpp"

#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string>

namespace baton::bench {
namespace {

CpuTime reading_of(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) {
    throw std::runtime_error("The server has ended.");
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

ServerProcess::ServerProcess(pid_t pid) : pid_(pid) {
  if (clock_getcpuclockid(pid, &clock_) != 0) {
    throw std::runtime_error("There is no process " + std::to_string(pid) + ".");
  }
}

CpuTime ServerProcess::cpu_time() const {
  return reading_of(clock_);
}

ProcessMemory ServerProcess::memory() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/smaps_rollup");
  ProcessMemory result;
  std::string name;
  for (std::string line; std::getline(file, line);) {
    const auto kilobytes = [&](const char* key) {
      return line.starts_with(key) ? std::stoul(line.substr(line.find(':') + 1)) : 0;
    };
    result.proportional += kilobytes("Pss:") * 1024;
    result.resident += kilobytes("Rss:") * 1024;
  }
  if (result.resident == 0) {
    throw std::runtime_error("The memory of the server cannot be read.");
  }
  return result;
}

CpuTime own_cpu_time() {
  return reading_of(CLOCK_PROCESS_CPUTIME_ID);
}

CpuTime machine_cpu_time() {
  // user nice system idle iowait irq softirq steal, in clock ticks.
  std::ifstream file("/proc/stat");
  std::string name;
  std::array<std::uint64_t, 8> ticks{};
  file >> name;
  for (auto& one : ticks) {
    file >> one;
  }
  const auto busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7];
  return std::chrono::nanoseconds(std::chrono::seconds(1)) * static_cast<std::int64_t>(busy) /
         sysconf(_SC_CLK_TCK);
}

}  // namespace baton::bench
