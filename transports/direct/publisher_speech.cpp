// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <span>

#include "transports/direct/publisher_peer.hpp"

/// What a publisher is told: the RTCP that PublisherPeer writes.
namespace baton::transport::direct {
namespace {

/// What every path takes, SRTCP's overhead and the headers of IP and UDP included.
constexpr std::size_t kMaxRtcpBytes = 1200;
/// The report with its blocks, the longest name, and the estimate for two streams.
constexpr std::size_t kMaxReportBytes = (8 + kStreamPlaces * media::rtcp::kReportBlockSize) + 268 + 28;
/// Requests count as made when their numbers are taken, so they must fit. Only originals are asked for, one
/// for each medium; at worst no two numbers share an entry.
constexpr std::size_t kMaxRequestBytes = 2 * (media::rtcp::kHeaderSize + media::rtcp::kFeedbackHeadSize +
                                              ReceivedStream::kMaxPerRequest * media::rtcp::kNackEntrySize);
static_assert(kMaxReportBytes + kMaxRequestBytes <= kMaxRtcpBytes);
/// In one go: all that a full NackGenerator may have due, and more. What is left is due at once again.
constexpr int kMaxPacketsAtOnce = 10;

}  // namespace

bool PublisherPeer::has_something_to_say(core::Instant now) const {
  const auto is_due = [now](std::optional<core::Instant> due) { return due && *due <= now; };
  return is_due(reports_.due()) || is_due(arrivals_due_) ||
         (keyframe_wanted_at_ && original(MediaKind::video)) ||
         std::ranges::any_of(streams_,
                             [&](const auto& stream) { return stream && is_due(stream->next_request()); });
}

void PublisherPeer::speak(core::Instant now) {
  for (int packets = 0; packets < kMaxPacketsAtOnce && has_something_to_say(now); ++packets) {
    speak_once(now);
  }
}

void PublisherPeer::speak_once(core::Instant now) {
  std::array<std::uint8_t, kMaxRtcpBytes> buffer;
  media::RtcpWriter writer(buffer, settings_.rtcp_form);
  const auto report = reports_.take(now);
  if (report == ReportSchedule::Report::now || settings_.rtcp_form == media::RtcpForm::compound) {
    write_report(writer, report, now);
  }
  write_loss_requests(writer, now);
  write_keyframe_request(writer);
  write_arrivals(writer, now);
  const auto packet = writer.finish();
  if (!packet) {
    return;  // All that was due has been given up.
  }
  if (output_.send_rtcp(*packet, now) == Handover::queued) {
    ++counters_.rtcp_sent;
  } else {
    ++counters_.rtcp_not_sent;
  }
}

void PublisherPeer::write_report(media::RtcpWriter& writer, ReportSchedule::Report report,
                                 core::Instant now) {
  std::array<media::ReportBlock, kStreamPlaces> blocks;
  std::size_t count = 0;
  if (report == ReportSchedule::Report::now) {
    for (auto& stream : streams_) {
      if (const auto block = stream ? stream->take_block(now) : std::nullopt) {
        blocks[count++] = *block;
      }
    }
  }
  // The buffer is empty, and has room for both.
  static_cast<void>(writer.receiver_report(settings_.own_ssrc, std::span(blocks).first(count)));
  static_cast<void>(writer.canonical_name(settings_.own_ssrc, settings_.canonical_name));
  if (report == ReportSchedule::Report::now && settings_.bandwidth == BandwidthFeedback::receiver_estimate) {
    write_estimate(writer);
  }
}

void PublisherPeer::write_estimate(media::RtcpWriter& writer) {
  std::array<media::Ssrc, 2> sources;
  std::size_t count = 0;
  for (const MediaKind kind : {MediaKind::audio, MediaKind::video}) {
    if (const auto ssrc = original(kind)) {
      sources[count++] = *ssrc;
    }
  }
  static_cast<void>(writer.bitrate_estimate(settings_.own_ssrc, {settings_.max_bitrate.bits_per_second},
                                            std::span(sources).first(count)));
}

void PublisherPeer::write_loss_requests(media::RtcpWriter& writer, core::Instant now) {
  for (auto& stream : streams_) {
    if (!stream) {
      continue;
    }
    static_cast<void>(stream->write_request(writer, settings_.own_ssrc, now));
    if (stream->take_keyframe_wish() && stream->ssrc() == original(MediaKind::video)) {
      wish_for_keyframe(now);
    }
  }
}

void PublisherPeer::write_keyframe_request(media::RtcpWriter& writer) {
  const auto video = original(MediaKind::video);
  if (keyframe_wanted_at_ && video && !writer.picture_loss_indication(settings_.own_ssrc, *video)) {
    keyframe_wanted_at_.reset();
    ++counters_.keyframes_requested;
  }
}

void PublisherPeer::write_arrivals(media::RtcpWriter& writer, core::Instant now) {
  if (!arrivals_due_ || *arrivals_due_ > now) {
    return;
  }
  const auto video = original(MediaKind::video);
  const auto source = video ? video : original(MediaKind::audio);
  const auto refused = arrivals_->write(writer, settings_.own_ssrc, source.value_or(media::Ssrc{}));
  if (refused == media::RtcpWriteError::buffer_too_small) {
    return;  // The next packet has room.
  }
  if (!arrivals_->has_news()) {
    arrivals_due_.reset();
  }
}

}  // namespace baton::transport::direct
