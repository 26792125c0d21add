// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/transports/direct/publisher_stage.hpp"

#include <catch2/catch.hpp>

#include "core/media/rtx_stream.hpp"

namespace baton::transport::direct::test {

using media::ExtensionKind;

PublisherSettings publisher_settings() {
  PublisherSettings settings;
  settings.audio = PublisherMediumSettings{
      "0", kOpus, std::nullopt, media::ClockRate{48'000}, std::nullopt, std::nullopt, LossRequests::none};
  settings.video = PublisherMediumSettings{
      "1", kVp8, kVp8Rtx, media::ClockRate{90'000}, std::nullopt, std::nullopt, LossRequests::nack};
  settings.extensions.set(ExtensionKind::mid, kMidId);
  settings.extensions.set(ExtensionKind::transport_sequence, kTransportId);
  settings.extensions.set(ExtensionKind::audio_level, kLevelId);
  settings.extensions.set(ExtensionKind::video_orientation, kOrientationId);
  settings.extensions.set(ExtensionKind::dependency_descriptor, media::ExtensionId{2});
  settings.bandwidth = BandwidthFeedback::transport_wide;
  settings.rtcp_form = media::RtcpForm::reduced_size;
  settings.canonical_name = "baton";
  settings.own_ssrc = kOwnSsrc;
  return settings;
}

Bytes publisher_video(std::uint16_t number, media::test::Frame frame) {
  return media::test::make_rtp(
      {.sequence = number,
       .timestamp = number * 2970U,
       .ssrc = kPublisherVideo.value,
       .payload_type = kVp8.value,
       .marker = media::Marker::set,
       .payload = media::test::make_vp8(frame, media::test::Piece::first, number & 0x7FFFU)});
}

Bytes publisher_rtx(std::uint16_t rtx_number, const Bytes& original) {
  media::RtxStream stream({kPublisherRtx, kVp8Rtx, media::SequenceNumber(rtx_number)});
  Bytes out(original.size() + media::kOriginalSequenceSize);
  REQUIRE(stream.write(media::test::view_of(original), out).ok());
  return out;
}

Bytes publisher_audio(std::uint16_t number) {
  return media::test::make_rtp({.sequence = number,
                                .timestamp = number * 960U,
                                .ssrc = kPublisherAudio.value,
                                .payload_type = kOpus.value,
                                .payload = {1, 2, 3}});
}

Bytes with_elements(Bytes packet, const std::vector<std::pair<media::ExtensionId, Bytes>>& elements) {
  Bytes extension{0xBE, 0xDE, 0, 0};
  for (const auto& [id, data] : elements) {
    extension.push_back(static_cast<std::uint8_t>((id.value << 4U) | (data.size() - 1)));
    extension.insert(extension.end(), data.begin(), data.end());
  }
  extension.resize((extension.size() + 3) / 4 * 4);
  extension[3] = static_cast<std::uint8_t>(extension.size() / 4 - 1);
  packet[0] = static_cast<std::uint8_t>(packet[0] | 0x10U);
  packet.insert(packet.begin() + media::kRtpFixedHeaderSize, extension.begin(), extension.end());
  return packet;
}

PublisherStage::PublisherStage(const PublisherSettings& settings) : peer(settings, output, feed) {
  program->follow(media::SourceId{1}, host, at_ms(0));
  program->add_sink(SinkId{1}, viewer, media::SequenceNumber(0), media::SequenceNumber(0));
  program->start_sink(SinkId{1}, at_ms(0));
}

void PublisherStage::run_to(std::int64_t ms) {
  while (const auto due = peer.next_deadline()) {
    if (*due > at_ms(ms)) {
      return;
    }
    peer.advance(*due);
    REQUIRE(peer.next_deadline() != due);  // Or a worker would turn for ever.
  }
}

}  // namespace baton::transport::direct::test
