// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/worker_group.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/transports/direct/group_server.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using test::EchoOfWorker;
using test::GroupServer;

constexpr std::uint32_t kSsrc = 11;

/// Each client sends packets until each has heard so many of its own again. No number is used twice, so who
/// calls this again begins with higher ones.
bool echo_all(test::ClientCrowd& crowd, std::size_t wanted, std::uint16_t first_number = 0) {
  std::vector<std::size_t> heard(crowd.size());
  std::vector<std::uint16_t> sent(crowd.size(), first_number);
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    crowd.at(i).on_rtp = [&heard, i](media::ByteView) { ++heard[i]; };
  }
  const bool done = crowd.run(
      [&] {
        bool all = true;
        for (std::size_t i = 0; i < crowd.size(); ++i) {
          if (heard[i] < wanted) {
            all = false;
            crowd.at(i).protect_rtp(test::make_rtp(sent[i]++, kSsrc));
          }
        }
        return all;
      },
      20s);
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    crowd.at(i).on_rtp = nullptr;
  }
  return done;
}

TEST_CASE(
    "Whichever socket its datagrams come to, a peer is its own worker's, and is answered from the one port") {
  struct Row {
    std::size_t workers;
    const char* bound;
    const char* reached;
  };
  const auto row = GENERATE(values<Row>({
      {1, "127.0.0.1", "127.0.0.1"},
      {2, "127.0.0.1", "127.0.0.1"},
      {4, "127.0.0.1", "127.0.0.1"},
      {2, "::1", "::1"},
      {3, "::", "::1"},
      {3, "::", "127.0.0.1"},
  }));
  CAPTURE(row.workers, row.bound, row.reached);
  // With this many, it is next to impossible that the kernel should have chosen the right socket for each.
  constexpr std::uint32_t kClients = 24;
  GroupServer server(row.workers, {}, row.bound);
  test::ClientCrowd crowd(server.reachable_at(row.reached));
  for (std::uint32_t number = 1; number <= kClients; ++number) {
    crowd.add(server.browser, server.expect_peer(number));
  }
  REQUIRE(crowd.run([&] { return test::all_connected(crowd); }, 20s));
  REQUIRE(echo_all(crowd, 20));
  CHECK(crowd.from_elsewhere() == 0);
  for (const auto& echo : server.echoes) {
    CHECK(echo->connected == kClients / row.workers);
    CHECK(echo->heard >= 20 * kClients / row.workers);
    CHECK(echo->on_another_thread == 0);
  }
  // What the clients have repeated may wait in the sockets still, and workers do not count at the same
  // moment.
  auto sum = server.statistics();
  for (int i = 0; i < 500 && sum.handovers.given != sum.handovers.taken; ++i) {
    sum = server.statistics();
  }
  CHECK(sum.peers == kClients);
  CHECK(sum.addresses == kClients);
  CHECK(sum.ice.addresses_not_shared == 0);
  CHECK(sum.handovers.given == sum.handovers.taken);
  CHECK(sum.handovers.astray == 0);
  CHECK((sum.handovers.given > 0) == (row.workers > 1));
  CHECK(sum.endpoint.unprotect_failed == 0);
  CHECK(server.total(&EchoOfWorker::gone) == 0);
}

TEST_CASE(
    "A check that comes before its worker has heard of the peer waits there, whichever socket it came to") {
  constexpr std::uint32_t kClients = 24;
  GroupServer server(2);
  test::ClientCrowd crowd(server.group->local_address());
  // The first worker has something else to do for a while.
  std::promise<void> free;
  REQUIRE(server.group->post_to(GroupServer::index(0), [is_free = free.get_future().share()](
                                                           Endpoint&, core::Instant) { is_free.wait(); }) ==
          PostResult::accepted);
  for (std::uint32_t number = 1; number <= kClients; ++number) {
    REQUIRE(server.group->expect(PeerId{number}, test::make_credentials(number), nullptr) ==
            GroupResult::accepted);
    // None of them asks twice.
    crowd.add(server.browser,
              {test::make_credentials(number), server.context->fingerprint(), DtlsRole::client, 1h});
  }
  // The second one reads what came to its socket.
  CHECK_FALSE(crowd.run([] { return false; }, 100ms));
  free.set_value();
  const auto all_answered = [&] {
    for (std::size_t i = 0; i < crowd.size(); ++i) {
      if (crowd.at(i).checks_answered() == 0) {
        return false;
      }
    }
    return true;
  };
  CHECK(crowd.run(all_answered, 5s));
}

