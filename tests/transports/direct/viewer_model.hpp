// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "core/media/nack_generator.hpp"
#include "core/media/receiver_statistics.hpp"
#include "tests/transports/direct/lossy_link.hpp"

namespace baton::transport::direct::test {

/// The id by which a viewer of the simulation knows the playout delay.
inline constexpr media::ExtensionId kPlayoutDelayId{12};

/// What a browser does that watches one video of VP8: it asks for what it lost, reports, and asks for a key
/// frame as long as it has seen none begin.
class ViewerModel {
public:
  explicit ViewerModel(LossyLink& to_server) : to_server_(to_server) {}

  void incoming(LossyLink::Protocol protocol, Bytes bytes, core::Instant now);
  void advance(core::Instant now);

  /// Every original packet that came, by its unwrapped number.
  [[nodiscard]] const std::map<std::int64_t, Bytes>& received() const { return received_; }
  /// The first packet of the first key frame that came.
  [[nodiscard]] std::optional<std::int64_t> first_keyframe() const { return first_keyframe_; }
  [[nodiscard]] std::size_t restored() const { return restored_; }
  [[nodiscard]] std::size_t duplicates() const { return duplicates_; }
  /// What was last asked for by the playout delay that viewers hear of; nothing until then.
  [[nodiscard]] std::optional<core::Duration> playout_delay() const { return playout_delay_; }
  /// Repetitions that came after their frame should have been shown, since a playout delay was asked for.
  [[nodiscard]] std::size_t too_late() const { return too_late_; }

private:
  void take(const media::RtpPacketView& packet, media::Delivery delivery, core::Instant now);
  void time(const media::RtpPacketView& packet, media::Delivery delivery, core::Instant now);
  void say(const Bytes& packet, core::Instant now) {
    to_server_.send(LossyLink::Protocol::rtcp, packet, now);
  }

  LossyLink& to_server_;
  media::NackGenerator nack_;
  media::ReceiverStatistics statistics_{kVideoSsrc, media::ClockRate{90'000}};
  media::SerialUnwrapper<media::SequenceNumber> numbers_;
  media::SerialUnwrapper<media::RtpTimestamp> timestamps_;
  std::map<std::int64_t, Bytes> received_;
  std::optional<std::int64_t> first_keyframe_;
  std::size_t restored_ = 0;
  std::size_t duplicates_ = 0;
  std::size_t too_late_ = 0;
  std::optional<core::Duration> playout_delay_;
  std::optional<core::Duration> way_;  // From a timestamp of the media to the arrival of its packet.
  std::optional<core::Instant> report_due_;
  std::optional<core::Instant> keyframe_request_due_;
};

}  // namespace baton::transport::direct::test
