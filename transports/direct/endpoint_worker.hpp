// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/time.hpp"
#include "transports/direct/batch_receiver.hpp"
#include "transports/direct/batch_sender.hpp"
#include "transports/direct/endpoint.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::transport::direct {

struct EndpointWorkerSettings {
  EndpointSettings endpoint = {};
  BatchSenderLimits sender = {};
  std::size_t receive_batch = 64;
  /// DTLS datagrams between two batches: each takes up to half a millisecond, which is what running viewers
  /// wait for those that join.
  std::size_t handshakes_per_turn = 1;
  /// Tasks that wait, at most.
  std::size_t max_tasks = 4096;
};

enum class PostResult : std::uint8_t { accepted, too_many_tasks, stopped };

/// One thread with one socket and the endpoint behind it. What is done to the endpoint is posted as a task.
class EndpointWorker {
public:
  using Clock = std::function<core::Instant()>;
  using Task = std::function<void(Endpoint&, core::Instant)>;

  /// `listener` is called on the worker's thread and must outlive this object. Throws std::system_error when
  /// the system has no descriptors left.
  EndpointWorker(UdpSocket socket, std::shared_ptr<const DtlsContext> context, EndpointListener& listener,
                 Clock clock, EndpointWorkerSettings settings = {});
  /// Ends the thread, at the latest after one batch; tasks that wait are dropped.
  ~EndpointWorker();
  EndpointWorker(const EndpointWorker&) = delete;
  EndpointWorker& operator=(const EndpointWorker&) = delete;

  /// Any thread. Tasks run in order; one that throws is lost, and counted.
  PostResult post(Task task);

  [[nodiscard]] const SocketAddress& local_address() const { return local_address_; }
  [[nodiscard]] std::uint64_t failed_tasks() const { return failed_tasks_.load(std::memory_order_relaxed); }

private:
  class Descriptor {
  public:
    explicit Descriptor(int number);
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
  };

  void watch(int descriptor) const;
  void ring() const;
  void run();
  void wait() const;
  void run_tasks();
  void take_datagrams();

  const Clock clock_;
  const EndpointWorkerSettings settings_;
  UdpSocket socket_;
  const SocketAddress local_address_;
  BatchSender sender_;
  BatchReceiver receiver_;
  Endpoint endpoint_;
  const Descriptor epoll_;
  const Descriptor bell_;

  std::mutex tasks_mutex_;
  std::vector<Task> tasks_;  // Guarded by tasks_mutex_.

  std::vector<Task> running_;  // Only the worker's thread.
  std::atomic<std::uint64_t> failed_tasks_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace baton::transport::direct
