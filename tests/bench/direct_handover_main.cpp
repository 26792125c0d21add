// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs that a datagram comes to another worker's socket and is passed on. Two workers get bursts of
// media from peers that have proved their addresses: first from those whose datagrams come to the right
// socket, then from those whose datagrams do not.
//
// Usage: baton_bench_direct_handover [rounds]
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/transports/direct/client/stun_client.hpp"
#include "tests/transports/direct/packets.hpp"
#include "transports/direct/certificate.hpp"
#include "transports/direct/worker_group.hpp"

namespace {

using namespace std::chrono_literals;
using namespace baton::transport::direct;
namespace core = baton::core;
namespace media = baton::media;

constexpr std::size_t kPeersEach = 8;
constexpr std::size_t kBursts = 40;
// So many that they are taken in whole batches, and so few that all fit the sockets' buffers.
constexpr std::size_t kDatagramsEach = 100;

core::Instant steady_now() {
  return core::Instant(
      std::chrono::duration_cast<core::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

struct Nobody final : EndpointListener {
  void on_connected(PeerId /*peer*/, SrtpProfile /*profile*/, core::Instant /*now*/) override {}
  void on_gone(PeerId /*peer*/, GoneReason /*reason*/, core::Instant /*now*/) override {}
  void on_rtp(PeerId /*peer*/, media::ByteSpan /*packet*/, core::Instant /*now*/) override {}
  void on_rtcp(PeerId /*peer*/, media::ByteSpan /*packet*/, core::Instant /*now*/) override {}
  void on_unsent(const Unsent& /*unsent*/, core::Instant /*now*/) override {}
};

class Bench {
public:
  Bench() {
    WorkerGroupSettings settings;
    settings.worker.statistics_interval = 5ms;
    std::array<EndpointListener*, 2> listeners{&listener_, &listener_};
    auto group = WorkerGroup::open({.address = *SocketAddress::parse("127.0.0.1", Port{0})},
                                   DtlsContext::make(*Certificate::make()), listeners, &steady_now, settings);
    if (!group) {
      throw std::runtime_error(to_string(group.error()));
    }
    group_ = std::move(*group);
    for (std::uint32_t number = 1; straight_.size() < kPeersEach || crossing_.size() < kPeersEach; ++number) {
      admit(number);
    }
  }

  void run(std::size_t rounds) {
    std::printf("%-46s %10s %10s\n", "microseconds of CPU time for each datagram", "80 bytes", "1,200 bytes");
    std::array<std::array<std::vector<double>, 2>, 2> costs;
    const std::array<std::size_t, 2> sizes{80, 1'200};
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t size = 0; size < sizes.size(); ++size) {
        costs[0][size].push_back(measure(straight_, sizes[size]));
        costs[1][size].push_back(measure(crossing_, sizes[size]));
      }
    }
    const auto print = [](const char* name, std::array<std::vector<double>, 2>& row) {
      for (auto& values : row) {
        std::ranges::sort(values);
      }
      std::printf("%-46s %10.2f %10.2f\n", name, row[0][row[0].size() / 2], row[1][row[1].size() / 2]);
    };
    print("to the right worker's socket", costs[0]);
    print("to the other one's, and passed on", costs[1]);
    const auto sum = group_->statistics();
    std::printf("%llu passed on, %llu found the inbox full\n",
                static_cast<unsigned long long>(sum.handovers.given),
                static_cast<unsigned long long>(sum.handovers.inbox_full));
  }

private:
  static WorkerIndex index(std::uint8_t worker) { return WorkerIndex{worker}; }

  void send(const UdpSocket& socket, media::ByteView bytes) const {
    sockaddr_storage to{};
    const auto size = group_->local_address().to_native(AddressFamily::ipv4, to);
    (void)sendto(socket.descriptor(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                 size);
  }

  WorkerStatistics statistics_soon() const {
    std::this_thread::sleep_for(30ms);
    return group_->statistics();
  }

  void admit(std::uint32_t number) {
    auto opened = UdpSocket::open({.address = *SocketAddress::parse("127.0.0.1", Port{0})});
    if (!opened) {
      throw std::runtime_error(to_string(opened.error()));
    }
    const auto credentials = test::make_credentials(number);
    if (group_->add(PeerId{number}, {credentials, DtlsRole::server, {}}, nullptr) != GroupResult::accepted) {
      throw std::runtime_error("A peer was refused.");
    }
    const auto before = statistics_soon();
    send(*opened, browser_.request({credentials}));
    const auto after = statistics_soon();
    if (after.addresses != before.addresses + 1) {
      throw std::runtime_error("A check was not taken.");
    }
    auto& kind = after.handovers.given > before.handovers.given ? crossing_ : straight_;
    if (kind.size() < kPeersEach) {
      kind.push_back(std::move(*opened));
    }
  }

  double cpu_microseconds() const {
    double sum = 0;
    for (std::uint8_t worker = 0; worker < 2; ++worker) {
      std::promise<double> used;
      (void)group_->post_to(index(worker), [&used](Endpoint&, core::Instant) {
        rusage usage{};
        getrusage(RUSAGE_THREAD, &usage);
        const auto total = [](const timeval& time) {
          return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
        };
        used.set_value(total(usage.ru_utime) + total(usage.ru_stime));
      });
      sum += used.get_future().get();
    }
    return sum;
  }

  /// Workers that would take each datagram as it comes would be measured for how soon they wake up.
  void hold(const std::shared_future<void>& until) const {
    for (std::uint8_t worker = 0; worker < 2; ++worker) {
      (void)group_->post_to(index(worker), [until](Endpoint&, core::Instant) { until.wait(); });
    }
  }

  void wait_for(std::uint64_t count) const {
    for (int i = 0; group_->statistics().endpoint.media_before_keys < count; ++i) {
      if (i == 2'000) {
        throw std::runtime_error("Datagrams were lost on loopback.");
      }
      std::this_thread::sleep_for(1ms);
    }
  }

  /// There are no keys, so the packets are counted and let go: what is measured is their way there.
  double measure(const std::vector<UdpSocket>& sources, std::size_t size) {
    const auto packet = test::make_rtp(1, 7, size);
    const auto counted = statistics_soon().endpoint.media_before_keys;
    const double before = cpu_microseconds();
    for (std::size_t burst = 0; burst < kBursts; ++burst) {
      std::promise<void> open;
      hold(open.get_future().share());
      for (std::size_t i = 0; i < kDatagramsEach; ++i) {
        for (const auto& source : sources) {
          send(source, packet);
        }
      }
      open.set_value();
      wait_for(counted + (burst + 1) * kDatagramsEach * sources.size());
    }
    const std::size_t arrived = kBursts * kDatagramsEach * sources.size();
    const double used = cpu_microseconds() - before;
    return used / static_cast<double>(arrived);
  }

  Nobody listener_;
  std::unique_ptr<WorkerGroup> group_;
  test::StunClient browser_;
  std::vector<UdpSocket> straight_;
  std::vector<UdpSocket> crossing_;
};

}  // namespace

int main(int count, char** arguments) {
  try {
    Bench().run(count > 1 ? static_cast<std::size_t>(std::max(1, std::atoi(arguments[1]))) : 5);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
