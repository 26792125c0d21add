// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/transports/direct/peer_stage.hpp"
#include "tests/transports/fake_peers.hpp"
#include "transports/direct/publisher_peer.hpp"

namespace baton::transport::direct::test {

inline constexpr media::Ssrc kPublisherAudio{0x0A0A0A0A};
inline constexpr media::Ssrc kPublisherVideo{0x0B0B0B0B};
inline constexpr media::Ssrc kPublisherRtx{0x0C0C0C0C};
inline constexpr media::Ssrc kOwnSsrc{1};
inline constexpr media::PayloadType kOpus{63};
inline constexpr media::PayloadType kVp8{102};
inline constexpr media::PayloadType kVp8Rtx{103};

/// As a browser offers: MIDs `0` and `1`, all extensions, retransmission of the video; SSRCs are not told.
[[nodiscard]] PublisherSettings publisher_settings();

/// The ids of publisher_settings().
inline constexpr media::ExtensionId kMidId{4};
inline constexpr media::ExtensionId kTransportId{5};
inline constexpr media::ExtensionId kLevelId{1};
inline constexpr media::ExtensionId kOrientationId{3};

/// Video: a packet for each frame.
[[nodiscard]] Bytes publisher_video(std::uint16_t number,
                                    media::test::Frame frame = media::test::Frame::delta);
/// The same as a retransmission.
[[nodiscard]] Bytes publisher_rtx(std::uint16_t rtx_number, const Bytes& original);
[[nodiscard]] Bytes publisher_audio(std::uint16_t number);
/// With header extensions in the one-byte form.
[[nodiscard]] Bytes with_elements(Bytes packet,
                                  const std::vector<std::pair<media::ExtensionId, Bytes>>& elements);

/// One publisher who is on air, with all that surrounds it.
struct PublisherStage {
  explicit PublisherStage(const PublisherSettings& settings = publisher_settings());

  void incoming(Bytes packet, std::int64_t ms) { peer.incoming_rtp(packet, at_ms(ms)); }
  /// What the worker does up to a time: all that is due, when it is due.
  void run_to(std::int64_t ms);
  /// What a viewer of the program was sent.
  [[nodiscard]] std::vector<transport::test::Received> viewed() const { return viewer->received(); }

  transport::test::FakeWaker waker;
  std::shared_ptr<Program> program = std::make_shared<Program>(transport::test::test_settings(), waker);
  std::shared_ptr<transport::test::FakeHost> host = std::make_shared<transport::test::FakeHost>();
  std::shared_ptr<transport::test::FakeSink> viewer = std::make_shared<transport::test::FakeSink>();
  std::shared_ptr<Feed> feed = std::make_shared<Feed>(media::SourceId{1}, program, host, waker);
  RecordingOutput output;
  PublisherPeer peer;
};

}  // namespace baton::transport::direct::test
