// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/media_worker.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace baton::transport {

namespace {

/// The longest sleep; only a bound on how long a lost wake-up could matter, none is known.
constexpr core::Duration kLongestSleep = std::chrono::milliseconds(500);

}  // namespace

MediaWorker::MediaWorker(Clock clock, OnFailure on_failure)
    : clock_(std::move(clock)), on_failure_(std::move(on_failure)), thread_([this] { run(); }) {}

MediaWorker::~MediaWorker() {
  stopping_.store(true, std::memory_order_release);
  wake();
  thread_.join();
}

void MediaWorker::post(std::function<void(core::Instant now)> task) {
  {
    const std::lock_guard lock(tasks_mutex_);
    tasks_.push_back(std::move(task));
  }
  wake();
}

void MediaWorker::watch_program(const std::shared_ptr<Program>& program, OnSwitch on_switch) {
  programs_.push_back({program, std::move(on_switch)});
}

void MediaWorker::unwatch_program(const std::shared_ptr<Program>& program) {
  std::erase_if(programs_, [&](const WatchedProgram& watched) { return watched.program == program; });
}

void MediaWorker::watch_feed(const std::shared_ptr<Feed>& feed, std::optional<core::Instant> seen,
                             OnResumed on_resumed) {
  feed->watch(seen);
  std::erase_if(feeds_, [&](const WatchedFeed& watched) { return watched.feed.lock() == feed; });
  feeds_.push_back({feed, std::move(on_resumed)});
}

void MediaWorker::wake() {
  // One ring is enough until it is heard, and keeps the semaphore from growing.
  if (!woken_.exchange(true, std::memory_order_acq_rel)) {
    bell_.release();
  }
}

void MediaWorker::wake_by(core::Instant when) {
  // Sequentially consistent, like the deadlines and `sleep`: either this sees until when it sleeps, or that
  // sees the deadline.
  if (when.time_since_epoch().count() < sleeps_until_.load()) {
    wake();
  }
}

void MediaWorker::sleep() {
  sleeps_until_.store(next_deadline().time_since_epoch().count());
  // One that was set before it was known until when this sleeps rang for nobody.
  const core::Duration left = next_deadline() - clock_();
  static_cast<void>(bell_.try_acquire_for(std::max(left, core::Duration::zero())));
  sleeps_until_.store(kAwake);
}

void MediaWorker::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    sleep();
    // Cleared before looking: whatever is noticed after this rings again.
    woken_.exchange(false, std::memory_order_acq_rel);
    try {
      run_tasks();
      look_at_programs();
      look_at_feeds();
    } catch (const std::exception& failure) {
      on_failure_(failure.what());
    }
  }
}

void MediaWorker::run_tasks() {
  {
    const std::lock_guard lock(tasks_mutex_);
    running_.swap(tasks_);
  }
  for (const auto& task : running_) {
    try {
      task(clock_());
    } catch (const std::exception& failure) {
      on_failure_(failure.what());
    } catch (...) {
      on_failure_("unknown exception");
    }
  }
  running_.clear();
}

void MediaWorker::look_at_programs() {
  const core::Instant now = clock_();
  for (const WatchedProgram& watched : programs_) {
    if (const auto due = watched.program->next_deadline(); due && *due <= now) {
      watched.program->tick(now);
    }
    if (const auto change = watched.program->take_switch()) {
      watched.on_switch(*change);
    }
  }
}

void MediaWorker::look_at_feeds() {
  std::erase_if(feeds_, [](const WatchedFeed& watched) {
    const auto feed = watched.feed.lock();
    if (!feed) {
      return true;
    }
    if (!feed->take_resumed()) {
      return false;
    }
    watched.on_resumed(feed->source());
    return true;
  });
}

core::Instant MediaWorker::next_deadline() const {
  core::Instant next = clock_() + kLongestSleep;
  for (const WatchedProgram& watched : programs_) {
    if (const auto due = watched.program->next_deadline()) {
      next = std::min(next, *due);
    }
  }
  return next;
}

}  // namespace baton::transport
