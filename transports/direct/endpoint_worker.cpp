// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/endpoint_worker.hpp"

#include <sys/epoll.h>

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
constexpr std::size_t kBatchesPerTurn = 4;

}  // namespace

EndpointWorker::EndpointWorker(UdpSocket socket, std::shared_ptr<const DtlsContext> context,
                               EndpointListener& listener, Clock clock, EndpointWorkerSettings settings,
                               WorkerSeat seat)
    : clock_(std::move(clock)),
      settings_(settings),
      seat_(std::move(seat)),
      socket_(std::move(socket)),
      local_address_(socket_.local_address()),
      sender_(socket_, settings.sender),
      receiver_(socket_, settings.receive_batch),
      listener_(listener),
      endpoint_(std::move(context), sender_, listener, settings.endpoint, seat_.routes()),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  watch(socket_.descriptor());
  watch(seat_.desk().bell.descriptor());
  thread_ = std::thread([this] { run(); });
}

EndpointWorker::~EndpointWorker() {
  stop();
  join();
}

void EndpointWorker::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void EndpointWorker::stop() {
  stopping_.store(true);
  seat_.desk().bell.ring();
}

void EndpointWorker::watch(int descriptor) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw std::system_error(errno, std::generic_category());
  }
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
    tasks_wait_.store(true, std::memory_order_release);
  }
  seat_.desk().bell.ring();
  return PostResult::accepted;
}

core::Duration EndpointWorker::patience() const {
  if (endpoint_.handshakes_wait() || !seat_.desk().inbox.empty() ||
      tasks_wait_.load(std::memory_order_acquire)) {
    return {};
  }
  core::Duration patience = std::min<core::Duration>(kLongestWait, settings_.statistics_interval);
  const auto now = clock_();
  for (const auto& deadline : {endpoint_.next_deadline(), listener_.next_deadline()}) {
    if (deadline) {
      patience = std::clamp(*deadline - now, core::Duration::zero(), patience);
    }
  }
  return patience;
}

int EndpointWorker::wait_for_events(std::span<epoll_event> events, core::Duration patience) {
  const int most = static_cast<int>(events.size());
  if (waiting_ == Waiting::precise) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
    const timespec time{seconds.count(), std::chrono::nanoseconds(patience - seconds).count()};
    const int count = epoll_pwait2(epoll_.number(), events.data(), most, &time, nullptr);
    if (count >= 0 || errno == EINTR) {
      return count;
    }
    // Linux before 5.11, or a sandbox that does not know it.
    waiting_ = Waiting::by_milliseconds;
  }
  return epoll_wait(epoll_.number(), events.data(), most,
                    static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(patience).count()));
}

void EndpointWorker::wait() {
  const core::Duration patience = this->patience();
  Bell& bell = seat_.desk().bell;
  // What came to the socket is looked for in each turn, without being asked to.
  if (patience > core::Duration::zero() && bell.lie_down() == Bell::Rest::may_sleep) {
    std::array<epoll_event, 2> events;
    const int count = wait_for_events(events, patience);
    for (int i = 0; i < count; ++i) {
      if (events[static_cast<std::size_t>(i)].data.fd == bell.descriptor()) {
        bell.quiet();
      }
    }
  }
  bell.rise();
}

