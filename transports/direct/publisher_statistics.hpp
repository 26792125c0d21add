// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/nack_generator.hpp"
#include "core/media/packet_arrivals.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"
#include "transports/direct/batch_sender.hpp"
#include "transports/direct/stream_demultiplexer.hpp"

namespace baton::transport::direct {

/// Why a packet of a publisher did not reach its feed, besides StreamRefusal. One counter each.
enum class PublisherDrop : std::uint8_t {
  malformed,         ///< No RTP packet.
  probe,             ///< A retransmission of nothing: padding that probes the bandwidth.
  unknown_original,  ///< A retransmission, and the stream that it repeats is not known.
  malformed_rtcp,    ///< A whole compound.
  unknown_source,    ///< RTCP of a stream that there is not.
};
inline constexpr std::size_t kPublisherDropCount = 5;
[[nodiscard]] const char* to_string(PublisherDrop reason);

/// What a publisher's SR said: the pair of times that synchronises its media (RFC 3550 §6.4.1).
struct ReceivedReport {
  media::SenderReport report;
  core::Instant at;
};

/// What came under one SSRC.
struct ReceivedStreamStatistics {
  media::Ssrc ssrc;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;   ///< Whole packets.
  std::int64_t lost = 0;     ///< Never came, as far as one can tell now.
  std::uint32_t jitter = 0;  ///< In ticks of the stream's clock.
  std::uint64_t restarts = 0;
  media::NackCounters nack;  ///< Zero where nothing is asked for again.
  std::optional<ReceivedReport> last_report;
};

/// All that can be said of one publisher: a plain value, for any thread to be given a copy of.
struct PublisherStatistics {
  std::array<std::optional<ReceivedStreamStatistics>, kStreamPlaces> streams;  ///< By StreamPlace::index().
  std::array<std::uint64_t, kStreamRefusalCount> refused{};
  std::array<std::uint64_t, kPublisherDropCount> dropped{};
  std::array<std::uint64_t, kUnsentReasonCount> unsent{};
  media::ArrivalCounters arrivals;
  std::uint64_t recovered = 0;  ///< Originals that were restored from retransmissions.
  std::uint64_t compounds = 0;  ///< RTCP that came and was understood.
  std::uint64_t goodbyes = 0;   ///< BYE, of each stream.
  std::uint64_t rtcp_sent = 0;
  std::uint64_t rtcp_not_sent = 0;        ///< There was no connection, or it was refused.
  std::uint64_t keyframes_requested = 0;  ///< PLI.

  [[nodiscard]] const std::optional<ReceivedStreamStatistics>& of(StreamPlace place) const {
    return streams[place.index()];
  }
  [[nodiscard]] std::uint64_t refused_for(StreamRefusal reason) const {
    return refused[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] std::uint64_t dropped_for(PublisherDrop reason) const {
    return dropped[static_cast<std::size_t>(reason)];
  }
};

}  // namespace baton::transport::direct
