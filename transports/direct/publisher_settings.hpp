// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/media/byte_budget.hpp"
#include "core/media/extension_map.hpp"
#include "core/media/media_clock.hpp"
#include "core/media/nack_generator.hpp"
#include "core/media/packet_arrivals.hpp"
#include "core/media/rtcp_writer.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/video_codec.hpp"
#include "core/time.hpp"

namespace baton::transport::direct {

/// Whether lost packets of a medium are asked for again (`a=rtcp-fb:... nack`).
enum class LossRequests : std::uint8_t { none, nack };

/// One medium of a publisher, as it was negotiated.
struct PublisherMediumSettings {
  std::string mid;
  media::PayloadType payload_type;
  std::optional<media::PayloadType> rtx_payload_type;  ///< RFC 4588 (`apt`).
  media::ClockRate clock_rate;
  /// `a=ssrc` and `a=ssrc-group:FID`, where the publisher gives them; else they are learned.
  std::optional<media::Ssrc> ssrc;
  std::optional<media::Ssrc> rtx_ssrc;
  LossRequests loss_requests = LossRequests::none;
};

/// How a publisher's encoder learns how much it may send. With none it soon sends next to nothing.
enum class BandwidthFeedback : std::uint8_t {
  none,
  transport_wide,     ///< Each packet's arrival: the publisher estimates.
  receiver_estimate,  ///< REMB with a fixed maximum, for those who do not do transport-wide feedback.
};

/// One publisher.
struct PublisherSettings {
  std::optional<PublisherMediumSettings> audio;
  std::optional<PublisherMediumSettings> video;
  media::VideoCodec video_codec = media::VideoCodec::vp8;
  /// Of all media: in a bundle an id means the same everywhere (RFC 8843 §10).
  media::ExtensionMap extensions;
  BandwidthFeedback bandwidth = BandwidthFeedback::none;
  media::BitRate max_bitrate{2'500'000};  ///< For REMB.
  media::RtcpForm rtcp_form = media::RtcpForm::compound;
  media::NackPolicy nack;
  /// Two requests of ours for a key frame, because of losses, are this far apart at least.
  core::Duration keyframe_interval = std::chrono::seconds(1);
  core::Duration report_interval = std::chrono::seconds(1);
  core::Duration feedback_interval = media::PacketArrivals::kInterval;
  std::string canonical_name;  ///< CNAME (RFC 3550 §6.5.1), at most 255 bytes.
  // Drawn by the caller.
  media::Ssrc own_ssrc;  ///< Who reports.
  std::uint64_t report_seed = 0;
};

}  // namespace baton::transport::direct