void EndpointWorker::run_tasks() {
  {
    const std::unique_lock lock(tasks_mutex_, std::try_to_lock);
    if (!lock) {
      // Whoever holds it rings when it is done.
      return;
    }
    running_.swap(tasks_);
    tasks_wait_.store(false, std::memory_order_relaxed);
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

/// A peer is told where to send before its worker has been told of it; so what was posted before a datagram
/// came is done before the datagram is looked at.
void EndpointWorker::catch_up() {
  // Who posts holds the lock for as long as it takes to put a task in its place.
  constexpr int kAttempts = 100;
  for (int i = 0; i < kAttempts && tasks_wait_.load(std::memory_order_acquire); ++i) {
    run_tasks();
  }
}

void EndpointWorker::take_datagrams() {
  for (std::size_t batch = 0; batch < kBatchesPerTurn; ++batch) {
    const auto datagrams = receiver_.receive();
    const auto now = clock_();
    for (const auto& datagram : datagrams) {
      catch_up();
      incoming(datagram.bytes, datagram.from, now);
    }
    ring_others();
    if (datagrams.size() < settings_.receive_batch) {
      return;
    }
  }
}

void EndpointWorker::incoming(media::ByteSpan datagram, const SocketAddress& from, core::Instant now) {
  const auto others = endpoint_.incoming(datagram, from, now);
  if (others.belongs_to) {
    hand_over(*others.belongs_to, HandoverKind::datagram, from, datagram);
  }
  if (others.address_taken_from) {
    hand_over(*others.address_taken_from, HandoverKind::address_taken, from, {});
  }
}

void EndpointWorker::hand_over(WorkerIndex to, HandoverKind kind, const SocketAddress& from,
                               media::ByteView bytes) {
  if (seat_.exchange->desk(to).inbox.push(kind, from, bytes) == DatagramInbox::Push::full) {
    ++handovers_.inbox_full;
    return;
  }
  ++handovers_.given;
  to_be_rung_.set(to.value);
}

void EndpointWorker::ring_others() {
  for (std::uint8_t i = 0; to_be_rung_.any(); ++i) {
    if (to_be_rung_.test(i)) {
      seat_.exchange->desk(WorkerIndex{i}).bell.ring();
      to_be_rung_.reset(i);
    }
  }
}

void EndpointWorker::take_handovers() {
  const auto now = clock_();
  const auto handle = [this, now](const DatagramInbox::Handover& handover) {
    ++handovers_.taken;
    catch_up();
    if (handover.kind == HandoverKind::address_taken) {
      endpoint_.give_up(handover.from);
      return;
    }
    const auto others = endpoint_.incoming(handover.bytes, handover.from, now);
    // The peer went, or the address was taken, on the way here. It is not sent on, or it might go in circles.
    handovers_.astray += others.belongs_to ? 1 : 0;
    if (others.address_taken_from) {
      hand_over(*others.address_taken_from, HandoverKind::address_taken, handover.from, {});
    }
  };
  for (std::size_t i = 0; i < kBatchesPerTurn * settings_.receive_batch; ++i) {
    if (!seat_.desk().inbox.take(handle)) {
      break;
    }
  }
  ring_others();
}

void EndpointWorker::publish(core::Instant now) {
  if (now < next_publication_) {
    return;
  }
  const WorkerStatistics statistics{.endpoint = endpoint_.counters(),
                                    .ice = endpoint_.ice().counters(),
                                    .receive = receiver_.counters(),
                                    .handovers = handovers_,
                                    .failed_tasks = failed_tasks(),
                                    .peers = endpoint_.peers(),
                                    .addresses = endpoint_.ice().addresses(),
                                    .handshakes = endpoint_.handshakes()};
  if (board_.publish(statistics) == StatisticsBoard::Publication::done) {
    next_publication_ = now + settings_.statistics_interval;
  }
}

void EndpointWorker::run() {
  auto rose = clock_();
  while (!stopping_.load()) {
    const auto lay_down = clock_();
    wait();
    const auto worked = lay_down - rose;
    rose = clock_();
    listener_.on_waited(worked, rose - lay_down);
    run_tasks();
    take_datagrams();
    take_handovers();
    listener_.on_turn(clock_());
    // What media caused leaves before handshakes are thought about.
    endpoint_.flush(clock_());
    endpoint_.do_handshakes(settings_.handshakes_per_turn, clock_());
    endpoint_.advance(clock_());
    endpoint_.flush(clock_());
    publish(clock_());
  }
}

}  // namespace baton::transport::direct
