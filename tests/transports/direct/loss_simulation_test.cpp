// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <set>

#include "tests/transports/direct/lossy_link.hpp"
#include "tests/transports/direct/viewer_model.hpp"
#include "tests/transports/fake_peers.hpp"

/// A program, a viewer's peer, a path that loses packets both ways, and a browser at its end.
namespace baton::transport::direct::test {
namespace {

using namespace std::chrono_literals;
using media::test::Frame;
using media::test::Piece;
using transport::test::FakeHost;
using transport::test::FakeWaker;

constexpr std::int64_t kFrameMs = 33;
constexpr std::size_t kPacketBytes = 1000;
constexpr int kKeyframePackets = 60;
constexpr int kDeltaPackets = 6;  // 1.5 Mbit/s.
constexpr std::int64_t kFirstNumber = 65'500;

class Simulation final : public ViewerListener {
public:
  struct Setup {
    unsigned lost_per_mille = 0;
    std::uint32_t seed = 0;
    bool with_retransmission = true;
    core::Duration one_way = std::chrono::milliseconds(20);
    bool with_playout_delay = false;
  };

  explicit Simulation(const Setup& setup)
      : down_({setup.lost_per_mille, setup.one_way}, setup.seed),
        up_({setup.lost_per_mille, setup.one_way}, setup.seed + 1'000'000),
        output_(down_),
        browser_(up_) {
    ViewerSettings settings = viewer_settings();
    settings.report_seed = setup.seed;
    if (!setup.with_retransmission) {
      settings.video->rtx.reset();
    }
    if (setup.with_playout_delay) {
      settings.video->extensions.set(media::ExtensionKind::playout_delay, kPlayoutDelayId);
    }
    peer_ = std::make_shared<ViewerPeer>(settings,
                                         ViewerSurroundings{output_, *kept_, *this, turn_, kWall, nullptr});
    program_.follow(media::SourceId{1}, host_, at_ms(0));
    program_.add_sink(SinkId{1}, kept_, media::SequenceNumber(0), media::SequenceNumber(0));
    program_.start_sink(SinkId{1}, at_ms(0));
    program_.viewer_reported(SinkId{1}, {}, at_ms(0));
  }

  void on_viewer_reported(const media::ReportBlock& report, core::Instant now) override {
    program_.viewer_reported(SinkId{2}, report, now);
  }
  void on_keyframe_needed(core::Instant now) override { program_.viewer_needs_keyframe(SinkId{2}, now); }

  void join() {
    program_.add_sink(SinkId{2}, peer_, media::SequenceNumber(0), media::SequenceNumber::wrap(kFirstNumber));
    program_.start_sink(SinkId{2}, at_ms(ms_));
    joined_ = true;
  }

  enum class Host : std::uint8_t { silent, sends };
  /// The next so many milliseconds.
  void run(std::int64_t length, Host host) {
    for (const std::int64_t end = ms_ + length; ms_ < end; ++ms_) {
      const core::Instant now = at_ms(ms_);
      kept_->set_time(now);
      turn_.now = now;
      if (host == Host::sends && ms_ % kFrameMs == 0) {
        send_frame(now);
      }
      if (const auto due = program_.next_deadline(); due && *due <= now) {
        program_.tick(now);
      }
      while (auto packet = down_.arrived(now)) {
        browser_.incoming(packet->first, std::move(packet->second), now);
      }
      browser_.advance(now);
      while (const auto packet = up_.arrived(now)) {
        if (joined_) {
          peer_->incoming_rtcp(packet->second, now);
        }
      }
      if (const auto due = peer_->next_deadline(); due && *due <= now) {
        peer_->advance(now);
      }
    }
  }

  /// Behind the last packet that was sent, by the viewer's numbers.
  [[nodiscard]] std::int64_t end_of_sent() const {
    return kFirstNumber + static_cast<std::int64_t>(peer_->statistics().video->original.packets);
  }
  /// Packets that the browser does not have, from the first key frame that it saw begin.
  [[nodiscard]] std::size_t missing_before(std::int64_t end) const {
    REQUIRE(browser_.first_keyframe().has_value());
    std::size_t result = 0;
    for (std::int64_t number = *browser_.first_keyframe(); number < end; ++number) {
      result += browser_.received().contains(number) ? 0 : 1;
    }
    return result;
  }
  [[nodiscard]] const ViewerModel& browser() const { return browser_; }
  [[nodiscard]] std::size_t lost() const { return down_.lost(); }
  [[nodiscard]] ViewerStatistics statistics() const { return peer_->statistics(); }

private:
  void send_frame(core::Instant now) {
    const bool key = picture_ == 0 || host_->asked() != answered_;
    answered_ = host_->asked();
    const int packets = key ? kKeyframePackets : kDeltaPackets;
    for (int index = 0; index < packets; ++index) {
      Bytes packet = media::test::make_rtp(
          {.sequence = sequence_++,
           .timestamp = static_cast<std::uint32_t>(ms_ * 90),
           .ssrc = 7,
           .payload_type = 120,
           .marker = index + 1 == packets ? media::Marker::set : media::Marker::clear,
           .payload = media::test::make_vp8(key ? Frame::key : Frame::delta,
                                            index == 0 ? Piece::first : Piece::middle, picture_)});
      packet.resize(kPacketBytes, static_cast<std::uint8_t>(sequence_ & 0xFFU));
      program_.incoming(media::SourceId{1}, MediaKind::video, packet, {}, now);
    }
    ++picture_;
  }

