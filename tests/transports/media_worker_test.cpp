// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/media_worker.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/transports/fake_peers.hpp"

namespace baton::transport::test {
namespace {

using namespace std::chrono_literals;

core::Instant steady_now() {
  return core::Instant(
      std::chrono::duration_cast<core::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

/// Runs `task` on the worker and waits for it.
void on_worker(MediaWorker& worker, const std::function<void(core::Instant)>& task) {
  std::promise<void> done;
  worker.post([&](core::Instant now) {
    task(now);
    done.set_value();
  });
  REQUIRE(done.get_future().wait_for(5s) == std::future_status::ready);
}

/// The worker looks after a program that follows this source.
void put_on_air(MediaWorker& worker, const std::shared_ptr<Program>& program, media::SourceId source,
                const std::shared_ptr<KeyframeSource>& keyframes) {
  on_worker(worker, [&](core::Instant now) {
    worker.watch_program(program, [](const ProgramSwitch&) {});
    program->follow(source, keyframes, now);
  });
}

void ignore_failures(const char* what) {
  static_cast<void>(what);
}

TEST_CASE("Tasks run on the worker in the order in which they were posted") {
  MediaWorker worker(steady_now, ignore_failures);
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    worker.post([&order, i](core::Instant) { order.push_back(i); });
  }
  on_worker(worker, [](core::Instant) {});
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) {
    CHECK(order[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("A task that throws is told of and the next one runs") {
  std::promise<std::string> told;
  MediaWorker worker(steady_now, [&](const char* what) { told.set_value(what); });
  worker.post([](core::Instant) { throw std::runtime_error("as asked"); });
  on_worker(worker, [](core::Instant) {});
  CHECK(told.get_future().get() == "as asked");
}

TEST_CASE("What waits for the rest of its frame is sent by the worker when its time has come") {
  constexpr int kFrames = 20;
  MediaWorker worker(steady_now, ignore_failures);
  ProgramSettings settings = test_settings();
  settings.batch_window = 8ms;
  const auto program = std::make_shared<Program>(settings, worker);
  const auto viewer = std::make_shared<FakeSink>();
  put_on_air(worker, program, media::SourceId{3}, std::make_shared<FakeHost>());
  on_worker(worker, [&](core::Instant now) {
    for (const std::uint64_t id : {1U, 2U}) {
      program->add_sink(SinkId{id}, viewer, {}, {});
      program->start_sink(SinkId{id}, now);
    }
  });
  const auto begin = steady_now();
  for (std::uint16_t frame = 0; frame < kFrames; ++frame) {
    const Bytes packet = media::test::make_rtp(
        {.sequence = frame,
         .timestamp = frame * 3000U,
         .payload = media::test::make_vp8(frame == 0 ? Frame::key : Frame::delta, Piece::first, frame)});
    program->incoming(media::SourceId{3}, MediaKind::video, packet, {}, steady_now());
    const std::size_t sent = 2U * (frame + 1U);
    while (viewer->received().size() < sent && steady_now() < begin + 20s) {
      std::this_thread::sleep_for(1ms);
    }
    REQUIRE(viewer->received().size() == sent);
  }
  // By itself the worker looks every half second.
  CHECK(steady_now() - begin < kFrames * 150ms);
  on_worker(worker, [&](core::Instant) { worker.unwatch_program(program); });
}

TEST_CASE("What the packet path noticed is passed on without its waiting") {
  std::promise<std::uint64_t> on_air;
  std::promise<std::uint64_t> resumed;
  MediaWorker worker(steady_now, ignore_failures);
  const auto program = std::make_shared<Program>(test_settings(), worker);
  const auto feed = std::make_shared<Feed>(media::SourceId{3}, program, std::make_shared<FakeHost>(), worker);
  on_worker(worker, [&](core::Instant now) {
    worker.watch_program(program,
                         [&](const ProgramSwitch& change) { on_air.set_value(change.source.value); });
    worker.watch_feed(feed, std::nullopt, [&](media::SourceId source) { resumed.set_value(source.value); });
    program->follow(feed->source(), feed->keyframes(), now);
  });
  const Bytes key = media::test::make_rtp(
      {.marker = media::Marker::set, .payload = media::test::make_vp8(Frame::key, Piece::first)});
  feed->incoming_rtp(MediaKind::video, key, {}, steady_now());
  CHECK(on_air.get_future().get() == 3);
  CHECK(resumed.get_future().get() == 3);
  CHECK(feed->last_arrival());
  CHECK(feed->picture_began());
  on_worker(worker, [&](core::Instant) { worker.unwatch_program(program); });
}

TEST_CASE("What arrived before the watch began, but after what was known, is no silence") {
  MediaWorker worker(steady_now, ignore_failures);
  const auto program = std::make_shared<Program>(test_settings(), worker);
  const auto feed = std::make_shared<Feed>(media::SourceId{3}, program, std::make_shared<FakeHost>(), worker);
  const core::Instant known = steady_now();
  feed->incoming_rtcp(known);
  feed->watch(known);
  CHECK_FALSE(feed->take_resumed());
  feed->incoming_rtcp(known + 1us);
  CHECK(feed->take_resumed());
  feed->watch(known);
  CHECK(feed->take_resumed());
  // It says so once.
  feed->incoming_rtcp(known + 2us);
  CHECK_FALSE(feed->take_resumed());
}

TEST_CASE("A key frame that does not come is asked for again by itself") {
  MediaWorker worker(steady_now, ignore_failures);
  ProgramSettings settings = test_settings();
  settings.keyframe_interval = 20ms;
  const auto program = std::make_shared<Program>(settings, worker);
  const auto host = std::make_shared<FakeHost>();
  put_on_air(worker, program, media::SourceId{1}, host);
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (host->asked() < 4 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(5ms);
  }
  CHECK(host->asked() >= 4);
}

TEST_CASE("Hosts, viewers and control at once leave every viewer with one stream") {
  constexpr int kHosts = 3;
  constexpr int kFrames = 2000;
  MediaWorker worker(steady_now, ignore_failures);
  const auto program = std::make_shared<Program>(test_settings(), worker);
  on_worker(worker, [&](core::Instant) { worker.watch_program(program, [](const ProgramSwitch&) {}); });
  std::atomic<int> hosts_left{kHosts};
  std::vector<std::thread> threads;
  for (int host = 1; host <= kHosts; ++host) {
    threads.emplace_back([&, host] {
      FakeVideo video(*program, static_cast<std::uint64_t>(host), static_cast<std::uint16_t>(host * 9000),
                      static_cast<std::uint32_t>(host) * 1'000'000U);
      for (int i = 0; i < kFrames; ++i) {
        const auto ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(steady_now().time_since_epoch());
        video.frame(i % 20 == 0 ? Frame::key : Frame::delta, ms.count());
        if (i % 50 == 0) {
          std::this_thread::sleep_for(1ms);
        }
      }
      --hosts_left;
    });
  }
  threads.emplace_back([&] {
    while (hosts_left > 0) {
      program->viewer_needs_keyframe(SinkId{1}, steady_now());
      std::this_thread::sleep_for(1ms);
    }
  });
  // What the control thread does: it only posts.
  std::vector<std::shared_ptr<FakeSink>> sinks;
  for (std::uint64_t round = 0; hosts_left > 0; ++round) {
    const auto sink = std::make_shared<FakeSink>();
    sinks.push_back(sink);
    worker.post([&, sink, round](core::Instant now) {
      program->follow(media::SourceId{1 + round % kHosts}, std::make_shared<FakeHost>(), now);
      program->add_sink(SinkId{round}, sink, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(0));
      program->start_sink(SinkId{round}, now);
      if (round >= 3) {
        program->remove_sink(SinkId{round - 3});
      }
    });
    std::this_thread::sleep_for(2ms);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  on_worker(worker, [](core::Instant) {});
  std::size_t sent = 0;
  for (const auto& sink : sinks) {
    const auto packets = sink->received();
    sent += packets.size();
    for (std::size_t i = 0; i < packets.size(); ++i) {
      // No loss and no reordering went in, so none may come out.
      REQUIRE(packets[i].sequence == static_cast<std::uint16_t>(i));
    }
  }
  CHECK(sent > 0);
}

}  // namespace
}  // namespace baton::transport::test
