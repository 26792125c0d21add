// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/sent_stream.hpp"

namespace baton::transport::direct {
namespace {

SentStreamStatistics describe(const media::SenderStatistics& stream) {
  return {.ssrc = stream.ssrc(),
          .packets = stream.packets(),
          .octets = stream.octets(),
          .reported = stream.last_report()};
}

}  // namespace

SentStream::SentStream(const ViewerMediumSettings& settings, const media::ResendLimits& limits)
    : extensions_(settings.extensions), mid_(settings.mid), original_(settings.ssrc) {
  if (settings.rtx) {
    repeats_.emplace(Repeats{media::ResendGate(limits), media::RtxStream(*settings.rtx),
                             media::SenderStatistics(settings.rtx->ssrc)});
  }
}

media::ByteView SentStream::mid() const {
  return {reinterpret_cast<const std::uint8_t*>(mid_.data()), mid_.size()};
}

media::ResendVerdict SentStream::judge(media::SequenceNumber number, const media::ResendSource& source,
                                       std::optional<core::Duration> round_trip, core::Instant now) {
  return repeats_->gate.judge(number, numbers_, source, round_trip, now);
}

std::optional<media::RtpPacketView> SentStream::write_repetition(const media::RtpPacketView& packet,
                                                                 media::ByteSpan out) {
  const auto written = repeats_->stream.write(packet, out);
  if (!written) {
    return std::nullopt;
  }
  return *media::RtpPacketView::parse(*written);
}

SentStream::Concern SentStream::reported(const media::ReportBlock& block, const media::WallClock& wall,
                                         core::Instant now) {
  if (block.source == original_.ssrc()) {
    original_.reported(block, wall, now);
    return Concern::original;
  }
  if (repeats_ && block.source == repeats_->statistics.ssrc()) {
    repeats_->statistics.reported(block, wall, now);
    return Concern::repetitions;
  }
  return Concern::another_stream;
}

std::optional<core::Duration> SentStream::round_trip() const {
  const auto round_trip = original_.round_trip();
  return round_trip || !repeats_ ? round_trip : repeats_->statistics.round_trip();
}

std::optional<media::RtcpWriteError> SentStream::write_reports(media::RtcpWriter& writer,
                                                               const std::string& name,
                                                               const media::WallClock& wall,
                                                               media::RtpTimestamp media_now,
                                                               core::Instant now) const {
  const auto write = [&](const media::SenderStatistics& stream) -> std::optional<media::RtcpWriteError> {
    const auto report = stream.report(wall, media_now, now);
    if (!report) {
      return std::nullopt;
    }
    if (const auto refused = writer.sender_report(*report)) {
      return refused;
    }
    return writer.canonical_name(stream.ssrc(), name);
  };
  const auto refused = write(original_);
  return refused || !repeats_ ? refused : write(repeats_->statistics);
}

ViewerMediumStatistics SentStream::statistics() const {
  ViewerMediumStatistics statistics;
  statistics.original = describe(original_);
  if (repeats_) {
    statistics.repeated = describe(repeats_->statistics);
    statistics.resends = repeats_->gate.counters();
  }
  return statistics;
}

}  // namespace baton::transport::direct