  FakeWaker waker_;
  Program program_{transport::test::test_settings(), waker_};
  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  int answered_ = 0;
  std::shared_ptr<KeptProgram> kept_ = std::make_shared<KeptProgram>();
  LossyLink down_;
  LossyLink up_;
  LinkOutput output_;
  TurnTime turn_;
  ViewerModel browser_;
  std::shared_ptr<ViewerPeer> peer_;
  bool joined_ = false;
  std::int64_t ms_ = 0;
  std::uint16_t sequence_ = 100;
  std::uint16_t picture_ = 0;
};

using Host = Simulation::Host;

TEST_CASE("Of what is lost on the way to a viewer nothing stays lost") {
  const auto per_mille = GENERATE(20U, 50U, 100U);
  CAPTURE(per_mille);
  std::size_t lost = 0;
  std::size_t missing = 0;
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    Simulation simulation({per_mille, seed});
    simulation.join();
    simulation.run(20'000, Host::sends);
    const std::int64_t end = simulation.end_of_sent();
    simulation.run(1'500, Host::sends);
    lost += simulation.lost();
    missing += simulation.missing_before(end);
    CHECK(simulation.browser().restored() > 0);
    // Each was repeated as often as it was lost, or a little more: requests are not answered twice at once.
    CHECK(simulation.browser().duplicates() * 20 < simulation.browser().restored());
  }
  CHECK(lost > 5 * 3000 * per_mille / 1000);
  CHECK(missing == 0);
}

TEST_CASE("Far away, what is repeated comes before it is to be shown, but for what is lost twice") {
  const auto [one_way, asked] =
      GENERATE(table<core::Duration, core::Duration>({{70ms, 250ms}, {190ms, 500ms}, {340ms, 800ms}}));
  CAPTURE(one_way.count());
  std::size_t restored = 0;
  std::size_t late = 0;
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    Simulation simulation({20, seed, true, one_way, true});
    simulation.join();
    simulation.run(20'000, Host::sends);
    CHECK(simulation.statistics().playout_delay == asked);
    CHECK(simulation.browser().playout_delay() == asked);
    restored += simulation.browser().restored();
    late += simulation.browser().too_late();
  }
  CHECK(restored > 5 * 3000 * 20 / 1000);
  // The request or the repetition is lost as well.
  CAPTURE(restored, late);
  CHECK(late * 20 < restored);
}

TEST_CASE("Near, and where nothing is lost, nobody is asked to delay the picture") {
  const auto [one_way, per_mille] =
      GENERATE(table<core::Duration, unsigned>({{45ms, 20U}, {45ms, 100U}, {200ms, 0U}}));
  CAPTURE(one_way.count(), per_mille);
  Simulation simulation({per_mille, 1, true, one_way, true});
  simulation.join();
  simulation.run(20'000, Host::sends);
  CHECK_FALSE(simulation.browser().playout_delay().has_value());
}

TEST_CASE("Without retransmission what is lost stays lost") {
  Simulation simulation({20, 1, false});
  simulation.join();
  simulation.run(10'000, Host::sends);
  CHECK(simulation.missing_before(simulation.end_of_sent()) > 20);
}

TEST_CASE("A viewer who joins at two per cent loss lacks nothing of the replayed key frame") {
  const auto while_joining = GENERATE(Host::sends, Host::silent);
  CAPTURE(while_joining);
  std::size_t lost = 0;
  std::size_t mended = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Simulation simulation({20, seed});
    simulation.run(200, Host::sends);
    simulation.run(while_joining == Host::silent ? 2'000 : 0, Host::silent);
    simulation.join();
    if (while_joining == Host::sends) {
      simulation.run(1'500, Host::sends);
      const std::int64_t end = simulation.end_of_sent();
      simulation.run(1'000, Host::sends);
      CHECK(simulation.missing_before(end) == 0);
    } else {
      // Nothing follows the last packets: that they are lost shows in a report, and the picture comes again.
      simulation.run(5'000, Host::silent);
      CHECK(simulation.missing_before(simulation.end_of_sent()) == 0);
    }
    CHECK(simulation.browser().received().size() >= kKeyframePackets);
    lost += simulation.lost();
    mended += simulation.browser().restored();
  }
  CHECK(lost > 20);
  CHECK(mended > 20);
}

TEST_CASE("The losses of a replayed key frame are mended within a moment, before any report") {
  int lossy = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Simulation simulation({20, seed});
    simulation.run(200, Host::sends);
    simulation.join();
    simulation.run(400, Host::sends);
    CHECK_FALSE(simulation.statistics().round_trip.has_value());
    if (!simulation.browser().first_keyframe()) {
      continue;  // Its first packet was lost: no browser asks for what it never heard of.
    }
    const std::int64_t first = *simulation.browser().first_keyframe();
    std::size_t missing = 0;
    for (std::int64_t number = first; number < first + kKeyframePackets; ++number) {
      missing += simulation.browser().received().contains(number) ? 0 : 1;
    }
    CHECK(missing == 0);
    lossy += simulation.browser().restored() > 0 ? 1 : 0;
  }
  CHECK(lossy >= 15);
}

}  // namespace
}  // namespace baton::transport::direct::test
