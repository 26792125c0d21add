// SPDX-License-Identifier: GPL-3.0-or-later
// A program whose packets are also served elsewhere, by an outlet that another thread would own.
#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "tests/transports/replay_stage.hpp"
#include "transports/live_copies.hpp"
#include "transports/program_outlet.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport::test {
namespace {

/// Serves its outlet at once, as a thread would that is never late.
class Elsewhere final : public ProgramTap {
public:
  explicit Elsewhere(media::VideoCodec codec)
      : outlet(codec, settings_for(codec).last_picture, settings_for(codec).replay, nullptr) {}

  void forward(const ForwardedPacket& packet) override {
    outlet.keep(packet);
    outlet.send(copies_.of({&packet, 1}));
    ++forwarded;
  }
  void source_ended() override { outlet.source_ended(); }
  [[nodiscard]] OutletStatus status() const override { return outlet.status(); }

  std::shared_ptr<FakeSink> join(std::uint64_t id, std::int64_t ms) {
    auto sink = std::make_shared<FakeSink>();
    outlet.add(SinkId{id}, sink, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(65'534));
    need = outlet.start(SinkId{id}, at_ms(ms));
    return sink;
  }

  ProgramOutlet outlet;
  media::KeyframeNeed need{};
  int forwarded = 0;

private:
  LiveCopies copies_;
};

/// Everything that a viewer was sent.
std::vector<std::pair<Bytes, Bytes>> all_of(const FakeSink& sink) {
  std::vector<std::pair<Bytes, Bytes>> packets;
  for (const Received& received : sink.received()) {
    packets.emplace_back(received.bytes, received.descriptor);
  }
  return packets;
}

TEST_CASE("Who joins elsewhere is sent what who joins here is sent, whenever the outlet was attached") {
  struct Row {
    const char* what;
    std::int64_t attached_ms;
    std::int64_t joins_ms;
  };
  const auto codec = GENERATE(media::VideoCodec::vp8, media::VideoCodec::vp9, media::VideoCodec::av1);
  const auto row = GENERATE(values<Row>({
      {"while it moves", 70, 80},
      {"while it moves, long after", 70, 190},
      {"when it stands still", 3000, 3010},
      {"when it stands still, after it was attached in time", 70, 3010},
  }));
  CAPTURE(row.what, static_cast<int>(codec));
  Still still(codec);
  const auto elsewhere = std::make_shared<Elsewhere>(codec);
  bool attached = false;
  std::shared_ptr<FakeSink> here;
  std::shared_ptr<FakeSink> there;
  const auto at = [&](std::int64_t ms) {
    if (!attached && row.attached_ms <= ms) {
      still.program.attach(elsewhere, elsewhere->outlet);
      attached = true;
    }
    if (!here && row.joins_ms <= ms) {
      here = still.join(7, row.joins_ms);
      there = elsewhere->join(7, row.joins_ms);
    }
  };
  for (std::int64_t ms = 100; ms < 300; ms += 33) {
    at(ms);
    still.source.frame(Frame::delta, ms);
  }
  at(3010);
  still.source.frame(Frame::delta, 4000);
  still.source.frame(Frame::key, 4033);
  REQUIRE(all_of(*here).size() > 3);
  CHECK(all_of(*there) == all_of(*here));
  still.program.detach(*elsewhere);
  const int before = elsewhere->forwarded;
  still.source.frame(Frame::delta, 4066);
  CHECK(elsewhere->forwarded == before);
}

TEST_CASE("What viewers elsewhere were sent counts as the program's, also when they have gone") {
  Still still;
  const auto elsewhere = std::make_shared<Elsewhere>(media::VideoCodec::vp8);
  still.program.attach(elsewhere, elsewhere->outlet);
  const auto before = still.program.status();
  elsewhere->join(7, 3000);
  elsewhere->outlet.remove(SinkId{7});
  elsewhere->join(8, 3000);
  const auto with_two = still.program.status();
  CHECK(with_two.viewers == before.viewers + 1);
  CHECK(with_two.packets_sent == before.packets_sent + 6);
  still.program.detach(*elsewhere);
  const auto after = still.program.status();
  CHECK(after.viewers == before.viewers);
  CHECK(after.packets_sent == with_two.packets_sent);
}

TEST_CASE("The last picture of a source that is gone is played elsewhere as well") {
  Still still;
  const auto elsewhere = std::make_shared<Elsewhere>(media::VideoCodec::vp8);
  still.program.attach(elsewhere, elsewhere->outlet);
  still.program.source_ended(media::SourceId{1}, at_ms(70));
  const auto here = still.join(7, 80);
  const auto there = elsewhere->join(7, 80);
  REQUIRE(here->received().size() == 3);
  CHECK(all_of(*there) == all_of(*here));
}

TEST_CASE("A key frame that is needed elsewhere is asked of the source by the worker, at the pace of all") {
  Still still;
  const int asked = still.host->asked();
  const int rings = still.waker.rings();
  still.program.keyframe_needed_elsewhere();
  still.program.keyframe_needed_elsewhere();
  CHECK(still.waker.rings() == rings + 1);
  still.tick_if_due(2000);
  CHECK(still.host->asked() == asked + 1);
  CHECK(still.program.next_deadline() != core::Instant{});
  still.program.keyframe_needed_elsewhere();
  still.tick_if_due(2010);
  CHECK(still.host->asked() == asked + 1);
  still.tick_if_due(3000);
  CHECK(still.host->asked() == asked + 2);
}

}  // namespace
}  // namespace baton::transport::test
