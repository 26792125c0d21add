// SPDX-License-Identifier: GPL-3.0-or-later
// Which worker a new peer goes to, for how many there is room, and who makes room.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "tests/transports/direct/group_server.hpp"
#include "tests/transports/replay_stage.hpp"
#include "transports/direct/worker_group.hpp"
#include "transports/program.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using test::EchoOfWorker;
using test::GroupServer;

TEST_CASE("Peers go to the worker that has the fewest") {
  GroupServer server(4);
  for (std::uint32_t number = 1; number <= 8; ++number) {
    server.expect_peer(number);
    CHECK(server.group->worker_of(PeerId{number}) == GroupServer::index((number - 1) % 4));
  }
  for (const std::uint32_t number : {3U, 7U, 4U}) {
    REQUIRE(server.group->remove(PeerId{number}) == GroupResult::accepted);
  }
  server.settle();
  CHECK_FALSE(server.group->worker_of(PeerId{3}));
  server.expect_peer(9);
  server.expect_peer(10);
  server.expect_peer(11);
  server.expect_peer(12);
  CHECK(server.group->worker_of(PeerId{9}) == GroupServer::index(2));
  CHECK(server.group->worker_of(PeerId{10}) == GroupServer::index(2));
  CHECK(server.group->worker_of(PeerId{11}) == GroupServer::index(3));
  CHECK(server.group->worker_of(PeerId{12}) == GroupServer::index(0));
}

TEST_CASE("Peers of one program go to one worker, whether they have answered or not, until they are gone") {
  GroupServer server(2);
  transport::test::FakeWaker waker;
  const Program program(transport::test::settings_for(media::VideoCodec::vp8), waker);
  const auto watch = [&](std::uint32_t number) {
    return server.group->expect(PeerId{number}, test::make_credentials(number), nullptr, &program);
  };
  server.expect_peer(1);
  REQUIRE(watch(2) == GroupResult::accepted);
  REQUIRE(watch(3) == GroupResult::accepted);
  REQUIRE(server.group->add(PeerId{4},
                            {test::make_credentials(4), DtlsRole::server, server.browser->fingerprint()},
                            nullptr, &program) == GroupResult::accepted);
  for (const std::uint32_t number : {2U, 3U, 4U}) {
    CHECK(server.group->worker_of(PeerId{number}) == GroupServer::index(1));
    REQUIRE(server.group->remove(PeerId{number}) == GroupResult::accepted);
  }
  server.settle();
  REQUIRE(server.group->remove(PeerId{1}) == GroupResult::accepted);
  server.settle();
  REQUIRE(watch(5) == GroupResult::accepted);
  CHECK(server.group->worker_of(PeerId{5}) == GroupServer::index(0));
}

// One that nobody checks.
GroupResult add_silent(GroupServer& server, std::uint32_t number) {
  return server.group->add(PeerId{number},
                           {test::make_credentials(number), DtlsRole::server, server.browser->fingerprint()},
                           nullptr);
}

TEST_CASE("A group takes as many peers as its workers together and no more, and who is gone makes room") {
  WorkerGroupSettings settings;
  settings.worker.endpoint.ice.max_peers = 2;
  GroupServer server(2, settings);
  const auto add = [&](std::uint32_t number) { return add_silent(server, number); };
  for (std::uint32_t number = 1; number <= 4; ++number) {
    REQUIRE(add(number) == GroupResult::accepted);
  }
  CHECK(add(5) == GroupResult::too_many_peers);
  REQUIRE(server.group->remove(PeerId{2}) == GroupResult::accepted);
  server.settle();
  CHECK(add(5) == GroupResult::accepted);
  CHECK(add(6) == GroupResult::too_many_peers);
}

TEST_CASE("Peers of a full group that are gone by themselves make room") {
  WorkerGroupSettings settings;
  settings.worker.endpoint.ice.max_peers = 2;
  settings.worker.endpoint.ice.first_check_timeout = 300ms;
  GroupServer server(2, settings);
  for (std::uint32_t number = 1; number <= 4; ++number) {
    REQUIRE(add_silent(server, number) == GroupResult::accepted);
  }
  for (int i = 0; i < 1000 && server.total(&EchoOfWorker::gone) < 4; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  // A thousand others have their turn, in a table of four.
  for (std::uint32_t number = 11; number <= 1011; ++number) {
    REQUIRE(add_silent(server, number) == GroupResult::accepted);
    REQUIRE(server.group->remove(PeerId{number}) == GroupResult::accepted);
    server.settle();
  }
  CHECK(server.group->remove(PeerId{1}) == GroupResult::peer_unknown);
}

TEST_CASE("A group has so many peers at most that have not answered, and who answers or goes makes room") {
  WorkerGroupSettings settings;
  settings.max_unanswered = 2;
  GroupServer server(2, settings);
  const auto expect = [&](std::uint32_t number) {
    return server.group->expect(PeerId{number}, test::make_credentials(number), nullptr);
  };
  const DtlsEnd answer{DtlsRole::server, server.browser->fingerprint()};
  REQUIRE(expect(1) == GroupResult::accepted);
  REQUIRE(expect(2) == GroupResult::accepted);
  CHECK(expect(2) == GroupResult::peer_known);
  CHECK(expect(3) == GroupResult::too_many_unanswered);
  CHECK(to_string(GroupResult::too_many_unanswered) == std::string("too_many_unanswered"));
  CHECK(server.group->describe(PeerId{3}, answer, nullptr) == GroupResult::peer_unknown);
  server.expect_peer(4);  // Who is described from the start does not count.
  SECTION("one answers") {
    CHECK(server.group->describe(PeerId{1}, answer, nullptr) == GroupResult::accepted);
    CHECK(server.group->describe(PeerId{1}, answer, nullptr) == GroupResult::peer_known);
  }
  SECTION("one is removed") {
    CHECK(server.group->remove(PeerId{1}) == GroupResult::accepted);
    server.settle();
  }
  CHECK(expect(3) == GroupResult::accepted);
  CHECK(expect(6) == GroupResult::too_many_unanswered);
}

TEST_CASE("Peers of a group that do not answer in time make room") {
  WorkerGroupSettings settings;
  settings.max_unanswered = 2;
  settings.worker.endpoint.answer_timeout = 300ms;
  GroupServer server(2, settings);
  const auto expect = [&](std::uint32_t number) {
    return server.group->expect(PeerId{number}, test::make_credentials(number), nullptr);
  };
  REQUIRE(expect(1) == GroupResult::accepted);
  REQUIRE(expect(2) == GroupResult::accepted);
  for (int i = 0; i < 1000 && server.total(&EchoOfWorker::gone) < 2; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  CHECK(server.total(&EchoOfWorker::gone) == 2);
  CHECK(expect(3) == GroupResult::accepted);
  CHECK(expect(4) == GroupResult::accepted);
}

}  // namespace
}  // namespace baton::transport::direct
