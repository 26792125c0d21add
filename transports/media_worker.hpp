// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/time.hpp"
#include "transports/feed.hpp"
#include "transports/media_waker.hpp"
#include "transports/program.hpp"

namespace baton::transport {

/// One thread that does for programs what neither the packet path (it must not wait) nor the control thread
/// (packets must not wait for it) may do: it changes sinks and sources, replays last pictures, repeats key
/// frame requests when they are due, and passes on what the packet path noticed.
class MediaWorker final : public MediaWaker {
public:
  using Clock = std::function<core::Instant()>;
  /// Called on the worker; must only hand the news on.
  using OnSwitch = std::function<void(const ProgramSwitch&)>;
  using OnResumed = std::function<void(media::SourceId)>;
  /// Called on the worker when a task threw: the task is lost, the worker goes on.
  using OnFailure = std::function<void(const char* what)>;

  MediaWorker(Clock clock, OnFailure on_failure);
  /// Ends the thread; tasks that wait are dropped.
  ~MediaWorker() override;

  /// Runs `task` on the worker, after all that was posted before. Any thread but the packet path's.
  void post(std::function<void(core::Instant now)> task);

  /// Looks after a program until `unwatch_program`. On the worker.
  void watch_program(const std::shared_ptr<Program>& program, OnSwitch on_switch);
  void unwatch_program(const std::shared_ptr<Program>& program);
  /// Tells when something arrives from a feed that is silent; once. On the worker.
  void watch_feed(const std::shared_ptr<Feed>& feed, std::optional<core::Instant> seen, OnResumed on_resumed);

  void wake() override;
  void wake_by(core::Instant when) override;

private:
  struct WatchedProgram {
    std::shared_ptr<Program> program;
    OnSwitch on_switch;
  };
  struct WatchedFeed {
    std::weak_ptr<Feed> feed;
    OnResumed on_resumed;
  };

  void run();
  void run_tasks();
  void look_at_programs();
  void look_at_feeds();
  void sleep();
  [[nodiscard]] core::Instant next_deadline() const;

  const Clock clock_;
  const OnFailure on_failure_;

  std::mutex tasks_mutex_;
  std::vector<std::function<void(core::Instant)>> tasks_;

  // Only the worker thread touches these.
  std::vector<std::function<void(core::Instant)>> running_;
  std::vector<WatchedProgram> programs_;
  std::vector<WatchedFeed> feeds_;

  std::atomic<bool> woken_{false};
  // Awake again at the latest then; while it is awake, which is when it looks at all deadlines, kAwake.
  static constexpr std::int64_t kAwake = INT64_MIN;
  std::atomic<std::int64_t> sleeps_until_{kAwake};
  std::atomic<bool> stopping_{false};
  std::counting_semaphore<> bell_{0};
  std::thread thread_;
};

}  // namespace baton::transport
