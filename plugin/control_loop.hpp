// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/time.hpp"

namespace baton::plugin {

/// The control thread: it alone owns the rooms. Everything that happens to them is a task in its queue or a
/// deadline that it watches.
class ControlLoop {
public:
  using Task = std::function<void()>;

  /// Who may be turned away when the queue is full.
  enum class Importance : std::uint8_t {
    request,  ///< a client's request: refused when the limit is reached
    report,   ///< a fact that must not be lost: at most a few per handle exist at any time
  };
  enum class Posted : std::uint8_t { yes, queue_full, stopped };

  struct Deadlines {
    /// The earliest deadline; asked after each round of tasks, on the control thread.
    std::function<std::optional<core::Instant>()> next;
    /// Lets happen what is due by now, on the control thread.
    std::function<void()> advance;
  };
  /// Called on the control thread when a task threw; the loop goes on.
  using OnFailure = std::function<void(const char* what)>;

  ControlLoop(std::size_t request_limit, OnFailure on_failure);
  /// Stops and joins; tasks that wait are dropped.
  ~ControlLoop();
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;

  /// Begins to run tasks. Once, before anything else but `post`.
  void start(Deadlines deadlines);
  void stop();

  /// Any thread; does not block.
  [[nodiscard]] Posted post(Importance importance, Task task);

private:
  void run();
  template <class Work>
  void guarded(Work&& work) noexcept;

  const std::size_t request_limit_;
  const OnFailure on_failure_;
  Deadlines deadlines_;

  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_.
  std::vector<Task> waiting_;
  std::size_t waiting_requests_ = 0;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace baton::plugin
