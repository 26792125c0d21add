// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/receiver_statistics.hpp"

#include <algorithm>
#include <limits>

namespace baton::media {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

// RTP ticks since the clock's epoch; only differences mean something. Seconds apart, so that it fits.
RtpTimestamp ticks_at(core::Instant when, ClockRate rate) {
  const std::int64_t microseconds = when.time_since_epoch().count();
  const std::int64_t seconds = microseconds / kMicrosecondsPerSecond;
  const std::int64_t rest = microseconds % kMicrosecondsPerSecond;
  const auto hertz = static_cast<std::int64_t>(rate.hertz);
  return RtpTimestamp::wrap(seconds * hertz + rest * hertz / kMicrosecondsPerSecond);
}

}  // namespace

void ReceiverStatistics::begin(std::int64_t number) {
  first_ = number;
  received_ = 0;
  expected_before_ = 0;
  received_before_ = 0;
  transit_.reset();
}

void ReceiverStatistics::received(const RtpPacketView& packet, Delivery delivery, core::Instant now) {
  ++packets_;
  bytes_ += packet.bytes().size();
  const auto [step, number] = numbers_.track(packet.sequence_number());
  switch (step) {
    case StreamStep::outside:
      return;
    case StreamStep::restart:
      ++restarts_;
      begin(number);
      break;
    case StreamStep::first:
      begin(number);
      break;
    case StreamStep::newer:
    case StreamStep::late:
      break;
  }
  first_ = std::min(first_, number);
  ++received_;
  if (delivery == Delivery::original) {
    note_transit(packet.timestamp(), now);
  }
}

void ReceiverStatistics::note_transit(RtpTimestamp timestamp, core::Instant now) {
  const RtpTimestamp transit =
      RtpTimestamp::wrap(std::int64_t{ticks_at(now, rate_).value()} - std::int64_t{timestamp.value()});
  if (transit_) {
    const std::int64_t distance = transit_->distance_to(transit);
    const std::int64_t change = distance < 0 ? -distance : distance;
    jitter_ += change - ((jitter_ + 8) >> 4);
  }
  transit_ = transit;
}

void ReceiverStatistics::sender_reported(const SenderReport& report, core::Instant now) {
  if (report.sender == source_) {
    last_sender_report_ = compact(report.ntp_time);
    report_at_ = now;
  }
}

std::int64_t ReceiverStatistics::lost() const {
  return numbers_.highest() ? *numbers_.highest() - first_ + 1 - received_ : 0;
}

std::uint32_t ReceiverStatistics::jitter() const {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(jitter_ >> 4, 0, kMost));
}

std::optional<ReportBlock> ReceiverStatistics::take_block(core::Instant now) {
  if (!numbers_.highest()) {
    return std::nullopt;
  }
  const std::int64_t highest = *numbers_.highest();
  const std::int64_t expected = highest - first_ + 1;
  const std::int64_t expected_since = expected - expected_before_;
  const std::int64_t lost_since = expected_since - (received_ - received_before_);
  expected_before_ = expected;
  received_before_ = received_;

  ReportBlock block;
  block.source = source_;
  if (expected_since > 0 && lost_since > 0) {
    // 256 of 256 would not fit its byte.
    block.fraction_lost =
        static_cast<std::uint8_t>(std::min<std::int64_t>((lost_since << 8) / expected_since, 255));
  }
  block.cumulative_lost =
      static_cast<std::int32_t>(std::clamp<std::int64_t>(lost(), kMinCumulativeLost, kMaxCumulativeLost));
  block.highest = SequenceNumber::wrap(highest);
  block.cycles = static_cast<std::uint16_t>((static_cast<std::uint64_t>(highest) >> 16U) & 0xFFFFU);
  block.jitter = jitter();
  if (report_at_) {
    block.last_sender_report = last_sender_report_;
    block.delay = compact(now - *report_at_);
  }
  return block;
}

}  // namespace baton::media
