// SPDX-License-Identifier: GPL-3.0-or-later
// The whole direct transport: a program, viewers and publishers behind real sockets.
#include "transports/direct/direct_transport.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/media/rtcp_view.hpp"
#include "tests/transports/direct/client/client_crowd.hpp"
#include "tests/transports/direct/dtls_pair.hpp"
#include "tests/transports/direct/loopback.hpp"
#include "tests/transports/direct/packets.hpp"
#include "tests/transports/replay_stage.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using media::test::Bytes;
using transport::test::FakeHost;
using transport::test::FakeWaker;
using transport::test::Frame;

/// What a viewer's page would have: the packets that came, in their order.
struct Screen {
  std::vector<Bytes> video;

  [[nodiscard]] media::RtpPacketView packet(std::size_t index) const {
    return media::test::view_of(video.at(index));
  }
  /// Whether each number follows the one before.
  [[nodiscard]] bool is_contiguous() const {
    for (std::size_t i = 1; i < video.size(); ++i) {
      if (packet(i).sequence_number() != packet(i - 1).sequence_number().next()) {
        return false;
      }
    }
    return true;
  }
};

class News final : public PeerListener {
public:
  void on_connected(PeerId peer) override {
    const std::lock_guard lock(mutex_);
    connected_.push_back(peer);
  }
  void on_gone(PeerId peer, GoneReason reason) override {
    const std::lock_guard lock(mutex_);
    gone_.emplace_back(peer, reason);
  }
  [[nodiscard]] std::size_t connected() const {
    const std::lock_guard lock(mutex_);
    return connected_.size();
  }
  [[nodiscard]] std::vector<std::pair<PeerId, GoneReason>> gone() const {
    const std::lock_guard lock(mutex_);
    return gone_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<PeerId> connected_;
  std::vector<std::pair<PeerId, GoneReason>> gone_;
};

/// Few viewers are to have all workers.
DirectTransportSettings spread() {
  DirectTransportSettings settings;
  settings.group.together = 0;
  return settings;
}

/// A room's media, served by the direct transport on this host.
struct Theatre {
  explicit Theatre(std::size_t workers, DirectTransportSettings settings = spread()) {
    settings.socket.address = *SocketAddress::parse("127.0.0.1", Port{0});
    settings.workers = workers;
    auto opened = DirectTransport::open(settings, news, &test::real_now);
    REQUIRE(opened);
    transport = std::move(*opened);
    crowd = std::make_unique<test::ClientCrowd>(transport->local_address());
  }

  PeerSettings expect(std::uint32_t number) const {
    return {test::make_credentials(number), DtlsRole::server, browser->fingerprint()};
  }
  test::DirectClient& connect(std::uint32_t number, Nomination nomination = Nomination::yes) {
    return crowd->add(browser, {test::make_credentials(number), transport->fingerprint(), DtlsRole::client,
                                50ms, nomination});
  }

  std::shared_ptr<Screen> view(std::uint32_t number, Nomination nomination = Nomination::yes) {
    ViewerSettings settings;
    settings.video = ViewerMediumSettings{program->settings().video.ssrc, std::nullopt, "", {}};
    settings.canonical_name = "baton";
    REQUIRE(transport->add(PeerId{number}, expect(number),
                           ViewerSetup{program,
                                       SinkId{number},
                                       media::SequenceNumber(0),
                                       media::SequenceNumber(static_cast<std::uint16_t>(number * 100)),
                                       settings,
                                       {}}) == GroupResult::accepted);
    auto screen = std::make_shared<Screen>();
    connect(number, nomination).on_rtp = [screen](media::ByteView packet) {
      screen->video.emplace_back(packet.begin(), packet.end());
    };
    return screen;
  }

  /// The host sends a frame now.
  void frame(Frame kind) {
    source.frame(kind,
                 std::chrono::duration_cast<std::chrono::milliseconds>(test::real_now() - begin_).count());
  }
  /// Both sides know: the last flight of a handshake is the server's.
  void wait_for_connections(std::size_t count) {
    const auto connected = [&] {
      std::size_t clients = 0;
      for (std::size_t i = 0; i < crowd->size(); ++i) {
        clients += crowd->at(i).connected() ? 1 : 0;
      }
      return std::min(clients, news.connected());
    };
    REQUIRE(crowd->run([&] { return connected() == count; }, 10s));
  }
  bool run(const std::function<bool()>& done) { return crowd->run(done, 5s); }