TEST_CASE("A client that moves from port to port goes on, whichever worker's socket it comes to") {
  GroupServer server(2);
  test::ClientCrowd crowd(server.group->local_address());
  auto& client = crowd.add(server.browser, server.expect_peer(1));
  REQUIRE(crowd.run([&] { return client.connected(); }, 10s));
  constexpr std::uint16_t kMoves = 16;
  constexpr std::uint16_t kNumbersEach = 2'000;
  std::size_t through_the_other = 0;
  for (std::uint16_t moves = 1; moves <= kMoves; ++moves) {
    const auto before = server.statistics();
    crowd.move(0);
    REQUIRE(echo_all(crowd, 3, static_cast<std::uint16_t>(moves * kNumbersEach)));
    const auto after = server.statistics();
    CHECK(after.ice.moves == moves);
    through_the_other += after.handovers.given > before.handovers.given ? 1 : 0;
    CHECK(after.addresses <= kMaxAddressesPerPeer);
  }
  // That the kernel gave all ports to one of two sockets happens once in 2^15 runs.
  CHECK(through_the_other > 0);
  CHECK(through_the_other < kMoves);
  CHECK(server.total(&EchoOfWorker::connected) == 1);
  CHECK(server.total(&EchoOfWorker::gone) == 0);
  CHECK(client.unreadable() == 0);
}

TEST_CASE("After an ICE restart clients go on with their new credentials, whichever socket they come to") {
  constexpr std::uint32_t kClients = 16;
  GroupServer server(2);
  test::ClientCrowd crowd(server.group->local_address());
  for (std::uint32_t number = 1; number <= kClients; ++number) {
    crowd.add(server.browser, server.expect_peer(number));
  }
  REQUIRE(crowd.run([&] { return test::all_connected(crowd); }, 20s));
  for (std::uint32_t number = 1; number <= kClients; ++number) {
    const auto renewed = test::make_credentials(1000 + number);
    std::promise<AddPeerResult> result;
    REQUIRE(server.group->restart(PeerId{number}, renewed, [&result](AddPeerResult what, core::Instant) {
      result.set_value(what);
    }) == GroupResult::accepted);
    REQUIRE(result.get_future().get() == AddPeerResult::added);
    auto& client = crowd.at(number - 1);
    const auto answered = client.checks_answered();
    crowd.move(number - 1);
    client.restart(renewed, test::real_now());
    REQUIRE(crowd.run([&] { return client.checks_answered() > answered; }, 10s));
  }
  CHECK(echo_all(crowd, 5));
  // What was replaced is known to no worker any more.
  test::ClientCrowd late(server.group->local_address());
  const auto before = server.statistics();
  auto& stale = late.add(server.browser, {test::make_credentials(1), server.context->fingerprint()});
  CHECK_FALSE(late.run([&] { return stale.checks_answered() > 0; }, 100ms));
  const auto after = server.statistics();
  CHECK(after.ice.of(StunOutcome::unknown_username) > before.ice.of(StunOutcome::unknown_username));
  CHECK(server.total(&EchoOfWorker::connected) == kClients);
}

