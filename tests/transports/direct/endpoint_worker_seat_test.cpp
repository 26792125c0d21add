// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "tests/transports/direct/dtls_pair.hpp"
#include "tests/transports/direct/loopback.hpp"
#include "tests/transports/direct/packets.hpp"
#include "tests/transports/direct/recording_listener.hpp"
#include "transports/direct/endpoint_worker.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;

TEST_CASE("What is passed on and turns out to be a third worker's is dropped by count, and goes no further") {
  constexpr WorkerIndex kFirst{0};
  constexpr WorkerIndex kThird{2};
  const auto from = *SocketAddress::parse("192.0.2.1", Port{4000});
  const auto exchange = std::make_shared<WorkerExchange>(3, 16, 16, 16);
  test::RecordingListener listener;
  const EndpointWorker worker(test::open_loopback(), test::make_context(), listener, &test::real_now,
                              {.statistics_interval = 5ms}, WorkerSeat{exchange, kFirst});
  // Its owner changed while it was on its way here.
  (void)exchange->routes().addresses.assign(from.words(), kThird);
  auto& desk = exchange->desk(kFirst);
  REQUIRE(desk.inbox.push(HandoverKind::datagram, from, test::make_rtp(1, 7)) == DatagramInbox::Push::taken);
  REQUIRE(desk.inbox.push(HandoverKind::datagram, SocketAddress{}, test::make_rtp(2, 7)) ==
          DatagramInbox::Push::taken);
  desk.bell.ring();
  for (int i = 0; i < 1'000 && worker.statistics().handovers.taken < 2; ++i) {
    std::this_thread::sleep_for(5ms);
  }
  const auto statistics = worker.statistics();
  CHECK(statistics.handovers.taken == 2);
  CHECK(statistics.handovers.astray == 1);
  CHECK(statistics.handovers.given == 0);
  // The other one is from nowhere.
  CHECK(statistics.ice.unknown_source == 1);
  CHECK(exchange->desk(kThird).inbox.empty());
}

}  // namespace
}  // namespace baton::transport::direct