  News news;
  std::shared_ptr<const DtlsContext> browser = DtlsContext::make(*Certificate::make());
  FakeWaker waker;
  std::shared_ptr<Program> program =
      std::make_shared<Program>(transport::test::settings_for(media::VideoCodec::vp8), waker);
  std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
  transport::test::Source source{*program, media::VideoCodec::vp8};
  std::unique_ptr<DirectTransport> transport;
  std::unique_ptr<test::ClientCrowd> crowd;

private:
  // The program's times are those of the transport.
  const core::Instant begin_ = media::test::at_ms(0);
};

TEST_CASE("Viewers on all workers see what the host sends, and who joins late the last picture first") {
  const auto workers = GENERATE(std::size_t{1}, std::size_t{3});
  CAPTURE(workers);
  Theatre theatre(workers);
  theatre.program->follow(media::SourceId{1}, theatre.host, test::real_now());
  std::vector<std::shared_ptr<Screen>> screens;
  for (std::uint32_t number = 1; number <= 6; ++number) {
    screens.push_back(theatre.view(number));
  }
  theatre.wait_for_connections(6);
  theatre.frame(Frame::key);
  constexpr std::size_t kFrames = 30;
  for (std::size_t i = 1; i < kFrames; ++i) {
    theatre.frame(Frame::delta);
    theatre.crowd->turn(2ms);
  }
  const auto all_have = [&](std::size_t packets) {
    return std::ranges::all_of(screens, [&](const auto& screen) { return screen->video.size() >= packets; });
  };
  REQUIRE(theatre.run([&] { return all_have(kFrames); }));
  for (const auto& screen : screens) {
    CHECK(screen->is_contiguous());
    CHECK(screen->packet(0).ssrc() == theatre.program->settings().video.ssrc);
  }
  const auto late = theatre.view(7);
  theatre.wait_for_connections(7);
  REQUIRE(theatre.run([&] { return late->video.size() >= kFrames; }));
  CHECK(late->is_contiguous());
  screens.push_back(late);
  const std::size_t shown = late->video.size();
  theatre.frame(Frame::delta);
  REQUIRE(theatre.run([&] { return late->video.size() == shown + 1 && all_have(kFrames + 1); }));
  CHECK(late->is_contiguous());
  CHECK(std::ranges::equal(late->packet(shown).payload(), screens[0]->packet(kFrames).payload()));
}

TEST_CASE(
    "Who has not nominated a pair yet is sent the picture all the same, where its handshake came from") {
  Theatre theatre(1);
  theatre.program->follow(media::SourceId{1}, theatre.host, test::real_now());
  theatre.frame(Frame::key);
  const auto screen = theatre.view(1, Nomination::no);
  theatre.wait_for_connections(1);
  CHECK(theatre.run([&] { return !screen->video.empty(); }));
}

TEST_CASE("A worker lets go of a program with its last viewer") {
  Theatre theatre(2);
  const auto alone = theatre.program.use_count();
  for (std::uint32_t number = 1; number <= 3; ++number) {
    theatre.view(number);
  }
  theatre.wait_for_connections(3);
  CHECK(theatre.program.use_count() > alone);
  for (std::uint32_t number = 1; number <= 3; ++number) {
    CHECK(theatre.transport->remove(PeerId{number}) == GroupResult::accepted);
  }
  CHECK(theatre.run([&] { return theatre.program.use_count() == alone; }));
  CHECK(theatre.news.gone().empty());
}

TEST_CASE("A worker lets go of a peer that does not come, and of its program") {
  DirectTransportSettings settings;
  settings.group.worker.endpoint.ice.first_check_timeout = 200ms;
  Theatre theatre(2, settings);
  const auto alone = theatre.program.use_count();
  REQUIRE(theatre.transport->add(PeerId{9}, theatre.expect(9),
                                 ViewerSetup{theatre.program, SinkId{9}, {}, {}, ViewerSettings{}, {}}) ==
          GroupResult::accepted);
  CHECK(theatre.run([&] {
    return theatre.news.gone() == std::vector{std::pair{PeerId{9}, GoneReason::never_came}};
  }));
  CHECK(theatre.run([&] { return theatre.program.use_count() == alone; }));
}

TEST_CASE("Credentials that another peer has are told as a peer that was not taken") {
  Theatre theatre(1);
  const ViewerSetup setup{theatre.program, SinkId{1}, {}, {}, ViewerSettings{}, {}};
  REQUIRE(theatre.transport->add(PeerId{1}, theatre.expect(1), setup) == GroupResult::accepted);
  REQUIRE(theatre.transport->add(PeerId{2}, theatre.expect(1), setup) == GroupResult::accepted);
  CHECK(theatre.run([&] {
    return theatre.news.gone() == std::vector{std::pair{PeerId{2}, GoneReason::not_taken}};
  }));
}

TEST_CASE("Who watches a program and who feeds it have one worker, and another program another") {
  Theatre theatre(2, DirectTransportSettings{});
  const auto worker_of = [&](std::uint32_t number) { return theatre.transport->worker_of(PeerId{number}); };
  const auto viewer_of = [](std::shared_ptr<Program> program, std::uint32_t number) {
    return ViewerSetup{std::move(program), SinkId{number}, {}, {}, ViewerSettings{}, {}};
  };
  const auto feed = std::make_shared<Feed>(media::SourceId{1}, theatre.program, nullptr, theatre.waker);
  REQUIRE(theatre.transport->add(PeerId{1}, theatre.expect(1),
                                 PublisherSetup{feed, PublisherSettings{}, PeerSurroundings{}}) ==
          GroupResult::accepted);
  REQUIRE(theatre.transport->add(PeerId{2}, theatre.expect(2), viewer_of(theatre.program, 2)) ==
          GroupResult::accepted);
  REQUIRE(theatre.transport->expect(PeerId{3}, test::make_credentials(3), *theatre.program) ==
          GroupResult::accepted);
  const auto other =
      std::make_shared<Program>(transport::test::settings_for(media::VideoCodec::vp8), theatre.waker);
  REQUIRE(theatre.transport->add(PeerId{4}, theatre.expect(4), viewer_of(other, 4)) == GroupResult::accepted);
  CHECK(worker_of(1) == WorkerIndex{0});
  CHECK(worker_of(2) == WorkerIndex{0});
  CHECK(worker_of(3) == WorkerIndex{0});
  CHECK(worker_of(4) == WorkerIndex{1});
  CHECK_FALSE(worker_of(5));
}

TEST_CASE("A program that goes on does not notice that the transport ends") {
  Theatre theatre(2);
  theatre.program->follow(media::SourceId{1}, theatre.host, test::real_now());
  theatre.frame(Frame::key);
  for (std::uint32_t number = 1; number <= 4; ++number) {
    theatre.view(number);
  }
  theatre.wait_for_connections(4);
  std::atomic<bool> ended{false};
  std::atomic<std::size_t> frames_afterwards{0};
  std::thread host([&] {
    for (std::size_t after = 0; after < 200;) {
      after += ended.load() ? 1 : 0;
      theatre.frame(Frame::delta);
      frames_afterwards = after;
    }
  });
  theatre.transport.reset();
  ended = true;
  host.join();
  CHECK(frames_afterwards == 200);
}

TEST_CASE("What a direct publisher sends reaches direct viewers, and it is asked for key frames") {
  Theatre theatre(2);
  PublisherSettings settings;
  settings.video = PublisherMediumSettings{.mid = "",
                                           .payload_type = media::PayloadType{120},
                                           .rtx_payload_type = std::nullopt,
                                           .clock_rate = media::ClockRate{90'000},
                                           .ssrc = media::Ssrc{1},
                                           .rtx_ssrc = std::nullopt,
                                           .loss_requests = LossRequests::nack};
  settings.canonical_name = "baton";
  settings.own_ssrc = media::Ssrc{77};
  const PeerId publisher{50};
  const auto keyframes = theatre.transport->keyframe_source(publisher);
  const PeerSurroundings surroundings;
  const auto feed = std::make_shared<Feed>(media::SourceId{1}, theatre.program, keyframes, theatre.waker);
  REQUIRE(theatre.transport->add(publisher, theatre.expect(50),
                                 PublisherSetup{feed, settings, surroundings}) == GroupResult::accepted);
  auto& camera = theatre.connect(50);
  std::size_t asked = 0;
  camera.on_rtcp = [&asked](media::ByteView compound) {
    const auto view = media::RtcpView::parse(compound);
    REQUIRE(view);
    asked += view->summary().asks_for_keyframe() ? 1 : 0;
  };
  const auto screen = theatre.view(1);
  theatre.wait_for_connections(2);
  theatre.program->follow(media::SourceId{1}, keyframes, test::real_now());
  const auto send = [&](std::uint16_t number, Frame frame) {
    camera.protect_rtp(media::test::make_rtp(
        {.sequence = number,
         .timestamp = number * 3000U,
         .ssrc = 1,
         .payload_type = 120,
         .marker = media::Marker::set,
         .payload = media::test::make_vp8(frame, media::test::Piece::first, number & 0x7FFFU)}));
  };
  send(100, Frame::delta);
  REQUIRE(theatre.run([&] { return asked > 0; }));
  CHECK(screen->video.empty());
  for (std::uint16_t number = 101; number <= 120; ++number) {
    send(number, number == 101 ? Frame::key : Frame::delta);
    theatre.crowd->turn(2ms);
  }
  REQUIRE(theatre.run([&] { return screen->video.size() == 20; }));
  CHECK(screen->is_contiguous());
  CHECK(feed->last_arrival());
  CHECK(surroundings.arrivals->last());
  CHECK(theatre.run([&] {
    const auto statistics = surroundings.board->read();
    const auto* published = std::get_if<PublisherStatistics>(&statistics.media);
    return statistics.profile && published != nullptr &&
           published->of({MediaKind::video, StreamRole::original}) &&
           published->of({MediaKind::video, StreamRole::original})->packets == 21;
  }));
}

}  // namespace
}  // namespace baton::transport::direct
