// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/direct_client_process.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <utility>

#include "tests/transports/direct/client/client_crowd.hpp"
#include "tests/transports/direct/packets.hpp"

namespace baton::bench {
namespace {

using namespace std::chrono_literals;
using namespace transport::direct;

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category());
  }
  return ends;
}

void write_all(int descriptor, const void* data, std::size_t size) {
  const auto* next = static_cast<const std::uint8_t*>(data);
  while (size > 0) {
    const auto written = write(descriptor, next, size);
    if (written <= 0) {
      throw std::system_error(errno, std::generic_category());
    }
    next += written;
    size -= static_cast<std::size_t>(written);
  }
}

void read_all(int descriptor, void* data, std::size_t size) {
  auto* next = static_cast<std::uint8_t*>(data);
  while (size > 0) {
    const auto taken = read(descriptor, next, size);
    if (taken <= 0) {
      throw std::runtime_error("The other process has ended.");
    }
    next += taken;
    size -= static_cast<std::size_t>(taken);
  }
}

template <class Element>
void write_vector(int descriptor, const std::vector<Element>& elements) {
  const std::uint64_t count = elements.size();
  write_all(descriptor, &count, sizeof(count));
  write_all(descriptor, elements.data(), count * sizeof(Element));
}

template <class Element>
std::vector<Element> read_vector(int descriptor) {
  std::uint64_t count = 0;
  read_all(descriptor, &count, sizeof(count));
  std::vector<Element> result(count);
  read_all(descriptor, result.data(), count * sizeof(Element));
  return result;
}

/// What the process does.
class Clients {
public:
  Clients(DirectClientProcess::Contexts contexts, int orders, int reports)
      : contexts_(std::move(contexts)), orders_(orders), reports_(reports) {}

  void run() {
    SocketAddress server;
    read_all(orders_, &server, sizeof(server));
    // From here on it looks for orders between datagrams.
    fcntl(orders_, F_SETFL, O_NONBLOCK);
    test::ClientCrowd crowd(server);
    for (;;) {
      std::uint32_t number = 0;
      while (read(orders_, &number, sizeof(number)) == static_cast<ssize_t>(sizeof(number))) {
        if (number == 0) {
          write_vector(reports_, report_.packets);
          write_vector(reports_, report_.joins);
          return;
        }
        add(crowd, number);
      }
      crowd.turn(1ms);
      look(crowd);
    }
  }

private:
  void add(test::ClientCrowd& crowd, std::uint32_t number) {
    open_.push_back({crowd.size(), steady_now()});
    auto& client = crowd.add(contexts_.browser, {test::make_credentials(number),
                                                 contexts_.server->fingerprint(), DtlsRole::client, 2s});
    client.on_rtp = [this](media::ByteView packet) {
      std::int64_t ticks = 0;
      std::memcpy(&ticks, &packet[kTimeOffset], sizeof(ticks));
      const core::Instant due{core::Duration(ticks)};
      report_.packets.push_back({due, steady_now() - due});
    };
  }

  void look(test::ClientCrowd& crowd) {
    std::erase_if(open_, [&](const Joining& joining) {
      if (!crowd.at(joining.index).connected()) {
        return false;
      }
      report_.joins.push_back(steady_now() - joining.began);
      return true;
    });
  }

  struct Joining {
    std::size_t index;
    core::Instant began;
  };
  const DirectClientProcess::Contexts contexts_;
  const int orders_;
  const int reports_;
  std::vector<Joining> open_;
  DirectClientProcess::Report report_;
};

}  // namespace

core::Instant steady_now() {
  return core::Instant(
      std::chrono::duration_cast<core::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

void apply(Scheduling scheduling) {
  if (scheduling == Scheduling::before_all_else) {
    const sched_param parameter{.sched_priority = 10};
    if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter) != 0) {
      throw std::runtime_error("This system allows no real-time scheduling.");
    }
  }
}

DirectClientProcess::DirectClientProcess(const Contexts& contexts, Scheduling scheduling) {
  // Of a client that has gone one learns by the result of a write.
  std::signal(SIGPIPE, SIG_IGN);
  const auto orders = make_pipe();
  const auto reports = make_pipe();
  child_ = fork();
  if (child_ < 0) {
    throw std::system_error(errno, std::generic_category());
  }
  if (child_ == 0) {
    close(orders[1]);
    close(reports[0]);
    int status = 1;
    try {
      apply(scheduling);
      Clients(contexts, orders[0], reports[1]).run();
      status = 0;
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "Clients: %s\n", failure.what());
    }
    _exit(status);
  }
  close(orders[0]);
  close(reports[1]);
  orders_ = orders[1];
  reports_ = reports[0];
}

DirectClientProcess::~DirectClientProcess() {
  const std::uint32_t end = 0;
  [[maybe_unused]] const auto written = write(orders_, &end, sizeof(end));
  close(orders_);
  close(reports_);
  waitpid(child_, nullptr, 0);
}

void DirectClientProcess::begin(const SocketAddress& server) {
  static_assert(std::is_trivially_copyable_v<SocketAddress>);
  write_all(orders_, &server, sizeof(server));
}

void DirectClientProcess::join(std::uint32_t number) {
  write_all(orders_, &number, sizeof(number));
}

DirectClientProcess::Report DirectClientProcess::end() {
  const std::uint32_t end = 0;
  write_all(orders_, &end, sizeof(end));
  Report report;
  report.packets = read_vector<PacketDelay>(reports_);
  report.joins = read_vector<core::Duration>(reports_);
  return report;
}

}  // namespace baton::bench
