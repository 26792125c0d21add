// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/keyframe_throttle.hpp"
#include "core/media/packet_arrivals.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/rtcp_writer.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/time.hpp"
#include "transports/direct/packet_output.hpp"
#include "transports/direct/publisher_settings.hpp"
#include "transports/direct/publisher_statistics.hpp"
#include "transports/direct/received_stream.hpp"
#include "transports/direct/report_schedule.hpp"
#include "transports/direct/stream_demultiplexer.hpp"
#include "transports/feed.hpp"

namespace baton::transport::direct {

/// The media of one publisher: what it sends goes to its feed, and it is told what came, what is missing, and
/// how much it may send.
///
/// The publisher's own clock (ReceivedStreamStatistics::last_report) is kept for statistics only: sound and
/// picture of a program are in step as far as they arrive in step, as they are behind the gateway.
///
/// Allocates at construction only; one thread.
class PublisherPeer {
public:
  /// `output` must outlive this object.
  PublisherPeer(const PublisherSettings& settings, PacketOutput& output, std::shared_ptr<Feed> feed);

  /// A decrypted packet; it is changed in place.
  void incoming_rtp(media::ByteSpan packet, core::Instant now);
  /// One decrypted compound.
  void incoming_rtcp(media::ByteView compound, core::Instant now);

  /// Asks for a key frame (PLI, RFC 4585 §6.3.1) now, or with the first packet that tells of whom. Whoever
  /// calls has a throttle. May be called out of incoming_rtp.
  void request_keyframe(core::Instant now);
  /// RTCP to this publisher was not sent.
  void on_unsent(std::size_t datagrams, UnsentReason reason) {
    counters_.unsent[static_cast<std::size_t>(reason)] += datagrams;
  }

  /// When `advance` has something to do.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const;
  void advance(core::Instant now);

  [[nodiscard]] PublisherStatistics statistics() const;

private:
  void drop(PublisherDrop reason) { ++counters_.dropped[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] const std::optional<PublisherMediumSettings>& medium(MediaKind kind) const {
    return kind == MediaKind::audio ? settings_.audio : settings_.video;
  }
  void note_arrival(const media::RtpPacketView& packet, core::Instant now);
  void begin(StreamPlace place, media::Ssrc ssrc, core::Instant now);
  void restore(MediaKind kind, const media::MutableRtpPacket& packet, core::Instant now);
  void deliver(MediaKind kind, const media::RtpPacketView& packet, media::Delivery delivery,
               core::Instant now);
  void look_for_keyframe(const media::RtpPacketView& packet, media::ByteView descriptor);
  void wish_for_keyframe(core::Instant now);

  [[nodiscard]] bool has_something_to_say(core::Instant now) const;
  void speak(core::Instant now);
  void speak_once(core::Instant now);
  // Each writes what is due, if there is room; what does not fit stays due.
  void write_report(media::RtcpWriter& writer, ReportSchedule::Report report, core::Instant now);
  void write_loss_requests(media::RtcpWriter& writer, core::Instant now);
  void write_keyframe_request(media::RtcpWriter& writer);
  void write_arrivals(media::RtcpWriter& writer, core::Instant now);
  void write_estimate(media::RtcpWriter& writer);
  [[nodiscard]] std::optional<media::Ssrc> original(MediaKind kind) const {
    return demultiplexer_.ssrc_of({kind, StreamRole::original});
  }

  const PublisherSettings settings_;
  PacketOutput& output_;
  const std::shared_ptr<Feed> feed_;
  StreamDemultiplexer demultiplexer_;
  std::array<std::optional<ReceivedStream>, kStreamPlaces> streams_;
  std::unique_ptr<media::PacketArrivals> arrivals_;  // With transport-wide feedback.
  std::optional<core::Instant> arrivals_due_;
  ReportSchedule reports_;
  media::KeyframeThrottle keyframe_throttle_;
  std::optional<core::Instant> keyframe_wanted_at_;  // Until it is asked for.
  PublisherStatistics counters_;                     // Only what is counted here; statistics() adds the rest.
};

}  // namespace baton::transport::direct
