// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/byte_budget.hpp"
#include "core/media/packet_history.hpp"
#include "core/media/resend_source.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/sent_numbers.hpp"
#include "core/time.hpp"

namespace baton::media {

/// Why a packet that a viewer called lost is not sent again. One counter each.
enum class ResendDrop : std::uint8_t {
  never_sent,        ///< The viewer was sent nothing under this number, or so long ago that it is forgotten.
  not_kept,          ///< The program does not have the packet, or no longer.
  too_soon,          ///< It was sent again less than a round trip ago: that may be on its way.
  too_many_at_once,  ///< Another packet that was sent again just now holds its place in the table.
  over_budget,       ///< What may be repeated per second is used up.
};
inline constexpr std::size_t kResendDropCount = 5;
[[nodiscard]] const char* to_string(ResendDrop reason);

/// What a viewer's losses may cost.
struct ResendLimits {
  /// Repeated bits per second in the long run, and what may come at once.
  BitRate rate{1'000'000};
  std::size_t burst_bytes = std::size_t{64} * 1024;
  /// Stands for the round trip while that is not known.
  core::Duration unknown_round_trip = std::chrono::milliseconds(100);
  /// Never sooner than this, however short the way.
  core::Duration shortest_interval = std::chrono::milliseconds(10);
};

/// What has been asked of one ResendGate, for statistics. They only grow.
struct ResendCounters {
  std::uint64_t resent = 0;
  std::uint64_t resent_bytes = 0;
  std::array<std::uint64_t, kResendDropCount> dropped{};
};

/// What to send again.
struct Resend {
  StoredPacket packet;  ///< Borrowed from where it is kept.
  SentAs sent;          ///< How it was sent: what to write over the program's values.
};

/// The answer for one lost packet.
struct ResendVerdict {
  std::optional<Resend> resend;
  ResendDrop drop{};  ///< Meaningful without `resend`.
};

/// Decides for one viewer which of the packets that it calls lost are sent again: each at most once per round
/// trip, and all together within a budget, so that a storm of NACKs cannot take the connection from the
/// live stream.
///
/// Fixed memory; pure; one owner at a time.
class ResendGate {
public:
  /// Packets whose last repetition is remembered. As many may be under way within a round trip: a tenth of
  /// 10 Mbit/s with a round trip of a second.
  static constexpr std::size_t kMaxRemembered = 128;

  explicit ResendGate(const ResendLimits& limits);

  /// The viewer calls `number` lost. What it answers is sent by the caller and counted here.
  /// @param source      what is kept of this medium of the program
  /// @param round_trip  nothing while it is not known
  ResendVerdict judge(SequenceNumber number, const SentNumbers& sent, const ResendSource& source,
                      std::optional<core::Duration> round_trip, core::Instant now);

  [[nodiscard]] const ResendCounters& counters() const { return counters_; }

private:
  struct Repeated {
    core::Instant at = core::Instant::min();
    SequenceNumber number;
  };

  ResendVerdict refuse(ResendDrop reason);

  ResendLimits limits_;
  ByteBudget budget_;
  std::array<Repeated, kMaxRemembered> repeated_;  // A number lives at its low bits.
  ResendCounters counters_;
};

}  // namespace baton::media
