// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/endpoint_worker.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <type_traits>

#include "tests/transports/direct/client/client_crowd.hpp"
#include "tests/transports/direct/dtls_pair.hpp"
#include "tests/transports/direct/loopback.hpp"
#include "tests/transports/direct/packets.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kUpSsrc = 11;
constexpr std::uint32_t kDownSsrc = 22;
constexpr std::size_t kPacketBytes = 1'000;

/// Answers each packet that is as it should be with one of its own.
class Echo final : public EndpointListener {
public:
  void on_connected(PeerId /*peer*/, SrtpProfile /*profile*/, core::Instant /*now*/) override { ++connected; }
  void on_gone(PeerId /*peer*/, GoneReason /*reason*/, core::Instant /*now*/) override { ++gone; }
  void on_rtp(PeerId peer, media::ByteSpan packet, core::Instant now) override {
    if (packet.size() != kPacketBytes) {
      ++wrong;
      return;
    }
    const auto number = media::load_u16(packet, 2);
    const auto expected = test::make_rtp(number, kUpSsrc, kPacketBytes);
    if (!std::ranges::equal(packet, expected)) {
      ++wrong;
      return;
    }
    ++right;
    if (endpoint->send_rtp(peer, test::make_rtp(number, kDownSsrc, kPacketBytes), now) !=
        SendResult::queued) {
      ++not_sent;
    }
  }
  void on_rtcp(PeerId /*peer*/, media::ByteSpan /*packet*/, core::Instant /*now*/) override {}
  void on_unsent(const Unsent& unsent, core::Instant /*now*/) override { not_sent += unsent.count; }

  Endpoint* endpoint = nullptr;  // Only the worker's thread.
  std::atomic<std::size_t> connected{0};
  std::atomic<std::size_t> gone{0};
  std::atomic<std::size_t> right{0};
  std::atomic<std::size_t> wrong{0};
  std::atomic<std::size_t> not_sent{0};
};

/// A worker with an endpoint that echoes, on loopback.
class Server {
public:
  explicit Server(EndpointWorkerSettings settings = {})
      : worker(test::open_loopback(), context, echo, &test::real_now, settings) {
    ask([this](Endpoint& endpoint, core::Instant) {
      echo.endpoint = &endpoint;
      return 0;
    });
  }

  /// Runs this on the worker and waits for what it returns.
  template <class Question>
  std::invoke_result_t<Question, Endpoint&, core::Instant> ask(Question question) {
    using Answer = std::invoke_result_t<Question, Endpoint&, core::Instant>;
    const auto promise = std::make_shared<std::promise<Answer>>();
    const auto posted = worker.post([promise, &question](Endpoint& endpoint, core::Instant now) {
      promise->set_value(question(endpoint, now));
    });
    if (posted != PostResult::accepted) {
      throw std::runtime_error("The worker takes no tasks.");
    }
    return promise->get_future().get();
  }

  test::DirectClientSettings expect_peer(std::uint32_t number, const Fingerprint& fingerprint) {
    const auto credentials = test::make_credentials(number);
    const auto result = ask([&](Endpoint& endpoint, core::Instant now) {
      return endpoint.add(PeerId{number}, {credentials, DtlsRole::server, fingerprint}, now);
    });
    if (result != AddPeerResult::added) {
      throw std::runtime_error(to_string(result));
    }
    return {credentials, context->fingerprint()};
  }

  std::shared_ptr<const DtlsContext> context = test::make_context();
  Echo echo;
  EndpointWorker worker;
};

