// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/time.hpp"
#include "transports/direct/batch_receiver.hpp"
#include "transports/direct/batch_sender.hpp"
#include "transports/direct/descriptor.hpp"
#include "transports/direct/endpoint.hpp"
#include "transports/direct/udp_socket.hpp"
#include "transports/direct/worker_exchange.hpp"
#include "transports/direct/worker_statistics.hpp"
#include "transports/media_waker.hpp"

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
  /// How often what EndpointWorker::statistics() tells is renewed.
  core::Duration statistics_interval = std::chrono::seconds(1);
};

enum class PostResult : std::uint8_t { accepted, too_many_tasks, stopped };

/// One thread with one socket and the endpoint behind it. What is done to the endpoint is posted as a task.
/// Of several behind one port, each passes on what came to its socket and belongs to another's peer.
class EndpointWorker final : public MediaWaker {
public:
  using Clock = std::function<core::Instant()>;
  using Task = std::function<void(Endpoint&, core::Instant)>;

  /// `listener` is called on the worker's thread and must outlive this object. Throws std::system_error when
  /// the system has no descriptors left.
  EndpointWorker(UdpSocket socket, std::shared_ptr<const DtlsContext> context, EndpointListener& listener,
                 Clock clock, EndpointWorkerSettings settings = {}, WorkerSeat seat = WorkerSeat::alone());
  /// Ends the thread, at the latest after one batch; tasks that wait are dropped.
  ~EndpointWorker() override;
  EndpointWorker(const EndpointWorker&) = delete;
  EndpointWorker& operator=(const EndpointWorker&) = delete;

  /// Any thread. Tasks run in order; one that throws is lost, and counted. The worker never waits for who
  /// posts.
  PostResult post(Task task);
  /// Any thread. Begins to end without waiting for it, so that several can end at once.
  void stop();
  /// Who owns it, once it was told to stop: nothing is called afterwards, and tasks that wait are not run.
  void join();
  /// Any thread. There is a turn soon.
  void wake() override { seat_.desk().bell.ring(); }

  [[nodiscard]] const SocketAddress& local_address() const { return local_address_; }
  [[nodiscard]] std::uint64_t failed_tasks() const { return failed_tasks_.load(std::memory_order_relaxed); }
  /// Any thread. As they were at most one statistics_interval ago; the worker does not wait for who reads.
  [[nodiscard]] WorkerStatistics statistics() const { return board_.read(); }

private:
  void watch(int descriptor) const;
  void run();
  [[nodiscard]] core::Duration patience() const;
  void wait();
  int wait_for_events(std::span<epoll_event> events, core::Duration patience);
  void run_tasks();
  void catch_up();
  void take_datagrams();
  void take_handovers();
  void incoming(media::ByteSpan datagram, const SocketAddress& from, core::Instant now);
  void hand_over(WorkerIndex to, HandoverKind kind, const SocketAddress& from, media::ByteView bytes);
  void ring_others();
  void publish(core::Instant now);

  const Clock clock_;
  const EndpointWorkerSettings settings_;
  const WorkerSeat seat_;
  UdpSocket socket_;
  const SocketAddress local_address_;
  BatchSender sender_;
  BatchReceiver receiver_;
  EndpointListener& listener_;
  Endpoint endpoint_;
  const Descriptor epoll_;

  std::mutex tasks_mutex_;
  std::vector<Task> tasks_;  // Guarded by tasks_mutex_.
  std::atomic<bool> tasks_wait_{false};

  std::atomic<std::uint64_t> failed_tasks_{0};
  StatisticsBoard board_;

  // Only the worker's thread.
  std::vector<Task> running_;
  HandoverCounters handovers_;
  std::bitset<kMaxWorkers> to_be_rung_;
  core::Instant next_publication_{};
  enum class Waiting : std::uint8_t { precise, by_milliseconds } waiting_ = Waiting::precise;

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace baton::transport::direct
