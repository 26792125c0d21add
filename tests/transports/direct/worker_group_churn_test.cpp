// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "tests/sim/random.hpp"
#include "tests/transports/direct/group_server.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using test::EchoOfWorker;
using test::GroupServer;

/// Clients on a thread of their own, that send all the time and move now and then.
class RestlessClients {
public:
  RestlessClients(GroupServer& server, std::uint32_t first, std::uint32_t count)
      : server_(server), first_(first), count_(count), thread_([this] { run(); }) {}
  ~RestlessClients() {
    if (thread_.joinable()) {
      finish();
    }
  }
  RestlessClients(const RestlessClients&) = delete;
  RestlessClients& operator=(const RestlessClients&) = delete;

  void finish() {
    over_ = true;
    thread_.join();
  }
  [[nodiscard]] std::size_t connected() const { return connected_; }
  [[nodiscard]] std::size_t from_elsewhere() const { return from_elsewhere_; }

private:
  void run() {
    sim::Random random(sim::Seed{first_});
    while (!over_) {
      one_generation(random);
    }
  }

  // Everybody joins, stays for a moment, and goes: some say goodbye, some are removed, some just end.
  void one_generation(sim::Random& random) {
    test::ClientCrowd crowd(server_.group->local_address());
    std::vector<PeerId> peers;
    for (std::uint32_t i = 0; i < count_; ++i) {
      const auto number = first_ + next_++;
      const auto credentials = test::make_credentials(number);
      if (server_.group->add(PeerId{number}, {credentials, DtlsRole::server, server_.browser->fingerprint()},
                             nullptr) != GroupResult::accepted) {
        continue;
      }
      peers.push_back(PeerId{number});
      crowd.add(server_.browser, {credentials, server_.context->fingerprint(), DtlsRole::client, 20ms});
    }
    const auto rests = test::real_now() + 300ms;
    std::uint16_t number = 0;
    (void)crowd.run(
        [&] {
          for (std::size_t i = 0; i < crowd.size(); ++i) {
            if (crowd.at(i).connected()) {
              crowd.at(i).protect_rtp(test::make_rtp(number, 7));
            }
          }
          ++number;
          if (crowd.size() > 0 && random.chance(50)) {
            crowd.move(random.below(crowd.size()));
          }
          return over_ || test::real_now() >= rests;
        },
        10s);
    for (std::size_t i = 0; i < crowd.size(); ++i) {
      connected_ += crowd.at(i).connected() ? 1 : 0;
      if (random.below(3) == 0) {
        crowd.at(i).close();
      } else if (random.below(2) == 0) {
        (void)server_.group->remove(peers[i]);
      }
    }
    crowd.turn(1ms);
    from_elsewhere_ += crowd.from_elsewhere();
  }

  GroupServer& server_;
  const std::uint32_t first_;
  const std::uint32_t count_;
  std::uint32_t next_ = 0;
  std::atomic<bool> over_{false};
  std::atomic<std::size_t> connected_{0};
  std::atomic<std::size_t> from_elsewhere_{0};
  std::thread thread_;
};

TEST_CASE("Peers join, roam and leave under load, and what they leave behind is nothing") {
  const std::size_t workers = GENERATE(std::size_t{2}, std::size_t{4});
  CAPTURE(workers);
  WorkerGroupSettings settings;
  settings.worker.endpoint.ice.max_peers = 64;
  settings.worker.endpoint.ice.consent_timeout = 400ms;
  settings.worker.endpoint.ice.first_check_timeout = 400ms;
  settings.inbox_slots = 64;
  GroupServer server(workers, settings);
  {
    RestlessClients one(server, 1, 10);
    RestlessClients two(server, 100'000'000, 10);
    std::uint64_t heard = 0;
    const auto end = test::real_now() + 2s;
    while (test::real_now() < end) {
      const auto statistics = server.group->statistics();
      CHECK(statistics.endpoint.rtp >= heard);
      heard = statistics.endpoint.rtp;
      for (std::size_t i = 0; i < workers; ++i) {
        (void)server.group->post_to(GroupServer::index(i), [](Endpoint&, core::Instant) {});
      }
      std::this_thread::sleep_for(1ms);
    }
    one.finish();
    two.finish();
    CHECK(one.connected() > 0);
    CHECK(two.connected() > 0);
    CHECK(one.from_elsewhere() == 0);
    CHECK(two.from_elsewhere() == 0);
  }
  WorkerStatistics statistics;
  // Those who just ended are gone when their consent is.
  for (int i = 0; i < 1'000; ++i) {
    statistics = server.statistics();
    if (statistics.peers == 0) {
      break;
    }
  }
  CHECK(statistics.peers == 0);
  CHECK(statistics.addresses == 0);
  CHECK(statistics.handshakes == 0);
  CHECK(statistics.handovers.given > 0);
  CHECK(statistics.handovers.given == statistics.handovers.taken);
  CHECK(statistics.ice.moves > 0);
  CHECK(server.total(&EchoOfWorker::heard) > 0);
  CHECK(server.total(&EchoOfWorker::on_another_thread) == 0);
}

TEST_CASE("A group ends while everybody talks to it, and calls nobody afterwards") {
  const std::size_t workers = GENERATE(std::size_t{2}, std::size_t{4});
  CAPTURE(workers);
  for (int round = 0; round < 5; ++round) {
    GroupServer server(workers);
    test::ClientCrowd crowd(server.group->local_address());
    for (std::uint32_t number = 1; number <= 12; ++number) {
      crowd.add(server.browser, server.expect_peer(number));
    }
    std::atomic<bool> over{false};
    std::thread traffic([&] {
      std::uint16_t number = 0;
      while (!over) {
        for (std::size_t i = 0; i < crowd.size(); ++i) {
          if (crowd.at(i).connected()) {
            crowd.at(i).protect_rtp(test::make_rtp(number, 7));
          }
        }
        ++number;
        crowd.turn(1ms);
      }
    });
    // At whatever they are: before, in the middle of, and after their handshakes.
    std::this_thread::sleep_for(round * 15ms);
    server.group.reset();
    const auto heard = server.total(&EchoOfWorker::heard);
    const auto connected = server.total(&EchoOfWorker::connected);
    // Whoever is called now is one that no longer exists.
    server.echoes.clear();
    std::this_thread::sleep_for(10ms);
    over = true;
    traffic.join();
    CHECK(connected <= 12);
    CHECK((heard == 0 || connected > 0));
  }
}

}  // namespace
}  // namespace baton::transport::direct