TEST_CASE("What a group cannot do is refused by name, at once or by its answer") {
  GroupServer server(2);
  const PeerSettings fine{test::make_credentials(1), DtlsRole::server, server.browser->fingerprint()};
  REQUIRE(server.add(1, fine.credentials, fine.fingerprint) == AddPeerResult::added);
  auto other = fine;
  CHECK(server.group->add(PeerId{1}, other, nullptr) == GroupResult::peer_known);
  other.credentials.password = "short";
  CHECK(server.group->add(PeerId{2}, other, nullptr) == GroupResult::invalid_credentials);
  CHECK(server.group->restart(PeerId{1}, other.credentials, nullptr) == GroupResult::invalid_credentials);
  other = fine;
  other.credentials.username_fragment = std::string(kMaxSharedFragment + 1, 'a');
  CHECK(server.group->add(PeerId{2}, other, nullptr) == GroupResult::invalid_credentials);
  CHECK(server.group->restart(PeerId{2}, fine.credentials, nullptr) == GroupResult::peer_unknown);
  CHECK(server.group->remove(PeerId{2}) == GroupResult::peer_unknown);
  CHECK(server.group->post(PeerId{2}, [](Endpoint&, core::Instant) {}) == GroupResult::peer_unknown);
  CHECK(to_string(GroupResult::peer_unknown) == std::string("peer_unknown"));
  // The second worker has nobody of this name, but the first one does.
  CHECK(server.add(2, fine.credentials, fine.fingerprint) == AddPeerResult::username_fragment_taken);
  CHECK_FALSE(server.group->worker_of(PeerId{2}));
  CHECK(server.add(2, test::make_credentials(2), fine.fingerprint) == AddPeerResult::added);
  CHECK(server.group->worker_of(PeerId{2}) == GroupServer::index(1));
}

TEST_CASE("What is posted to a peer runs on its own worker") {
  GroupServer server(2);
  server.expect_peer(1);
  server.expect_peer(2);
  for (std::uint32_t number = 1; number <= 2; ++number) {
    std::promise<bool> knows;
    REQUIRE(server.group->post(PeerId{number}, [&](Endpoint& endpoint, core::Instant) {
      knows.set_value(endpoint.knows(PeerId{number}) && endpoint.peers() == 1);
    }) == GroupResult::accepted);
    CHECK(knows.get_future().get());
  }
}

