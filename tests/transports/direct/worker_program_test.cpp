// SPDX-License-Identifier: GPL-3.0-or-later
// A program whose viewers are on a worker: what goes through the worker's queue.
#include "transports/direct/worker_program.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "tests/transports/direct/allocation_count.hpp"
#include "tests/transports/replay_stage.hpp"
#include "transports/direct/forwarder.hpp"

namespace baton::transport::direct {
namespace {

using media::test::at_ms;
using transport::test::check_continuous;
using transport::test::FakeSink;
using transport::test::FakeWaker;
using transport::test::Frame;
using transport::test::Received;
using transport::test::Still;

constexpr auto kCodec = media::VideoCodec::vp8;

/// A worker whose turns the test takes.
struct Worker {
  explicit Worker(ForwardQueueLimits limits = {}) : queue(waker, limits) {}

  std::shared_ptr<WorkerProgram> attach(Program& program) {
    // The test's own, so nothing is to be freed.
    const std::shared_ptr<Program> borrowed(std::shared_ptr<void>(), &program);
    return WorkerProgram::attach(borrowed, queue, {});
  }

  FakeWaker waker;
  ForwardQueue queue;
  Forwarder forwarder{queue};
};

std::shared_ptr<FakeSink> join(WorkerProgram& program, std::uint64_t id, std::int64_t ms) {
  auto sink = std::make_shared<FakeSink>();
  program.outlet().add(SinkId{id}, sink, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(65'534));
  program.ask_if(program.outlet().start(SinkId{id}, at_ms(ms)));
  return sink;
}

std::vector<media::test::Bytes> bytes_of(const FakeSink& sink) {
  std::vector<media::test::Bytes> packets;
  for (const Received& received : sink.received()) {
    packets.push_back(received.bytes);
  }
  return packets;
}

TEST_CASE("Viewers on a worker get what viewers of the program get, turn by turn") {
  Still still(kCodec);
  Worker worker;
  const auto program = worker.attach(still.program);
  const auto here = still.join(7, 70);
  const auto there = join(*program, 7, 70);
  for (int i = 0; i < 20; ++i) {
    still.source.frame(i % 7 == 3 ? Frame::key : Frame::delta, 100 + 33 * i);
    if (i % 3 == 0) {
      worker.forwarder.run();
    }
  }
  worker.forwarder.run();
  REQUIRE(here->received().size() == 23);
  CHECK(bytes_of(*there) == bytes_of(*here));
  check_continuous(kCodec, there->received());
  program->detach();
}

TEST_CASE("The worker is rung for the first packet that waits, and not for those behind it") {
  Still still(kCodec);
  Worker worker;
  const auto program = worker.attach(still.program);
  CHECK(worker.waker.rings() == 0);
  still.source.frame(Frame::delta, 100);
  still.source.frame(Frame::delta, 133);
  CHECK(worker.waker.rings() == 1);
  CHECK(worker.forwarder.run() == 2);
  CHECK(worker.forwarder.run() == 0);
  still.source.frame(Frame::delta, 166);
  CHECK(worker.waker.rings() == 2);
  program->detach();
}

TEST_CASE("The worker is rung again for the packet that makes what waits whole, and only for that") {
  Still still(kCodec);
  Worker worker;
  const auto program = worker.attach(still.program);
  const auto completeness = [&] { return worker.queue.waiting()->completeness; };
  CHECK_FALSE(worker.queue.waiting());
  for (int round = 1; round <= 2; ++round) {
    const std::int64_t ms = 100 * round;
    still.source.frame(Frame::delta, ms, media::Marker::clear);
    still.source.frame(Frame::delta, ms + 1, media::Marker::clear);
    CHECK(worker.waker.rings() == 2 * round - 1);
    CHECK(completeness() == WaitingPackets::Completeness::more_to_come);
    still.source.frame(Frame::delta, ms + 2);
    still.source.frame(Frame::delta, ms + 3, media::Marker::clear);
    still.source.frame(Frame::delta, ms + 4);
    CHECK(worker.waker.rings() == 2 * round);
    CHECK(completeness() == WaitingPackets::Completeness::complete);
    CHECK(worker.queue.waiting()->since == at_ms(ms));
    CHECK(worker.forwarder.run() == 5);
    CHECK_FALSE(worker.queue.waiting());
  }
  program->detach();
}

TEST_CASE("A queue that fills does not wait for the end of a frame, and neither does the end of a source") {
  Still still(kCodec);
  Worker worker({.packets = 16});
  const auto program = worker.attach(still.program);
  for (int i = 0; i < 5; ++i) {
    still.source.frame(Frame::delta, 100 + i, media::Marker::clear);
    CHECK(worker.queue.waiting()->completeness == WaitingPackets::Completeness::more_to_come);
  }
  still.source.frame(Frame::delta, 105, media::Marker::clear);
  CHECK(worker.queue.waiting()->completeness == WaitingPackets::Completeness::complete);
  worker.forwarder.run();
  still.source.frame(Frame::delta, 133, media::Marker::clear);
  still.program.follow_nobody(at_ms(140));
  CHECK(worker.queue.waiting()->completeness == WaitingPackets::Completeness::complete);
  program->detach();
}

TEST_CASE(
    "What viewers on a worker were sent counts as the program's once it is published, and for good when they "
    "go") {
  Still still(kCodec);
  Worker worker;
  const auto program = worker.attach(still.program);
  const auto before = still.program.status();
  join(*program, 7, 70);
  CHECK(still.program.status().packets_sent == before.packets_sent);
  program->publish();
  CHECK(still.program.status().packets_sent == before.packets_sent + 3);
  CHECK(still.program.status().viewers == before.viewers + 1);
  still.source.frame(Frame::delta, 100);
  worker.forwarder.run();
  program->detach();
  // The one viewer of the program itself was sent the fourth packet as well.
  CHECK(still.program.status().packets_sent == before.packets_sent + 5);
  CHECK(still.program.status().viewers == before.viewers);
}

TEST_CASE("What the worker's queue has no room for is counted, and viewers go on with the next key frame") {
  Still still(kCodec);
  Worker worker({.packets = 4});
  const auto program = worker.attach(still.program);
  const auto viewer = join(*program, 7, 70);
  const std::size_t joined = viewer->received().size();
  const int asked = still.host->asked();
  for (int i = 0; i < 7; ++i) {
    still.source.frame(Frame::delta, 100 + 33 * i);
  }
  CHECK(program->status().overrun == 3);
  CHECK(worker.forwarder.run() == 4);
  CHECK(viewer->received().size() == joined + 4);
  still.source.frame(Frame::delta, 400);
  worker.forwarder.run();
  CHECK(viewer->received().size() == joined + 4);
  still.tick_if_due(2000);
  CHECK(still.host->asked() == asked + 1);
  still.source.frame(Frame::key, 2033);
  still.source.frame(Frame::delta, 2066);
  worker.forwarder.run();
  CHECK(viewer->received().size() == joined + 6);
  // No number is missing, so that nobody asks for what was never sent.
  const auto packets = viewer->received();
  for (std::size_t i = 1; i < packets.size(); ++i) {
    CHECK(packets[i].sequence == static_cast<std::uint16_t>(packets[i - 1].sequence + 1));
  }
  program->detach();
}

TEST_CASE("The queue takes no more bytes than its limit either") {
  Still still(kCodec);
  Worker worker({.packets = 1000, .bytes = 100});
  const auto program = worker.attach(still.program);
  for (int i = 0; i < 100; ++i) {
    still.source.frame(Frame::delta, 100 + i);
  }
  CHECK(program->status().overrun > 90);
  CHECK(worker.forwarder.run() == 100 - program->status().overrun);
  program->detach();
}

TEST_CASE("A source that goes and nobody else who comes wait in the queue once") {
  Still still(kCodec);
  Worker worker({.packets = 1});
  const auto program = worker.attach(still.program);
  for (int i = 0; i < 10; ++i) {
    still.program.follow_nobody(at_ms(100 + i));
  }
  CHECK(worker.forwarder.run() == 1);
  const auto viewer = join(*program, 7, 200);
  CHECK(viewer->received().size() == 3);
  program->detach();
}

TEST_CASE("Packets that may be asked for again are kept, those of the picture and those after it") {
  Still still(kCodec);
  Worker worker;
  const auto program = worker.attach(still.program);
  still.source.frame(Frame::delta, 100);
  worker.forwarder.run();
  const auto& kept = program->kept(MediaKind::video);
  std::vector<std::uint32_t> found;
  for (std::int64_t sequence = 0; sequence < 200'000; ++sequence) {
    if (const auto stored = kept.find(media::ExtendedSequence{sequence}, at_ms(150))) {
      const auto view = media::RtpPacketView::parse(stored->bytes);
      REQUIRE(view);
      CHECK(view->sequence_number() == stored->sequence.wire());
      found.push_back(view->timestamp().value());
    }
  }
  std::vector<std::uint32_t> sent;
  for (const Received& received : still.witness->received()) {
    sent.push_back(received.timestamp);
  }
  REQUIRE(sent.size() == 4);
  CHECK(found == sent);
  CHECK(program->time(MediaKind::video, at_ms(200)) == media::RtpTimestamp(sent.back()).plus(9000));
  CHECK_FALSE(program->time(MediaKind::audio, at_ms(200)));
  program->detach();
}

TEST_CASE("A program that is detached while its packets wait lives until they are gone") {
  Still still(kCodec);
  Worker worker;
  auto program = worker.attach(still.program);
  const std::weak_ptr<WorkerProgram> alive = program;
  const auto viewer = join(*program, 7, 70);
  still.source.frame(Frame::delta, 100);
  program->detach();
  still.source.frame(Frame::delta, 133);
  program.reset();
  CHECK_FALSE(alive.expired());
  CHECK(worker.forwarder.run() == 1);
  CHECK(alive.expired());
}

TEST_CASE("Packets on their way to a worker allocate nothing once the queue has grown") {
  Still still(kCodec);
  Worker worker;
  const auto program = worker.attach(still.program);
  class Silent final : public MediaSink {
  public:
    void send(const OutgoingPacket& packet) override { bytes += packet.bytes.size(); }
    std::size_t bytes = 0;
  };
  const auto sink = std::make_shared<Silent>();
  program->outlet().add(SinkId{1}, sink, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(0));
  program->ask_if(program->outlet().start(SinkId{1}, at_ms(70)));
  still.program.remove_sink(SinkId{1});  // The witness keeps all it is sent.
  const auto packet =
      media::test::make_rtp({.sequence = 5,
                             .timestamp = 90'000,
                             .ssrc = 1,
                             .payload_type = 120,
                             .marker = media::Marker::set,
                             .payload = media::test::make_vp8(Frame::key, media::test::Piece::first, 9)});
  std::int64_t ms = 1000;
  std::uint16_t number = 5;
  const auto turn = [&](int frames) {
    for (int i = 0; i < frames; ++i, ms += 33, ++number) {
      media::test::Bytes next = packet;
      auto parsed = media::MutableRtpPacket::parse(media::ByteSpan(next));
      parsed->set_sequence_number(media::SequenceNumber(number));
      parsed->set_timestamp(media::RtpTimestamp(static_cast<std::uint32_t>(ms * 90)));
      still.program.incoming(media::SourceId{1}, MediaKind::video, next, {}, at_ms(ms));
    }
    worker.forwarder.run();
  };
  for (int i = 0; i < 10; ++i) {
    turn(20);
  }
  // The copies that the test itself makes are one for each packet.
  const std::size_t before = test::allocations();
  turn(20);
  CHECK(test::allocations() - before == 20);
  CHECK(sink->bytes > 0);
  program->detach();
}

}  // namespace
}  // namespace baton::transport::direct
