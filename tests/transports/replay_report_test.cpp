// SPDX-License-Identifier: GPL-3.0-or-later
// What a viewer's report costs the packet path: it takes the program's lock only while it can matter.
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "tests/transports/replay_stage.hpp"

namespace baton::transport::test {
namespace {

constexpr media::ReportBlock kSomeReport{};

/// A viewer that is sent a packet, under the program's lock, only when another thread has brought a report or
/// has waited for that lock.
class SlowSink final : public MediaSink {
public:
  ~SlowSink() override { join(); }
  /// The next packet takes until `report` is done, and no longer than this.
  void hold_next(std::function<void()> report, std::chrono::milliseconds at_most) {
    report_ = std::move(report);
    at_most_ = at_most;
  }
  void send(const OutgoingPacket& /*packet*/) override {
    if (report_) {
      std::promise<void> done;
      const auto reported = done.get_future();
      reporter_ = std::thread([report = std::exchange(report_, {}), done = std::move(done)]() mutable {
        report();
        done.set_value();
      });
      outcome_ = reported.wait_for(at_most_);
    }
  }
  /// How it went; the report is over then.
  [[nodiscard]] std::future_status outcome() {
    join();
    return outcome_;
  }

private:
  void join() {
    if (reporter_.joinable()) {
      reporter_.join();
    }
  }

  std::function<void()> report_;
  std::chrono::milliseconds at_most_{};
  std::future_status outcome_ = std::future_status::deferred;
  std::thread reporter_;
};

TEST_CASE("A report takes the program's lock only while it can matter") {
  struct Row {
    const char* what;
    bool all_have_reported;
    std::int64_t ms;
    bool locks;
  };
  const auto row = GENERATE(values<Row>({
      {"the source moves", true, 689, false},
      {"the source is quiet", true, 690, true},
      {"somebody was played the picture and has not reported since", false, 689, true},
  }));
  CAPTURE(row.what);
  Still still;
  const auto late = still.join(2, 150);
  const auto slow = std::make_shared<SlowSink>();
  still.program.add_sink(SinkId{3}, slow, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(0));
  still.program.start_sink(SinkId{3}, at_ms(150));
  still.report(3, late->received().back(), 160);
  if (row.all_have_reported) {
    still.report(2, late->received().back(), 160);
  }
  // A report that takes no lock is done at once, however long one would wait for it.
  slow->hold_next([&] { still.program.viewer_reported(SinkId{1}, kSomeReport, at_ms(row.ms)); },
                  std::chrono::milliseconds(row.locks ? 50 : 20'000));
  still.source.frame(Frame::delta, 190);
  CHECK(slow->outcome() == (row.locks ? std::future_status::timeout : std::future_status::ready));
}

TEST_CASE("A viewer that leaves without a report does not keep those of the others waiting") {
  Still still;
  still.join(2, 150);
  still.program.remove_sink(SinkId{2});
  const auto slow = std::make_shared<SlowSink>();
  still.program.add_sink(SinkId{3}, slow, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(0));
  still.program.start_sink(SinkId{3}, at_ms(150));
  still.report(3, still.witness->received().back(), 160);
  slow->hold_next([&] { still.program.viewer_reported(SinkId{1}, kSomeReport, at_ms(300)); },
                  std::chrono::seconds(20));
  still.source.frame(Frame::delta, 190);
  CHECK(slow->outcome() == std::future_status::ready);
}

TEST_CASE("When the host goes, reports matter at once") {
  Still still;
  still.source.frame(Frame::delta, 1200);
  still.report(1, still.witness->received().back(), 1210);
  still.source.frame(Frame::delta, 1233);
  still.program.source_ended(media::SourceId{1}, at_ms(1300));
  const auto packets = still.witness->received();
  still.report(1, packets[packets.size() - 2], 1400);
  CHECK(still.witness->received().size() == 2 * packets.size());
}

TEST_CASE(
    "A viewer that reports gaps in the picture gets it again when it asks; one that has all is doubted") {
  struct Row {
    std::int32_t lost;
    std::size_t pictures;
  };
  const auto row = GENERATE(values<Row>({{0, 1}, {1, 2}}));
  CAPTURE(row.lost);
  Still still;
  const auto late = still.join(2, 1000);
  const std::size_t packets = late->received().size();
  REQUIRE(packets > 0);
  still.report(2, late->received().back(), 2500, row.lost);
  CHECK(late->received().size() == packets);
  still.ask(2, 2600);
  CHECK(late->received().size() == row.pictures * packets);
}

TEST_CASE("Losses of the time when the picture moved are no reason to play it again once it stands still") {
  Still still;
  still.source.frame(Frame::delta, 99);
  const std::size_t packets = still.witness->received().size();
  still.report(1, still.witness->received().back(), 2000, 5);
  CHECK(still.witness->received().size() == packets);
  // A viewer with gaps would get it now.
  still.ask(1, 2800);
  CHECK(still.witness->received().size() == packets);
  // Nor once it was played again because the viewer insisted.
  still.ask(1, 3000);
  const std::size_t played_again = still.witness->received().size();
  REQUIRE(played_again > packets);
  still.report(1, still.witness->received().back(), 5000, 5);
  still.ask(1, 5200);
  CHECK(still.witness->received().size() == played_again);
}

}  // namespace
}  // namespace baton::transport::test
