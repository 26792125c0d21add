// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace baton::bench {

/// Runs a measurement in a process of its own and hands back what it returned: every measurement finds the
/// heap as fresh as the first one did. Throws if the process ended without a result.
template <class Work>
[[nodiscard]] auto measured_alone(Work&& work) {
  using Result = std::invoke_result_t<Work>;
  static_assert(std::is_trivially_copyable_v<Result>, "The result crosses a pipe as its bytes.");
  static_assert(sizeof(Result) <= 4096, "A pipe takes this much in one write.");
  int ends[2];
  std::fflush(nullptr);
  if (pipe(ends) != 0) {
    throw std::runtime_error("There is no pipe to be had.");
  }
  const pid_t child = fork();
  if (child < 0) {
    throw std::runtime_error("There is no process to be had.");
  }
  if (child == 0) {
    int status = 1;
    try {
      const Result result = work();
      status = write(ends[1], &result, sizeof(result)) == static_cast<ssize_t>(sizeof(result)) ? 0 : 1;
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "%s\n", failure.what());
    }
    _exit(status);
  }
  close(ends[1]);
  Result result{};
  const bool complete = read(ends[0], &result, sizeof(result)) == static_cast<ssize_t>(sizeof(result));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!complete || status != 0) {
    throw std::runtime_error("A measurement ended without a result (status " + std::to_string(status) + ").");
  }
  return result;
}

}  // namespace baton::bench
