// SPDX-License-Identifier: GPL-3.0-or-later
// What joins cost an endpoint, and what those who watch already notice of them: viewers get a packet every 20
// ms, first in peace and then while others join. Everything is real but the network, which is loopback.
//
// Usage: baton_bench_direct_joins [joins] [seconds]
#include <malloc.h>
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
#include <thread>
#include <type_traits>
#include <vector>

#include "tests/transports/direct/client/client_crowd.hpp"
#include "tests/transports/direct/packets.hpp"
#include "transports/direct/endpoint_worker.hpp"

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

class Bench {
public:
  Bench()
      : context_(DtlsContext::make(*Certificate::make())),
        browser_(DtlsContext::make(*Certificate::make())),
        worker_(open(), context_, listener_, &steady_now) {}

  void run(std::uint32_t joins, std::chrono::seconds duration) {
    test::ClientCrowd viewers(worker_.local_address());
    for (std::uint32_t number = 1; number <= kViewers; ++number) {
      add(viewers, number).on_rtp = [this](media::ByteView packet) { note_delay(packet); };
    }
    if (!viewers.run([&] { return listener_.connected == kViewers; }, 10s)) {
      throw std::runtime_error("The viewers did not connect.");
    }
    std::atomic<bool> over{false};
    std::thread source([&] { send_until(over); });
    std::thread watching([&] { viewers.run([&] { return over.load(); }, 1h); });

    const auto quiet = measure([&] { std::this_thread::sleep_for(5s); });
    test::ClientCrowd joiners(worker_.local_address());
    std::vector<core::Duration> join_delays;
    const auto busy = measure([&] { join_delays = join(joiners, joins, duration); });
    over = true;
    source.join();
    watching.join();

    std::printf("%-44s %7s %8s %8s %8s %8s\n", "milliseconds", "count", "p50", "p99", "p99.9", "most");
    print("delay of packets, nobody joins", quiet.delays);
    print("delay of packets, others join", busy.delays);
    print("from the first check to the keys", join_delays);
    const double seconds = std::chrono::duration<double>(busy.wall).count();
    const double cost = (busy.cpu_microseconds / seconds - quiet.cpu_microseconds / 5.0) * seconds /
                        static_cast<double>(joins);
    std::printf("%zu of %u joined in %.1f s; the worker used %.0f microseconds of CPU time for each\n",
                join_delays.size(), joins, seconds, cost);
    std::printf("%zu packets did not leave\n", listener_.not_sent.load());
    const auto counters = ask([](Endpoint& endpoint, core::Instant) { return endpoint.counters(); });
    std::printf(
        "%llu handshakes waited for a place, %llu were refused, %llu datagrams found no room to wait\n",
        static_cast<unsigned long long>(counters.handshakes_postponed),
        static_cast<unsigned long long>(counters.handshakes_refused),
        static_cast<unsigned long long>(counters.waiting_full));
    print_memory(joins);
  }

private:
  struct Phase {
    std::vector<core::Duration> delays;
    double cpu_microseconds = 0;
    core::Duration wall{};
  };

  static UdpSocket open() {
    auto socket = UdpSocket::open({.address = *SocketAddress::parse("127.0.0.1", Port{0})});
    if (!socket) {
      throw std::runtime_error(to_string(socket.error()));
    }
    return std::move(*socket);
  }

  template <class Question>
  std::invoke_result_t<Question, Endpoint&, core::Instant> ask(Question question) {
    using Answer = std::invoke_result_t<Question, Endpoint&, core::Instant>;
    const auto promise = std::make_shared<std::promise<Answer>>();
    if (worker_.post([promise, &question](Endpoint& endpoint, core::Instant now) {
          promise->set_value(question(endpoint, now));
        }) != PostResult::accepted) {
      throw std::runtime_error("The worker takes no tasks.");
    }
    return promise->get_future().get();
  }

  test::DirectClient& add(test::ClientCrowd& crowd, std::uint32_t number) {
    const auto credentials = test::make_credentials(number);
    const auto result = ask([&](Endpoint& endpoint, core::Instant now) {
      return endpoint.add(PeerId{number}, {credentials, DtlsRole::server, browser_->fingerprint()}, now);
    });
    if (result != AddPeerResult::added) {
      throw std::runtime_error(to_string(result));
    }
    return crowd.add(browser_, {credentials, context_->fingerprint(), DtlsRole::client, 2s});
  }

  void send_until(const std::atomic<bool>& over) {
    auto next = std::chrono::steady_clock::now();
    for (std::uint16_t number = 0; !over; ++number) {
      const core::Instant due = steady_now();
      (void)worker_.post([number, due](Endpoint& endpoint, core::Instant now) {
        auto packet = test::make_rtp(number, 7, kPacketBytes);
        const auto time = due.time_since_epoch().count();
        std::memcpy(&packet[kTimeOffset], &time, sizeof(time));
        for (std::uint32_t viewer = 1; viewer <= kViewers; ++viewer) {
          (void)endpoint.send_rtp(PeerId{viewer}, packet, now);
        }
      });
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
    return ask([](Endpoint&, core::Instant) {
      rusage usage{};
      getrusage(RUSAGE_THREAD, &usage);
      const auto total = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
      };
      return total(usage.ru_utime) + total(usage.ru_stime);
    });
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
  std::vector<core::Duration> join(test::ClientCrowd& joiners, std::uint32_t joins,
                                   std::chrono::seconds duration) {
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
    for (std::uint32_t i = 0; i < joins; ++i) {
      while (steady_now() < start + core::Duration(duration) * i / joins) {
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

  void print_memory(std::uint32_t joins) {
    const auto used = [] { return static_cast<double>(mallinfo2().uordblks); };
    const double with_associations = used();
    std::this_thread::sleep_for(EndpointSettings{}.dtls_linger + 2s);
    const double before = used();
    std::printf("%.1f kB of heap for each association, for as long as it is kept\n",
                (with_associations - before) / joins / 1024);
    ask([joins](Endpoint& endpoint, core::Instant now) {
      for (std::uint32_t i = 0; i < joins; ++i) {
        endpoint.remove(PeerId{kViewers + 1 + i}, now);
      }
      return 0;
    });
    std::printf("%.1f kB of heap for each peer after that\n", (before - used()) / joins / 1024);
  }

  std::shared_ptr<const DtlsContext> context_;
  std::shared_ptr<const DtlsContext> browser_;
  Listener listener_;
  std::mutex delays_mutex_;
  std::vector<core::Duration> delays_;
  EndpointWorker worker_;
};

}  // namespace

int main(int count, char** arguments) {
  try {
    const auto joins = count > 1 ? std::max(1, std::atoi(arguments[1])) : 1'000;
    const auto seconds = count > 2 ? std::max(1, std::atoi(arguments[2])) : 10;
    Bench().run(static_cast<std::uint32_t>(joins), std::chrono::seconds(seconds));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
