// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/control_loop.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace baton::plugin {

ControlLoop::ControlLoop(std::size_t request_limit, OnFailure on_failure)
    : request_limit_(request_limit), on_failure_(std::move(on_failure)) {}

ControlLoop::~ControlLoop() {
  stop();
}

void ControlLoop::start(Deadlines deadlines) {
  deadlines_ = std::move(deadlines);
  thread_ = std::thread([this] { run(); });
}

void ControlLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
  const std::lock_guard lock(mutex_);
  waiting_.clear();
}

ControlLoop::Posted ControlLoop::post(Importance importance, Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      return Posted::stopped;
    }
    if (importance == Importance::request) {
      if (waiting_requests_ >= request_limit_) {
        return Posted::queue_full;
      }
      ++waiting_requests_;
    }
    waiting_.push_back(std::move(task));
  }
  wake_.notify_one();
  return Posted::yes;
}

void ControlLoop::run() {
  std::vector<Task> tasks;
  std::unique_lock lock(mutex_);
  for (;;) {
    lock.unlock();
    std::optional<core::Instant> deadline;
    guarded([&] { deadline = deadlines_.next(); });
    lock.lock();
    const auto ready = [this] { return stopping_ || !waiting_.empty(); };
    if (deadline) {
      wake_.wait_until(lock, std::chrono::steady_clock::time_point(deadline->time_since_epoch()), ready);
    } else {
      wake_.wait(lock, ready);
    }
    if (stopping_) {
      return;
    }
    tasks.swap(waiting_);
    waiting_requests_ = 0;
    lock.unlock();
    for (const Task& task : tasks) {
      guarded(task);
    }
    tasks.clear();
    guarded(deadlines_.advance);
    lock.lock();
  }
}

template <class Work>
void ControlLoop::guarded(Work&& work) noexcept {
  try {
    work();
  } catch (const std::exception& failure) {
    on_failure_(failure.what());
  } catch (...) {
    on_failure_("unknown exception");
  }
}

}  // namespace baton::plugin
