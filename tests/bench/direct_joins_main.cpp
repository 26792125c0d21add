// SPDX-License-Identifier: GPL-3.0-or-later
// What joins cost the workers of a port, and what those who watch already notice of them: viewers get a
// packet every 20 ms, first in peace and then while others join, at random moments. Everything is real but
// the network, which is loopback; those who watch and those who join each have a process of their own.
//
// Usage: baton_bench_direct_joins [workers] [joins] [seconds] [realtime] [memory]
//   realtime: the workers, the source and the viewers go before all else on this machine, those who join
//             included. So what is left of the difference is what the workers themselves cause.
//   memory:   also what a peer takes, which waits until associations are let go.
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "tests/bench/direct_client_process.hpp"
#include "tests/sim/random.hpp"
#include "tests/transports/direct/packets.hpp"
#include "transports/direct/certificate.hpp"
#include "transports/direct/worker_group.hpp"

namespace {

using namespace std::chrono_literals;
using namespace baton::bench;
using namespace baton::transport::direct;
namespace core = baton::core;
namespace media = baton::media;

constexpr std::uint32_t kViewers = 20;
constexpr auto kPacketEvery = 20ms;
constexpr std::size_t kPacketBytes = 1'200;
struct Listener final : EndpointListener {
  void on_connected(PeerId /*peer*/, SrtpProfile /*profile*/, core::Instant /*now*/) override { ++connected; }
  void on_gone(PeerId /*peer*/, GoneReason /*reason*/, core::Instant /*now*/) override { ++gone; }
  void on_rtp(PeerId /*peer*/, media::ByteSpan /*packet*/, core::Instant /*now*/) override {}
  void on_rtcp(PeerId /*peer*/, media::ByteSpan /*packet*/, core::Instant /*now*/) override {}
  void on_unsent(const Unsent& unsent, core::Instant /*now*/) override { not_sent += unsent.count; }
  std::atomic<std::size_t> connected{0};
  std::atomic<std::size_t> gone{0};
  std::atomic<std::size_t> not_sent{0};
};

double milliseconds(core::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void print(const char* what, std::vector<core::Duration> delays) {
  if (delays.empty()) {
    std::printf("%-44s nothing was measured\n", what);
    return;
  }
  std::ranges::sort(delays);
  const auto at = [&](double part) {
    return milliseconds(delays[static_cast<std::size_t>(part * static_cast<double>(delays.size() - 1))]);
  };
  std::printf("%-44s %7zu %8.2f %8.2f %8.2f %8.2f\n", what, delays.size(), at(0.5), at(0.99), at(0.999),
              at(1));
}

struct Plan {
  std::size_t workers = 1;
  std::uint32_t joins = 1'000;
  std::chrono::seconds duration{10};
  Scheduling scheduling = Scheduling::as_everybody;
};

DirectClientProcess::Contexts make_contexts() {
  return {DtlsContext::make(*Certificate::make()), DtlsContext::make(*Certificate::make())};
}

class Bench {
public:
  explicit Bench(const Plan& plan)
      : plan_(plan),
        contexts_(make_contexts()),
        viewers_(contexts_, plan.scheduling),
        joiners_(contexts_, Scheduling::as_everybody),
        group_(open(plan.workers)) {
    for (const auto worker : all_workers()) {
      ask(worker, [&](Endpoint&, core::Instant) {
        apply(plan_.scheduling);
        return 0;
      });
    }
    viewers_.begin(group_->local_address());
    joiners_.begin(group_->local_address());
  }

  void run() {
    for (std::uint32_t number = 1; number <= kViewers; ++number) {
      add(viewers_, number);
    }
    if (!wait_for_connected(kViewers, 10s)) {
      throw std::runtime_error("The viewers did not connect.");
    }
    std::atomic<bool> over{false};
    std::thread source([&] { send_until(over); });
    const auto quiet = measure([&] { std::this_thread::sleep_for(plan_.duration); });
    const auto busy = measure([&] { join(); });
    over = true;
    source.join();
    const auto packets = viewers_.end().packets;
    const auto joins = joiners_.end().joins;

    std::printf("%zu workers%s\n", plan_.workers,
                plan_.scheduling == Scheduling::before_all_else ? ", before all else on this machine" : "");
    std::printf("%-44s %7s %8s %8s %8s %8s\n", "milliseconds", "count", "p50", "p99", "p99.9", "most");
    print("delay of packets, nobody joins", delays_in(quiet, packets));
    print("delay of packets, others join", delays_in(busy, packets));
    print("from the first check to the keys", joins);
    const double cost = (busy.cpu_microseconds / seconds(busy) - quiet.cpu_microseconds / seconds(quiet)) *
                        seconds(busy) / static_cast<double>(plan_.joins);
    std::printf("%zu of %u joined in %.1f s; the workers used %.0f microseconds of CPU time for each\n",
                joins.size(), plan_.joins, seconds(busy), cost);
    std::printf("%zu packets did not leave\n", listener_.not_sent.load());
    print_counters();
  }

  void print_memory() {
    const auto used = [] { return static_cast<double>(mallinfo2().uordblks); };
    const double with_associations = used();
    std::this_thread::sleep_for(EndpointSettings{}.dtls_linger + 2s);
    const double before = used();
    std::printf("%.1f kB of heap for each association, for as long as it is kept\n",
                (with_associations - before) / plan_.joins / 1024);
    for (std::uint32_t i = 0; i < plan_.joins; ++i) {
      (void)group_->remove(PeerId{kViewers + 1 + i});
    }
    for (const auto worker : all_workers()) {
      ask(worker, [](Endpoint&, core::Instant) { return 0; });
    }
    std::printf("%.1f kB of heap for each peer after that\n", (before - used()) / plan_.joins / 1024);
  }

private:
  struct Phase {
    core::Instant from;
    core::Instant to;
    double cpu_microseconds = 0;
  };

  static double seconds(const Phase& phase) {
    return std::chrono::duration<double>(phase.to - phase.from).count();
  }

  static std::vector<core::Duration> delays_in(const Phase& phase,
                                               const std::vector<DirectClientProcess::PacketDelay>& packets) {
    std::vector<core::Duration> result;
    for (const auto& [due, delay] : packets) {
      if (due >= phase.from && due < phase.to) {
        result.push_back(delay);
      }
    }
    return result;
  }

  std::unique_ptr<WorkerGroup> open(std::size_t workers) {
    const std::vector<EndpointListener*> listeners(workers, &listener_);
    auto group = WorkerGroup::open({.address = *SocketAddress::parse("127.0.0.1", Port{0})}, contexts_.server,
                                   listeners, &steady_now);
    if (!group) {
      throw std::runtime_error(to_string(group.error()));
    }
    return std::move(*group);
  }

  [[nodiscard]] std::vector<WorkerIndex> all_workers() const {
    std::vector<WorkerIndex> result;
    for (std::size_t i = 0; i < plan_.workers; ++i) {
      result.push_back(WorkerIndex{static_cast<std::uint8_t>(i)});
    }
    return result;
  }

  template <class Question>
  std::invoke_result_t<Question, Endpoint&, core::Instant> ask(WorkerIndex worker, Question question) {
    using Answer = std::invoke_result_t<Question, Endpoint&, core::Instant>;
    const auto promise = std::make_shared<std::promise<Answer>>();
    if (group_->post_to(worker, [promise, &question](Endpoint& endpoint, core::Instant now) {
          promise->set_value(question(endpoint, now));
        }) != PostResult::accepted) {
      throw std::runtime_error("A worker takes no tasks.");
    }
    return promise->get_future().get();
  }

  void add(DirectClientProcess& clients, std::uint32_t number) {
    const auto result = group_->add(
        PeerId{number}, {test::make_credentials(number), DtlsRole::server, contexts_.browser->fingerprint()},
        nullptr);
    if (result != GroupResult::accepted) {
      throw std::runtime_error(to_string(result));
    }
    // Signalling takes longer than this task.
    ask(*group_->worker_of(PeerId{number}), [](Endpoint&, core::Instant) { return 0; });
    clients.join(number);
  }

  bool wait_for_connected(std::size_t wanted, std::chrono::seconds patience) const {
    const auto end = steady_now() + patience;
    while (listener_.connected < wanted && steady_now() < end) {
      std::this_thread::sleep_for(5ms);
    }
    return listener_.connected >= wanted;
  }

  void send_until(const std::atomic<bool>& over) {
    apply(plan_.scheduling);
    auto next = std::chrono::steady_clock::now();
    for (std::uint16_t number = 0; !over; ++number) {
      const core::Instant due = steady_now();
      for (const auto worker : all_workers()) {
        (void)group_->post_to(worker, [number, due](Endpoint& endpoint, core::Instant now) {
          auto packet = test::make_rtp(number, 7, kPacketBytes);
          const auto time = due.time_since_epoch().count();
          std::memcpy(&packet[kTimeOffset], &time, sizeof(time));
          for (std::uint32_t viewer = 1; viewer <= kViewers; ++viewer) {
            // Those of the other workers are unknown here.
            (void)endpoint.send_rtp(PeerId{viewer}, packet, now);
          }
        });
      }
      next += kPacketEvery;
      std::this_thread::sleep_until(next);
    }
  }

  double worker_cpu_microseconds() {
    double sum = 0;
    for (const auto worker : all_workers()) {
      sum += ask(worker, [](Endpoint&, core::Instant) {
        rusage usage{};
        getrusage(RUSAGE_THREAD, &usage);
        const auto total = [](const timeval& time) {
          return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
        };
        return total(usage.ru_utime) + total(usage.ru_stime);
      });
    }
    return sum;
  }

  template <class Work>
  Phase measure(Work work) {
    const double cpu = worker_cpu_microseconds();
    Phase result;
    result.from = steady_now();
    work();
    result.to = steady_now();
    result.cpu_microseconds = worker_cpu_microseconds() - cpu;
    return result;
  }

  /// As people do: each whenever it likes, without regard to the others or to the source.
  void join() {
    baton::sim::Random random(baton::sim::Seed{1});
    const double mean = std::chrono::duration<double>(plan_.duration).count() / plan_.joins;
    auto next = steady_now();
    for (std::uint32_t i = 0; i < plan_.joins; ++i) {
      const double uniform = (static_cast<double>(random.below(1'000'000)) + 1) / 1'000'000;
      next += std::chrono::duration_cast<core::Duration>(
          std::chrono::duration<double>(-std::log(uniform) * mean));
      std::this_thread::sleep_for(next - steady_now());
      add(joiners_, kViewers + 1 + i);
    }
    (void)wait_for_connected(kViewers + plan_.joins, 30s);
  }

  void print_counters() const {
    // They are put up once a second.
    std::this_thread::sleep_for(2 * EndpointWorkerSettings{}.statistics_interval);
    const auto sum = group_->statistics();
    std::printf(
        "%llu handshakes waited for a place, %llu were refused, %llu datagrams found no room to wait\n",
        static_cast<unsigned long long>(sum.endpoint.handshakes_postponed),
        static_cast<unsigned long long>(sum.endpoint.handshakes_refused),
        static_cast<unsigned long long>(sum.endpoint.waiting_full));
    std::printf("%llu of %llu datagrams were passed on to another worker, %llu found its inbox full\n",
                static_cast<unsigned long long>(sum.handovers.given),
                static_cast<unsigned long long>(sum.receive.datagrams),
                static_cast<unsigned long long>(sum.handovers.inbox_full));
  }

  const Plan plan_;
  const DirectClientProcess::Contexts contexts_;
  // Before there are threads.
  DirectClientProcess viewers_;
  DirectClientProcess joiners_;
  Listener listener_;
  std::unique_ptr<WorkerGroup> group_;
};

}  // namespace

int main(int count, char** arguments) {
  try {
    Plan plan;
    bool with_memory = false;
    std::vector<int> numbers;
    for (int i = 1; i < count; ++i) {
      const std::string_view argument(arguments[i]);
      if (argument == "realtime") {
        plan.scheduling = Scheduling::before_all_else;
      } else if (argument == "memory") {
        with_memory = true;
      } else {
        numbers.push_back(std::max(1, std::atoi(arguments[i])));
      }
    }
    plan.workers = numbers.empty() ? plan.workers : static_cast<std::size_t>(numbers[0]);
    plan.joins = numbers.size() < 2 ? plan.joins : static_cast<std::uint32_t>(numbers[1]);
    plan.duration = numbers.size() < 3 ? plan.duration : std::chrono::seconds(numbers[2]);
    Bench bench(plan);
    bench.run();
    if (with_memory) {
      bench.print_memory();
    }
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
