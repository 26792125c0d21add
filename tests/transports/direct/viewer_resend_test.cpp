// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <map>

#include "core/media/rtx_original.hpp"
#include "tests/transports/direct/peer_stage.hpp"
#include "tests/transports/fake_peers.hpp"
#include "tests/transports/replay_stage.hpp"

/// What a viewer gets for what it calls lost.
namespace baton::transport::direct::test {
namespace {

using media::ExtensionId;
using media::ExtensionKind;
using media::VideoCodec;
using transport::test::FakeHost;
using transport::test::FakeWaker;
using transport::test::Source;

/// The packet that a retransmission repeats, as the viewer restores it.
Bytes restored(const Bytes& repetition) {
  Bytes bytes = repetition;
  const auto packet = *media::MutableRtpPacket::parse(bytes);
  CHECK(packet.view().ssrc() == kRtxSsrc);
  CHECK(packet.view().payload_type() == kRtxPayloadType);
  const auto original = media::restore_original(packet, {kVideoSsrc, kVideoPayloadType});
  REQUIRE(original.ok());
  return {original->bytes().begin(), original->bytes().end()};
}

/// The same packet without what is new each time that something is sent: number and time on the connection.
Bytes without_connection(const Bytes& bytes, const media::ExtensionMap& map) {
  Bytes copy = bytes;
  const auto packet = *media::MutableRtpPacket::parse(copy);
  for (const auto kind : {ExtensionKind::transport_sequence, ExtensionKind::absolute_send_time}) {
    if (const auto id = map.id_of(kind)) {
      const auto data = packet.extension(*id);
      REQUIRE(data.has_value());
      std::ranges::fill(*data, std::uint8_t{0});
    }
  }
  return copy;
}

ViewerSettings generous() {
  ViewerSettings settings = viewer_settings();
  settings.resend = {.rate = {1'000'000'000}, .burst_bytes = 10'000'000};
  return settings;
}

/// A program that goes through all that changes what a viewer is sent, and a viewer of it.
struct Theatre {
  explicit Theatre(VideoCodec codec, const ViewerSettings& settings)
      : program(transport::test::settings_for(codec), waker),
        source(program, codec),
        kept(std::make_shared<KeptProgram>(codec)),
        viewer(std::make_shared<ViewerPeer>(
            settings, ViewerSurroundings{output, *kept, listener, turn, kWall, nullptr})) {
    program.follow(media::SourceId{1}, host, at_ms(0));
    program.add_sink(SinkId{1}, kept, media::SequenceNumber(0), media::SequenceNumber(40'000));
    program.start_sink(SinkId{1}, at_ms(0));
    program.viewer_reported(SinkId{1}, {}, at_ms(0));  // It is never played anything again.
    program.add_sink(SinkId{2}, viewer, media::SequenceNumber(0), media::SequenceNumber(65'530));
  }

  void set_time(std::int64_t ms) {
    kept->set_time(at_ms(ms));
    turn.now = at_ms(ms);
  }
  void frame(transport::test::Frame kind, std::int64_t ms) {
    set_time(ms);
    source.frame(kind, ms);
  }
  void ask(std::int64_t ms) {
    set_time(ms);
    program.viewer_needs_keyframe(SinkId{2}, at_ms(ms));
    if (const auto due = program.next_deadline(); due && *due <= at_ms(ms)) {
      program.tick(at_ms(ms));
    }
  }

  FakeWaker waker;
  Program program;
  Source source;
  std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
  RecordingOutput output;
  RecordingViewerListener listener;
  TurnTime turn;
  std::shared_ptr<KeptProgram> kept;
  std::shared_ptr<ViewerPeer> viewer;
};

TEST_CASE("What was live, replayed, and replayed again is repeated exactly as it was sent, with any codec") {
  const auto codec = GENERATE(VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::av1);
  ViewerSettings settings = generous();
  settings.video->mid = "v";
  settings.video->extensions.set(ExtensionKind::mid, ExtensionId{1});
  settings.video->extensions.set(ExtensionKind::transport_sequence, ExtensionId{2});
  settings.video->extensions.set(ExtensionKind::absolute_send_time, ExtensionId{3});
  settings.video->extensions.set(ExtensionKind::dependency_descriptor, ExtensionId{4});
  Theatre theatre(codec, settings);
  std::int64_t ms = 0;
  for (int i = 0; i < 8; ++i, ms += 33) {
    theatre.frame(i == 0 ? transport::test::Frame::key : transport::test::Frame::delta, ms);
  }
  theatre.set_time(ms);
  theatre.program.start_sink(SinkId{2}, at_ms(ms));  // It catches up with a source that moves.
  for (int i = 0; i < 5; ++i, ms += 33) {
    theatre.frame(transport::test::Frame::delta, ms);
  }
  theatre.ask(ms += 5'000);  // The source is quiet, and the viewer lost the picture, twice.
  theatre.ask(ms += 5'000);
  for (int i = 0; i < 5; ++i) {
    theatre.frame(transport::test::Frame::delta, ms += 1'000);
  }
  const auto sent = theatre.output.rtp;
  REQUIRE(sent.size() == 8 + 5 + 13 + 13 + 5);

  std::uint16_t rtx_number = 9;
  for (const auto& each : sent) {
    const auto number = media::test::view_of(each.bytes).sequence_number().value();
    CAPTURE(number);
    theatre.viewer->incoming_rtcp(nack(kVideoSsrc, {number}), at_ms(ms));
    const Bytes repetition = theatre.output.rtp.back().bytes;
    REQUIRE(media::test::view_of(repetition).sequence_number().value() == rtx_number++);
    CHECK(without_connection(restored(repetition), settings.video->extensions) ==
          without_connection(each.bytes, settings.video->extensions));
  }
  CHECK(theatre.output.rtp.size() == 2 * sent.size());
  // Repetitions are packets of the connection like others: numbered on, with the time of now.
  const auto last = media::test::view_of(theatre.output.rtp.back().bytes);
  CHECK(media::load_u16(*last.extension(ExtensionId{2}), 0) == 2 * sent.size() - 1);
  Bytes time(3);
  media::write_absolute_send_time(time, kWall.at(at_ms(ms)));
  CHECK(Bytes(last.extension(ExtensionId{3})->begin(), last.extension(ExtensionId{3})->end()) == time);
  const auto statistics = theatre.viewer->statistics();
  CHECK(statistics.video->resends.resent == sent.size());
  CHECK(statistics.video->repeated->packets == sent.size());
  CHECK(statistics.transport->sent == 2 * sent.size());
  std::size_t bytes = 0;
  for (const auto& each : theatre.output.rtp) {
    bytes += each.bytes.size();
  }
  CHECK(statistics.transport->sent_bytes == bytes);
}

TEST_CASE("Header extensions that are kept in the packets come again under the viewer's ids") {
  ViewerSettings settings = generous();
  settings.video->extensions.set(ExtensionKind::video_orientation, ExtensionId{5});
  settings.video->extensions.set(ExtensionKind::dependency_descriptor, ExtensionId{6});
  settings.kept_extensions.set(ExtensionKind::video_orientation, ExtensionId{10});
  settings.kept_extensions.set(ExtensionKind::dependency_descriptor, ExtensionId{11});
  ViewerStage stage(settings);
  Bytes packet = video_packet(1);
  const Bytes extension{0xBE, 0xDE, 0, 2, 0xA0, 0x03, 0xB2, 0x80, 0, 9, 0, 0};
  packet[0] |= 0x10U;
  packet.insert(packet.begin() + media::kRtpFixedHeaderSize, extension.begin(), extension.end());
  stage.send(MediaKind::video, packet, 0);
  stage.incoming(nack(kVideoSsrc, {1}), 50);
  REQUIRE(stage.output.rtp.size() == 2);
  const Bytes original = restored(stage.output.rtp.back().bytes);
  const auto view = media::test::view_of(original);
  REQUIRE(view.extension(ExtensionId{5}).has_value());
  CHECK(view.extension(ExtensionId{5})->front() == 0x03);
  REQUIRE(view.extension(ExtensionId{6}).has_value());
  CHECK(view.extension(ExtensionId{6})->back() == 9);
  CHECK_FALSE(view.extension(ExtensionId{10}).has_value());
}

TEST_CASE("The last packet of a frame is repeated with the orientation that stands, and no other is") {
  ViewerSettings settings = generous();
  settings.video->extensions.set(ExtensionKind::video_orientation, ExtensionId{5});
  ViewerStage stage(settings);
  Bytes middle = video_packet(1);
  middle[1] = static_cast<std::uint8_t>(middle[1] & 0x7FU);
  stage.send(MediaKind::video, middle, 0);
  stage.send_video(2, {{}, VideoOrientation{270, {}, {}}, {}});
  stage.send_video(3);
  const auto orientation_of = [&](std::uint16_t number) -> std::optional<int> {
    stage.incoming(nack(kVideoSsrc, {number}), 500);
    const Bytes original = restored(stage.output.rtp.back().bytes);
    REQUIRE(media::test::view_of(original).sequence_number().value() == number);
    const auto data = media::test::view_of(original).extension(ExtensionId{5});
    return data ? std::optional<int>(data->front()) : std::nullopt;
  };
  CHECK_FALSE(orientation_of(1).has_value());
  CHECK(orientation_of(2) == 3);
  CHECK(orientation_of(3) == 3);
}

TEST_CASE("A viewer is mended before any round trip is known, and then once for each round trip") {
  ViewerStage stage;
  stage.send_video(0);
  stage.incoming(nack(kVideoSsrc, {0}), 1);
  CHECK(stage.output.rtp.size() == 2);
  const auto dropped = [&](media::ResendDrop reason) {
    return stage.peer.statistics().video->resends.dropped[static_cast<std::size_t>(reason)];
  };
  stage.incoming(nack(kVideoSsrc, {0}), 100);
  CHECK(stage.output.rtp.size() == 2);
  CHECK(dropped(media::ResendDrop::too_soon) == 1);
  stage.incoming(nack(kVideoSsrc, {0}), 101);
  CHECK(stage.output.rtp.size() == 3);
  // A round trip of 30 ms becomes known.
  stage.peer.advance(at_ms(110));
  media::ReportBlock block;
  block.source = kVideoSsrc;
  block.last_sender_report = media::compact(kWall.at(at_ms(110)));
  stage.incoming(receiver_report(block), 140);
  stage.incoming(nack(kVideoSsrc, {0}), 140);
  CHECK(stage.output.rtp.size() == 4);
  stage.incoming(nack(kVideoSsrc, {0}), 169);
  CHECK(stage.output.rtp.size() == 4);
  stage.incoming(nack(kVideoSsrc, {0}), 171);
  CHECK(stage.output.rtp.size() == 5);
}

TEST_CASE("A storm of NACKs gets no more than the budget") {
  ViewerSettings settings = viewer_settings();
  settings.resend = {.rate = {800'000}, .burst_bytes = 20'000, .shortest_interval = core::Duration(0)};
  ViewerStage stage(settings);
  std::vector<std::uint16_t> numbers;
  for (std::uint16_t number = 0; number < 100; ++number) {
    stage.send(MediaKind::video, video_packet(number, media::test::Frame::delta, 1000), number);
    numbers.push_back(number);
  }
  const std::size_t live = stage.output.rtp.size();
  // Ten seconds of everything being lost all the time.
  for (std::int64_t ms = 1000; ms < 11'000; ms += 5) {
    stage.incoming(nack(kVideoSsrc, numbers), ms);
  }
  const std::size_t repeated = stage.output.rtp.size() - live;
  CHECK(repeated <= 20 + 1000);
  CHECK(repeated >= 1000);
  const auto resends = stage.peer.statistics().video->resends;
  CHECK(resends.resent == repeated);
  CHECK(resends.dropped[static_cast<std::size_t>(media::ResendDrop::over_budget)] > 0);
}

TEST_CASE("One compound asks for so many packets and no more") {
  ViewerStage stage(generous());
  std::vector<std::uint16_t> numbers;
  for (std::uint16_t number = 0; number < ViewerPeer::kMaxLostPerCompound + 10; ++number) {
    stage.send_video(number);
    numbers.push_back(number);
  }
  stage.incoming(nack(kVideoSsrc, numbers), 20'000);
  CHECK(stage.peer.statistics().dropped_for(ViewerRtcpDrop::too_many_lost) == 10);
}

TEST_CASE("What cannot be repeated is counted by its reason, and nobody is asked for a key frame") {
  struct Row {
    const char* what;
    Bytes compound;
    ViewerRtcpDrop reason;
  };
  ViewerStage stage;
  stage.send_video(0);
  Bytes padding = video_packet(1);
  padding.resize(media::kRtpFixedHeaderSize);
  padding[0] |= 0x20U;
  padding.insert(padding.end(), {0, 0, 0, 4});
  stage.send(MediaKind::video, padding, 40);
  stage.send(MediaKind::audio,
             media::test::make_rtp({.sequence = 1, .ssrc = kAudioSsrc.value, .payload = {1, 2}}), 50);
  const std::size_t live = stage.output.rtp.size();
  REQUIRE(live == 3);
  const std::vector<Row> rows{
      {"padding", nack(kVideoSsrc, {1}), ViewerRtcpDrop::nothing_to_repeat},
      {"audio without retransmission", nack(kAudioSsrc, {1}), ViewerRtcpDrop::rtx_not_negotiated},
      {"a retransmission", nack(kRtxSsrc, {9}), ViewerRtcpDrop::unknown_source},
      {"somebody else's", nack(media::Ssrc{5}, {1}), ViewerRtcpDrop::unknown_source},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const auto before = stage.peer.statistics().dropped_for(row.reason);
    stage.incoming(row.compound, 60);
    CHECK(stage.peer.statistics().dropped_for(row.reason) == before + 1);
  }
  stage.incoming(nack(kVideoSsrc, {2, 500}), 60);
  const auto resends = stage.peer.statistics().video->resends;
  CHECK(resends.dropped[static_cast<std::size_t>(media::ResendDrop::never_sent)] == 2);
  CHECK(stage.output.rtp.size() == live);
  CHECK(stage.listener.keyframes_needed.empty());
}

}  // namespace
}  // namespace baton::transport::direct::test
