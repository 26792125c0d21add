// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/transports/direct/peer_stage.hpp"

#include <catch2/catch.hpp>

#include "core/media/frame_info.hpp"
#include "core/media/media_clock.hpp"
#include "core/media/program_packet.hpp"

namespace baton::transport::direct::test {

Handover RecordingOutput::send_rtp(media::ByteView header, media::ByteView payload, core::Instant now) {
  if (answer == Handover::queued) {
    Bytes bytes(header.begin(), header.end());
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    rtp.push_back({std::move(bytes), now, payload.data()});
  }
  return answer;
}

Handover RecordingOutput::send_rtcp(media::ByteView packet, core::Instant now) {
  if (answer == Handover::queued) {
    rtcp.push_back({Bytes(packet.begin(), packet.end()), now});
  }
  return answer;
}

KeptProgram::KeptProgram(media::VideoCodec codec, const media::PacketHistoryLimits& limits)
    : codec_(codec), audio_(limits), video_(limits) {}

void KeptProgram::send(const OutgoingPacket& packet) {
  Bytes bytes(packet.bytes.begin(), packet.bytes.end());
  auto copy = *media::MutableRtpPacket::parse(bytes);
  REQUIRE(packet.sent.shift == media::CounterShift{});
  REQUIRE_FALSE(packet.sent.timestamp.has_value());
  copy.set_sequence_number(packet.sent.program.wire());
  media::ProgramPacket program;
  program.sequence = packet.sent.program;
  if (packet.kind == MediaKind::video) {
    const auto frame = media::inspect(codec_, copy.view().payload(), copy.view().marker(),
                                      packet.extensions.dependency_descriptor);
    if (frame) {
      program.counters = {frame->picture_id, frame->tl0_pic_idx, frame->frame_number};
    }
  }
  Medium& medium = packet.kind == MediaKind::audio ? audio_ : video_;
  medium.history.store(program, store_.add(bytes, packet.extensions.dependency_descriptor)->packet, now_);
  if (!medium.newest || copy.view().timestamp().is_newer_than(*medium.newest)) {
    medium.newest = copy.view().timestamp();
    medium.newest_at = now_;
  }
}

const media::ResendSource& KeptProgram::kept(MediaKind kind) const {
  return kind == MediaKind::audio ? audio_ : video_;
}

std::optional<media::RtpTimestamp> KeptProgram::time(MediaKind kind, core::Instant now) const {
  const Medium& medium = kind == MediaKind::audio ? audio_ : video_;
  if (!medium.newest) {
    return std::nullopt;
  }
  const media::ClockRate rate{kind == MediaKind::audio ? 48'000U : 90'000U};
  return medium.newest->plus(media::ticks_of_silence(rate, now - medium.newest_at));
}

ViewerSettings viewer_settings() {
  ViewerSettings settings;
  settings.audio = ViewerMediumSettings{kAudioSsrc, std::nullopt, "", {}};
  settings.video = ViewerMediumSettings{
      kVideoSsrc, media::RtxIdentity{kRtxSsrc, kRtxPayloadType, media::SequenceNumber(9)}, "", {}};
  settings.canonical_name = "baton";
  return settings;
}

ViewerStage::ViewerStage(const ViewerSettings& settings, BandwidthObserver* bandwidth)
    : peer(settings, {output, *program, listener, turn, kWall, bandwidth}) {}

std::optional<Bytes> ViewerStage::send(MediaKind kind, const Bytes& bytes, std::int64_t ms,
                                       const PacketExtensions& extensions) {
  turn.now = at_ms(ms);
  program->set_time(at_ms(ms));
  const std::int64_t number = media::test::view_of(bytes).sequence_number().value();
  // In the program its number is another: the viewer came later.
  const OutgoingPacket packet{kind, bytes, extensions, {media::ExtendedSequence{number + 70'000}, {}, {}}};
  program->send(packet);
  const std::size_t before = output.rtp.size();
  peer.send(packet);
  return output.rtp.size() == before ? std::nullopt : std::optional(output.rtp.back().bytes);
}

std::optional<Bytes> ViewerStage::send_video(std::uint16_t number, const PacketExtensions& extensions) {
  return send(MediaKind::video, video_packet(number), number * std::int64_t{33}, extensions);
}

Bytes video_packet(std::uint16_t number, media::test::Frame frame, std::size_t size) {
  Bytes bytes = media::test::make_rtp(
      {.sequence = number,
       .timestamp = number * 2970U,
       .ssrc = kVideoSsrc.value,
       .payload_type = kVideoPayloadType.value,
       .marker = media::Marker::set,
       .payload = media::test::make_vp8(frame, media::test::Piece::first, number & 0x7FFFU,
                                        static_cast<std::uint8_t>(number & 0xFFU))});
  if (size > bytes.size()) {
    bytes.resize(size, 0x5A);
  }
  return bytes;
}

Bytes nack(media::Ssrc source, const std::vector<std::uint16_t>& numbers) {
  const std::vector<media::SequenceNumber> lost(numbers.begin(), numbers.end());
  return rtcp([&](media::RtcpWriter& writer) {
    REQUIRE_FALSE(writer.generic_nack(media::Ssrc{1}, source, lost).has_value());
  });
}

Bytes receiver_report(const media::ReportBlock& block) {
  return rtcp([&](media::RtcpWriter& writer) {
    REQUIRE_FALSE(writer.receiver_report(media::Ssrc{1}, {&block, 1}).has_value());
  });
}

}  // namespace baton::transport::direct::test
