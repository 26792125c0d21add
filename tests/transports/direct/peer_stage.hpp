// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/media/ntp_time.hpp"
#include "core/media/packet_history.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/rtcp_writer.hpp"
#include "core/media/video_codec.hpp"
#include "tests/media/media_builders.hpp"
#include "transports/direct/packet_output.hpp"
#include "transports/direct/viewed_program.hpp"
#include "transports/direct/viewer_peer.hpp"
#include "transports/media_sink.hpp"

/// What surrounds the peers of a worker in tests: the way out, the program that is watched, and who listens.
namespace baton::transport::direct::test {

using media::test::at_ms;
using media::test::Bytes;

inline constexpr media::Ssrc kAudioSsrc{0xA0A0A0A0};
inline constexpr media::Ssrc kVideoSsrc{0xB0B0B0B0};
inline constexpr media::Ssrc kRtxSsrc{0xB1B1B1B1};
inline constexpr media::PayloadType kVideoPayloadType{96};
inline constexpr media::PayloadType kRtxPayloadType{97};
/// The wall clock shows this at at_ms(0): 2,000 s after 1900, and a quarter.
inline constexpr media::WallClock kWall{core::Instant{}, media::NtpTime{(2000ULL << 32U) | 0x40000000U}};

/// Keeps what goes out.
class RecordingOutput final : public PacketOutput {
public:
  Handover send_rtp(media::ByteView header, media::ByteView payload, core::Instant now) override;
  Handover send_rtcp(media::ByteView packet, core::Instant now) override;

  struct Sent {
    Bytes bytes;
    core::Instant at;
    const std::uint8_t* payload = nullptr;  ///< Where the payload stood.
  };
  std::vector<Sent> rtp;
  std::vector<Sent> rtcp;
  Handover answer = Handover::queued;
};

/// A viewer of the program from the beginning, who keeps all that it is sent, as the program has it.
class KeptProgram final : public MediaSink, public ViewedProgram {
public:
  explicit KeptProgram(media::VideoCodec codec = media::VideoCodec::vp8,
                       const media::PacketHistoryLimits& limits = {65'536, std::size_t{64} << 20U,
                                                                   std::chrono::hours(1)});

  // For the program.
  void send(const OutgoingPacket& packet) override;
  void set_time(core::Instant now) { now_ = now; }

  // For the viewers.
  [[nodiscard]] const media::ResendSource& kept(MediaKind kind) const override;
  [[nodiscard]] std::optional<media::RtpTimestamp> time(MediaKind kind, core::Instant now) const override;

private:
  struct Medium final : media::ResendSource {
    explicit Medium(const media::PacketHistoryLimits& limits) : history(limits) {}
    [[nodiscard]] std::optional<media::StoredPacket> find(media::ExtendedSequence sequence,
                                                          core::Instant now) const override {
      return history.find(sequence, now);
    }
    media::PacketHistory history;
    std::optional<media::RtpTimestamp> newest;
    core::Instant newest_at{};
  };

  media::VideoCodec codec_;
  core::Instant now_{};
  media::PacketStore store_;
  Medium audio_;
  Medium video_;
};

/// Counts what a viewer says.
class RecordingViewerListener final : public ViewerListener {
public:
  void on_viewer_reported(const media::ReportBlock& report, core::Instant /*now*/) override {
    reports.push_back(report);
  }
  void on_keyframe_needed(core::Instant now) override { keyframes_needed.push_back(now); }

  std::vector<media::ReportBlock> reports;
  std::vector<core::Instant> keyframes_needed;
};

/// A viewer of video with retransmission and of audio, without any header extension.
[[nodiscard]] ViewerSettings viewer_settings();

/// One viewer with all that surrounds it.
struct ViewerStage {
  explicit ViewerStage(const ViewerSettings& settings = viewer_settings(),
                       BandwidthObserver* bandwidth = nullptr);

  /// A packet of the program, both to those who keep it and to the viewer. Answers with what went out.
  std::optional<Bytes> send(MediaKind kind, const Bytes& bytes, std::int64_t ms,
                            const PacketExtensions& extensions = {});
  /// The `number`th packet of a video of one packet a frame, 33 ms each.
  std::optional<Bytes> send_video(std::uint16_t number, const PacketExtensions& extensions = {});
  void incoming(const Bytes& compound, std::int64_t ms) { peer.incoming_rtcp(compound, at_ms(ms)); }

  RecordingOutput output;
  std::shared_ptr<KeptProgram> program = std::make_shared<KeptProgram>();
  RecordingViewerListener listener;
  TurnTime turn;
  ViewerPeer peer;
};

/// One packet of VP8 of the program, with the program's names.
[[nodiscard]] Bytes video_packet(std::uint16_t number, media::test::Frame frame = media::test::Frame::delta,
                                 std::size_t size = 0);

/// RTCP of a viewer: what `write` writes, reduced in size.
template <typename Write>
[[nodiscard]] Bytes rtcp(Write&& write) {
  Bytes buffer(2000);
  media::RtcpWriter writer(buffer, media::RtcpForm::reduced_size);
  write(writer);
  const auto packet = *writer.finish();
  return {packet.begin(), packet.end()};
}
[[nodiscard]] Bytes nack(media::Ssrc source, const std::vector<std::uint16_t>& numbers);
[[nodiscard]] Bytes receiver_report(const media::ReportBlock& block);

}  // namespace baton::transport::direct::test
