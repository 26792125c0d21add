// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/rtcp_writer.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/transport_feedback.hpp"
#include "core/time.hpp"

namespace baton::media {

/// What went into a PacketArrivals, for statistics. They only grow.
struct ArrivalCounters {
  std::uint64_t noted = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t too_old = 0;     ///< Came so late that its place has passed.
  std::uint64_t unreported = 0;  ///< Places that passed before a feedback message spoke of them.
};

/// When the packets of one publisher's connection arrived, by their transport-wide numbers, and the feedback
/// messages about them (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3). A publisher's encoder that
/// gets none soon sends next to nothing.
///
/// Fixed memory; pure; one owner at a time.
class PacketArrivals {
public:
  /// Places: a second of 10 Mbit/s. What is not reported by then is not reported at all.
  static constexpr std::int64_t kCapacity = 1024;
  /// Packets of one message.
  static constexpr std::size_t kMaxPerMessage = 512;
  /// How often feedback is due. Browsers send it every 50 to 250 ms.
  static constexpr core::Duration kInterval = std::chrono::milliseconds(100);

  void arrived(TransportSequence sequence, core::Instant when);

  /// Whether a packet arrived that no message has spoken of.
  [[nodiscard]] bool has_news() const { return highest_ && next_ <= *highest_; }
  /// Writes one message. It speaks of all packets since the one before, lost ones included, up to what fits
  /// the buffer and the format; while there are still news, the next message goes on. A packet that came
  /// after it was reported lost is reported again, with all that followed it.
  [[nodiscard]] std::optional<RtcpWriteError> write(RtcpWriter& writer, Ssrc sender, Ssrc media_source);

  [[nodiscard]] const ArrivalCounters& counters() const { return counters_; }

private:
  struct Message;

  [[nodiscard]] std::optional<std::int64_t>& place(std::int64_t number);
  void advance_to(std::int64_t number);
  // Makes a message begin so that it reaches an arrival: it must say a time.
  void leave_out_losses(std::int64_t most);
  [[nodiscard]] std::size_t fill(Message& message, std::size_t most);

  SerialUnwrapper<TransportSequence> numbers_;
  std::array<std::optional<std::int64_t>, static_cast<std::size_t>(kCapacity)>
      ticks_;  // Units of kDeltaUnit.
  std::optional<std::int64_t> highest_;
  std::int64_t next_ = 0;  // The first that no message has spoken of.
  FeedbackCount feedback_count_;
  ArrivalCounters counters_;
};

}  // namespace baton::media