TEST_CASE("10,000 packets go each way, and every one is what was sent") {
  constexpr std::size_t kPackets = 10'000;
  // Few enough to be on their way at once that no socket's buffer is too small for them.
  constexpr std::size_t kWindow = 64;
  Server server;
  const auto browser = test::make_context();
  test::ClientCrowd crowd(server.worker.local_address());
  auto& client = crowd.add(browser, server.expect_peer(1, browser->fingerprint()));
  REQUIRE(crowd.run([&] { return client.connected(); }, 10s));

  std::size_t sent = 0;
  std::size_t heard = 0;
  std::size_t wrong = 0;
  client.on_rtp = [&](media::ByteView packet) {
    const auto expected = test::make_rtp(static_cast<std::uint16_t>(heard), kDownSsrc, kPacketBytes);
    wrong += std::ranges::equal(packet, expected) ? 0 : 1;
    ++heard;
  };
  const bool done = crowd.run(
      [&] {
        for (; sent < kPackets && sent - heard < kWindow; ++sent) {
          client.protect_rtp(test::make_rtp(static_cast<std::uint16_t>(sent), kUpSsrc, kPacketBytes));
        }
        return heard == kPackets;
      },
      60s);
  CHECK(done);
  CHECK(heard == kPackets);
  CHECK(wrong == 0);
  CHECK(client.unreadable() == 0);
  CHECK(server.echo.right == kPackets);
  CHECK(server.echo.wrong == 0);
  CHECK(server.echo.not_sent == 0);
  const auto counters = server.ask([](Endpoint& endpoint, core::Instant) { return endpoint.counters(); });
  CHECK(counters.unprotect_failed == 0);
  CHECK(counters.rtp == kPackets);
}

TEST_CASE("Many join at once, with few handshakes at a time, and all of them get in") {
  constexpr std::uint32_t kClients = 60;
  Server server({.endpoint = {.max_handshakes = 8}});
  const auto browser = test::make_context();
  test::ClientCrowd crowd(server.worker.local_address());
  for (std::uint32_t number = 1; number <= kClients; ++number) {
    crowd.add(browser, server.expect_peer(number, browser->fingerprint()));
  }
  const auto all_connected = [&] {
    for (std::size_t i = 0; i < crowd.size(); ++i) {
      if (!crowd.at(i).connected()) {
        return false;
      }
    }
    return true;
  };
  CHECK(crowd.run(all_connected, 30s));
  CHECK(server.echo.connected == kClients);
  CHECK(server.echo.gone == 0);
  CHECK(server.ask([](Endpoint& endpoint, core::Instant) { return endpoint.handshakes(); }) == 0);
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    crowd.at(i).close();
  }
  CHECK(crowd.run([&] { return server.echo.gone == kClients; }, 10s));
  CHECK(server.ask([](Endpoint& endpoint, core::Instant) { return endpoint.peers(); }) == 0);
}

TEST_CASE("A client whose port changes goes on where it was") {
  Server server;
  const auto browser = test::make_context();
  test::ClientCrowd crowd(server.worker.local_address());
  auto settings = server.expect_peer(1, browser->fingerprint());
  settings.check_interval = 50ms;
  auto& client = crowd.add(browser, settings);
  REQUIRE(crowd.run([&] { return client.connected(); }, 10s));
  crowd.move(0);
  std::size_t heard = 0;
  client.on_rtp = [&heard](media::ByteView) { ++heard; };
  std::uint16_t number = 0;
  CHECK(crowd.run(
      [&] {
        client.protect_rtp(test::make_rtp(number++, kUpSsrc, kPacketBytes));
        return heard > 10;
      },
      10s));
  CHECK(server.echo.connected == 1);
  CHECK(server.ask([](Endpoint& endpoint, core::Instant) { return endpoint.ice().counters().moves; }) == 1);
}

TEST_CASE("A worker takes so many tasks and no more, outlives one that throws, and goes on") {
  Server server({.max_tasks = 3});
  std::promise<void> open;
  const std::shared_future<void> gate(open.get_future());
  std::promise<void> holding;
  REQUIRE(server.worker.post([&](Endpoint&, core::Instant) {
    holding.set_value();
    gate.wait();
  }) == PostResult::accepted);
  holding.get_future().wait();
  for (int i = 0; i < 3; ++i) {
    CHECK(server.worker.post([](Endpoint&, core::Instant) { throw std::runtime_error("a task fails"); }) ==
          PostResult::accepted);
  }
  CHECK(server.worker.post([](Endpoint&, core::Instant) {}) == PostResult::too_many_tasks);
  open.set_value();
  while (server.worker.failed_tasks() < 3) {
    std::this_thread::sleep_for(1ms);
  }
  CHECK(server.ask([](Endpoint& endpoint, core::Instant) { return endpoint.peers(); }) == 0);
}

}  // namespace
}  // namespace baton::transport::direct
