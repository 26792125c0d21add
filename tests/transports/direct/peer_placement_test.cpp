// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/peer_placement.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/transports/replay_stage.hpp"
#include "transports/program.hpp"

namespace baton::transport::direct {
namespace {

constexpr std::size_t kMaxPeers = 100;
constexpr std::size_t kTogether = 8;

/// Workers, and rooms whose people come and go.
class Town {
public:
  explicit Town(std::size_t workers, std::size_t max_peers = kMaxPeers, std::size_t together = kTogether)
      : placement_(workers, max_peers, together), peers_(workers, 0) {}

  /// Whether there was room.
  bool join(const Program* program) {
    const auto chosen = placement_.choose(program);
    if (chosen) {
      placement_.add(*chosen, program);
      ++peers_[chosen->value];
    }
    return chosen.has_value();
  }
  void join(const Program* program, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      REQUIRE(join(program));
    }
  }
  void leave(std::size_t worker, const Program* program) {
    placement_.remove(WorkerIndex{static_cast<std::uint8_t>(worker)}, program);
    --peers_[worker];
  }
  /// How many peers each worker has.
  [[nodiscard]] const std::vector<std::size_t>& peers() const { return peers_; }

  [[nodiscard]] const Program* room(std::size_t number) const { return rooms_.at(number).get(); }

private:
  transport::test::FakeWaker waker_;
  std::array<std::unique_ptr<Program>, 4> rooms_ = {make_room(), make_room(), make_room(), make_room()};
  PeerPlacement placement_;
  std::vector<std::size_t> peers_;

  std::unique_ptr<Program> make_room() {
    return std::make_unique<Program>(transport::test::settings_for(media::VideoCodec::vp8), waker_);
  }
};

using Peers = std::vector<std::size_t>;

TEST_CASE("Peers that belong to no program go to the worker with the fewest") {
  Town town(3);
  town.join(nullptr, 7);
  CHECK(town.peers() == Peers{3, 2, 2});
  town.leave(0, nullptr);
  town.leave(0, nullptr);
  town.join(nullptr, 1);
  CHECK(town.peers() == Peers{2, 2, 2});
}

TEST_CASE("Peers of one program share a worker, until it has too many more than another") {
  struct Row {
    std::size_t peers;
    Peers on_workers;
  };
  const auto row = GENERATE(values<Row>({
      {1, {1, 0}},
      {kTogether, {kTogether, 0}},
      // From then on the program has two workers, and the one with fewer is filled up.
      {kTogether + 1, {kTogether, 1}},
      {2 * kTogether, {kTogether, kTogether}},
      {50, {25, 25}},
      {2 * kMaxPeers, {kMaxPeers, kMaxPeers}},
  }));
  Town town(2);
  town.join(town.room(0), row.peers);
  CHECK(town.peers() == row.on_workers);
}

TEST_CASE("Rooms that are smaller than that have a worker each, in turn") {
  Town town(2);
  for (std::size_t room = 0; room < 4; ++room) {
    town.join(town.room(room), 5);
  }
  CHECK(town.peers() == Peers{10, 10});
}

TEST_CASE("A program stays where it is while others go") {
  Town town(2);
  town.join(town.room(0), 3);
  town.join(town.room(1), 3);
  for (int i = 0; i < 3; ++i) {
    town.leave(1, town.room(1));
  }
  town.join(town.room(0), 2);
  CHECK(town.peers() == Peers{5, 0});
}

TEST_CASE("A program that nobody has any more begins anew where there is most room") {
  Town town(2);
  town.join(town.room(0), 1);
  town.leave(0, town.room(0));
  town.join(nullptr, 1);
  town.join(town.room(0), 2);
  CHECK(town.peers() == Peers{1, 2});
}

TEST_CASE("All are spread where none are to be together") {
  Town town(2, kMaxPeers, 0);
  town.join(town.room(0), 4);
  CHECK(town.peers() == Peers{2, 2});
}

TEST_CASE("A full worker takes nobody, whatever is there, and when all are full nobody has a place") {
  Town town(2, 3);
  town.join(town.room(0), 4);
  CHECK(town.peers() == Peers{3, 1});
  town.join(town.room(0), 2);
  CHECK_FALSE(town.join(town.room(0)));
  CHECK_FALSE(town.join(nullptr));
  town.leave(0, town.room(0));
  CHECK(town.join(town.room(1)));
  CHECK(town.peers() == Peers{3, 3});
}

}  // namespace
}  // namespace baton::transport::direct
