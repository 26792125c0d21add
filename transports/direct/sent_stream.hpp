// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/media/bytes.hpp"
#include "core/media/extension_set.hpp"
#include "core/media/resend_gate.hpp"
#include "core/media/rtcp_writer.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/rtx_stream.hpp"
#include "core/media/sender_statistics.hpp"
#include "core/media/sent_numbers.hpp"
#include "core/time.hpp"
#include "transports/direct/viewer_settings.hpp"
#include "transports/direct/viewer_statistics.hpp"

namespace baton::transport::direct {

/// One medium of a program as one viewer is sent it: which packets went out under which numbers, what is
/// repeated of them, and what the viewer says of both.
///
/// Fixed memory but for the name; one thread.
class SentStream {
public:
  SentStream(const ViewerMediumSettings& settings, const media::ResendLimits& limits);

  [[nodiscard]] media::Ssrc ssrc() const { return original_.ssrc(); }
  [[nodiscard]] const media::ExtensionMap& extensions() const { return extensions_; }
  /// As the bytes of its header extension; empty for none.
  [[nodiscard]] media::ByteView mid() const;
  /// Whether anything has been sent.
  [[nodiscard]] bool has_begun() const { return original_.packets() > 0; }

  /// A packet has its number, whether it leaves or not: what does not is found by it when it is missed.
  void numbered(media::SequenceNumber number, const media::SentAs& as) { numbers_.sent(number, as); }
  /// It was handed over.
  void sent(const media::RtpPacketView& packet) { original_.sent(packet); }

  [[nodiscard]] bool can_repeat() const { return repeats_.has_value(); }
  // Only where it can.
  media::ResendVerdict judge(media::SequenceNumber number, const media::ResendSource& source,
                             std::optional<core::Duration> round_trip, core::Instant now);
  /// Writes a repetition of a packet that is complete and has a payload; nothing when there is no room.
  [[nodiscard]] std::optional<media::RtpPacketView> write_repetition(const media::RtpPacketView& packet,
                                                                     media::ByteSpan out);
  void repeated(const media::RtpPacketView& repetition) { repeats_->statistics.sent(repetition); }

  enum class Concern : std::uint8_t { original, repetitions, another_stream };
  /// A report block came.
  Concern reported(const media::ReportBlock& block, const media::WallClock& wall, core::Instant now);
  [[nodiscard]] std::optional<core::Duration> round_trip() const;

  /// Writes a sender report and the name for each SSRC that has sent anything. An error means that the
  /// buffer has no room for more.
  [[nodiscard]] std::optional<media::RtcpWriteError> write_reports(media::RtcpWriter& writer,
                                                                   const std::string& name,
                                                                   const media::WallClock& wall,
                                                                   media::RtpTimestamp media_now,
                                                                   core::Instant now) const;

  [[nodiscard]] ViewerMediumStatistics statistics() const;

private:
  struct Repeats {
    media::ResendGate gate;
    media::RtxStream stream;
    media::SenderStatistics statistics;
  };

  media::ExtensionMap extensions_;
  std::string mid_;
  media::SentNumbers numbers_;
  media::SenderStatistics original_;
  std::optional<Repeats> repeats_;
};

}  // namespace baton::transport::direct
