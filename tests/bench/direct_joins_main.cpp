// SPDX-License-Identifier: GPL-3.0-or-later
// What joins cost the workers of a port, and what those who watch already notice of them: viewers get a
// packet every 20 ms, first in peace and then while others join. Everything is real but the network, which is
// loopback.
//
// Usage: baton_bench_direct_joins [workers] [joins] [seconds] [realtime] [memory]
//   realtime: the workers, the source and the viewers go before all else on this machine, those who join
//             included. So what is left of the difference is what the workers themselves cause.
//   memory:   also what a peer takes, which waits until associations are let go.
#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "tests/transports/direct/client/client_crowd.hpp"
#include "tests/transports/direct/packets.hpp"
#include "transports/direct/worker_group.hpp"

namespace {

using namespace std::chrono_literals;
using namespace baton::transport::direct;
namespace core = baton::core;
namespace media = baton::media;

constexpr std::uint32_t kViewers = 20;
constexpr auto kPacketEvery = 20ms;
constexpr std::size_t kPacketBytes = 1'200;
constexpr std::size_t kTimeOffset = 12;  // Right behind the RTP header.

core::Instant steady_now() {
  return core::Instant(
      std::chrono::duration_cast<core::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

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

enum class Scheduling : std::uint8_t { as_everybody, before_all_else };

void apply(Scheduling scheduling) {
  if (scheduling == Scheduling::before_all_else) {
    const sched_param parameter{.sched_priority = 10};
    if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter) != 0) {
      throw std::runtime_error("This system allows no real-time scheduling.");
    }
  }
}

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

class Bench {
public:
  explicit Bench(const Plan& plan)
      : plan_(plan),
        context_(DtlsContext::make(*Certificate::make())),
        browser_(DtlsContext::make(*Certificate::make())),
        group_(open(plan.workers)) {
    for (const auto worker : all_workers()) {
      ask(worker, [&](Endpoint&, core::Instant) {
        apply(plan_.scheduling);
        return 0;
      });
    }
  }

  void run() {
    test::ClientCrowd viewers(group_->local_address());
    for (std::uint32_t number = 1; number <= kViewers; ++number) {
      add(viewers, number).on_rtp = [this](media::ByteView packet) { note_delay(packet); };
    }
    if (!viewers.run([&] { return listener_.connected == kViewers; }, 10s)) {
      throw std::runtime_error("The viewers did not connect.");
    }
    std::atomic<bool> over{false};
    std::thread source([&] { send_until(over); });
    std::thread watching([&] {
      apply(plan_.scheduling);
      viewers.run([&] { return over.load(); }, 1h);
    });

    const auto quiet = measure([&] { std::this_thread::sleep_for(plan_.duration); });
    joiners_ = std::make_unique<test::ClientCrowd>(group_->local_address());
    std::vector<core::Duration> join_delays;
    const auto busy = measure([&] { join_delays = join(*joiners_); });
    over = true;
    source.join();
    watching.join();

    std::printf("%zu workers%s\n", plan_.workers,
                plan_.scheduling == Scheduling::before_all_else ? ", before all else on this machine" : "");
    std::printf("%-44s %7s %8s %8s %8s %8s\n", "milliseconds", "count", "p50", "p99", "p99.9", "most");
    print("delay of packets, nobody joins", quiet.delays);
    print("delay of packets, others join", busy.delays);
    print("from the first check to the keys", join_delays);
    const double seconds = std::chrono::duration<double>(busy.wall).count();
    const double quiet_seconds = std::chrono::duration<double>(quiet.wall).count();
    const double cost = (busy.cpu_microseconds / seconds - quiet.cpu_microseconds / quiet_seconds) * seconds /
                        static_cast<double>(plan_.joins);
    std::printf("%zu of %u joined in %.1f s; the workers used %.0f microseconds of CPU time for each\n",
                join_delays.size(), plan_.joins, seconds, cost);
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
    std::vector<core::Duration> delays;
    double cpu_microseconds = 0;
    core::Duration wall{};
  };

  std::unique_ptr<WorkerGroup> open(std::size_t workers) {
    const std::vector<EndpointListener*> listeners(workers, &listener_);
    auto group = WorkerGroup::open({.address = *SocketAddress::parse("127.0.0.1", Port{0})}, context_,
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

  test::DirectClient& add(test::ClientCrowd& crowd, std::uint32_t number) {
    const auto credentials = test::make_credentials(number);
    const auto result =
        group_->add(PeerId{number}, {credentials, DtlsRole::server, browser_->fingerprint()}, nullptr);
    if (result != GroupResult::accepted) {
      throw std::runtime_error(to_string(result));
    }
    // Signalling takes longer than this task.
    ask(*group_->worker_of(PeerId{number}), [](Endpoint&, core::Instant) { return 0; });
    return crowd.add(browser_, {credentials, context_->fingerprint(), DtlsRole::client, 2s});
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

  void note_delay(media::ByteView packet) {
    std::int64_t time = 0;
    std::memcpy(&time, &packet[kTimeOffset], sizeof(time));
    const std::lock_guard lock(delays_mutex_);
    delays_.push_back(steady_now() - core::Instant(core::Duration(time)));
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
    {
      const std::lock_guard lock(delays_mutex_);
      delays_.clear();
    }
    const double cpu = worker_cpu_microseconds();
    const auto began = steady_now();
    work();
    Phase result;
    result.wall = steady_now() - began;
    result.cpu_microseconds = worker_cpu_microseconds() - cpu;
    const std::lock_guard lock(delays_mutex_);
    result.delays = delays_;
    return result;
  }

  /// One after the other, evenly over the time; returns how long each took.
  std::vector<core::Duration> join(test::ClientCrowd& joiners) {
    std::vector<core::Instant> began;
    std::vector<core::Duration> delays;
    std::vector<std::size_t> open;
    const auto start = steady_now();
    const auto look = [&] {
      std::erase_if(open, [&](std::size_t index) {
        if (joiners.at(index).connected()) {
          delays.push_back(steady_now() - began[index]);
          return true;
        }
        return false;
      });
    };
    for (std::uint32_t i = 0; i < plan_.joins; ++i) {
      while (steady_now() < start + core::Duration(plan_.duration) * i / plan_.joins) {
        joiners.turn(1ms);
        look();
      }
      open.push_back(began.size());
      began.push_back(steady_now());
      add(joiners, kViewers + 1 + i);
    }
    (void)joiners.run(
        [&] {
          look();
          return open.empty();
        },
        30s);
    return delays;
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
  std::shared_ptr<const DtlsContext> context_;
  std::shared_ptr<const DtlsContext> browser_;
  Listener listener_;
  std::mutex delays_mutex_;
  std::vector<core::Duration> delays_;
  std::unique_ptr<WorkerGroup> group_;
  std::unique_ptr<test::ClientCrowd> joiners_;  // They stay, and go on with their checks.
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
