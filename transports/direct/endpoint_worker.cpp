// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/endpoint_worker.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

namespace baton::transport::direct {
namespace {

// Nothing is late by more than this if a deadline were ever forgotten.
constexpr std::chrono::milliseconds kLongestWait = std::chrono::seconds(1);
// Batches that are read before deadlines, tasks and handshakes have their turn.
constexpr int kBatchesPerTurn = 4;

}  // namespace

EndpointWorker::Descriptor::Descriptor(int number) : number_(number) {
  if (number < 0) {
    throw std::system_error(errno, std::generic_category());
  }
}

EndpointWorker::Descriptor::~Descriptor() {
  close(number_);
}

EndpointWorker::EndpointWorker(UdpSocket socket, std::shared_ptr<const DtlsContext> context,
                               EndpointListener& listener, Clock clock, EndpointWorkerSettings settings)
    : clock_(std::move(clock)),
      settings_(settings),
      socket_(std::move(socket)),
      local_address_(socket_.local_address()),
      sender_(socket_, settings.sender),
      receiver_(socket_, settings.receive_batch),
      endpoint_(std::move(context), sender_, listener, settings.endpoint),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  watch(socket_.descriptor());
  watch(bell_.number());
  thread_ = std::thread([this] { run(); });
}

EndpointWorker::~EndpointWorker() {
  stopping_.store(true);
  ring();
  thread_.join();
}

void EndpointWorker::watch(int descriptor) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw std::system_error(errno, std::generic_category());
  }
}

void EndpointWorker::ring() const {
  const std::uint64_t one = 1;
  // It can only fail because it is ringing already.
  [[maybe_unused]] const auto written = write(bell_.number(), &one, sizeof(one));
}

PostResult EndpointWorker::post(Task task) {
  if (stopping_.load()) {
    return PostResult::stopped;
  }
  {
    const std::lock_guard lock(tasks_mutex_);
    if (tasks_.size() >= settings_.max_tasks) {
      return PostResult::too_many_tasks;
    }
    tasks_.push_back(std::move(task));
  }
  ring();
  return PostResult::accepted;
}

void EndpointWorker::wait() const {
  auto patience = kLongestWait;
  if (endpoint_.handshakes_wait()) {
    patience = {};
  } else if (const auto deadline = endpoint_.next_deadline()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - clock_());
    patience = std::clamp(left, std::chrono::milliseconds(0), kLongestWait);
  }
  std::array<epoll_event, 2> events;
  const int count = epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()),
                               static_cast<int>(patience.count()));
  for (int i = 0; i < count; ++i) {
    if (events[static_cast<std::size_t>(i)].data.fd == bell_.number()) {
      std::uint64_t rings = 0;
      [[maybe_unused]] const auto taken = read(bell_.number(), &rings, sizeof(rings));
    }
  }
}

void EndpointWorker::run_tasks() {
  {
    const std::lock_guard lock(tasks_mutex_);
    running_.swap(tasks_);
  }
  for (const auto& task : running_) {
    try {
      task(endpoint_, clock_());
    } catch (const std::exception&) {
      failed_tasks_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  running_.clear();
}

void EndpointWorker::take_datagrams() {
  for (int batch = 0; batch < kBatchesPerTurn; ++batch) {
    const auto datagrams = receiver_.receive();
    const auto now = clock_();
    for (const auto& datagram : datagrams) {
      endpoint_.incoming(datagram.bytes, datagram.from, now);
    }
    if (datagrams.size() < settings_.receive_batch) {
      return;
    }
  }
}

void EndpointWorker::run() {
  while (!stopping_.load()) {
    wait();
    run_tasks();
    take_datagrams();
    // What media caused leaves before handshakes are thought about.
    endpoint_.flush(clock_());
    endpoint_.do_handshakes(settings_.handshakes_per_turn, clock_());
    endpoint_.advance(clock_());
    endpoint_.flush(clock_());
  }
}

}  // namespace baton::transport::direct
