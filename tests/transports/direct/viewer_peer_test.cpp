// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/viewer_peer.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/media/packet_writer.hpp"
#include "tests/transports/direct/peer_stage.hpp"

namespace baton::transport::direct::test {
namespace {

using media::ExtensionId;
using media::ExtensionKind;

/// As a browser answers: each extension under an id of its own.
ViewerSettings with_extensions() {
  ViewerSettings settings = viewer_settings();
  settings.first_transport_sequence = media::TransportSequence(0xFFFF);
  for (auto* medium : {&*settings.audio, &*settings.video}) {
    medium->mid = medium == &*settings.audio ? "a" : "v1";
    medium->extensions.set(ExtensionKind::mid, ExtensionId{4});
    medium->extensions.set(ExtensionKind::transport_sequence, ExtensionId{3});
    medium->extensions.set(ExtensionKind::absolute_send_time, ExtensionId{2});
  }
  settings.audio->extensions.set(ExtensionKind::audio_level, ExtensionId{1});
  settings.video->extensions.set(ExtensionKind::video_orientation, ExtensionId{13});
  settings.video->extensions.set(ExtensionKind::dependency_descriptor, ExtensionId{12});
  return settings;
}

Bytes audio_packet(std::uint16_t number) {
  return media::test::make_rtp({.sequence = number,
                                .timestamp = number * 960U,
                                .ssrc = kAudioSsrc.value,
                                .payload_type = 111,
                                .payload = {9, 8, 7}});
}

/// The packet with these bytes as its header extension, its header included.
Bytes with_extension(Bytes packet, const Bytes& extension) {
  packet[0] = static_cast<std::uint8_t>(packet[0] | 0x10U);
  packet.insert(packet.begin() + media::kRtpFixedHeaderSize, extension.begin(), extension.end());
  return packet;
}

TEST_CASE("A packet goes out as it came when nothing else was negotiated, and its payload is not copied") {
  ViewerStage stage;
  const Bytes packet = video_packet(7);
  CHECK(stage.send(MediaKind::video, packet, 0) == packet);
  CHECK(stage.output.rtp.front().payload == packet.data() + media::kRtpFixedHeaderSize);
}

TEST_CASE("What the source's own header extension said does not reach a viewer") {
  ViewerStage stage;
  const Bytes packet = video_packet(7);
  CHECK(stage.send(MediaKind::video, with_extension(packet, {0xBE, 0xDE, 0, 1, 0x11, 1, 2, 0}), 0) == packet);
}

TEST_CASE("Header extensions are written under the viewer's ids, byte for byte") {
  ViewerStage stage(with_extensions());
  // 1.5 s after kWall: the seconds 2001 and three quarters, 2001 modulo 64 being 17.
  const std::int64_t ms = 1500;
  const Bytes time{0x47, 0x00, 0x00};
  REQUIRE(((17U << 18U) | (3U << 16U)) == 0x470000U);

  SECTION("audio with its level") {
    const auto sent =
        stage.send(MediaKind::audio, audio_packet(1), ms, {AudioLevel{20, AudioLevel::Voice::yes}, {}, {}});
    CHECK(sent == with_extension(audio_packet(1), {0xBE, 0xDE, 0, 3,        // Three words.
                                                   0x10, 0x94,              // Level.
                                                   0x40, 'a',               // MID.
                                                   0x22, 0x47, 0x00, 0x00,  // Time.
                                                   0x31, 0xFF, 0xFF, 0}));  // Number, padding.
  }
  SECTION("video with orientation and descriptor") {
    const Bytes descriptor{0x81, 2, 3};
    const auto sent =
        stage.send(MediaKind::video, video_packet(1), ms, {{}, VideoOrientation{90, {}, {}}, descriptor});
    CHECK(sent == with_extension(video_packet(1), {0xBE, 0xDE, 0,    4,     //
                                                   0xD0, 0x01,              // Orientation.
                                                   0xC2, 0x81, 2,    3,     // Descriptor.
                                                   0x41, 'v',  '1',         // MID.
                                                   0x22, 0x47, 0x00, 0x00,  // Time.
                                                   0x31, 0xFF, 0xFF}));     // Number.
  }
  SECTION("all packets of the connection are numbered in one line, which wraps") {
    stage.send(MediaKind::audio, audio_packet(1), ms);
    const auto second = stage.send(MediaKind::video, video_packet(1), ms);
    const auto third = stage.send(MediaKind::audio, audio_packet(2), ms);
    CHECK(*media::test::view_of(*second).extension(ExtensionId{3})->begin() == 0);
    CHECK(media::load_u16(*media::test::view_of(*second).extension(ExtensionId{3}), 0) == 0);
    CHECK(media::load_u16(*media::test::view_of(*third).extension(ExtensionId{3}), 0) == 1);
    const auto transport = stage.peer.statistics().transport;
    REQUIRE(transport.has_value());
    CHECK(transport->sent == 3);
    std::size_t bytes = 0;
    for (const auto& each : stage.output.rtp) {
      bytes += each.bytes.size();
    }
    CHECK(transport->sent_bytes == bytes);
  }
}

TEST_CASE("A descriptor that is too large for the form is left out, and with both forms it is not") {
  ViewerSettings settings = with_extensions();
  const bool both = GENERATE(false, true);
  settings.extension_forms = both ? media::ExtensionForms::both : media::ExtensionForms::one_byte_only;
  ViewerStage stage(settings);
  const Bytes descriptor(30, 0x80);
  const auto sent = stage.send(MediaKind::video, video_packet(1), 0, {{}, {}, descriptor});
  REQUIRE(sent.has_value());
  const auto found = media::test::view_of(*sent).extension(ExtensionId{12});
  CHECK(found.has_value() == both);
  CHECK(stage.peer.statistics().descriptors_left_out == (both ? 0 : 1));
  CHECK(media::test::view_of(*sent).extension(ExtensionId{4}).has_value());
}

TEST_CASE("What is not handed over is counted by its reason") {
  struct Row {
    const char* what;
    Handover answer;
    ViewerDrop reason;
  };
  const auto row = GENERATE(values<Row>({
      {"nobody is there", Handover::no_connection, ViewerDrop::no_connection},
      {"it is refused", Handover::refused, ViewerDrop::refused},
  }));
  INFO(row.what);
  ViewerStage stage;
  stage.output.answer = row.answer;
  stage.send_video(1);
  CHECK(stage.peer.statistics().dropped_for(row.reason) == 1);
  CHECK(stage.peer.statistics().video->original.packets == 0);
  CHECK_FALSE(stage.peer.next_deadline().has_value());
  stage.output.answer = Handover::queued;
  stage.send_video(2);
  CHECK(stage.peer.statistics().video->original.packets == 1);
  CHECK(stage.peer.statistics().video->original.octets == video_packet(2).size() - 12);
}

TEST_CASE("A medium that the viewer does not receive, and what is no packet, are dropped by name") {
  ViewerSettings settings = viewer_settings();
  settings.audio.reset();
  ViewerStage stage(settings);
  CHECK_FALSE(stage.send(MediaKind::audio, audio_packet(1), 0).has_value());
  CHECK(stage.peer.statistics().dropped_for(ViewerDrop::not_negotiated) == 1);
  const Bytes nonsense(11, 0x80);
  stage.peer.send({MediaKind::video, nonsense, {}, {}});
  CHECK(stage.peer.statistics().dropped_for(ViewerDrop::malformed) == 1);
  CHECK(stage.output.rtp.empty());
  CHECK_FALSE(stage.peer.statistics().audio.has_value());
}

TEST_CASE("Every reason has a name of its own") {
  for (std::size_t i = 0; i < kViewerDropCount; ++i) {
    CHECK(to_string(static_cast<ViewerDrop>(i)) != std::string("unknown"));
  }
  for (std::size_t i = 0; i < kViewerRtcpDropCount; ++i) {
    CHECK(to_string(static_cast<ViewerRtcpDrop>(i)) != std::string("unknown"));
  }
}

}  // namespace
}  // namespace baton::transport::direct::test
