// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to take a datagram out of the socket: one by one, in batches, and in batches that the kernel
// has joined (UDP_GRO), for the two kinds of traffic that an endpoint gets.
//
// Usage: baton_bench_direct_receive [rounds]
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

#include "transports/direct/batch_receiver.hpp"
#include "transports/direct/batch_sender.hpp"
#include "transports/direct/udp_socket.hpp"

namespace {

using namespace baton::transport::direct;

constexpr std::size_t kBursts = 200;
constexpr std::size_t kDatagrams = 90;

UdpSocket open(Offload coalescing) {
  auto socket =
      UdpSocket::open({.address = *SocketAddress::parse("127.0.0.1", Port{0}), .coalescing = coalescing});
  if (!socket) {
    throw std::runtime_error(to_string(socket.error()));
  }
  return std::move(*socket);
}

double cpu_microseconds() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto total = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return total(usage.ru_utime) + total(usage.ru_stime);
}

enum class Traffic { reports_of_many, frames_of_one };
enum class Way { one_by_one, batches, joined };

/// Sends bursts and takes them out again; only the taking out is counted.
class Bench {
public:
  Bench(Traffic traffic, Way way)
      : traffic_(traffic),
        way_(way),
        socket_(open(way == Way::joined ? Offload::where_available : Offload::off)),
        receiver_(socket_, way == Way::joined ? 16 : 64) {
    const std::size_t sources = traffic == Traffic::reports_of_many ? kDatagrams : 1;
    for (std::size_t i = 0; i < sources; ++i) {
      sources_.push_back(std::make_unique<UdpSocket>(open(Offload::off)));
      senders_.push_back(std::make_unique<BatchSender>(*sources_.back()));
    }
  }

  double measure() {
    double cost = 0;
    std::size_t received = 0;
    for (std::size_t burst = 0; burst < kBursts; ++burst) {
      fill();
      const double before = cpu_microseconds();
      received += drain();
      cost += cpu_microseconds() - before;
    }
    if (received != kBursts * kDatagrams) {
      throw std::runtime_error("Datagrams were lost on loopback.");
    }
    return cost / static_cast<double>(received);
  }

private:
  void fill() {
    const std::size_t size = traffic_ == Traffic::reports_of_many ? 80 : 1'200;
    for (std::size_t i = 0; i < kDatagrams; ++i) {
      BatchSender& sender = *senders_[i % senders_.size()];
      const auto room = sender.begin(size);
      std::ranges::fill(*room, static_cast<std::uint8_t>(i));
      sender.commit(PeerId{1}, socket_.local_address(), size);
      // A frame has nine packets.
      if (traffic_ == Traffic::reports_of_many || i % 9 == 8) {
        sender.flush();
      }
    }
  }

  std::size_t drain() {
    std::size_t count = 0;
    if (way_ == Way::one_by_one) {
      std::array<std::uint8_t, kMaxDatagramBytes> buffer;
      sockaddr_storage from{};
      socklen_t size = sizeof(from);
      while (recvfrom(socket_.descriptor(), buffer.data(), buffer.size(), 0,
                      reinterpret_cast<sockaddr*>(&from), &size) > 0) {
        ++count;
        size = sizeof(from);
      }
      return count;
    }
    for (auto batch = receiver_.receive(); !batch.empty(); batch = receiver_.receive()) {
      count += batch.size();
    }
    return count;
  }

  Traffic traffic_;
  Way way_;
  UdpSocket socket_;
  BatchReceiver receiver_;
  std::vector<std::unique_ptr<UdpSocket>> sources_;
  std::vector<std::unique_ptr<BatchSender>> senders_;
};

void run(std::size_t rounds) {
  struct Row {
    const char* name;
    Bench bench;
    std::vector<double> costs;
  };
  std::vector<std::unique_ptr<Row>> rows;
  const auto row = [&rows](const char* name, Traffic traffic, Way way) {
    rows.push_back(std::unique_ptr<Row>(new Row{name, Bench(traffic, way), {}}));
  };
  row("90 reports of 90 viewers, recvfrom", Traffic::reports_of_many, Way::one_by_one);
  row("90 reports of 90 viewers, recvmmsg", Traffic::reports_of_many, Way::batches);
  row("90 reports of 90 viewers, recvmmsg and GRO", Traffic::reports_of_many, Way::joined);
  row("10 frames of a publisher, recvfrom", Traffic::frames_of_one, Way::one_by_one);
  row("10 frames of a publisher, recvmmsg", Traffic::frames_of_one, Way::batches);
  row("10 frames of a publisher, recvmmsg and GRO", Traffic::frames_of_one, Way::joined);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (auto& one : rows) {
      one->costs.push_back(one->bench.measure());
    }
  }
  std::printf("%-46s %8s\n", "microseconds of CPU time for each datagram", "median");
  for (auto& one : rows) {
    std::ranges::sort(one->costs);
    std::printf("%-46s %8.2f\n", one->name, one->costs[one->costs.size() / 2]);
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    run(count > 1 ? static_cast<std::size_t>(std::max(1, std::atoi(arguments[1]))) : 5);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