/// Keeps a worker from doing anything else.
class Hold {
public:
  Hold(WorkerGroup& group, WorkerIndex worker) {
    const auto opened = open_.get_future().share();
    std::promise<void> holds;
    if (group.post_to(worker, [opened, &holds](Endpoint&, core::Instant) {
          holds.set_value();
          opened.wait();
        }) != PostResult::accepted) {
      throw std::runtime_error("The worker takes no tasks.");
    }
    holds.get_future().wait();
  }
  ~Hold() { open_.set_value(); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

private:
  std::promise<void> open_;
};

TEST_CASE("A worker that is busy loses what does not fit its inbox, by count, and nobody waits for it") {
  constexpr std::uint32_t kClients = 32;
  WorkerGroupSettings settings;
  settings.inbox_slots = 4;
  settings.worker.max_tasks = 8;
  GroupServer server(2, settings);
  test::ClientCrowd crowd(server.group->local_address());
  {
    std::vector<test::DirectClientSettings> expected;
    for (std::uint32_t number = 1; number <= kClients; ++number) {
      expected.push_back(server.expect_peer(number));
    }
    const Hold hold(*server.group, GroupServer::index(0));
    for (const auto& one : expected) {
      crowd.add(server.browser, one);
    }
    // Peers of the second worker whose datagrams come to its own socket get in meanwhile.
    CHECK(crowd.run(
        [&] {
          return server.group->statistics(GroupServer::index(1)).handovers.inbox_full >= 10 &&
                 server.echoes[1]->connected > 0;
        },
        10s));
    CHECK(server.group->statistics(GroupServer::index(1)).handovers.given == 4);
    CHECK(server.echoes[0]->connected == 0);
    // Statistics of who is held are those from before, and can be read.
    CHECK(server.group->statistics(GroupServer::index(0)).peers <= kClients / 2);
    std::size_t accepted = 0;
    while (server.group->post_to(GroupServer::index(0), [](Endpoint&, core::Instant) {}) ==
           PostResult::accepted) {
      ++accepted;
    }
    CHECK(accepted == 8);
    CHECK(server.group->remove(PeerId{1}) == GroupResult::too_many_tasks);
    CHECK(server.group->add(PeerId{99},
                            {test::make_credentials(99), DtlsRole::server, server.browser->fingerprint()},
                            nullptr) == GroupResult::too_many_tasks);
    CHECK_FALSE(server.group->worker_of(PeerId{99}));
  }
  CHECK(crowd.run([&] { return test::all_connected(crowd); }, 20s));
  CHECK(echo_all(crowd, 2));
}

TEST_CASE("What comes from nowhere is counted where it came, and is never passed on") {
  GroupServer server(2);
  test::ClientCrowd crowd(server.group->local_address());
  for (std::uint32_t number = 1; number <= 8; ++number) {
    crowd.add(server.browser, server.expect_peer(number));
  }
  REQUIRE(crowd.run([&] { return test::all_connected(crowd); }, 10s));
  const auto before = server.statistics();
  constexpr std::size_t kSources = 20;
  constexpr std::size_t kEach = 25;
  sockaddr_storage to{};
  const auto to_size = server.group->local_address().to_native(AddressFamily::ipv4, to);
  test::StunClient stranger;
  const std::vector<std::vector<std::uint8_t>> datagrams = {
      stranger.request({test::make_credentials(500)}),
      test::make_rtp(1, kSsrc),
      test::make_receiver_report(kSsrc),
      std::vector<std::uint8_t>(100, 22),
  };
  for (std::size_t source = 0; source < kSources; ++source) {
    const auto socket = test::open_loopback();
    for (std::size_t i = 0; i < kEach; ++i) {
      for (const auto& datagram : datagrams) {
        REQUIRE(sendto(socket.descriptor(), datagram.data(), datagram.size(), 0,
                       reinterpret_cast<const sockaddr*>(&to),
                       to_size) == static_cast<ssize_t>(datagram.size()));
      }
    }
  }
  WorkerStatistics after;
  for (int i = 0; i < 1'000; ++i) {
    after = server.statistics();
    if (after.ice.unknown_source - before.ice.unknown_source >= 3 * kSources * kEach) {
      break;
    }
  }
  CHECK(after.ice.unknown_source - before.ice.unknown_source == 3 * kSources * kEach);
  CHECK(after.ice.of(StunOutcome::unknown_username) - before.ice.of(StunOutcome::unknown_username) ==
        kSources * kEach);
  CHECK(after.addresses == before.addresses);
  // Nobody else sent anything: the clients rested.
  CHECK(after.handovers.given == before.handovers.given);
}

TEST_CASE("A group has its port to itself") {
  const auto stranger = test::open_socket(
      {.address = test::loopback_address(Port{0}), .sharing = PortSharing::between_workers});
  const auto context = test::make_context();
  EchoOfWorker echo;
  for (const std::size_t workers : {1U, 2U}) {
    const std::vector<EndpointListener*> listeners(workers, &echo);
    const auto refused =
        WorkerGroup::open({.address = stranger.local_address()}, context, listeners, &test::real_now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == UdpSocketError::address_in_use);
  }
}

TEST_CASE("A group has 1 to 64 workers") {
  const auto context = test::make_context();
  EchoOfWorker echo;
  const auto workers = GENERATE(std::size_t{0}, kMaxWorkers + 1);
  const std::vector<EndpointListener*> listeners(workers, &echo);
  CHECK_THROWS_AS(
      WorkerGroup::open({.address = test::loopback_address(Port{0})}, context, listeners, &test::real_now),
      std::invalid_argument);
}

}  // namespace
}  // namespace baton::transport::direct
