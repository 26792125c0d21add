// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/resend_gate.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/sender_statistics.hpp"
#include "core/media/sent_packet_table.hpp"
#include "core/time.hpp"
#include "transports/direct/batch_sender.hpp"

namespace baton::transport::direct {

/// Why a packet of the program, or the repetition of one, was not handed over. One counter each.
enum class ViewerDrop : std::uint8_t {
  not_negotiated,  ///< Of a medium that the viewer does not receive.
  malformed,       ///< No RTP packet, or too large: should never be.
  rest_of_frame,   ///< The socket was full within this frame: FrameCut.
  no_connection,   ///< Handover::no_connection.
  refused,         ///< Handover::refused.
};
inline constexpr std::size_t kViewerDropCount = 5;
[[nodiscard]] const char* to_string(ViewerDrop reason);

/// What of a viewer's RTCP was not heeded. One counter each.
enum class ViewerRtcpDrop : std::uint8_t {
  malformed,           ///< A whole compound.
  malformed_feedback,  ///< Transport-wide feedback, also of more packets than are ever awaited.
  unknown_source,      ///< It speaks of a stream that this viewer does not receive.
  too_many_lost,       ///< Lost packets beyond what one compound may ask for.
  rtx_not_negotiated,  ///< A lost packet that cannot be repeated.
  nothing_to_repeat,   ///< A lost packet that was padding.
};
inline constexpr std::size_t kViewerRtcpDropCount = 6;
[[nodiscard]] const char* to_string(ViewerRtcpDrop reason);

/// What was sent under one SSRC.
struct SentStreamStatistics {
  media::Ssrc ssrc;
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;  ///< Of payload.
  std::optional<media::Reported> reported;
};

struct ViewerMediumStatistics {
  SentStreamStatistics original;
  std::optional<SentStreamStatistics> repeated;  ///< When retransmission was negotiated.
  media::ResendCounters resends;
};

/// All that can be said of one viewer: a plain value, for any thread to be given a copy of.
struct ViewerStatistics {
  std::optional<ViewerMediumStatistics> audio;
  std::optional<ViewerMediumStatistics> video;
  std::optional<core::Duration> round_trip;
  std::optional<core::Duration> playout_delay;          ///< The least that it is asked for: RepairDelay.
  std::optional<media::BitrateEstimate> estimate;       ///< The viewer's own (REMB).
  std::optional<media::TransportStatistics> transport;  ///< When transport-wide feedback was negotiated.
  std::array<std::uint64_t, kViewerDropCount> dropped{};
  std::array<std::uint64_t, kViewerRtcpDropCount> rtcp_dropped{};
  std::array<std::uint64_t, kUnsentReasonCount> unsent{};  ///< Datagrams that the socket did not take.
  std::uint64_t frames_cut = 0;
  std::uint64_t descriptors_left_out = 0;  ///< Too large for the form that was negotiated.
  std::uint64_t compounds = 0;             ///< RTCP that came and was understood.
  std::uint64_t keyframe_requests = 0;     ///< PLI and FIR for the video.
  std::uint64_t goodbyes = 0;              ///< BYE.
  std::uint64_t reports_sent = 0;

  [[nodiscard]] std::uint64_t dropped_for(ViewerDrop reason) const {
    return dropped[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] std::uint64_t dropped_for(ViewerRtcpDrop reason) const {
    return rtcp_dropped[static_cast<std::size_t>(reason)];
  }
};

}  // namespace baton::transport::direct
