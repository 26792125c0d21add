// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/rtp_types.hpp"
#include "core/media/transport_feedback.hpp"
#include "core/time.hpp"

namespace baton::media {

/// What became of one packet, as the receiver tells it: what a bandwidth controller lives on.
struct PacketOutcome {
  TransportSequence sequence;
  std::size_t size = 0;  ///< In bytes, as it was given to sent(); at most 65535.
  core::Instant sent_at;
  /// By the receiver's clock, which begins anywhere but goes on without wrapping; nothing when it did not
  /// arrive.
  std::optional<core::Duration> arrived;
};

/// What transport-wide feedback has told of a connection. They only grow, but for the last two.
struct TransportStatistics {
  std::uint64_t sent = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t acknowledged_bytes = 0;
  std::uint64_t lost = 0;           ///< Told to be lost; some of these come later.
  std::uint64_t recovered = 0;      ///< Told to be lost, and later to have arrived.
  std::uint64_t forgotten = 0;      ///< Their place in the table was needed before anything was told of them.
  std::uint64_t unknown = 0;        ///< Told of, but not in the table: never sent, or too long ago.
  std::uint64_t feedback_lost = 0;  ///< Feedback messages that did not come, by their count.
  /// How much longer the last packets were under way than those before them, packet by packet added up over
  /// the last feedback message. Positive while a queue fills.
  core::Duration delay_change{0};
  /// From sending the newest packet that the last message tells of until that message came.
  std::optional<core::Duration> feedback_delay;
};

/// Numbers the packets of one connection and matches them with the receiver's feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
///
/// Fixed memory; pure; one owner at a time.
class SentPacketTable {
public:
  /// Packets that feedback is awaited for: a second of 10 Mbit/s. Feedback comes several times a second.
  static constexpr std::int64_t kCapacity = 1024;

  explicit SentPacketTable(TransportSequence first) : first_(first.value()), next_(first_) {}

  /// A packet of `size` bytes goes out: the number to write into its header extension.
  TransportSequence sent(std::size_t size, core::Instant now);

  /// Takes note of one feedback message, and hands each packet whose fate it tells for the first time, or
  /// tells otherwise than before, to `visit` (const PacketOutcome&): the place for a bandwidth controller.
  template <typename Visit>
  void acknowledge(const TransportFeedback& feedback, core::Instant now, Visit&& visit) {
    begin_feedback(feedback);
    std::int64_t number = unwrap(feedback.base());
    auto reader = feedback.packets();
    while (const auto status = reader.next()) {
      if (const auto outcome = settle(number++, status->arrived, now)) {
        visit(*outcome);
      }
    }
  }
  void acknowledge(const TransportFeedback& feedback, core::Instant now) {
    acknowledge(feedback, now, [](const PacketOutcome& /*outcome*/) {});
  }

  [[nodiscard]] const TransportStatistics& statistics() const { return statistics_; }

private:
  enum class Fate : std::uint8_t { untold, lost, arrived };
  // Eight bytes, since each viewer has a table of them.
  struct Sent {
    std::uint64_t at : 46 = 0;  // In microseconds since begun_at_: two years.
    std::uint64_t size : 16 = 0;
    std::uint64_t fate : 2 = 0;
  };

  void begin_feedback(const TransportFeedback& feedback);
  [[nodiscard]] std::int64_t unwrap(TransportSequence sequence) const;
  std::optional<PacketOutcome> settle(std::int64_t number, std::optional<core::Duration> arrived,
                                      core::Instant now);
  [[nodiscard]] Sent& place(std::int64_t number);
  // Whether its place is still its own.
  [[nodiscard]] bool is_kept(std::int64_t number) const {
    return number >= std::max(first_, next_ - kCapacity) && number < next_;
  }

  std::int64_t first_;  // The first number that was given out, unwrapped.
  std::int64_t next_;   // The next one.
  core::Instant begun_at_{};
  std::array<Sent, static_cast<std::size_t>(kCapacity)> table_;  // A ring: number N lives at N mod kCapacity.
  SerialUnwrapper<ReferenceTime> references_;
  core::Duration clock_begins_{0};  // What the receiver's wrapping clock lacks in this message.
  SerialUnwrapper<FeedbackCount> feedback_counts_;
  std::optional<PacketOutcome> before_;  // The last packet that arrived, in the order of the numbers.
  TransportStatistics statistics_;
};

}  // namespace baton::media
