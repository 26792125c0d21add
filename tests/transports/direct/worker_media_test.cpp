// SPDX-License-Identifier: GPL-3.0-or-later
// A worker's media, turn by turn, without a worker and in the test's own time.
#include "transports/direct/worker_media.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "tests/transports/direct/dtls_pair.hpp"
#include "tests/transports/direct/recording_listener.hpp"
#include "tests/transports/replay_stage.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using media::test::at_ms;
using transport::test::FakeWaker;
using transport::test::Frame;
using transport::test::Still;

constexpr PeerId kViewer{1};

class Nowhere final : public MessageOutput {
public:
  int send_messages(std::span<mmsghdr> messages) override { return static_cast<int>(messages.size()); }
};

class Deaf final : public PeerListener {
public:
  void on_connected(PeerId /*peer*/) override {}
  void on_gone(PeerId /*peer*/, GoneReason /*reason*/) override {}
};

struct Stage {
  explicit Stage(core::Duration window) : media(news, waker, {.batch_window = window}) {
    const std::shared_ptr<Program> program(std::shared_ptr<void>(), &still.program);
    ViewerSettings settings;
    settings.video = ViewerMediumSettings{program->settings().video.ssrc, std::nullopt, "", {}};
    media.add(endpoint, kViewer, ViewerSetup{program, SinkId{1}, {}, {}, settings, {}});
    // So that the next look at peers is later than what is looked for here.
    media.on_turn(at_ms(95));
  }

  bool is_due(std::int64_t ms) const { return media.next_deadline() == at_ms(ms); }

  Still still{media::VideoCodec::vp8};
  Nowhere nowhere;
  test::RecordingListener listener;
  BatchSender sender{nowhere, AddressFamily::ipv4, Offload::off};
  Endpoint endpoint{test::make_context(), sender, listener};
  Deaf news;
  FakeWaker waker;
  WorkerMedia media;
};

TEST_CASE("What waits for the rest of its frame leaves when nothing more of it has come for a while") {
  Stage stage(8ms);
  stage.still.source.frame(Frame::delta, 100, media::Marker::clear);
  CHECK(stage.is_due(102));
  stage.media.on_turn(at_ms(101));
  stage.still.source.frame(Frame::delta, 101, media::Marker::clear);
  CHECK(stage.is_due(103));
  stage.media.on_turn(at_ms(103));
  CHECK(stage.media.next_deadline() > at_ms(103));
}

TEST_CASE("A frame leaves as soon as it is whole, and at once when there is no window") {
  Stage stage(GENERATE(0ms, 2ms));
  stage.still.source.frame(Frame::delta, 100);
  CHECK(stage.is_due(100));
  stage.media.on_turn(at_ms(100));
  CHECK(stage.media.next_deadline() > at_ms(102));
}

TEST_CASE("A busy worker's packets wait longer for the rest of their frame") {
  Stage stage(8ms);
  stage.media.on_waited(BatchWindow::kLoadInterval, 0ms);
  stage.still.source.frame(Frame::delta, 100, media::Marker::clear);
  CHECK(stage.is_due(104));
}

TEST_CASE("Peers that have nothing due are looked at every now and then, however often there is a turn") {
  Stage stage(2ms);
  constexpr auto kLook = WorkerMedia::kLookInterval;
  CHECK(stage.media.next_deadline() == at_ms(95) + kLook);
  for (std::int64_t ms = 96; ms < 105; ++ms) {
    stage.media.on_turn(at_ms(ms));
    CHECK(stage.media.next_deadline() == at_ms(95) + kLook);
  }
  stage.media.on_turn(at_ms(107));
  CHECK(stage.media.next_deadline() == at_ms(107) + kLook);
  stage.media.remove(kViewer);
  CHECK_FALSE(stage.media.next_deadline());
  stage.media.on_turn(at_ms(200));
}

}  // namespace
}  // namespace baton::transport::direct
